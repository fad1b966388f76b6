package import EthereumTypes

/// What a transaction offers for a unit of gas (EIP-1559).
package struct Fees: Hashable, Sendable {
    /// The most in all; what is not needed is not paid.
    package let maxFeePerGas: Wei
    /// The most for the block's producer.
    package let maxPriorityFeePerGas: Wei

    package init(maxFeePerGas: Wei, maxPriorityFeePerGas: Wei) {
        self.maxFeePerGas = maxFeePerGas
        self.maxPriorityFeePerGas = maxPriorityFeePerGas
    }

    /// What a person or a network's rules say of fees.
    package struct Settings: Hashable, Sendable {
        /// The cap on the whole fee.
        package var maxFeePerGas: Wei?
        /// The cap on the priority fee.
        package var maxPriorityFeePerGas: Wei?
        /// What a network's pool asks for at least, whatever its node suggests.
        package var minimumPriorityFeePerGas: Wei
        /// The priority fee where no recent block says better.
        package var fallbackPriorityFeePerGas: Wei

        package init(
            maxFeePerGas: Wei? = nil,
            maxPriorityFeePerGas: Wei? = nil,
            minimumPriorityFeePerGas: Wei = .zero,
            fallbackPriorityFeePerGas: Wei = Wei(1_000_000_000)
        ) {
            self.maxFeePerGas = maxFeePerGas
            self.maxPriorityFeePerGas = maxPriorityFeePerGas
            self.minimumPriorityFeePerGas = minimumPriorityFeePerGas
            self.fallbackPriorityFeePerGas = fallbackPriorityFeePerGas
        }
    }

    /// Why no fee can be offered within the caps.
    package enum Refusal: Error, Hashable, Sendable {
        case baseFeeAboveCap(baseFee: Wei, cap: Wei)
        /// The network's least priority fee exceeds one of the caps.
        case minimumAboveCap(minimum: Wei, cap: Wei)
        /// A replacement must pay more than the caps allow.
        case replacementAboveCap(needed: Wei, cap: Wei)
        /// For chains without EIP-1559: the price of gas exceeds the cap.
        case gasPriceAboveCap(gasPrice: Wei, cap: Wei)
    }
}

extension Fees.Refusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .baseFeeAboveCap(let fee, let cap):
            "the base fee is \(fee) wei and maxFeePerGas allows \(cap) wei"
        case .minimumAboveCap(let minimum, let cap):
            "the network asks for a priority fee of at least \(minimum) wei and the cap is \(cap) wei"
        case .replacementAboveCap(let needed, let cap):
            "a replacement needs \(needed) wei for a unit of gas and the cap is \(cap) wei"
        case .gasPriceAboveCap(let price, let cap):
            "the gas price is \(price) wei and maxFeePerGas allows \(cap) wei"
        }
    }
}
