import Ethereum
import EthereumTypes
import Ledger
import Model

/// One thing to be sent: what the journal and the chain need to know of it.
struct TransactionRequest: Sendable {
    /// From when on a transaction counts as the one that is wanted.
    enum Reach: Hashable, Sendable {
        /// It is done once only.
        case ever
        /// What was there at a block is to be replaced.
        case since(block: UInt64)
        /// It is done anew each time, or the chain tells whether it is to be done.
        case thisRun
    }

    var step: StepID
    var kind: ChainOperation.Kind
    /// nil: a contract is created.
    var to: Address?
    var data: [UInt8]
    var value: Wei
    /// What it may use; nil: what the node estimates decides.
    var gasLimit: Located<UInt64>?
    /// For messages when the code reverts.
    var abi: ContractABI?
    var allowance = Allowance.unlimited
    /// What a factory creates for it; nil where the receipt says what is created.
    var creates: Address?
    /// What tells it from others that do just that.
    var mark: OperationMark
    /// The marks that it had under other names.
    var formerMarks: [OperationMark] = []
    /// Which transactions that are on no record, do just that and have a mark of it, are it.
    var reach = Reach.ever
    /// Whether somebody may have done it without this tool: what does just that is a doubt without a mark, too.
    var mayBeOthers = false
    /// Whether it calls what was created in this run, so that nobody called that before.
    var isToNew = false
    /// The block in which what it calls was created, where that is on record.
    var targetBlock: UInt64?
    /// Of code for a proxy; people may put it there when its source has changed.
    var storageLayout: StorageLayout?

    var payloadHash: Hash { Keccak256.hash(data) }

    /// Whether a transaction that does the same was sent for it: one of its marks is on that.
    ///
    /// `price`: what it offers for a unit of gas; nil where that is not known. `cap`: the most that the network's rules allow for one.
    func isMarked(price: Wei?, gasLimit: UInt64, cap: Wei?) -> Bool {
        ([mark] + formerMarks).contains {
            $0.isOn(price: price?.value, gasLimit: gasLimit, cap: cap?.value)
        }
    }

    /// Whether a gas limit has one of its marks.
    func isMarked(gasLimit: UInt64) -> Bool {
        ([mark] + formerMarks).contains { $0.isOn(gasLimit: gasLimit) }
    }

    /// The transaction at a nonce.
    ///
    /// `price`: the most that it may offer. What it offers is as of ``OperationMark/offer(within:cap:)``.
    func transaction(
        _ price: GasPrice,
        nonce: UInt64,
        gasLimit: UInt64,
        chainID: ChainID,
        cap: Wei? = nil
    ) -> Transaction {
        let form: Transaction.Form =
            switch mark.offer(within: price, cap: cap) {
            case .legacy(let gasPrice): .legacy(gasPrice: gasPrice, chainID: chainID)
            case .dynamic(let fees):
                .dynamicFee(
                    maxFeePerGas: fees.maxFeePerGas,
                    maxPriorityFeePerGas: fees.maxPriorityFeePerGas,
                    chainID: chainID,
                    []
                )
            }
        return Transaction(form: form, nonce: nonce, gasLimit: gasLimit, to: to, value: value, data: data)
    }
}

/// What a unit of gas is offered.
enum GasPrice: Sendable {
    case legacy(Wei)
    case dynamic(Fees)

    var most: Wei {
        switch self {
        case .legacy(let price): price
        case .dynamic(let fees): fees.maxFeePerGas
        }
    }

    /// The same with another limit, which is no lower than what goes to the block's producer.
    func with(most: Wei) -> GasPrice {
        switch self {
        case .legacy: .legacy(most)
        case .dynamic(let fees):
            .dynamic(
                Fees(
                    maxFeePerGas: max(most, fees.maxPriorityFeePerGas),
                    maxPriorityFeePerGas: fees.maxPriorityFeePerGas))
        }
    }

    /// What it may be lowered to where it is the network's cap: blocks may want all of it.
    var leastAtCap: Wei {
        switch self {
        case .legacy(let price): price
        case .dynamic(let fees):
            max(fees.maxPriorityFeePerGas, Wei(fees.maxFeePerGas.value - fees.maxFeePerGas.value / 64))
        }
    }

    /// The same with room above for any mark, as far as the cap goes; gas that is free stays free.
    ///
    /// A price of type 2 has room below where it offers twice the base fee.
    fileprivate func withRoom(within cap: Wei?) -> GasPrice {
        guard most > .zero, most.value - needed < OperationMark.priceRoom else { return self }
        let room = most + Wei(OperationMark.priceRoom)
        return with(most: max(most, cap.map { min($0, room) } ?? room))
    }

    /// The same transaction at a price for which nodes let it take the place of the first.
    ///
    /// `mark`: what it is to be known by; nil: it does nothing, and needs none.
    ///
    /// - Throws: ``Fees/Refusal`` where the caps forbid it, or leave no price that has the mark while the gas limit has none.
    func replacing(
        _ transaction: Transaction,
        within settings: Fees.Settings,
        markedBy mark: OperationMark?
    ) throws(Fees.Refusal) -> Transaction {
        let form: Transaction.Form
        func offer(_ least: Wei) throws(Fees.Refusal) -> Wei {
            let room = least + Wei(OperationMark.priceRoom)
            let most = max(least, min(settings.maxFeePerGas ?? Wei(.max), max(room, self.most)))
            guard let mark else { return most }
            let price = mark.price(atMost: most.value, needed: least.value)
            guard mark.isOn(price: price, gasLimit: transaction.gasLimit, cap: settings.maxFeePerGas?.value)
            else {
                let needed = Wei(mark.price(atMost: room.value, needed: least.value))
                throw .replacementAboveCap(needed: needed, cap: most)
            }
            return Wei(price)
        }
        switch transaction.form {
        case .legacy(let price, let chainID):
            let least = try Fees.bumped(gasPrice: price, settings: settings)
            form = .legacy(gasPrice: try offer(least), chainID: chainID)
        case .accessList(let price, let chainID, let list):
            let least = try Fees.bumped(gasPrice: price, settings: settings)
            form = .accessList(gasPrice: try offer(least), chainID: chainID, list)
        case .dynamicFee(let fee, let tip, let chainID, let list):
            let before = Fees(maxFeePerGas: fee, maxPriorityFeePerGas: tip)
            let least = try before.bumped(settings: settings)
            let most = try offer(least.maxFeePerGas)
            form = .dynamicFee(
                maxFeePerGas: most,
                maxPriorityFeePerGas: min(most, max(least.maxPriorityFeePerGas, self.tip)),
                chainID: chainID,
                list
            )
        }
        return Transaction(
            form: form,
            nonce: transaction.nonce,
            gasLimit: transaction.gasLimit,
            to: transaction.to,
            value: transaction.value,
            data: transaction.data
        )
    }

    /// The same, lowered to `limit`; nil where no block would take it then.
    ///
    /// A price of type 2 offers twice the base fee: half of that is room that need not be there.
    func atMost(_ limit: Wei) -> GasPrice? {
        guard most > limit else { return self }
        switch self {
        case .legacy: return nil
        case .dynamic(let fees):
            guard limit.value >= needed else { return nil }
            return .dynamic(Fees(maxFeePerGas: limit, maxPriorityFeePerGas: fees.maxPriorityFeePerGas))
        }
    }

    /// What a block would take it for now, in wei for a unit of gas.
    private var needed: UInt128 {
        switch self {
        case .legacy(let price): price.value
        case .dynamic(let fees): (fees.maxFeePerGas.value + fees.maxPriorityFeePerGas.value) / 2
        }
    }

    private var tip: Wei {
        switch self {
        case .legacy(let price): price
        case .dynamic(let fees): fees.maxPriorityFeePerGas
        }
    }

    /// Asks the chain what it costs now, within the caps of the network, with room for the marks of transactions.
    static func now(_ network: OpenNetwork) async throws(StepFailure) -> GasPrice {
        let settings = network.spec.feeSettings
        let market = try await market(network)
        do throws(Fees.Refusal) {
            switch market {
            case .legacy(let suggested):
                return GasPrice.legacy(try Fees.gasPrice(suggested: suggested, settings: settings))
                    .withRoom(within: settings.maxFeePerGas)
            case .dynamic(let baseFee, let history):
                let fees = try Fees(history: history, latestBaseFee: baseFee, settings: settings)
                return GasPrice.dynamic(fees).withRoom(within: settings.maxFeePerGas)
            }
        } catch {
            throw StepFailure(
                .blocked,
                code: "fee-cap",
                "network '\(network.spec.name)': \(error)",
                hint: "wait, or raise the caps under 'fees'; nothing was sent"
            )
        }
    }

    private enum Market {
        case legacy(suggested: Wei)
        case dynamic(baseFee: Wei, FeeHistory)
    }

    private static func market(_ network: OpenNetwork) async throws(StepFailure) -> Market {
        do {
            guard !network.spec.fees.legacy, let baseFee = try await baseFee(network) else {
                return .legacy(suggested: try await network.rpc.gasPrice())
            }
            let history = try await network.rpc.feeHistory(blocks: 20, percentiles: [Fees.percentile])
            return .dynamic(baseFee: baseFee, history)
        } catch {
            throw StepFailure(error, on: network.spec)
        }
    }

    /// What the chain burns now; nil on a chain that knows no base fee.
    ///
    /// Where it is always 0, nobody is asked.
    private static func baseFee(_ network: OpenNetwork) async throws(RPCFailure) -> Wei? {
        guard !network.spec.fees.zeroBaseFee else { return .zero }
        return try await network.rpc.block(.latest)?.baseFeePerGas
    }
}

extension OperationMark {
    /// The mark of what these words name together.
    init(_ words: String...) {
        let digest = Keccak256.hash(words.joined(separator: "\n").utf8)
        self.init(of: digest.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }

    /// What is offered where a price is the most: it carries the mark, but for where the price is the network's `cap` and too little below
    /// that has it.
    func offer(within price: GasPrice, cap: Wei?) -> GasPrice {
        let isCapped = cap.map { price.most >= $0 } ?? false
        let marked = Wei(self.price(atMost: price.most.value))
        return isCapped && marked < price.leastAtCap ? price : price.with(most: marked)
    }
}
