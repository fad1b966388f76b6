import Ethereum
import EthereumTypes
import Ledger
import Model

/// A transaction of a lane's sender that is on no record here, and that a block has.
struct LaneStranger: Hashable, Sendable {
    let hash: Hash
    let nonce: UInt64
    let block: UInt64
    let to: Address?
    let value: Wei
    let data: [UInt8]
    let gasLimit: UInt64
    /// What it offers for a unit of gas; nil where the node does not say all of it.
    var price: Wei? { signed?.transaction.maxFeePerGas }
    /// Whether it did what it says.
    let succeeded: Bool
    /// nil: the node does not say all of it.
    let signed: SignedTransaction?
    /// The most that the network's rules allow for a unit of gas; nil: they do not say.
    var cap: Wei? = nil

    /// Whether it does the same as another, for the same operation.
    func does(_ transaction: Transaction) -> Bool {
        let isMarked =
            OperationMark.agree(price?.value, transaction.maxFeePerGas.value, cap: cap?.value)
            ?? OperationMark.agree(gasLimit, transaction.gasLimit)
        return isMarked && does(transaction.to, transaction.value, transaction.data)
    }

    /// Whether it does the same as another with its nonce: that one, or the same that a wallet has sped up.
    func standsFor(_ transaction: Transaction) -> Bool {
        does(transaction)
            || OperationMark.agree(gasLimit, transaction.gasLimit)
                && does(transaction.to, transaction.value, transaction.data)
    }

    /// Whether it does what is asked for, and was sent for that.
    func does(_ request: TransactionRequest) -> Bool {
        request.isMarked(price: price, gasLimit: gasLimit, cap: cap) && isLike(request)
    }

    /// What was in the way of the mark of one that does what is asked for and may have been sent for that; nil where nothing was.
    ///
    /// `most`: the most gas that a transaction may use there.
    func obstacle(toTheMarkOf request: TransactionRequest, most: UInt64) -> MarkObstacle? {
        guard isLike(request), !does(request) else { return nil }
        if request.isMarked(gasLimit: gasLimit) { return .otherPrice }
        let isTold = price.map { $0 > .zero && $0 != cap } ?? false
        return !isTold && gasLimit == request.gasLimit?.value ?? most ? .noRoom : nil
    }

    /// Whether it does the same as what is asked for, whatever it was sent for.
    func isLike(_ request: TransactionRequest) -> Bool { does(request.to, request.value, request.data) }

    private func does(_ to: Address?, _ value: Wei, _ data: [UInt8]) -> Bool {
        self.to == to && self.value == value && self.data == data
    }
}

/// Why the price of what was sent does not have the mark of what it was for.
enum MarkObstacle: Sendable {
    /// Its gas limit has the mark: somebody sped it up, or the price was the network's cap once.
    case otherPrice
    /// It is the network's cap, not known or nothing, and the gas limit is all that there was.
    case noRoom
}

/// What is on record of a lane's sender when the lane begins.
struct LaneRecord: Sendable {
    /// The nonces that the ledger has.
    var nonces: Set<UInt64> = []
    /// Where contracts of whatever sender are or were.
    var addresses: Set<Address> = []
    /// The transactions that a registry has.
    var hashes: Set<Hash> = []
    /// Whether a registry has anything of the sender, so that what it sent since can be told from what it sent ever.
    var knowsSender = false
    /// How many transactions of the sender blocks had when the run looked at what those did; nil: it did not.
    var began: UInt64?
    /// How many there were with the pool, where it has waited for them and said that it goes on.
    var weighed: UInt64 = 0
    /// What earlier runs signed and the plan that is applied says nothing of.
    var unapproved: Set<ChainOperation.ID> = []

    /// Whether anything at all is on record of the sender.
    var isKnown: Bool { knowsSender || !nonces.isEmpty }

    /// The end of what is on record, of so many transactions; all of them where the ledger has none.
    func known(of count: UInt64) -> UInt64 { nonces.max().map { min($0 + 1, count) } ?? count }

    /// Whether a nonce of the sender is on record, or the contract that it created.
    func has(_ nonce: UInt64, of sender: Address) -> Bool {
        nonces.contains(nonce) || addresses.contains(Address.created(by: sender, nonce: nonce))
    }
}

/// What is sent with the key of a lane and is on no record: by another machine, or by one that has lost its record.
struct LaneStrangers: Sendable {
    /// So many nonces below the last one that is on record, and on none themselves, are looked at: a run that was killed may have
    /// used them, or a record of them was lost.
    static let behind: UInt64 = 256
    /// No nonce is looked at that is so far below the newest.
    static let most: UInt64 = 1_024

    private let sender: Address
    private var record: LaneRecord
    /// From where on it is looked at; nil as long as it is not known how many there are.
    private var first: UInt64?
    /// The nonces below which others used theirs before the run began.
    private(set) var began: UInt64 = 0
    /// How many the sender had in blocks at most since the lane began: what a reorganisation takes away comes again.
    private var highest: UInt64 = 0
    /// Every nonce from the first to this one is on record, or was looked at.
    private var accounted: UInt64 = 0
    private var own: Set<UInt64>
    /// By nonce; what was taken over is the lane's own.
    private(set) var seen: [LaneStranger] = []
    /// Those from before the run that the node does not tell of.
    private var untold: Set<UInt64> = []
    /// Whether not all that others sent before the run, and since anything went on record, was looked at.
    private(set) var isIncomplete = false
    /// Whether that was said.
    var isSaid = false
    /// Since when some are waited for.
    var since: Duration?
    /// Before that nobody is asked for them.
    var lookAfter: Duration = .zero

    init(of sender: Address, _ record: LaneRecord) {
        self.sender = sender
        self.record = record
        own = record.nonces
    }

    mutating func own(_ nonce: UInt64) {
        own.insert(nonce)
        seen.removeAll { $0.nonce == nonce }
    }

    /// Another transaction has a nonce of the lane's: what it is for is to be known before anything else is sent.
    mutating func lose(_ nonce: UInt64) {
        disown(nonce)
        highest = max(highest, nonce + 1)
    }

    /// A nonce that was the lane's may be another's.
    mutating func disown(_ nonce: UInt64) {
        own.remove(nonce)
        record.nonces.remove(nonce)
        first = first.map { min($0, nonce) }
        accounted = min(accounted, nonce)
    }

    /// Takes in how many the sender has in blocks; where they are fewer than before, what was behind them may be another's now.
    ///
    /// `settled`: the nonce behind those of the lane that have their end.
    mutating func note(inBlocks count: UInt64, settled: UInt64) {
        let first = self.first ?? begin(at: count, settled)
        if accounted > count { seen.removeAll { $0.nonce >= count } }
        highest = max(highest, count)
        accounted = max(first, min(accounted, count))
    }

    private mutating func begin(at count: UInt64, _ settled: UInt64) -> UInt64 {
        began = max(record.began ?? count, settled)
        if count < record.weighed { untold.formUnion(count..<record.weighed) }
        let (begin, isWhole) = Self.first(of: record, sender, at: count, began: began)
        isIncomplete = !isWhole
        first = begin
        return begin
    }

    /// The first nonce that is looked at: what is on record behind it is not.
    ///
    /// - Parameters:
    ///   - record: What is on record of the sender.
    ///   - sender: Whose nonces they are.
    ///   - count: How many transactions it has in blocks when the lane begins.
    ///   - began: How many of them are from before the run.
    /// - Returns: That nonce, `began` where only what comes since is looked at; and whether nothing is left out that may be this tool's.
    static func first(
        of record: LaneRecord,
        _ sender: Address,
        at count: UInt64,
        began: UInt64
    ) -> (nonce: UInt64, isWhole: Bool) {
        let known = record.known(of: count)
        // What was sent before anything went on record is not this tool's, but for what a run that was killed just sent.
        let oldest = known > behind ? known - behind : 0
        let end = record.isKnown ? min(record.nonces.min() ?? oldest, oldest) : 0
        var first = began
        var unknown = 0
        var nonce = min(began, count)
        while nonce > end, count - nonce < most, unknown < behind {
            nonce -= 1
            guard !record.has(nonce, of: sender) else { continue }
            if nonce < known { unknown += 1 }
            first = nonce
        }
        return (first, nonce == end)
    }

    /// Takes in what a node told of some nonces; the `unknown` ones are used, and it does not keep what for.
    mutating func note(_ strangers: [LaneStranger], unknown: Set<UInt64>) {
        for stranger in strangers where !own.contains(stranger.nonce) {
            seen.removeAll { $0.nonce == stranger.nonce }
            seen.append(stranger)
        }
        seen.sort { $0.nonce < $1.nonce }
        // What came since is asked for again.
        let old = unknown.filter { $0 < began }
        untold.formUnion(old)
        isIncomplete = isIncomplete || !old.isEmpty
    }

    /// Whether not all was looked at that others sent since a block; nil: ever.
    func isIncomplete(since block: UInt64?) -> Bool {
        guard isIncomplete, let block, untold.isEmpty, let oldest = seen.first else { return isIncomplete }
        return oldest.block > block
    }

    /// Goes on though it is not known what these are for.
    mutating func pass(over nonces: [UInt64]) {
        untold.formUnion(nonces)
        isIncomplete = true
    }

    /// The nonces below a count, or below one that was seen before, of which it is not known what they were used for.
    mutating func unaccounted(below count: UInt64) -> [UInt64] {
        let count = max(count, highest)
        guard count > accounted else { return [] }
        let looked = Set(seen.map(\.nonce))
        let unknown = (accounted..<count).filter { nonce in
            !own.contains(nonce) && !looked.contains(nonce) && !untold.contains(nonce)
                && !record.addresses.contains(Address.created(by: sender, nonce: nonce))
        }
        accounted = unknown.first ?? count
        return unknown
    }

    /// One from a nonce on, and with another than its own, that does just what was signed.
    func doing(_ content: Transaction, from nonce: UInt64, besides own: UInt64) -> LaneStranger? {
        seen.first { $0.succeeded && $0.nonce >= nonce && $0.nonce != own && $0.does(content) }
    }

    /// One that does what is asked for and has no mark of it.
    func equal(to request: TransactionRequest) -> LaneStranger? {
        seen.first { $0.succeeded && $0.isLike(request) && !record.hashes.contains($0.hash) }
    }

    /// The first that does what is asked for and is not one of `taken`.
    func doing(_ request: TransactionRequest, besides taken: Set<Hash>) -> LaneStranger? {
        seen.first { isWithinReach(of: request, $0) && $0.does(request) && !taken.contains($0.hash) }
    }

    /// Why what is asked for may be done already, though none has the mark of that: one that is not of `taken` may have been sent for it.
    func doubt(
        about request: TransactionRequest,
        besides taken: Set<Hash> = [],
        on room: MarkRoom
    ) -> StepFailure? {
        guard doing(request, besides: taken) == nil else { return nil }
        for stranger in seen where isWithinReach(of: request, stranger) && !taken.contains(stranger.hash) {
            guard let obstacle = stranger.obstacle(toTheMarkOf: request, most: room.gas) else { continue }
            return .mayBeDone(stranger, obstacle, request, by: sender, on: room.network)
        }
        return nil
    }

    private func isWithinReach(of request: TransactionRequest, _ stranger: LaneStranger) -> Bool {
        guard stranger.succeeded, !record.hashes.contains(stranger.hash) else { return false }
        return switch request.reach {
        case .ever: true
        case .since(let block): stranger.block > block
        case .thisRun: stranger.nonce >= began
        }
    }
}
