import Engine
import Ethereum
import EthereumTypes
import Ledger
import Model

/// A contract that is to be created: who sends it, and what is looked at before that.
extension DeployStep {
    /// Has it sent by whoever signs on the network, or asks people to.
    func create(
        _ action: DeployAction,
        _ call: ConstructorCall,
        _ creation: Creation,
        _ decision: Decision,
        _ allowance: Allowance,
        network: OpenNetwork,
        inputs: StepInputs,
        _ progress: StepProgress
    ) async throws(StepFailure) -> DeploymentFact {
        let sending = try await context.sending(action.signer, on: network)
        let cost = try LaneCost(action, inputs) { mate throws(StepFailure) in
            // One that two names are claimed for is not deployed; its own step says so.
            guard
                case .known(let known)? = try? context.knowledge(
                    of: mate.name, formerly: mate.formerly, on: network)
            else { return nil }
            return known.entry.initCodeDigest
        }
        try Self.checkSizes(call, action)
        if sending.paysItself {
            try await cost.check(network, sender: sending.address, named: action.signer?.name)
        }
        let request = TransactionRequest(
            step: action.step,
            kind: .deploy,
            to: creation.to,
            data: creation.data,
            value: action.value,
            gasLimit: action.gasLimit,
            abi: call.abi,
            allowance: allowance,
            creates: creation.address,
            mark: mark(of: action, named: action.name),
            formerMarks: action.formerly.map { mark(of: action, named: $0) },
            reach: try reach(of: action, on: network),
            storageLayout: call.proxy == nil ? call.storageLayout : nil
        )
        // Calls to what it takes the place of are not wanted any more.
        for call in context.calls where call.deploy == action.step {
            try context.takeBackUnneeded(call.step, on: network)
        }
        let sent = try await context.send(
            request, sending, on: network, progress: progress,
            usable: { operation throws(StepFailure) in try early(action, call, operation, decision) })
        switch sent {
        case .settled(let settled):
            let fact = try await finish(action, call, settled.operation, decision, network)
            // It is on record with what it was made with: the next run replaces it.
            if let stranded = settled.stranded { throw stranded }
            return fact
        case .proposed(let waits): return Self.proposed(action, call, at: creation, waits)
        }
    }

    /// What is made anew each time is made once for each plan, else for each run.
    func mark(of action: DeployAction, named name: String) -> OperationMark {
        let occasion = action.redeploy == .always ? context.approved?.digest.description ?? context.run : ""
        return OperationMark(action.step.kind.rawValue, context.project, name, action.network.name, occasion)
    }

    /// Which transactions that are on no record are the creation that is wanted: what is replaced comes of an earlier one.
    func reach(of action: DeployAction, on network: OpenNetwork) throws(StepFailure)
        -> TransactionRequest.Reach
    {
        guard action.redeploy != .always else { return context.approved == nil ? .thisRun : .ever }
        let knowledge = try context.knowledge(of: action.name, formerly: action.formerly, on: network)
        guard case .known(let known) = knowledge, let block = known.entry.block else { return .ever }
        return .since(block: block)
    }

    static func checkSizes(_ call: ConstructorCall, _ action: DeployAction) throws(StepFailure) {
        let limits = action.network.limits
        for (what, size, limit, rule) in [
            ("runtime code", call.runtimeCode.count, limits.maxRuntimeCode, "EIP-170"),
            ("init code", call.data.count, limits.maxInitCode, "EIP-3860"),
        ] where size > limit {
            throw StepFailure(
                code: "code-size",
                "the \(what) of \(action.contract) is \(size) bytes; '\(action.network.name)' takes \(limit) (\(rule))",
                hint: "split the contract, or let the optimizer aim at size"
            )
        }
    }
}
