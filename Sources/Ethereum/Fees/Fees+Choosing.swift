package import EthereumTypes

extension Fees {
    /// The percentile to ask `eth_feeHistory` for.
    package static let percentile = 50

    /// Offers twice the base fee and the middle of what recent blocks' transactions paid on top, within the caps.
    ///
    /// Twice the base fee outlasts five full blocks. Blocks without transactions report no reward and do not count.
    ///
    /// - Throws: ``Refusal`` where the caps leave no room for a transaction that a block could take.
    package init(
        history: FeeHistory,
        latestBaseFee: Wei,
        settings: Settings
    ) throws(Refusal) {
        if let cap = settings.maxFeePerGas, latestBaseFee > cap {
            throw .baseFeeAboveCap(baseFee: latestBaseFee, cap: cap)
        }
        for cap in [settings.maxFeePerGas, settings.maxPriorityFeePerGas] {
            if let cap, settings.minimumPriorityFeePerGas > cap {
                throw .minimumAboveCap(minimum: settings.minimumPriorityFeePerGas, cap: cap)
            }
        }
        let paid = history.reward.compactMap(\.first).filter { $0 > .zero }.sorted()
        let middle = paid.isEmpty ? settings.fallbackPriorityFeePerGas : Self.median(paid)
        let wanted = max(middle, settings.minimumPriorityFeePerGas)
        let tip = min(wanted, settings.maxPriorityFeePerGas ?? wanted)
        let fee = latestBaseFee * 2 + tip
        maxFeePerGas = min(fee, settings.maxFeePerGas ?? fee)
        maxPriorityFeePerGas = min(tip, maxFeePerGas)
    }

    /// The fees of a replacement: both raised by `percent`, rounded up, and by one wei at least.
    ///
    /// Nodes ask for 10 percent on both.
    ///
    /// - Throws: ``Refusal/replacementAboveCap(needed:cap:)`` where a cap forbids it.
    package func bumped(percent: UInt64 = 10, settings: Settings) throws(Refusal) -> Fees {
        let fee = Self.raised(maxFeePerGas, percent: percent)
        let tip = Self.raised(maxPriorityFeePerGas, percent: percent)
        if let cap = settings.maxFeePerGas, fee > cap { throw .replacementAboveCap(needed: fee, cap: cap) }
        if let cap = settings.maxPriorityFeePerGas, tip > cap {
            throw .replacementAboveCap(needed: tip, cap: cap)
        }
        return Fees(maxFeePerGas: fee, maxPriorityFeePerGas: tip)
    }

    /// The price of gas for a legacy transaction: what the node suggests, within the cap.
    package static func gasPrice(suggested: Wei, settings: Settings) throws(Refusal) -> Wei {
        let price = max(suggested, settings.minimumPriorityFeePerGas)
        if let cap = settings.maxFeePerGas, price > cap { throw .gasPriceAboveCap(gasPrice: price, cap: cap) }
        return price
    }

    /// The gas price of a replacement of a legacy transaction: raised by `percent`, rounded up.
    package static func bumped(
        gasPrice: Wei,
        percent: UInt64 = 10,
        settings: Settings
    ) throws(Refusal) -> Wei {
        let price = raised(gasPrice, percent: percent)
        if let cap = settings.maxFeePerGas, price > cap {
            throw .replacementAboveCap(needed: price, cap: cap)
        }
        return price
    }

    private static func median(_ sorted: [Wei]) -> Wei {
        let middle = sorted.count / 2
        guard sorted.count.isMultiple(of: 2) else { return sorted[middle] }
        let (low, high) = (sorted[middle - 1].value, sorted[middle].value)
        return Wei(low + (high - low) / 2)
    }

    private static func raised(_ amount: Wei, percent: UInt64) -> Wei {
        let part = amount * percent
        let (quotient, remainder) = part.value.quotientAndRemainder(dividingBy: 100)
        return amount + Wei(max(quotient + (remainder > 0 ? 1 : 0), 1))
    }
}
