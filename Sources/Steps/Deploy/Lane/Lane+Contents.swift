import Ethereum
import EthereumTypes
import Ledger
import Model

/// What a lane has: what is signed, and what is wanted.
extension Lane {
    /// An operation that something was signed for.
    struct Slot: Sendable {
        var operation: ChainOperation
        var ticket: LaneTicket?
        /// Who can sign a replacement; nil where only what is signed can be sent.
        var signer: (any TransactionSigner)?
        /// What a replacement is to be known by; nil where no step of this process asked for it.
        var mark: OperationMark?
        var allowance = Allowance.unlimited
        /// Left by an earlier process: nothing new is signed until a block has it.
        var isRecovered: Bool
        /// Whether the plan that is applied says nothing of it: it is looked up and not offered.
        var isUnapproved = false
        /// Whether a step of this process asked for it.
        var wasAskedFor = false
        /// Before that it is not asked whether one will.
        var judgeAfter: Duration = .zero
        /// Whether whoever waits wants to know what became of it, and no more.
        var isWatched = false
        /// Whether who used its nonce is to be known before whoever waits is told that no block has it.
        var isToBeProven = false
        /// Whether its attempts were looked up since this process has it.
        var wasLookedUp: Bool
        /// When the latest attempt was last handed to a node by this process.
        var lastSent: Duration?
        /// When the latest attempt was signed, or taken up.
        var since: Duration
        var refusals = 0
        var restUntil: Duration = .zero
        /// Looks since it was sent that found it in no block.
        var looks = 0
        /// The chain counts its nonce as used, and none of its attempts was found.
        var isDoubted = false
        /// Whether a node that was offered it last has somebody else's transaction with its nonce.
        var isHeldByOthers = false
        /// Whether that node has one, or says that the nonce is used: nothing goes out behind it before that is decided.
        var isContested = false
        /// Whether somebody else had the nonce of one ahead of it before it went out.
        var isBehindOthers = false
        /// Why a node asks for more.
        var asksForMore: String?
        /// Why it was not replaced by one that pays more.
        var replacementRefused: StepFailure?
        /// Until when that stands.
        var replaceAfter: Duration = .zero
        var deadline: Duration
        /// The block of its receipt when that was last seen, and how far the chain was then.
        var receipt: (block: Hash, head: ChainHead)?
        /// Why nobody waits for it any more in this process.
        var givenUp: StepFailure?
        /// What the latest attempt says.
        var latest: Transaction?
        /// What the operation is for, as its first attempt says.
        var content: Transaction?
        /// The attempts that do nothing but use up the nonce.
        var voids: Set<Hash> = []
        /// Whether it is to be asked if what it relies on is there: it is not offered before.
        var isUnsure = false
        /// Before that it is not asked again.
        var checkAfter: Duration = .zero
        /// An address that it relies on and that nothing will be at.
        var lost: Address?
        /// Why it is not wanted any more, though it was signed: its nonce is used up where no block has it.
        var unwanted: StepFailure?
        /// Whether what others did since was looked at before it is offered.
        var wasCompared = false
        /// Whether somebody was told in this process that a block has it: its address is a promise from then on.
        var isTold = false
        /// Whether whoever waits now was told.
        var isHeard = false
        /// Whether its block was seen to be deep and still the block.
        var isFirm = false
        /// Whether all that it relies on was seen to be there since.
        var isSound = false
        /// The operations of this lane that create what it relies on; nil: not looked for yet.
        var foundations: Set<ChainOperation.ID>?

        var id: ChainOperation.ID { operation.id }
        /// Whether it was signed by this process and no node was offered it: more may be signed to go with it.
        var isFresh: Bool {
            !isRecovered && lastSent == nil && operation.state == .signed && operation.attempts.count == 1
                && refusals == 0 && asksForMore == nil && givenUp == nil
        }
        var nonce: UInt64 { operation.nonce ?? 0 }
        var isMined: Bool { operation.state == .included }
        var hashes: [Hash] { operation.attempts.map(\.hash) }
        /// The contract that it creates.
        var creates: Address? { operation.attempts.first?.predictedAddress }
        /// Whether what was signed for it is not to come into a block.
        var isToBeVoid: Bool { (lost != nil || unwanted != nil) && !isMined }
        /// Whether its latest attempt does nothing but use up the nonce.
        var isVoid: Bool { operation.attempts.last.map { voids.contains($0.hash) } ?? false }
    }

    /// What a step asked for and nothing is signed for yet.
    struct Wish: Sendable {
        let ticket: LaneTicket
        let request: LaneRequest
        let deadline: Duration
        /// What the chain estimated, with something on top.
        var gasLimit: UInt64?
        /// Whether its place was told: what comes behind it may be asked for.
        var isPlaced = false
        /// Whether it would revert as the chain is, and something is on its way that may change that.
        var waitsForOthers = false
        /// What the sender cannot pay for beside so many that are on their way.
        var fundsWait: (failure: StepFailure, beside: Int)?
        /// What the budget did not allow beside what is on its way; nothing is on record for it meanwhile.
        var budgetWait: BudgetWait?
        var operation: ChainOperation?
        /// Somebody else's transaction that does what is asked for.
        var stranger: LaneStranger?
        /// The price that the intent was made with.
        var price: GasPrice?
        var signed: SignedTransaction?
        var signedAt: Duration?
        /// Whether its bytes are being written: it is too late to take them back.
        var isBeingRecorded = false
        /// Whether it is to be asked if what it relies on is there: nothing is signed before.
        var isUnsure = true
        /// Before that it is not asked again.
        var checkAfter: Duration = .zero
        /// Whether whoever asked for it went away meanwhile.
        var wasLeft = false
    }
}
