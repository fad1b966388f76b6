package import Engine
import Ethereum
import EthereumTypes
import Foundation
package import Model

/// Sees to it that a devnet has a factory; the same again finds it there.
package struct FactoryStep: Sendable {
    private let context: EffectContext

    package init(_ context: EffectContext) { self.context = context }

    package func perform(_ action: FactoryAction) async throws(StepFailure) -> Performed {
        let network = try await context.hub.open(action.network)
        let (factory, name) = (action.factory, action.network.name)
        let wanted = DevnetFactories.code(factory)
        let code = try await network.code(of: factory.address)
        if factory.isKnown(code) || code == wanted {
            return Performed(
                outputs: [], isReuse: true, reason: "'\(name)' has \(factory.rawValue) at \(factory.address)")
        }
        guard code.isEmpty else {
            throw StepFailure(
                .blocked,
                code: "other-factory",
                "the devnet '\(name)' has other code at \(factory.address) than \(factory.rawValue) has",
                hint: "start with an empty devnet: remove its folder below devnets/ in the state directory"
            )
        }
        do throws(RPCFailure) {
            try await network.rpc.setCode(wanted, at: factory.address)
        } catch {
            throw StepFailure(error, on: network.spec)
        }
        guard try await network.code(of: factory.address) == wanted else {
            throw StepFailure(
                code: "no-factory",
                "the devnet '\(name)' said that it put code at \(factory.address), and has none of it there"
            )
        }
        return Performed(
            outputs: [],
            isReuse: false,
            reason: "put at \(factory.address): \(DevnetFactories.words(factory))"
        )
    }
}
