import Engine
import Ethereum
import EthereumTypes
import Model

/// What `unless` tells of a block that may go away.
extension CallStep {
    /// Waits until what `unless` tells holds in a block that stays, where calls come behind: they may be made for it.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `not-confirmed`, where it does not by then.
    func requireDeep(
        _ action: CallAction,
        at address: Address,
        _ network: OpenNetwork,
        _ inputs: StepInputs,
        _ resolution: ArgumentResolution,
        _ progress: StepProgress
    ) async throws(StepFailure) {
        guard let unless = action.unless, context.calls.contains(where: { $0.previous == action.step }) else {
            return
        }
        let abi = try EffectContext.abi(try inputs[action.compile])
        let reading = ContractReading(unless.read, equals: unless.equals, of: "unless.equals")
        let isDeep = try await context.untilDeep(
            on: network,
            within: context.patience,
            waiting: { progress("waiting until a block that stays has what \(unless.read.value) tells") }
        ) { (block) async throws(StepFailure) in
            do throws(StepFailure) {
                let (holds, _) = try await reading.look(abi, at: address, resolution) {
                    (request) async throws(StepFailure) in
                    try await network.call(request, at: .number(block))
                }
                return holds
            } catch {
                // There was no such contract in that block, or the node that answers has not got it.
                guard ["bad-read", StepFailure.missingBlock].contains(error.code) else { throw error }
                return false
            }
        }
        guard !isDeep else { return }
        throw StepFailure(
            .blocked,
            code: "not-confirmed",
            "\(unless.read.value) of \(action.step.subject) on '\(network.spec.name)' is as 'unless' wants it in the newest block, and not in "
                + "one that is deep enough",
            hint: "run again: what comes behind it must not be made for a block that goes away"
        )
    }
}
