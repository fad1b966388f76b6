import Engine
import Ethereum
import EthereumTypes
import Ledger
import Model

/// Puts on record what an earlier run made and no manifest has any more, as what it is.
struct LeftRecording: Sendable {
    let context: EffectContext
    let network: OpenNetwork
    let compile: [StepID]
    let inputs: StepInputs

    /// Ends an operation that a deep block has.
    ///
    /// - Throws: ``StepFailure`` where what it is to have made is not there; it stays open then, or ends as what did nothing.
    func record(_ settlement: Settlement) async throws(StepFailure) -> Fact {
        let operation = settlement.operation
        guard let inclusion = operation.inclusion, let transaction = operation.content else {
            throw StepFailure(
                .blocked, code: "damaged-journal", "what was sent for \(operation.intent.step) cannot be read"
            )
        }
        switch (operation.intent.kind, operation.intent.step.kind) {
        case (.deploy, _): return .deployment(try await creation(operation, inclusion, transaction))
        case (.call, .proxy), (.call, .beacon):
            return .deployment(try await upgrade(operation, inclusion, transaction))
        case (.call, _):
            return .call(
                try await call(operation, inclusion, transaction, isStranded: settlement.stranded != nil))
        }
    }

    private static func reason(_ operation: ChainOperation) -> String {
        "run \(operation.intent.run) signed it; no manifest has it any more"
    }

    // MARK: Contracts

    private func creation(
        _ operation: ChainOperation,
        _ inclusion: ChainOperation.Inclusion,
        _ transaction: Transaction
    ) async throws(StepFailure) -> DeploymentFact {
        let place = LeftPlace(operation.intent.step)
        guard let address = inclusion.address, let sent = transaction.creation else {
            throw StepFailure(.blocked, code: "no-address", "its receipt names no contract")
        }
        let onChain = try await context.untilSeen { () async throws(StepFailure) -> [UInt8]? in
            let code = try await context.hub.codeNow(at: address, on: network)
            return code.isEmpty ? nil : code
        }
        guard let onChain else { throw try noCode(operation, at: address) }
        let code = try SentCode.found(in: sent, among: compile, inputs)
        let before = try context.current(place.record, network)
        let implementation = try context.current(
            DeploymentPart.implementation.recordName(of: place.name), network)
        let behind = operation.intent.step.kind == .proxy ? implementation?.claim.contract : nil
        let contract = behind ?? code?.contract ?? before?.claim.contract ?? place.name
        var claim = SentCode.claim(code, of: place.record, contract: contract, sent: sent)
        claim.creation.factory = transaction.factory
        claim.deployedCodeDigest = Digest(of: onChain)
        switch operation.intent.step.kind {
        case .proxy:
            let state = try await network.proxyState(at: address, since: inclusion.blockNumber)
            claim.proxy = state
            claim.storageLayout = try context.layoutOnRecord(
                of: place.name, at: state.implementation, network)
        case .implementation: claim.storageLayout = code?.layout
        case .generate, .compile, .audit, .check, .factory, .beacon, .deploy, .call, .verify: break
        }
        let left = claim
        let row = try inLedger { () throws(LedgerError) in
            try context.ledger.markFinal(operation.id, leaving: left, yieldingToLater: true)
        }
        let replaces = before != nil && row.status == .current
        var fact = fact(place, contract, replaces ? .replaced : .created, operation, inclusion)
        fact.address = address.description
        fact.constructorArguments = Hex.prefixed(claim.constructorArguments)
        fact.implementation = claim.proxy?.implementation.description
        return fact
    }

    private func fact(
        _ place: LeftPlace,
        _ contract: String,
        _ action: DeploymentFact.Action,
        _ operation: ChainOperation,
        _ inclusion: ChainOperation.Inclusion
    ) -> DeploymentFact {
        DeploymentFact(
            name: place.record,
            contract: contract,
            network: network.spec.name,
            chainID: network.spec.chainID.rawValue,
            action: action,
            reason: Self.reason(operation),
            transactionHash: inclusion.transactionHash.description,
            blockNumber: inclusion.blockNumber,
            gasUsed: inclusion.gasUsed,
            feePaidWei: inclusion.feePaid.description
        )
    }

    /// What a factory was asked for and is not there has failed; whatever else left no code stays open.
    private func noCode(_ operation: ChainOperation, at address: Address) throws(StepFailure) -> StepFailure {
        let words = "there is no code at \(address)"
        if operation.intent.creates != nil {
            try inLedger { () throws(LedgerError) in
                _ = try context.ledger.markUncreated(operation.id, error: words)
            }
        }
        return StepFailure(.blocked, code: "no-code", words)
    }

    // MARK: Upgrades

    private func upgrade(
        _ operation: ChainOperation,
        _ inclusion: ChainOperation.Inclusion,
        _ transaction: Transaction
    ) async throws(StepFailure) -> DeploymentFact {
        let place = LeftPlace(operation.intent.step)
        guard let target = Upgrade.implementation(in: transaction),
            case .known(let known) = try context.knowledge(of: place.name, on: network),
            let kind = known.entry.proxy?.kind
        else {
            throw StepFailure(
                .blocked, code: "damaged-journal", "nothing is on record that it could have upgraded")
        }
        let state = try await context.stateNow(
            kind, at: known.entry.address, since: inclusion.blockNumber, on: network)
        guard state.implementation == target else {
            throw StepFailure(
                .blocked, code: "not-upgraded",
                "\(known.entry.address) runs the code at \(state.implementation), not that at \(target)")
        }
        let code = try inLedger { () throws(LedgerError) in
            try context.ledger.deployments(
                project: context.project,
                name: DeploymentPart.implementation.recordName(of: place.name),
                network: network.spec.name)
        }.first { $0.address == target && $0.genesisHash == network.genesis }
        let claim = UpgradeClaim(
            name: place.name,
            contract: code?.claim.contract ?? known.entry.contract,
            proxy: state,
            storageLayout: code?.claim.storageLayout
        )
        try inLedger { () throws(LedgerError) in
            _ = try context.ledger.markFinal(operation.id, leaving: claim)
        }
        var fact = fact(place, claim.contract, .upgraded, operation, inclusion)
        fact.address = known.entry.address.description
        fact.implementation = target.description
        return fact
    }

    // MARK: Calls

    private func call(
        _ operation: ChainOperation,
        _ inclusion: ChainOperation.Inclusion,
        _ transaction: Transaction,
        isStranded: Bool
    ) async throws(StepFailure) -> CallFact {
        let place = LeftPlace(operation.intent.step)
        guard let to = transaction.to else {
            throw StepFailure(.blocked, code: "damaged-journal", "the call has no receiver")
        }
        if isStranded, try await network.code(of: to, at: inclusion.blockNumber).isEmpty {
            let words =
                "the call sent \(operation.intent.value) wei to \(to), where no contract was: its creation was lost"
            try inLedger { () throws(LedgerError) in
                _ = try context.ledger.markStranded(operation.id, error: words)
            }
            throw StepFailure(.blocked, code: "sent-to-nothing", words)
        }
        let function = try function(Array(transaction.data.prefix(4)))
        let claim = CallClaim(name: place.call, deployment: place.name, address: to, function: function)
        try inLedger { () throws(LedgerError) in
            _ = try context.ledger.markFinal(operation.id, leaving: claim)
        }
        return CallFact(
            name: place.call,
            deployment: place.name,
            network: network.spec.name,
            function: function,
            address: to.description,
            isMade: true,
            reason: Self.reason(operation),
            transactionHash: inclusion.transactionHash.description,
            blockNumber: inclusion.blockNumber,
            gasUsed: inclusion.gasUsed,
            feePaidWei: inclusion.feePaid.description
        )
    }

    /// The signature of a function of a contract that was compiled; where none has it, its selector.
    private func function(_ selector: [UInt8]) throws(StepFailure) -> String {
        for step in compile where inputs.has(step) {
            let abi = try EffectContext.abi(try inputs[step])
            if let function = abi.functions.first(where: { $0.selector == selector }) {
                return function.signature
            }
        }
        return Hex.prefixed(selector)
    }
}

/// What a step is about, read from its id.
struct LeftPlace {
    /// The deployment.
    let name: String
    /// The name under which what it places is on record.
    let record: String
    /// The call; empty where it is none.
    let call: String

    init(_ step: StepID) {
        let subject = step.subject
        let at = subject.lastIndex(of: "@") ?? subject.endIndex
        name = String(subject[..<at])
        call = String(subject[at...].split(separator: "/", maxSplits: 1).dropFirst().first ?? "")
        let part: DeploymentPart =
            switch step.kind {
            case .implementation: .implementation
            case .beacon: .beacon
            case .generate, .compile, .audit, .check, .factory, .proxy, .deploy, .call, .verify: .contract
            }
        record = part.recordName(of: name)
    }
}
