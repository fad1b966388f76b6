import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model

extension DeployStep {
    /// What people sent as an earlier run had proposed goes on record; nil where nothing was sent, or it is about to be replaced.
    func settleProposed(
        _ action: DeployAction,
        _ call: ConstructorCall,
        _ creation: Creation,
        _ network: OpenNetwork
    ) async throws(StepFailure) -> DeploymentFact? {
        if try context.entry(of: action.name, formerly: action.formerly, on: network) == nil {
            try context.takeUpLost(
                SafeAttribution.Operation(creation, value: action.value), as: action.step, on: network)
        }
        guard
            let execution = try await context.execution(of: action.step, on: network, seen: true)
        else { return nil }
        let made = try await made(by: execution, action, call, creation, network)
        try await context.takeOverFormer(of: action.name, action.formerly, on: network)
        let before = try context.current(action.name, network)
        try inLedger { () throws(LedgerError) in
            try context.ledger.markExecuted(
                execution.proposal,
                by: execution.receipt.transactionHash,
                leaving: .deployment(made.entry, gasUsed: execution.gasUsed),
                run: context.run
            )
        }
        guard made.isWanted else { return nil }
        let address = made.entry.address
        guard made.matches else { throw Self.codeDiffers(address, action) }
        var fact = Self.fact(action, before == nil ? .created : .replaced, reason: execution.reason)
        fact.codeMatches = true
        fact.address = address.description
        fact.transactionHash = execution.receipt.transactionHash.description
        fact.blockNumber = execution.receipt.blockNumber
        fact.gasUsed = execution.gasUsed
        fact.feePaidWei = execution.feePaid?.description
        fact.constructorArguments = Hex.prefixed(call.arguments)
        return fact
    }

    /// What people created.
    struct MadeByPeople: Sendable {
        /// As it goes on record: what was asked for, whatever the manifest says by now.
        let entry: RegistryEntry
        /// Whether it is what the manifest wants now.
        let isWanted: Bool
        /// Whether the code is there that is wanted now.
        let matches: Bool
    }

    /// Looks at what people created of what they were asked for; writes nothing down.
    func made(
        by execution: Execution,
        _ action: DeployAction,
        _ call: ConstructorCall,
        _ creation: Creation,
        _ network: OpenNetwork
    ) async throws(StepFailure) -> MadeByPeople {
        let (intent, receipt) = (execution.proposal.intent, execution.receipt)
        guard let address = receipt.contractAddress ?? intent.creates else {
            throw StepFailure(
                .blocked, code: "no-address", "the receipt of \(receipt.transactionHash) names no contract")
        }
        let code = try await codeOnceThere(address, nil, action, network)
        let isSame = intent.payloadHash == creation.payloadHash
        let factory = Create2Factory.allCases.first { $0.address == intent.to }
        var claim = call.claim(for: action, madeWith: call.data, by: factory)
        if !isSame {
            let sent = try await context.record(of: receipt.transactionHash, on: network).transaction
            let input = sent?.creation(
                of: address, by: intent.lane.sender, on: action.network.chainID)
            // Where the node does not tell, its code is all that is known of it.
            claim = call.claim(for: action, madeWith: input?.initCode ?? code, by: factory)
        }
        claim.storageLayout = intent.storageLayout
        if call.proxy != nil {
            // The kind that it has, not the one that it should have now.
            let state = try await network.proxyState(at: address, since: receipt.blockNumber)
            claim.proxy = state
            claim.storageLayout = try context.layoutOnRecord(
                of: action.name, at: state.implementation, network)
        }
        let entry = RegistryEntry(
            project: context.project,
            name: claim.name,
            contract: claim.contract,
            chainID: action.network.chainID,
            genesisHash: network.genesis,
            address: address,
            transactionHash: receipt.transactionHash,
            block: receipt.blockNumber,
            deployer: intent.lane.sender,
            initCodeDigest: claim.initCodeDigest,
            runtimeCodeDigest: claim.runtimeCodeDigest,
            deployedCodeDigest: Digest(of: code),
            constructorArguments: claim.constructorArguments,
            creation: claim.creation,
            run: intent.run,
            proxy: claim.proxy,
            storageLayout: claim.storageLayout
        )
        return MadeByPeople(
            entry: entry,
            isWanted: isSame && intent.value == action.value,
            matches: call.compare(code) == .identical)
    }

    /// A deployment that the owners of a Safe were asked for, at the address that its salt gives.
    static func proposed(
        _ action: DeployAction,
        _ call: ConstructorCall,
        at creation: Creation,
        _ waits: StepFailure
    ) -> DeploymentFact {
        var fact = Self.fact(action, .proposed, reason: waits.message)
        fact.address = creation.address?.description
        fact.constructorArguments = Hex.prefixed(call.arguments)
        return fact
    }

    static func codeDiffers(_ address: Address, _ action: DeployAction) -> StepFailure {
        StepFailure(
            .blocked,
            code: "code-differs",
            "the code at \(address) on '\(action.network.name)' is not the code that was compiled",
            hint: "the constructor returns other code, or the node is not what it says it is"
        )
    }
}
