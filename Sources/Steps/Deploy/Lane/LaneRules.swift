import Ledger
import Model

/// Within which bounds a lane sends.
struct LaneRules: Hashable, Sendable {
    /// Transactions that wait for a block at once; nodes keep few a sender (geth: 16 that cannot run yet).
    var inFlight: Int
    /// After so long the first transaction that no block takes is replaced by one that pays more; nil: never.
    var bumpAfter: Duration?
    /// How often one operation is replaced.
    var maxBumps: Int
    var confirmations: NetworkSpec.Confirmations
    /// A devnet mines a block only when there is something to put in it: no other block may ever come.
    var isDeepAtOnce: Bool
    /// How long a step waits for its block, or for depth, before it leaves the rest to the next run.
    var patience: Duration
    var limits: SpendLimits
    /// How long a block takes; nil where nobody says.
    var blockTime: Duration?
    /// How many go to a node in one exchange.
    var together = 16
    /// For how long what the chain said of the sender holds: who else uses the key is seen after that.
    var accountAge = Duration.seconds(2)

    /// For how long what is signed waits for more that goes with it: whoever signs may be slow, and prices change.
    static let gathering = Duration.milliseconds(250)
    /// The questions that what a sender has takes.
    static let accountQuestions = 4
    /// Later than any run.
    static let never = Duration.seconds(1 << 60)
    /// For how long a price of gas is good.
    static let priceAge = Duration.seconds(12)
    /// Ethereum finalises two epochs of 32 blocks after a block at best; a while is added for worse times.
    static let untilFinal = Duration.seconds(45 * 60)
    static let firstPoll = Duration.milliseconds(5)
    /// So many are looked up at once, even where the first of them is in no block.
    static let fewLooked = 2
    /// After so long it is asked again whether what a transaction relies on is there.
    static let untilChecked = Duration.milliseconds(250)
    /// After so long what was not answered of an account is asked again.
    static let accountPause = Duration.seconds(1)
    static let firstRest = Duration.milliseconds(250)
    /// How often a transaction is offered that a node plainly does not take.
    static let mostRefusals = 5
    /// From so many looks on, a nonce that is used by none of the attempts is looked into.
    static let looksUntilDoubt = 3
    /// How often answers of how many transactions the sender has may contradict each other.
    static let mostContradictions = 4
    /// Of so many nonces it is asked at once what others used them for.
    static let mostInspected = 256
    /// How often in a row a gap is seen before it is one.
    static let gapSurveys = 3
    /// The same, where another endpoint denies it: a pool may have what another has not.
    static let uncertainSurveys = 5

    init(
        inFlight: Int = 16,
        bumpAfter: Duration? = nil,
        maxBumps: Int = 4,
        confirmations: NetworkSpec.Confirmations = .blocks(1),
        isDeepAtOnce: Bool = false,
        patience: Duration = .seconds(600),
        limits: SpendLimits = .none,
        blockTime: Duration? = nil
    ) {
        self.inFlight = inFlight
        self.bumpAfter = bumpAfter
        self.maxBumps = maxBumps
        self.confirmations = confirmations
        self.isDeepAtOnce = isDeepAtOnce
        self.patience = patience
        self.limits = limits
        self.blockTime = blockTime
    }

    /// What the manifest says of a network.
    init(_ spec: NetworkSpec, patience: Duration) {
        self.init(
            inFlight: spec.inFlight,
            bumpAfter: spec.fees.bumpAfter,
            maxBumps: spec.fees.maxBumps,
            confirmations: spec.confirmations,
            isDeepAtOnce: spec.isDevnet,
            patience: spec.confirmations == .finalized ? max(patience, Self.untilFinal) : patience,
            limits: SpendLimits(
                transaction: spec.budget.transaction,
                run: spec.budget.run,
                day: spec.budget.day
            ),
            blockTime: spec.blockTime
        )
        if let most = spec.requestsPerSecond {
            // At most a twenty-fifth of the requests.
            accountAge = max(accountAge, .seconds(25 * Self.accountQuestions) / most)
            // Where many go at once, much of the second around them is empty.
            together = min(together, max(1, most / 3))
        }
    }

    /// The longest wait between two looks.
    var longestPoll: Duration { min(.seconds(4), blockTime.map { $0 / 8 } ?? .seconds(4)) }

    /// How long until every endpoint is asked again whether there is a gap: a block, or as long as what is sent needs to get around.
    var surveyPause: Duration { max(.seconds(2), blockTime ?? .zero) }

    /// How long a run waits for blocks with what its account sent and nothing is on record of.
    var untilSettled: Duration { min(patience, max(.seconds(120), (blockTime ?? .zero) * 8)) }

    /// How long a transaction waits for its block before its bytes are sent once more: nodes lose what they were given.
    var untilSentAgain: Duration { max(.seconds(15), (blockTime ?? .zero) * 2) }

    /// Whether depth is more than to be in a block, or the time of the next block is reckoned with.
    var needsHead: Bool { !isDeepAtOnce && (confirmations != .blocks(1) || blockTime != nil) }

    /// Whether a block is deep enough below what the node says is its head.
    func isDeep(_ block: UInt64, below head: ChainHead) -> Bool {
        isDeepAtOnce || deepest(below: head).map { block <= $0 } ?? false
    }

    /// The newest block that is deep enough below a head; nil where the chain is too short.
    func deepest(below head: ChainHead) -> UInt64? {
        switch confirmations {
        case .blocks(let wanted): head.latest + 1 >= UInt64(wanted) ? head.latest + 1 - UInt64(wanted) : nil
        case .finalized: head.finalized ?? 0
        }
    }
}

/// How far a chain is.
struct ChainHead: Hashable, Sendable {
    var latest: UInt64
    /// Asked for only where a network waits for finality, or a nonce is in doubt.
    var finalized: UInt64?

    /// Blocks on top of and including one.
    func depth(of block: UInt64) -> UInt64 { latest >= block ? latest - block + 1 : 0 }
}
