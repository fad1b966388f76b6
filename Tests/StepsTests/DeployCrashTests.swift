import Engine
import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model
import Support
import Synchronization
import Testing

@testable import Steps

/// Kills a run wherever it touches the world, and lets it meet every fault there is, in every order.
@Suite struct DeployCrashTests {
    static let vault = FakeArtifact.withConstructor(
        #"{"name":"asset","type":"address"}"#, name: "Vault", runtime: [0x60, 0x07, 0xfd])

    /// A token and a call to it and, where it is asked for, a vault that holds it.
    static func effects(
        _ bench: DeployBench,
        token: FakeArtifact = .withFee,
        depth: Int = 1,
        withVault: Bool
    ) throws -> [FakeEffect] {
        let network = DeployBench.network(confirmations: .blocks(depth))
        let asset = DeployArgumentTests.reference(.deploymentAddress(name: "token", network: nil))
        let effects = [
            try bench.deploy("token", token, network: network),
            try bench.call("setFee", of: "token", token, network: network),
            try bench.deploy("vault", vault, arguments: .positional([asset]), network: network),
        ]
        return withVault ? effects : Array(effects.prefix(2))
    }

    /// Runs until all succeeds; nil where it never does.
    static func settle(_ bench: DeployBench, _ effects: [FakeEffect], runs: Int = 40) async throws -> FakeRun?
    {
        for _ in 0..<runs {
            bench.restart()
            let run = try await bench.run(effects)
            if run.failures.isEmpty, run.ends.count == effects.count, !bench.isDead { return run }
        }
        return nil
    }

    /// What must hold once everything is settled, whatever happened on the way; empty where it does.
    static func broken(_ bench: DeployBench, tokens: [FakeArtifact], withVault: Bool) throws -> [String] {
        var broken: [String] = []
        let chain = bench.node.chain
        for artifact in tokens + (withVault ? [vault] : []) {
            // A token that was replaced takes its vault along: the vault's argument is another.
            let expected = artifact.initCode == vault.initCode ? tokens.count : 1
            let count = chain.creations(of: artifact.initCode).count
            if count != expected {
                broken.append("\(artifact.name) was created \(count) times, not \(expected)")
            }
        }
        // What nobody asked for when others came behind it did nothing, and was made anew.
        let voids = chain.mined.count { $0.transaction.transaction.isVoid(of: bench.key.address) }
        let calls = chain.mined.filter {
            $0.transaction.transaction.to != nil && !$0.transaction.transaction.isVoid(of: bench.key.address)
        }
        if calls.count != tokens.count { broken.append("\(calls.count) calls") }
        let nonces = chain.mined.map(\.transaction.transaction.nonce)
        if nonces != Array(0..<UInt64((withVault ? 3 : 2) * tokens.count + voids)) {
            broken.append("nonces \(nonces)")
        }
        if !chain.pool.isEmpty { broken.append("\(chain.pool.count) wait in the pool") }

        let ledger = try bench.ledger()
        let lane = ChainOperation.Lane(
            chainID: DeployBench.sepolia.chainID, genesisHash: chain.blocks[0].hash, sender: bench.key.address
        )
        let open = try ledger.openOperations(in: lane)
        if !open.isEmpty { broken.append("open: \(open.map { "\($0.intent.step) \($0.state)" })") }
        let rows = try ledger.currentDeployments(project: "treasury")
        if rows.map(\.claim.name) != (withVault ? ["token", "vault"] : ["token"]) {
            broken.append("rows \(rows.map(\.claim.name))")
        }
        for row in rows {
            guard let address = row.address, let hash = row.transactionHash,
                let receipt = chain.receipts[hash]
            else {
                broken.append("\(row.claim.name) is on record by a transaction that the chain has not")
                continue
            }
            if receipt.address != address || receipt.block.number != row.blockNumber {
                broken.append("\(row.claim.name) is in another block or place than the ledger says")
            }
            let wanted = row.claim.name == "vault" ? vault : tokens[tokens.count - 1]
            if chain.code[address] != wanted.runtime { broken.append("\(row.claim.name) has other code") }
            let words = row.claim.constructorArguments.suffix(20)
            if row.claim.name == "vault", Array(words) != rows[0].address?.bytes {
                broken.append("the vault has another token")
            }
        }
        return broken
    }

    @Test(arguments: 0..<4) func aKillAtAnyCallLeavesOneOfEach(_ quarter: Int) async throws {
        let whole = try DeployBench()
        whole.knowFees()
        #expect(try await Self.settle(whole, try Self.effects(whole, withVault: false)) != nil)
        #expect(whole.calls > 55)
        for at in stride(from: quarter + 1, through: whole.calls, by: 4) {
            let bench = try DeployBench()
            bench.knowFees()
            let effects = try Self.effects(bench, withVault: false)
            bench.kill(atCall: at)
            _ = try await bench.run(effects)
            #expect(bench.isDead, "the run made fewer calls than \(at)")
            #expect(try await Self.settle(bench, effects, runs: 1) != nil, "killed at call \(at)")
            #expect(
                try Self.broken(bench, tokens: [.withFee], withVault: false) == [], "killed at call \(at)")
        }
    }

    @Test func aKillBetweenSigningAndSendingSendsTheSameBytes() async throws {
        let bench = try DeployBench()
        bench.node.plan(.connectionRefused, on: "eth_sendRawTransaction", times: 9)
        _ = try await bench.run(bench.deploy())
        let ledger = try bench.ledger()
        let operation = try #require(
            try ledger.unfinishedOperation(
                of: .deploy("token", on: "sepolia"), project: "treasury",
                chainID: DeployBench.sepolia.chainID, genesisHash: bench.node.chain.blocks[0].hash))
        #expect(operation.state == .signed)
        #expect(bench.node.chain.mined.isEmpty)
        bench.node.change { $0.countsLag = true }
        for _ in 0..<4 {
            bench.node.plan(.loseReply, on: "eth_sendRawTransaction")
            _ = try await bench.run(bench.deploy())
        }
        #expect(bench.node.chain.mined.map(\.transaction.raw) == operation.attempts.map(\.rawTransaction))
    }

    /// One seed: faults, kills and reorganisations by chance, until all is settled.
    static func play(_ seed: UInt64) async throws -> [String] {
        let bench = try DeployBench(patience: .seconds(120))
        bench.knowFees()
        var random = SeededRandom(seed: seed)
        let isDeep = Bool.random(using: &random)
        let changes = Int.random(in: 0..<3, using: &random) == 0
        let withVault = Int.random(in: 0..<3, using: &random) == 0
        bench.node.change { $0.minesAtOnce = !isDeep }
        let dice = Mutex(SeededRandom(seed: seed ^ 0xfa17))
        bench.node.rollDice { method, chain in
            dice.withLock { random in fault(method, &chain, isDeep: isDeep, &random) }
        }
        var changed = FakeArtifact.withFee
        changed.runtime = [0x60, 0x02, 0x60, 0x03]
        let versions = changes ? [FakeArtifact.withFee, changed] : [.withFee]
        for version in versions {
            let effects = try Self.effects(bench, token: version, depth: isDeep ? 3 : 1, withVault: withVault)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bench.restart()
                bench.kill(atCall: Int.random(in: 1...90, using: &random))
                _ = try await bench.run(effects)
            }
            guard try await settle(bench, effects) != nil else { return ["it never settles"] }
        }
        bench.node.rollDice(nil)
        return try broken(bench, tokens: versions, withVault: withVault)
    }

    private static func fault(
        _ method: String,
        _ chain: inout FakeChain,
        isDeep: Bool,
        _ random: inout SeededRandom
    ) -> FaultyNode.Fault? {
        chain.countsLag = Int.random(in: 0..<4, using: &random) == 0
        // Never deeper than what counts as final: the other branch is as long as the one that goes.
        if isDeep, Int.random(in: 0..<25, using: &random) == 0 {
            let depth = min(Int.random(in: 1...2, using: &random), chain.blocks.count - 1)
            chain.reorganise(depth: depth, forgetting: Int.random(in: 0..<3, using: &random) == 0)
            for _ in 0..<depth { chain.mine() }
        }
        if isDeep, Int.random(in: 0..<40, using: &random) == 0 { chain.emptyPool() }
        if Int.random(in: 0..<20, using: &random) == 0 { chain.hiddenCodePolls = 2 }
        chain.receiptLag = Int.random(in: 0..<3, using: &random)
        guard Int.random(in: 0..<8, using: &random) == 0 else { return nil }
        switch Int.random(in: 0..<9, using: &random) {
        case 0, 1, 2: return .loseReply
        case 3: return .loseRequest
        case 4: return .connectionRefused
        case 5: return .garbage
        case 6: return .status(429, retryAfter: 3)
        case 7: return .status(503)
        default:
            return .refuse(code: -32_000, method == "eth_sendRawTransaction" ? "txpool is full" : "syncing")
        }
    }

    /// Steps and the ledger as they are; ``LaneSimulationTests`` plays more seeds of the lane alone.
    @Test(arguments: 0..<6) func whateverHappensThereIsOneOfEach(_ group: UInt64) async throws {
        for seed in group * 25..<(group + 1) * 25 {
            let broken = try await Self.play(seed)
            #expect(broken == [], "seed \(seed)")
        }
    }
}
