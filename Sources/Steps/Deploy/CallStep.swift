package import Engine
import Ethereum
import EthereumTypes
import Foundation
import Ledger
package import Model

/// Calls a function of a deployment, once for each address it is made to, or until its `unless` says that it is not needed.
package struct CallStep: Sendable {
    let context: EffectContext

    package init(_ context: EffectContext) { self.context = context }

    package func perform(
        _ action: CallAction,
        inputs: StepInputs,
        progress: StepProgress
    ) async throws(StepFailure) -> Performed {
        let network = try await context.openToChange(action.network)
        let deployment = try EffectContext.deployment(action.deployment, on: action.network.name, inputs)
        let address = try EffectContext.address(of: deployment)
        let abi = try EffectContext.abi(try inputs[action.compile])
        let resolution = try await context.resolution(
            of: action.arguments.references + (action.unless?.equals.references ?? []),
            on: action.network.name,
            signers: action.signersRead,
            inputs: inputs
        )
        let function = try Self.function(action.function, abi)
        let data = try callData(action, inputs, resolution)
        var fact = CallFact(
            name: action.name,
            deployment: action.deployment,
            network: action.network.name,
            function: function.signature,
            address: address.description,
            isMade: false,
            reason: ""
        )
        if let settled = try await settleEarlier(
            action, data, deployment, address, network, inputs, resolution, progress)
        {
            return try finish(action, function, address, data, settled, &fact, "an earlier run had sent it")
        }
        if let performed = try await settleProposed(action, data, address, network, &fact) {
            return performed
        }
        var since: UInt64?
        switch try await need(of: action, at: deployment, address, network, inputs, resolution) {
        case .none(let reason, let made):
            try await requireDeep(action, at: address, network, inputs, resolution, progress)
            fact.reason = reason
            if let made { try context.takeOver(made, action, at: address, on: network) }
            try context.takeBackUnneeded(action.step, on: network)
            return try Self.performed(fact)
        case .call(let reason, let block):
            fact.reason = reason
            since = block
        }
        if try wasThere(deployment, address, network) {
            let check = LiveFirstCheck(context, action.liveFirst, before: action.network)
            try await check?.require(inputs, compiledBy: action.compile)
            switch try await context.unrecorded(action, at: address, data, on: network) {
            case .made(let execution): return try takeOver(execution, action, data, address, network, &fact)
            case .notMade: try await context.requireNotMisplaced(action, data, at: address, on: network)
            case .untold:
                try await context.requireNotMisplaced(action, data, at: address, on: network)
                try await context.checkHistory(
                    ahead: try context.onceOnly(action, at: address, on: network), on: network, progress)
            }
        }
        var intent = Self.intent(action, reason: fact.reason)
        intent.past = try context.past(action, function.signature, data, at: address, on: network)
        var request = Self.request(action, to: address, data)
        request.abi = abi
        request.allowance = try context.allowance(intent, of: action.deploy)
        if let since { request.reach = .since(block: since) }
        request.mayBeOthers =
            action.unless == nil ? try !context.knowsCreation(of: address, on: network) : false
        request.isToNew = try !wasThere(deployment, address, network)
        request.targetBlock = try context.blockOfCreation(of: action.deployment, at: address, on: network)
        let sending = try await context.sending(action.signer, on: network)
        try context.requireThere(deployment, action.deploy, before: sending.address, on: network)
        try requirePrevious(of: action, inputs, before: sending.address, on: network)
        let sent: Sent
        do throws(StepFailure) {
            // What comes behind it waits until it stays: a block that goes away may give its place to another's transaction.
            sent = try await context.send(
                request, sending, on: network, progress: progress, usable: { _ throws(StepFailure) in nil })
        } catch {
            guard error.code == EffectContext.unsigned else { throw error }
            // The next call of the same account is written down with it, under the next nonce.
            sent = .proposed(error)
        }
        switch sent {
        case .settled(let settled):
            if let stranded = settled.stranded {
                try await leave(settled.operation, stranded, action, network)
                throw stranded
            }
            return try finish(action, function, address, data, settled.operation, &fact, fact.reason)
        case .proposed(let waits):
            fact.reason = waits.message
            fact.isAsked = true
            return try Self.performed(fact, waitsFor: waits)
        }
    }

    /// What is about to be done, as a plan would say it.
    static func intent(_ action: CallAction, reason: String) -> DeploymentForecast.Call {
        var intent = DeploymentForecast.Call(
            name: action.name,
            function: action.function.value,
            arguments: action.arguments.spelling,
            to: nil,
            data: nil,
            valueWei: action.value.description,
            reason: reason
        )
        intent.unless = action.unless?.spelling
        intent.formerly = action.formerly
        return intent
    }

    // MARK: Decide

    /// Whether a call is to be made, and why.
    private enum Need {
        case none(reason: String, made: MadeCall? = nil)
        /// `since`: the block in which `unless` did not hold.
        case call(reason: String, since: UInt64? = nil)
    }

    /// Why the call would be made to a contract that is there; nil where it would not.
    ///
    /// Sends nothing.
    func reason(
        toMake action: CallAction,
        at address: Address,
        _ network: OpenNetwork,
        _ inputs: StepInputs,
        _ resolution: ArgumentResolution
    ) async throws(StepFailure) -> String? {
        switch try await need(of: action, at: address, network, inputs, resolution) {
        case .none: nil
        case .call(let reason, _): reason
        }
    }

    /// Whether a call is to be made to a contract that may itself be proposed, or run other code when people have done that.
    private func need(
        of action: CallAction,
        at deployment: DeploymentFact,
        _ address: Address,
        _ network: OpenNetwork,
        _ inputs: StepInputs,
        _ resolution: ArgumentResolution
    ) async throws(StepFailure) -> Need {
        guard deployment.action == .proposed else {
            return try await need(of: action, at: address, network, inputs, resolution)
        }
        guard try wasThere(deployment, address, network) else {
            return .call(reason: "the contract is proposed with it")
        }
        do throws(StepFailure) {
            return try await need(of: action, at: address, network, inputs, resolution)
        } catch {
            // A function of the new code is not there before that is.
            guard ["node-refused", "bad-read"].contains(error.code) else { throw error }
            return .call(reason: "the code that has its function is proposed with it")
        }
    }

    /// Whether the contract is none that this run sends, or that is only proposed.
    private func wasThere(
        _ deployment: DeploymentFact,
        _ address: Address,
        _ network: OpenNetwork
    ) throws(StepFailure) -> Bool {
        switch deployment.action {
        case .kept, .upgraded: return true
        case .failed, .blocked, .skipped: return false
        case .created, .replaced, .proposed:
            guard let entry = try context.entry(of: deployment.name, on: network), entry.address == address
            else { return false }
            // What an earlier run signed or asked for, and a block has, others may have called since.
            return deployment.action == .proposed || entry.run != context.run
        }
    }

    private func need(
        of action: CallAction,
        at address: Address,
        _ network: OpenNetwork,
        _ inputs: StepInputs,
        _ resolution: ArgumentResolution
    ) async throws(StepFailure) -> Need {
        if let unless = action.unless {
            let abi = try EffectContext.abi(try inputs[action.compile])
            let reading = ContractReading(unless.read, equals: unless.equals, of: "unless.equals")
            // What was asked for all together tells that a call is not needed; that it is, only what is there now.
            if let first = try await context.firstAnswer(
                to: ContractReading.request(unless.read, to: address), on: network),
                let look = try? await reading.look(abi, at: address, resolution, answer: { _ in first }),
                look.holds
            {
                return .none(reason: "\(unless.read.value) is \(look.seen) already")
            }
            var since: UInt64?
            let (holds, seen) = try await reading.look(abi, at: address, resolution) {
                (request) async throws(StepFailure) in
                let (answer, block) = try await context.answer(to: request, on: network)
                since = block
                return answer
            }
            let words = "\(unless.read.value) is \(seen)"
            return holds ? .none(reason: "\(words) already") : .call(reason: words, since: since)
        }
        let data = try callData(action, inputs, resolution)
        if let made = try context.made(action, data, to: address, on: network) {
            if let entry = made.entry { try await context.confirm(made.call, of: entry, on: network) }
            return .none(reason: "made in run \(made.call.run)", made: made)
        }
        return .call(reason: "not made to this address yet")
    }

    private func finish(
        _ action: CallAction,
        _ function: ABIFunction,
        _ address: Address,
        _ data: [UInt8],
        _ operation: ChainOperation,
        _ fact: inout CallFact,
        _ reason: String
    ) throws(StepFailure) -> Performed {
        try inLedger { () throws(LedgerError) in
            _ = try context.ledger.markFinal(
                operation.id,
                leaving: CallClaim(
                    name: action.name,
                    deployment: action.deployment,
                    address: address,
                    function: function.signature
                )
            )
        }
        fact.isMade = true
        fact.reason = reason
        fact.transactionHash = operation.inclusion?.transactionHash.description
        fact.blockNumber = operation.inclusion?.blockNumber
        fact.gasUsed = operation.inclusion?.gasUsed
        fact.feePaidWei = operation.inclusion?.feePaid.description
        return try Self.performed(fact)
    }

    /// An operation of this step that an earlier run left, taken to its end.
    private func settleEarlier(
        _ action: CallAction,
        _ data: [UInt8],
        _ deployment: DeploymentFact,
        _ address: Address,
        _ network: OpenNetwork,
        _ inputs: StepInputs,
        _ resolution: ArgumentResolution,
        _ progress: StepProgress
    ) async throws(StepFailure) -> ChainOperation? {
        let settlement = try await context.settled(
            action.step,
            as: SignedTerms(
                signer: action.signer, mark: Self.mark(of: action), gasLimit: action.gasLimit?.value,
                allowance: context.allowance(ofSigned: action.name, of: action.deploy)),
            on: network, progress: progress,
            needed: { operation async throws(StepFailure) in
                let intent = operation.intent
                if let to = Self.target(of: operation),
                    to != address || intent.payloadHash != Keccak256.hash(data)
                        || intent.value != action.value
                {
                    return
                        "run \(intent.run) signed it with \(intent.value.ether()) ether to \(to), and it is another now"
                }
                guard
                    case .none(let reason, _) = try await need(
                        of: action, at: deployment, address, network, inputs, resolution)
                else { return nil }
                return reason
            },
            usable: { _ throws(StepFailure) in nil })
        guard let settlement else { return nil }
        let settled = settlement.operation
        if let stranded = settlement.stranded {
            try await leave(settled, stranded, action, network)
            return nil
        }
        guard let to = Self.target(of: settled) else {
            throw StepFailure(
                .blocked, code: "damaged-journal", "what was sent for \(action.step) cannot be read")
        }
        if to == address, settled.intent.payloadHash == Keccak256.hash(data) { return settled }
        // Other arguments are wanted now, or another contract is there: the call goes on record as what it was.
        try record(settled, to, action)
        return nil
    }

    static func function(_ text: Located<String>, _ abi: ContractABI) throws(StepFailure)
        -> ABIFunction
    {
        do {
            return try abi.function(text.value)
        } catch {
            throw StepFailure(
                code: "no-function",
                "\(error)",
                diagnostics: [.error("no-function", "\(error)", at: text.location)]
            )
        }
    }

    /// The selector and the encoded arguments.
    func callData(
        _ action: CallAction,
        _ inputs: StepInputs,
        _ resolution: ArgumentResolution
    ) throws(StepFailure) -> [UInt8] {
        try Self.callData(action.function, action.arguments, try inputs[action.compile], resolution)
    }

    static func callData(
        _ function: Located<String>,
        _ arguments: Arguments,
        _ compiled: StoredOutputs,
        _ resolution: ArgumentResolution
    ) throws(StepFailure) -> [UInt8] {
        try callData(function, arguments, try EffectContext.abi(compiled), resolution)
    }

    static func callData(
        _ named: Located<String>,
        _ arguments: Arguments,
        _ abi: ContractABI,
        _ resolution: ArgumentResolution
    ) throws(StepFailure) -> [UInt8] {
        let (function, values) = try reading(named, arguments, abi, resolution)
        do {
            return try function.call(values)
        } catch {
            throw StepFailure(code: "bad-argument", "\(error)")
        }
    }

    /// The function that is called and what it is given, each with its type and name.
    static func words(
        _ named: Located<String>,
        _ arguments: Arguments,
        _ compiled: StoredOutputs,
        _ resolution: ArgumentResolution
    ) throws(StepFailure) -> (function: ABIFunction, values: [String]) {
        let (function, values) = try reading(named, arguments, try EffectContext.abi(compiled), resolution)
        return (function, function.inputs.words(for: values))
    }

    private static func reading(
        _ named: Located<String>,
        _ arguments: Arguments,
        _ abi: ContractABI,
        _ resolution: ArgumentResolution
    ) throws(StepFailure) -> (function: ABIFunction, values: [ABIValue]) {
        let function = try Self.function(named, abi)
        let input = try resolution.input(arguments)
        do throws(ABIInputError) {
            let value = try ABIType.tuple(function.inputs).value(from: input, path: "arguments")
            guard case .tuple(let values) = value else { return (function, []) }
            return (function, values)
        } catch {
            throw StepFailure(
                error, at: arguments.location(of: error.path) ?? named.location)
        }
    }

    static func performed(_ fact: CallFact, waitsFor: StepFailure? = nil) throws(StepFailure) -> Performed {
        Performed(
            outputs: [.init(name: EffectOutput.call, bytes: try WireJSON.encode(fact))],
            isReuse: !fact.isMade,
            waitsFor: waitsFor,
            reason: fact.reason
        )
    }
}
