import Ethereum
import EthereumTypes
import Ledger
import Model
import Support

@testable import Steps

/// What a seed chooses once: a network's rules, and how much goes wrong on it.
struct LaneSettings {
    var rules: LaneRules
    var fees: Fees.Settings
    /// The most gas that a transaction may use.
    var mostGas = UInt64.max
    var isLegacy: Bool
    var steps: Int
    var nodes: Int
    var wildProcesses: Int
    var blockTime: Duration
    /// The longest that a node takes to answer.
    var latency: Duration
    /// One in so many questions meets a fault.
    var rarity: Int
    /// One in so many moves is the last one of its process; 0: none.
    var crashRarity: Int
    var isStrict: Bool
    var refusesGaps: Bool
    /// A node that answers one question an exchange.
    var takesNoBatches: Bool
    /// Whether all steps ask as soon as a process begins, or one after the other.
    var beginsAtOnce: Bool
    /// Whether somebody else signs with the key too.
    var isShared: Bool
    var reverts: Bool
    /// Whether later steps name the addresses of earlier ones, or call them.
    var relies = false
    /// Whether another machine does the same with the same key.
    var hasTwins = false

    /// A network without a fault.
    init(rules: LaneRules = LaneRules(patience: .seconds(120)), steps: Int = 2) {
        self.rules = rules
        fees = Fees.Settings()
        isLegacy = false
        self.steps = steps
        nodes = 1
        wildProcesses = 1
        blockTime = .seconds(4)
        latency = .milliseconds(50)
        rarity = 1_000_000_000
        crashRarity = 0
        isStrict = false
        refusesGaps = false
        takesNoBatches = false
        beginsAtOnce = false
        isShared = false
        reverts = false
    }

    init(_ random: inout SeededRandom) {
        func pick<Value>(_ values: [Value], _ random: inout SeededRandom) -> Value {
            values[Int.random(in: 0..<values.count, using: &random)]
        }
        rules = LaneRules(
            inFlight: pick([1, 2, 3, 16], &random),
            bumpAfter: pick([nil, .seconds(20), .seconds(45)], &random),
            maxBumps: pick([0, 1, 2, 4], &random),
            confirmations: pick([.blocks(1), .blocks(1), .blocks(2), .blocks(3), .finalized], &random),
            patience: .seconds(pick([60, 120, 200], &random)),
            limits: SpendLimits(
                // A price of 3 gwei for 100,000 units of gas is the usual reserve.
                transaction: pick([nil, nil, Wei(450_000_000_000_000)], &random),
                run: pick([nil, nil, Wei(700_000_000_000_000)], &random)
            )
        )
        fees = Fees.Settings(maxFeePerGas: pick([nil, nil, Wei(8_000_000_000)], &random))
        isLegacy = pick([false, false, true], &random)
        // Where there is one alone nothing fills a gap ahead of it.
        steps = pick([true, false, false, false, false], &random) ? 1 : Int.random(in: 1...6, using: &random)
        nodes = Int.random(in: 1...3, using: &random)
        wildProcesses = Int.random(in: 2...12, using: &random)
        blockTime = pick([.seconds(1), .seconds(4), .seconds(12)], &random)
        rules.blockTime = pick([nil, blockTime, .seconds(12)], &random)
        latency = pick([.zero, .milliseconds(50), .milliseconds(900), .seconds(6)], &random)
        rarity = pick([3, 6, 12, 40], &random)
        crashRarity = pick([0, 5, 8, 15, 40], &random)
        isStrict = pick([false, true], &random)
        refusesGaps = pick([false, true], &random)
        takesNoBatches = pick([false, false, false, true], &random)
        rules.together = pick([1, 2, 16, 16], &random)
        beginsAtOnce = pick([false, true, true], &random)
        isShared = pick([false, false, true], &random)
        reverts = pick([false, false, false, true], &random)
        relies = pick([false, true], &random)
        if relies {
            // Time enough for a block to go away after its address was told, and somebody who takes the nonce.
            rules.confirmations = pick([.blocks(4), .blocks(6), .finalized], &random)
            isShared = pick([false, true, true], &random)
        }
        hasTwins = pick([false, false, true], &random)
    }

    /// Somebody takes the nonces of contracts that others rely on, and processes end between.
    mutating func losesAddresses() {
        relies = true
        isShared = true
        steps = max(steps, 3)
        crashRarity = 15
        rules.confirmations = .blocks(6)
    }

    func context(run: Int) -> LaneContext {
        guard let chainID = ChainID(1_337) else { preconditionFailure("1337 is a chain id") }
        return LaneContext(
            run: "run-\(run)",
            project: "simulated",
            network: "sim",
            lane: ChainOperation.Lane(
                chainID: chainID,
                genesisHash: LaneFakeChain.hash(0),
                sender: LaneFakeSigner.address
            ),
            fees: fees,
            needsApproval: hasTwins,
            mostGas: mostGas
        )
    }

    /// How deep a reorganisation may go without taking back what counts as deep enough.
    var mostReorganised: Int {
        switch rules.confirmations {
        case .blocks(let wanted): min(wanted - 1, LaneFakeChain.finality)
        case .finalized: LaneFakeChain.finality
        }
    }
}
