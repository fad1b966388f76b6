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
        guard
            let execution = try await context.execution(of: action.step, on: network, seen: true)
        else { return nil }
        let (proposal, receipt) = (execution.proposal, execution.receipt)
        guard let address = receipt.contractAddress ?? proposal.intent.creates else {
            throw StepFailure(
                .blocked, code: "no-address", "the receipt of \(receipt.transactionHash) names no contract")
        }
        let onChain = try await codeOnceThere(address, nil, action, network)
        let isWanted = proposal.intent.payloadHash == creation.payloadHash
        let before = try context.current(action.name, network)
        var entry = RegistryEntry(
            project: context.project,
            name: action.name,
            contract: action.contract.rawValue,
            chainID: action.network.chainID,
            genesisHash: network.genesis,
            address: address,
            transactionHash: receipt.transactionHash,
            block: receipt.blockNumber,
            deployer: proposal.intent.lane.sender,
            initCodeDigest: call.initCodeDigest,
            runtimeCodeDigest: call.runtimeCodeDigest,
            deployedCodeDigest: Digest(of: onChain),
            constructorArguments: call.arguments,
            creation: call.record(by: proposal.intent.creates == nil ? nil : creation.factory),
            run: proposal.intent.run
        )
        if let kind = call.proxy {
            let state = try await network.proxyState(kind, at: address, since: receipt.blockNumber)
            entry.proxy = state
            entry.storageLayout = try context.layoutOnRecord(
                of: action.name, at: state.implementation, network)
        } else {
            entry.storageLayout = proposal.intent.storageLayout
        }
        if !isWanted {
            // Code or arguments changed since, so that only what the chain has is known of it.
            entry.initCodeDigest = Digest(of: onChain)
            entry.runtimeCodeDigest = Digest(of: onChain)
            entry.constructorArguments = []
            entry.creation.libraries = [:]
        }
        try inLedger { () throws(LedgerError) in
            try context.ledger.markExecuted(
                proposal,
                by: receipt.transactionHash,
                leaving: .deployment(entry, gasUsed: execution.gasUsed),
                run: context.run
            )
        }
        guard isWanted else { return nil }
        guard call.compare(onChain) == .identical else { throw Self.codeDiffers(address, action) }
        var fact = Self.fact(action, before == nil ? .created : .replaced, reason: execution.reason)
        fact.codeMatches = true
        fact.address = address.description
        fact.transactionHash = receipt.transactionHash.description
        fact.blockNumber = receipt.blockNumber
        fact.gasUsed = execution.gasUsed
        fact.feePaidWei = execution.feePaid?.description
        fact.constructorArguments = Hex.prefixed(call.arguments)
        return fact
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
