import Ethereum
import EthereumTypes
import Foundation
import Model

/// Who made what is at a salt's address: whoever sends a factory the same first, which anybody can read in a pool or a plan.
///
/// The address says code and arguments. It says nothing of what the constructor saw, such as `tx.origin`, nor of the value.
extension DeployStep {
    /// Makes sure that what is there is what this deployment would have made, as far as that can be seen; warns of the rest.
    ///
    /// Nothing is asked where it is on record which transaction of a run made it, or where nobody else could.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `made-otherwise`, where the deployment sends value, or what the
    ///   constructor wrote into the code is not what it would write for the sender.
    func checkMaker(
        of code: [UInt8],
        at address: Address,
        _ action: DeployAction,
        _ call: ConstructorCall,
        _ creation: Creation,
        _ network: OpenNetwork
    ) async throws(StepFailure) {
        guard !network.spec.isDevnet, !creation.isSendersOwn, let factory = creation.factory,
            try !context.knowsCreation(of: address, on: network)
        else { return }
        let subject = action.step.subject
        let place = "\(subject) is at \(address), where its salt leads, and who made it is on no record"
        var fear: String?
        if action.value > .zero {
            fear = "whether the \(action.value) wei that go along were sent cannot be known"
        } else if call.proxy == nil,
            await !writes(code, at: address, call, factory, action.signer, network)
        {
            fear =
                "its constructor wrote other immutables into it than it would for its signer, or they cannot be compared"
        }
        if let fear {
            throw StepFailure(
                .blocked,
                code: "made-otherwise",
                "\(place): \(fear)",
                hint:
                    "look at it; where it is yours: hyperkit deployments adopt \(subject) \(address); else change the salt. "
                    + "Nothing was sent"
            )
        }
        guard await context.hub.isFirstWord(of: "maker of \(address)", on: network) else { return }
        context.notice(
            Diagnostic(
                .warning,
                "unknown-maker",
                "\(place): it is taken over as it is",
                hint:
                    "anybody can have the same code made there with the same arguments; look at what its constructor left, such as its "
                    + "owner, before it is trusted"
            )
        )
    }

    /// Whether a constructor writes the immutables that code has, for a factory's call by the signer.
    ///
    /// No question has both the factory as `msg.sender` and the signer as `tx.origin`, so that each place is held against either.
    private func writes(
        _ code: [UInt8],
        at address: Address,
        _ call: ConstructorCall,
        _ factory: Create2Factory,
        _ signer: SignerSpec?,
        _ network: OpenNetwork
    ) async -> Bool {
        guard !call.masked.isEmpty else { return true }
        let senders = [factory.address, await sender(signer)].compactMap(\.self)
        var written: [[UInt8]] = []
        for sender in senders {
            let answer = try? await network.rpc.call(address, from: sender, running: call.data)
            if let answer, call.compare(answer) == .identical { written.append(answer) }
        }
        if written.isEmpty {
            // A node that takes no overrides still says all that does not follow from the contract's own address.
            for sender in senders {
                let answer = try? await network.call(CallRequest(from: sender, to: nil, data: call.data))
                if let answer, call.compare(answer) == .identical { written.append(answer) }
            }
        }
        let words = [address, factory.address].map { [UInt8](repeating: 0, count: 12) + $0.bytes }
        return call.masked.allSatisfy { place in
            guard place.upperBound <= code.count else { return false }
            return words.contains(Array(code[place])) || written.contains { $0[place] == code[place] }
        }
    }
}
