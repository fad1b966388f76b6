import Engine
import EthereumTypes
import Foundation
import Ledger
import Model

@testable import Steps

extension DeployBench {
    /// The same network, changed by approved plans alone.
    static var approving: NetworkSpec {
        var network = sepolia
        network.needsApproval = true
        return network
    }

    /// The plan of some forecasts, for the networks of ``sepolia``'s chain that they are of.
    static func approved(
        _ forecasts: [DeploymentForecast],
        genesis: String = "genesis",
        signedBefore: Set<String> = []
    ) -> ApprovedPlan {
        let chains = Set(forecasts.map(\.network)).sorted().map {
            PlannedChain(network: $0, chainID: sepolia.chainID, genesis: Keccak256.hash(genesis.utf8))
        }
        return ApprovedPlan(
            digest: Digest(of: Data()), chains: chains, deployments: forecasts, signedBefore: signedBefore)
    }

    /// What a plan says of some deployments, as the ledger and the chain are now.
    func plan(_ effects: FakeEffect...) async throws -> ApprovedPlan {
        let forecasts = try await forecast(effects)
        let open = try ledger().signedOperations(
            on: Self.sepolia.chainID, genesisHash: node.chain.blocks[0].hash)
        return Self.approved(
            forecasts, signedBefore: Set(open.flatMap(\.attempts).map(\.hash.description)))
    }

    /// What a plan would say; with `approved` what is looked at before that is applied.
    func forecast(
        _ effects: [FakeEffect],
        applying approved: ApprovedPlan? = nil
    ) async throws -> [DeploymentForecast] {
        let effects = Self.declared(effects)
        let pure = try Self.pure(effects)
        var context = try context(of: effects)
        context.approved = approved
        return await Forecaster(context) { _ in true }.forecast(
            try Plan(ordering: effects.map { Plan.Step(id: $0.step, work: $0.work) }),
            outcome: pure.mapValues { .succeeded($0.outputs) }, inputs: StepInputs(pure))
    }
}
