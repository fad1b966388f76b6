import Engine
import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model

/// What was sent, taken to its end and put on record.
extension DeployStep {
    /// An operation of this step that an earlier run left: it is taken to its end before anything is decided anew.
    func settleEarlier(
        _ action: DeployAction,
        _ call: ConstructorCall,
        _ creation: Creation,
        _ network: OpenNetwork,
        _ progress: StepProgress
    ) async throws(StepFailure) -> DeploymentFact? {
        let settlement = try await context.settled(
            action.step,
            as: SignedTerms(
                signer: action.signer, mark: mark(of: action, named: action.name),
                gasLimit: action.gasLimit?.value, allowance: context.allowance(ofSigned: action.step)),
            on: network,
            progress: progress,
            needed: { operation throws(StepFailure) in
                try reasonToRefuse(operation, action, call, creation, on: network)
            },
            usable: { operation throws(StepFailure) in
                // Where code or arguments changed since, it is about to be replaced.
                guard operation.intent.payloadHash == creation.payloadHash else { return nil }
                return try early(action, call, operation, .create(reason: ""))
            }
        )
        guard let settlement else { return nil }
        let settled = settlement.operation
        let reason = "run \(settled.intent.run) sent it and ended before it was confirmed"
        let before = try context.current(action.name, network)
        let decision: Decision = before == nil ? .create(reason: reason) : .replace(reason: reason)
        if settled.intent.payloadHash == creation.payloadHash {
            let fact = try await finish(action, call, settled, decision, network)
            if let stranded = settlement.stranded { throw stranded }
            return fact
        }
        if let address = settled.intent.creates {
            _ = try await codeOnceThere(address, settled, action, network)
        }
        // Code or arguments changed since: what was sent is there and goes on record, and then it is replaced.
        var claim = try inLedger { () throws(LedgerError) in try Self.claim(action, call, of: settled) }
        if call.proxy != nil, let inclusion = settled.inclusion, let address = inclusion.address {
            let state = try await network.proxyState(at: address, since: inclusion.blockNumber)
            claim.proxy = state
            claim.storageLayout = try context.layoutOnRecord(
                of: action.name, at: state.implementation, network)
        }
        let left = claim
        try inLedger { () throws(LedgerError) in
            _ = try context.ledger.markFinal(settled.id, leaving: left)
        }
        return nil
    }

    /// Checks the code at the new address and makes the claim durable.
    func finish(
        _ action: DeployAction,
        _ call: ConstructorCall,
        _ operation: ChainOperation,
        _ decision: Decision,
        _ network: OpenNetwork
    ) async throws(StepFailure) -> DeploymentFact {
        guard let inclusion = operation.inclusion, let address = inclusion.address else {
            throw StepFailure(.blocked, code: "no-address", "the receipt of \(action.step) names no contract")
        }
        let onChain = try await codeOnceThere(address, operation, action, network)
        let matches = call.compare(onChain) == .identical
        var claim = call.claim(for: action)
        claim.creation.factory = operation.factory
        claim.deployedCodeDigest = Digest(of: onChain)
        if let kind = call.proxy {
            claim.proxy = try await network.proxyState(kind, at: address, since: inclusion.blockNumber)
        }
        try inLedger { () throws(LedgerError) in
            _ = try context.ledger.markFinal(operation.id, leaving: claim)
        }
        var fact = Self.fact(action, call, inclusion, decision)
        fact.codeMatches = matches
        guard matches else { throw Self.codeDiffers(address, action) }
        return fact
    }

    /// Why what an earlier run signed is not to be made: code, arguments or value are others now, or a registry has it from another machine; nil where
    /// it is.
    private func reasonToRefuse(
        _ operation: ChainOperation,
        _ action: DeployAction,
        _ call: ConstructorCall,
        _ creation: Creation,
        on network: OpenNetwork
    ) throws(StepFailure) -> String? {
        let intent = operation.intent
        if intent.payloadHash != creation.payloadHash {
            return "run \(intent.run) signed it with other code or arguments"
        }
        if intent.value != action.value {
            return
                "run \(intent.run) signed it with \(intent.value.ether()) ether, and it is another value now"
        }
        guard action.redeploy != .always,
            case .known(let known) = try context.knowledge(
                of: action.name, formerly: action.formerly, on: network),
            case .registry = known.source, Self.isMade(known.entry, with: call),
            !operation.attempts.contains(where: { $0.hash == known.entry.transactionHash })
        else { return nil }
        return "another machine made it, at \(known.entry.address), as the registry says"
    }

    /// What steps that need it can use as soon as a block has it.
    func early(
        _ action: DeployAction,
        _ call: ConstructorCall,
        _ operation: ChainOperation,
        _ decision: Decision
    ) throws(StepFailure) -> [Performed.NewOutput]? {
        guard let inclusion = operation.inclusion, inclusion.address != nil else { return nil }
        return try Self.performed(Self.fact(action, call, inclusion, decision)).outputs
    }

    private static func fact(
        _ action: DeployAction,
        _ call: ConstructorCall,
        _ inclusion: ChainOperation.Inclusion,
        _ decision: Decision
    ) -> DeploymentFact {
        var fact: DeploymentFact
        switch decision {
        case .keep(let kept), .adopt(_, let kept): fact = kept
        case .create(let reason): fact = Self.fact(action, .created, reason: reason)
        case .replace(let reason): fact = Self.fact(action, .replaced, reason: reason)
        }
        fact.address = inclusion.address?.description
        fact.transactionHash = inclusion.transactionHash.description
        fact.blockNumber = inclusion.blockNumber
        fact.gasUsed = inclusion.gasUsed
        fact.feePaidWei = inclusion.feePaid.description
        fact.constructorArguments = Hex.prefixed(call.arguments)
        return fact
    }

    /// The code at a new address.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `no-code`: without code the operation is not final. One that a
    ///   factory was asked for has failed then: what is found at its address later is taken over, so nothing is made twice.
    func codeOnceThere(
        _ address: Address,
        _ operation: ChainOperation?,
        _ action: DeployAction,
        _ network: OpenNetwork
    ) async throws(StepFailure) -> [UInt8] {
        let code = try await context.untilSeen { () async throws(StepFailure) -> [UInt8]? in
            let code = try await context.hub.codeNow(at: address, on: network)
            return code.isEmpty ? nil : code
        }
        if let code { return code }
        if let operation, operation.intent.creates != nil {
            let words = "the factory's transaction succeeded and left no code at \(address)"
            try inLedger { () throws(LedgerError) in
                _ = try context.ledger.markUncreated(operation.id, error: words)
            }
            throw StepFailure(
                .blocked,
                code: "no-code",
                "\(words) on '\(action.network.name)'",
                hint:
                    "a factory need not revert where what it calls runs out of gas: look at the transaction before you "
                    + "run again; a new one will be sent"
            )
        }
        throw StepFailure(
            .blocked,
            code: "no-code",
            "'\(action.network.name)' has a receipt that says \(action.step.subject) was created, and no code at "
                + "\(address)",
            hint: "run again: it is looked up, not made anew; a constructor that leaves no code is never done"
        )
    }

    /// The claim of an operation that was signed with other code or arguments.
    private static func claim(
        _ action: DeployAction,
        _ call: ConstructorCall,
        of operation: ChainOperation
    ) throws(LedgerError) -> DeploymentClaim {
        guard let sent = operation.content else {
            throw .contradiction(operation.id, detail: "its attempt cannot be read")
        }
        let place = operation.inclusion?.address ?? operation.intent.creates
        let initCode = place.flatMap {
            sent.creation(of: $0, from: operation.intent.sender, on: operation.intent.chainID).initCode
        }
        return call.claim(for: action, madeWith: initCode ?? sent.data, by: operation.factory)
    }
}
