import Ethereum
import EthereumTypes
import Ledger
import Model

/// What became of what people were asked for of a step.
enum ProposalState: Sendable {
    /// Nobody was asked for anything that may still be sent.
    case nothing
    /// It can still be sent.
    case waits(Proposal)
    /// Another transaction, deep enough, has its nonce.
    case overtaken(Proposal)
    case reverted(Proposal, TransactionReceipt)
    /// A block has it; how deep that is was not looked at.
    case sent(Execution)
}

/// What people sent of what was proposed; it succeeded.
struct Execution: Sendable {
    let proposal: Proposal
    let receipt: TransactionReceipt

    /// Whether the account itself paid for it: whoever executes a Safe's transaction pays for all that it does, and nobody knows
    /// what of that is whose.
    private var isPaidByAccount: Bool { proposal.batchHash == nil }
    var gasUsed: UInt64? { isPaidByAccount ? receipt.gasUsed : nil }
    var feePaid: Wei? {
        isPaidByAccount ? receipt.effectiveGasPrice.map { $0 * receipt.gasUsed } : nil
    }

    var reason: String {
        "\(proposal.intent.lane.sender) sent it as run \(proposal.intent.run) had proposed"
    }
}

extension EffectContext {
    /// Looks what became of what people were asked for of a step; writes nothing down.
    ///
    /// - Parameters:
    ///   - step: The step.
    ///   - content: What the step asks for now; nil where that is not known, or a run has taken it up.
    ///   - network: Where.
    ///   - isSeen: Whether the chain itself shows that it is done, whoever did it: whoever asks looks there.
    /// - Returns: What became of it.
    /// - Throws: ``StepFailure`` of the kind `blocked` where it cannot be looked up, or another transaction has its nonce and is
    ///   not deep enough yet.
    func proposalState(
        of step: StepID,
        like content: SafeAttribution.Operation? = nil,
        on network: OpenNetwork,
        seen isSeen: Bool
    ) async throws(StepFailure) -> ProposalState {
        let open =
            if let content { try openProposal(of: step, like: content, on: network) } else {
                try openProposal(of: step, on: network)
            }
        guard let proposal = open else { return .nothing }
        let earlier = try inLedger { () throws(LedgerError) in try ledger.proposals(supersededBy: proposal) }
        let finding =
            proposal.batchHash == nil
            ? try await sent(proposal, insteadOf: earlier, on: network)
            : try await executed(proposal, insteadOf: earlier, on: network)
        switch finding {
        case .waits: return .waits(proposal)
        case .overtaken(let hash, let block):
            try await requireDepth(
                of: block, network,
                "\(hash), which has the nonce that run \(proposal.intent.run) asked for \(step) under,")
            return .overtaken(proposal)
        case .untold(let failure, let block):
            guard isSeen else { throw failure }
            try await requireDepth(of: block, network, "what may have done \(step)")
            return .overtaken(proposal)
        case .sent(let proposal, let receipt):
            guard receipt.status == .succeeded else { return .reverted(proposal, receipt) }
            return .sent(Execution(proposal: proposal, receipt: receipt))
        }
    }

    /// What people sent of what an earlier run had proposed for a step, deep enough; nil where nothing is known to be sent.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked` where it reverted, is not deep enough yet, or cannot be looked up.
    func execution(
        of step: StepID,
        on network: OpenNetwork,
        seen isSeen: Bool
    ) async throws(StepFailure) -> Execution? {
        switch try await proposalState(of: step, on: network, seen: isSeen) {
        case .nothing, .waits: return nil
        case .overtaken(let proposal):
            try withdraw(proposal, Proposal.overtaken)
            return nil
        case .reverted(let proposal, let receipt):
            try withdraw(proposal, "\(receipt.transactionHash)\(Proposal.reverted)")
            throw Self.reverted(proposal, receipt)
        case .sent(let execution):
            try await requireDepth(of: execution.receipt, network)
            return execution
        }
    }

    static func reverted(_ proposal: Proposal, _ receipt: TransactionReceipt) -> StepFailure {
        StepFailure(
            .blocked,
            code: "reverted",
            "\(receipt.transactionHash), which \(proposal.intent.lane.sender) sent as run "
                + "\(proposal.intent.run) had proposed, reverted in block \(receipt.blockNumber)",
            hint: "find out why; the next run proposes it again"
        )
    }

    func requireDepth(of receipt: TransactionReceipt, _ network: OpenNetwork)
        async throws(StepFailure)
    {
        try await requireDepth(of: receipt.blockNumber, network, "\(receipt.transactionHash)")
    }

    private func requireDepth(
        of block: UInt64,
        _ network: OpenNetwork,
        _ subject: String
    ) async throws(StepFailure) {
        let rules = LaneRules(network.spec, patience: patience)
        var head = ChainHead(latest: rules.needsHead ? try await network.height(.latest) : block)
        if rules.confirmations == .finalized { head.finalized = try await network.height(.finalized) }
        guard !rules.isDeep(block, below: head) else { return }
        throw StepFailure(
            .blocked,
            code: "not-confirmed",
            "\(subject) is in block \(block), not yet deep enough",
            hint: "run again: it goes on from there"
        )
    }
}
