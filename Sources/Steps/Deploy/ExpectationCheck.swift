package import Engine
import Ethereum
package import EthereumTypes
package import Model

/// What a deployment's function gave, beside what it must give.
package struct CheckedExpectation: Hashable, Sendable {
    package var name: String
    /// The function's signature.
    package var read: String
    /// What it gave, or why it cannot be read.
    package var seen: String
    package var holds: Bool
}

/// Asks the functions of deployments whether they give what the manifest says; sends nothing.
package struct ExpectationCheck: Sendable {
    private let context: EffectContext

    package init(_ context: EffectContext) { self.context = context }

    /// Asks for each expectation of a deployment, in the manifest's order.
    ///
    /// - Parameters:
    ///   - action: The deployment.
    ///   - address: Where it is.
    ///   - deployments: What is known of other addresses, by `NAME@NETWORK`.
    ///   - inputs: What its compile step stored.
    /// - Returns: As many answers as there are expectations.
    /// - Throws: ``StepFailure`` where the network cannot be asked. A function that gives nothing that can be read does not hold.
    package func check(
        _ action: DeployAction,
        at address: Address,
        deployments: [String: Address],
        inputs: StepInputs
    ) async throws(StepFailure) -> [CheckedExpectation] {
        let network = try await context.hub.open(action.network)
        let abi = try EffectContext.abi(try inputs[action.compile])
        var resolution = ArgumentResolution(
            deployments: deployments,
            signers: [:],
            network: action.network.name
        )
        for signer in action.signersExpected {
            resolution.signers[signer.name] = try await context.address(of: signer)
        }
        var checked: [CheckedExpectation] = []
        for expectation in action.expectations {
            let (holds, seen) = try await look(expectation, abi, at: address, resolution, network, [:])
            checked.append(
                CheckedExpectation(
                    name: expectation.name, read: expectation.read.value, seen: seen, holds: holds))
        }
        return checked
    }

    /// Whether one holds, and what is seen; `answers` are what is known of it already.
    func look(
        _ expectation: Expectation,
        _ abi: ContractABI,
        at address: Address,
        _ resolution: ArgumentResolution,
        _ network: OpenNetwork,
        _ answers: [CallRequest: [UInt8]]
    ) async throws(StepFailure) -> (holds: Bool, seen: String) {
        let reading = ContractReading(
            expectation.read, equals: expectation.equals, of: "checks.\(expectation.name).equals")
        do throws(StepFailure) {
            return try await reading.look(abi, at: address, resolution) {
                (request) async throws(StepFailure) in
                if let answer = answers[request] { return answer }
                return try await self.answer(to: request, network)
            }
        } catch {
            guard Self.ofTheFunction.contains(error.code) else { throw error }
            return (false, "not to be read: \(error.message)")
        }
    }

    /// What a node refuses for reasons of its own says nothing of the function; that it reverts does.
    private func answer(
        to request: CallRequest,
        _ network: OpenNetwork
    ) async throws(StepFailure) -> [UInt8] {
        try await context.now(on: network) { (block) async throws(StepFailure) in
            do throws(RPCFailure) {
                return try await network.rpc.call(request, at: block)
            } catch {
                guard case .node(let fault) = error, fault.isRevert else {
                    throw StepFailure(error, on: network.spec)
                }
                throw StepFailure(code: "bad-read", "it reverts: \(RevertReason(fault.revertData ?? []))")
            }
        }
    }

    /// The codes of failures that another function, or another contract, would not have.
    private static let ofTheFunction: Set = ["no-function", "bad-read", "bad-argument"]
}
