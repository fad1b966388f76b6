import Engine
import EthereumTypes
import Foundation
import Model
import Testing

@testable import Ethereum
@testable import Ledger
@testable import Steps

/// The fake journal of simulations says what the ledger says.
@Suite struct LaneJournalTests {
    @Test(arguments: 0..<8) func theLedgerAnswersTheSame(_ seed: UInt64) async throws {
        var simulation = LaneSimulation(seed, isTraced: true)
        simulation.play()
        #expect(simulation.journal.writes.count > 5)
        try await expectTheLedgerAnswersTheSame(simulation)
    }

    /// Few seeds come to a call that a block has though its contract is lost; which ones, each change of the lane moves.
    @Test func soItDoesOfCallsThatWentToNothing() async throws {
        var settings = LaneSettings(steps: 6)
        settings.losesAddresses()
        settings.rarity = 12
        settings.crashRarity = 0
        var found: [LaneSimulation] = []
        for seed: UInt64 in 0..<400 where found.count < 2 {
            var simulation = LaneSimulation(seed, settings: settings)
            simulation.journal.remembers = true
            simulation.play()
            let isMet = simulation.journal.writes.contains { write in
                if case .strand = write.kind { true } else { false }
            }
            if isMet { found.append(simulation) }
        }
        #expect(found.count == 2)
        for simulation in found { try await expectTheLedgerAnswersTheSame(simulation) }
    }

    /// What a killed process left signed leaves the next one too little, until it has ended.
    @Test func soItDoesOfBudgetsOfWhichEarlierRunsLeftLittle() async throws {
        var settings = LaneSettings(steps: 5)
        settings.rules.limits = SpendLimits(run: Wei(700_000_000_000_000))
        settings.crashRarity = 15
        settings.wildProcesses = 6
        settings.beginsAtOnce = true
        var found: [LaneSimulation] = []
        for seed: UInt64 in 0..<400 where found.count < 3 {
            var simulation = LaneSimulation(seed, settings: settings)
            simulation.journal.remembers = true
            simulation.play()
            #expect(simulation.problems == [], "seed \(seed)")
            if simulation.census.faults[.leftLittle] != nil { found.append(simulation) }
        }
        #expect(found.count == 3)
        for simulation in found { try await expectTheLedgerAnswersTheSame(simulation) }
    }

    private func expectTheLedgerAnswersTheSame(_ simulation: LaneSimulation) async throws {
        let writes = simulation.journal.writes
        let bench = try DeployBench()
        let ledger = try bench.ledger()
        let world = bench.world
        let network = OpenNetwork(
            spec: DeployBench.sepolia,
            endpoints: NetworkEndpoints(
                [
                    NodeDoor(
                        index: 0, name: "endpoint 1", url: Secret(DeployBench.endpoint), perSecond: nil,
                        world: world)
                ], world: world),
            genesis: LaneFakeChain.hash(0),
            devnetKey: nil
        )
        var run = ""
        for (place, write) in writes.enumerated() {
            switch write.kind {
            case .begin(let next):
                run = next
                try begin(simulation.settings.context(run: 0), run, in: ledger)
            case .move(let move):
                let performer = LanePerformer(
                    world: world,
                    ledger: ledger,
                    network: network,
                    sender: LaneFakeSigner.address,
                    run: run,
                    rules: simulation.settings.rules,
                    stepsAtWork: StepsAtWork()
                )
                switch await performer.perform(move) {
                case .stored(let operations): expectSame(operations, write.operations, place)
                case .failed(let failure), .notYet(let failure):
                    #expect(write.operations == nil, "\(place): \(failure)")
                default: Issue.record("\(move) writes nothing")
                }
            case .finish(let id):
                let operation = try ledger.operation(id)
                switch operation.intent.kind {
                case .call: _ = try ledger.markFinal(id, leaving: call(operation))
                case .deploy: _ = try ledger.markFinal(id, leaving: claim(id))
                }
                expectSame([try ledger.operation(id)], write.operations, place)
            case .strand(let id):
                _ = try ledger.markStranded(id, error: "nothing was there")
                expectSame([try ledger.operation(id)], write.operations, place)
            }
        }
        let unsettled = try ledger.unsettledCreations(
            chainID: simulation.settings.context(run: 0).lane.chainID, genesisHash: LaneFakeChain.hash(0))
        #expect(unsettled == simulation.journal.unsettledCreations)
    }

    private func expectSame(_ operations: [ChainOperation], _ fakes: [ChainOperation]?, _ place: Int) {
        #expect(operations.count == fakes?.count, "write \(place)")
        for (operation, fake) in zip(operations, fakes ?? []) { expectSame(operation, fake, place) }
    }

    private func expectSame(_ operation: ChainOperation, _ fake: ChainOperation?, _ place: Int) {
        #expect(operation.id == fake?.id, "write \(place)")
        #expect(operation.intent == fake?.intent, "write \(place)")
        #expect(operation.state == fake?.state, "write \(place)")
        #expect(operation.nonce == fake?.nonce, "write \(place)")
        #expect(operation.attempts.map(\.rawTransaction) == fake?.attempts.map(\.rawTransaction))
        #expect(operation.inclusion == fake?.inclusion, "write \(place)")
    }

    private func begin(_ context: LaneContext, _ run: String, in ledger: Ledger) throws {
        try ledger.begin(
            RunHeader(
                id: run,
                project: context.project,
                startedAt: Timestamp(milliseconds: 0),
                hyperkitVersion: "0.1.0",
                manifests: [],
                actor: "ada"
            ),
            steps: [],
            maxRetries: 0
        )
        try ledger.takeOver(
            on: context.network, chainID: context.lane.chainID, genesisHash: context.lane.genesisHash,
            in: run)
    }

    private func call(_ operation: ChainOperation) throws -> CallClaim {
        CallClaim(
            name: "call\(operation.id)",
            deployment: "c\(operation.id)",
            address: try #require(CallStep.target(of: operation)),
            function: "hit()"
        )
    }

    private func claim(_ id: ChainOperation.ID) -> DeploymentClaim {
        let digest = Digest(of: Data())
        return DeploymentClaim(
            name: "c\(id)",
            contract: "Token",
            initCodeDigest: digest,
            runtimeCodeDigest: digest,
            constructorArguments: []
        )
    }
}
