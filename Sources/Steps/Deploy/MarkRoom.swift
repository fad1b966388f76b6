import Ethereum
import EthereumTypes
import Model

/// How much room the rules of a network leave for marks in prices and gas limits.
struct MarkRoom: Hashable, Sendable {
    /// The network's name.
    var network: String
    /// Where the manifest has it.
    var location: FileLocation?
    /// The most that may be offered for a unit of gas; nil: the rules do not say.
    var cap: Wei?
    /// The most gas that a transaction may use.
    var gas: UInt64

    /// Why nothing is signed: the transaction would not carry the mark of what it is for, so that whoever lost the record would do it again.
    ///
    /// - Parameters:
    ///   - mark: The mark of what it is for.
    ///   - price: The most that it may offer.
    ///   - gasLimit: What it may use.
    ///   - given: What the manifest lets it use; nil: it does not say.
    /// - Returns: A failure of the kind `blocked`, coded `no-mark`; nil where the price or the gas limit carries it.
    func refusal(
        of mark: OperationMark,
        _ price: GasPrice,
        gasLimit: UInt64,
        given: Located<UInt64>?
    ) -> StepFailure? {
        let offered = mark.offer(within: price, cap: cap).most
        guard !mark.isOn(price: offered.value, gasLimit: gasLimit, cap: cap?.value) else { return nil }
        let words = "on '\(network)' it would not carry the mark of what it is for: "
        guard offered == .zero || offered == cap else {
            return refusal(words + "what the approved plan lets it cost leaves no room in its price", nil)
        }
        var remedies: [String] = []
        var reason: String
        if let given {
            let raised = given.value + OperationMark.gasRoom
            let names = raised > gas ? "'gasLimit' and limits.transactionGas" : "'gasLimit'"
            reason = "its 'gasLimit' of \(given.value)"
            remedies.append("\(names) by \(OperationMark.gasRoom), to \(raised)")
        } else if gasLimit >= gas {
            reason = "the \(gas) that a transaction may use"
            remedies.append(
                "limits.transactionGas, where the network takes more, by \(OperationMark.gasRoom), to \(gas + OperationMark.gasRoom)"
            )
        } else {
            reason = "the \(gasLimit) that the approved plan lets it use"
        }
        reason += " leaves fewer than \(OperationMark.gasRoom) of gas above what it needs"
        if let cap, offered == cap {
            let enough = price.capWithRoom
            reason = "it offers all that maxFeePerGas allows for a unit of gas, \(cap) wei, and \(reason)"
            remedies.append("fees.maxFeePerGas by \(Wei(enough.value - cap.value)) wei, to \(enough) wei")
        } else {
            reason = "gas is free there, and \(reason)"
        }
        return refusal(
            words + reason + "; who lost the record would send it again",
            given == nil && gasLimit < gas ? nil : "raise " + remedies.joined(separator: ", or "),
            at: given?.location)
    }

    /// `remedy`: nil where another plan is one.
    private func refusal(_ message: String, _ remedy: String?, at place: FileLocation? = nil) -> StepFailure {
        let hint = "\(remedy ?? "make a new plan and have it approved"); nothing was sent"
        return StepFailure(
            .blocked, code: "no-mark", message, hint: hint,
            diagnostics: [.error("no-mark", message, at: place ?? location, hint: hint)])
    }
}

extension MarkRoom {
    init(_ spec: NetworkSpec) {
        self.init(
            network: spec.name, location: spec.location, cap: spec.fees.maxFeePerGas,
            gas: spec.limits.maxTransactionGas)
    }
}

extension GasPrice {
    /// A cap that leaves room for every mark where this is the price that another cap allows.
    fileprivate var capWithRoom: Wei {
        let step = Wei(OperationMark.priceRoom + 1)
        return switch self {
        case .legacy(let price): price + step
        // So that a mark takes less than a part in 64 of it, and nothing of what goes to the block's producer.
        case .dynamic(let fees): max(fees.maxPriorityFeePerGas + step, step * 64)
        }
    }
}
