import Ethereum
import EthereumTypes
import Ledger
import Model

/// What a step asks a lane for.
struct LaneRequest: Sendable {
    var transaction: TransactionRequest
    /// What the chain estimated, with something on top; nil: the lane has it estimated.
    var gasLimit: UInt64?
    var signer: any TransactionSigner
}

/// One thing that a lane has done for it, and whose result it is told.
///
/// Those that are durable come before the effects that rely on them; that order is the lane's. What is noted is durable with
/// the next that is: where a failure of power takes it back, the chain says it again.
enum LaneMove: Sendable {
    /// Asks the chain how many transactions the sender has, what it owns and, where that is old, what gas costs.
    ///
    /// Where the count is `beyond` what the ledger explains every endpoint is asked as well, at the same time as for the price.
    case ask(price: Bool, beyond: UInt64)
    /// Asks every endpoint how many transactions the sender has.
    case survey
    /// Asks what gas transactions need, all at once.
    case estimate([LaneTicket: TransactionRequest])
    /// Durable with the signed bytes: the intent.
    case plan(LaneTicket, ChainOperation.Intent)
    /// Durable with the signed bytes: the nonce, and the spend; one of the `open` nonces of a gap, where there is one.
    case reserve(ChainOperation.ID, latest: UInt64, pending: UInt64, open: Range<UInt64>?)
    /// Looks whether the budget allows by now what it did not allow beside what is on its way.
    case weigh(LaneTicket, ChainOperation.Intent)
    case sign(ChainOperation.ID, Transaction, any TransactionSigner)
    /// Durable, all or none: the signed bytes of operations that have none yet, by nonce.
    case record([LaneSignature])
    /// Durable: the signed bytes that take the place of others; `most` is what they may cost.
    case replace(LaneSignature, most: Wei)
    /// Hands the latest attempts to a node, by nonce, in one exchange after one look at whose chain it is.
    case send([LaneOffer])
    /// Noted: a node has them, or may have them.
    case markSent([ChainOperation.ID])
    /// Looks up transactions, and how far the chain is; where `block` is said they are behind one that it has, by nonce.
    case look([Hash], finalized: Bool, count: Bool, behind: Hash? = nil)
    /// Noted: blocks have them.
    case include([LaneInclusion])
    /// Noted: its block is gone.
    case goBack(ChainOperation.ID)
    /// Durable: it failed on the chain.
    case revert(ChainOperation.ID, reason: String)
    /// Asks whether what transactions rely on is there.
    case check([LaneReliance])
    /// Asks whether steps of the run will yet ask for what an earlier one signed.
    case judge([LaneUnasked])
    /// Asks who used a nonce: in any block, whether it does just that; else in blocks that stay.
    case prove(ChainOperation.ID, nonce: UInt64, like: Transaction?)
    /// Asks what the sender used nonces for that this run did not.
    case inspect([UInt64])
    /// Durable: someone else's transaction used the nonce.
    case foreign(ChainOperation.ID, usedBy: Hash)
    /// Noted: nothing was signed, and nothing will be.
    case withdraw(ChainOperation.ID, reason: String)
    /// There is nothing to do before a moment, or before something is asked for; nil: only the latter.
    case rest(until: Duration?)
}

/// What was signed for an operation.
struct LaneSignature: Sendable {
    var id: ChainOperation.ID
    var transaction: SignedTransaction
    /// Whether somebody else signed it.
    var isOthers = false
}

/// What is handed to a node for an operation.
struct LaneOffer: Hashable, Sendable {
    var id: ChainOperation.ID
    var attempt: ChainOperation.Attempt
    /// All its attempts.
    var hashes: [Hash]
}

/// What an earlier process signed and no step has asked for, with something that waits behind it.
struct LaneUnasked: Hashable, Sendable {
    var id: ChainOperation.ID
    var project: String
    var step: StepID
    var place: LanePlace
}

/// Which block has an operation.
struct LaneInclusion: Hashable, Sendable {
    var id: ChainOperation.ID
    var inclusion: ChainOperation.Inclusion
}

/// Who used a nonce.
enum NonceProof: Hashable, Sendable {
    /// A transaction that is in a block which stays.
    case usedBy(Hash)
    /// One that does the same is in a block.
    case sameBy(LaneStranger)
    /// No block that stays has it.
    case open
    /// The node does not tell.
    case unknown
}

/// How a move ended.
enum LaneResult: Sendable {
    case account(AccountAnswers, GasPrice?)
    /// Of those endpoints that answered.
    case surveyed([AccountAnswer])
    case estimated([LaneTicket: Result<UInt64, StepFailure>])
    /// Of each that the move names, in that order.
    case stored([ChainOperation])
    /// The budget does not allow it beside what is on its way, and may when that has ended.
    case notYet(StepFailure)
    case signed(SignedTransaction)
    /// What a node answered to the first of those that were to be sent, in order; the others were not offered.
    case sent([SendAnswer])
    /// The node takes nothing of several at once; whether it took any is not known.
    case notTogether
    case seen([Hash: TransactionReceipt], ChainHead, count: UInt64?)
    case proof(NonceProof)
    /// Those that a block has; of the `unknown` nonces, which are used, the node does not tell by what.
    case strangers([LaneStranger], unknown: Set<UInt64> = [])
    /// Of each that the move names, in that order.
    case standing([LaneStanding])
    /// Whether it is to come, of each that the move names, in that order.
    case judged([Bool])
    case failed(StepFailure)
    case nothing
}

/// Whoever waits for an operation.
struct LaneTicket: Hashable, Comparable, Sendable {
    let rawValue: Int

    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// What whoever waits is told.
enum LaneNotice: Sendable {
    /// It has its place behind all that came before.
    case placed
    /// A block has it, and it succeeded there.
    case included(ChainOperation)
    /// The block is deep enough and is still the block.
    case confirmed(ChainOperation)
    /// As deep as that, and an address that it relies on is lost: it is there for nothing.
    case stranded(ChainOperation, StepFailure)
    case failed(StepFailure)
    /// What the report keeps too.
    case warned(Diagnostic)
    /// In words for a person.
    case said(String)
}
