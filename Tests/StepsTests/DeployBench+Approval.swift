import Engine
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

    /// What a plan says of some deployments, as the ledger and the chain are now.
    func plan(_ effects: FakeEffect...) async throws -> ApprovedPlan {
        ApprovedPlan(digest: Digest(of: Data()), deployments: try await forecast(effects))
    }

    func forecast(_ effects: [FakeEffect]) async throws -> [DeploymentForecast] {
        let pure = try Self.pure(effects)
        return await Forecaster(try context(try ledger())) { _ in true }.forecast(
            try Plan(ordering: effects.map { Plan.Step(id: $0.step, work: $0.work) }),
            outcome: pure.mapValues { .succeeded($0.outputs) }, inputs: StepInputs(pure))
    }
}
