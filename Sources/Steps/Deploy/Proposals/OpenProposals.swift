import Ethereum
import EthereumTypes
import Ledger
import Model

/// What people were asked for and may still send: which of it is a step's, and what is nobody's any more.
extension EffectContext {
    /// What people were last asked to send for a step and may still send; nil where there is nothing.
    ///
    /// What they were asked for under a former name is still that of a plan; a run has it go by its name of now.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `former-name`, where they were asked under several of its names.
    func openProposal(of step: StepID, on network: OpenNetwork) throws(StepFailure) -> Proposal? {
        var found: Proposal?
        for name in [step] + formerSteps.names(of: step) {
            let open = try inLedger { () throws(LedgerError) in
                try ledger.openProposal(
                    of: name,
                    project: project,
                    chainID: network.spec.chainID,
                    genesisHash: network.genesis
                )
            }
            if let open, let other = found {
                throw StepFailure(
                    .blocked,
                    code: "former-name",
                    "run \(other.intent.run) asked people for \(other.intent.step) and run \(open.intent.run) for "
                        + "\(open.intent.step), and both are \(step) now",
                    hint: "say which no longer counts: take its name out of 'formerly'"
                )
            }
            found = found ?? open
        }
        return found
    }

    /// The same, or what asks for just that and no step of the manifest has any longer: people are not to send it twice.
    func openProposal(
        of step: StepID,
        like content: SafeAttribution.Operation,
        on network: OpenNetwork
    ) throws(StepFailure) -> Proposal? {
        if let open = try openProposal(of: step, on: network) { return open }
        return try asked(for: content, on: network).first { isLost($0) && $0.intent.step.kind == step.kind }
    }

    /// Has what people were asked for go on as what a step asks for, where that is just that and no step of the manifest has it.
    func takeUpLost(
        _ content: SafeAttribution.Operation,
        as step: StepID,
        on network: OpenNetwork
    ) throws(StepFailure) {
        guard let asked = try openProposal(of: step, like: content, on: network), asked.intent.step != step
        else { return }
        try takeUp(asked, as: step, on: network)
    }

    /// Has what was taken back of a step count again when it is wanted again: people may have sent it all the same.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `asked-before`, where its nonce is used: the next run looks by what.
    func takeUpAgain(
        _ content: SafeAttribution.Operation,
        as step: StepID,
        _ state: AccountState,
        on network: OpenNetwork
    ) throws(StepFailure) {
        guard try openProposal(of: step, on: network) == nil,
            let asked = try asked(for: content, on: network).first(where: { $0.intent.step == step })
        else { return }
        try takeUp(asked, as: step, on: network)
        guard asked.nonce < state.latest else { return }
        throw StepFailure(
            .blocked,
            code: "asked-before",
            "\(asked.intent.lane.sender) used the nonce \(asked.nonce), under which run \(asked.intent.run) had asked for \(step) before "
                + "that was taken back",
            hint: "run again: it looks whether that did it; nothing was asked for"
        )
    }

    private func takeUp(_ asked: Proposal, as step: StepID, on network: OpenNetwork) throws(StepFailure) {
        try inLedger { () throws(LedgerError) in
            try ledger.takeUp(asked, as: step, on: network.spec.name, run: run)
        }
    }

    private func asked(
        for content: SafeAttribution.Operation,
        on network: OpenNetwork
    ) throws(StepFailure) -> [Proposal] {
        try inLedger { () throws(LedgerError) in
            try ledger.proposals(
                to: content.to, payloadHash: content.payloadHash, value: content.value, project: project,
                on: network.spec.chainID, genesisHash: network.genesis)
        }
    }

    /// Whether no step of the manifest has what people were asked for, under whatever name.
    func isLost(_ proposal: Proposal) -> Bool {
        let step = proposal.intent.step
        guard proposal.intent.project == project, formerSteps.now[step] == nil,
            !stepsAtWork.has(step, of: project), let all = manifestSteps.all
        else { return false }
        return !all.contains(step)
    }

    // MARK: Taken back

    /// Takes back what people were asked for of a step that another account sends now.
    func takeBack(_ step: StepID, from account: Address?, on network: OpenNetwork) throws(StepFailure) {
        guard let proposal = try openProposal(of: step, on: network),
            proposal.intent.lane.sender != account
        else { return }
        try withdraw(proposal, account == nil ? "it is signed by \(run) itself" : "another is asked for it")
        warn(
            proposal, "which another account sends now",
            hint: "make sure that what was asked for then is sent no more")
    }

    /// Takes back what whoever has a key was asked for of a step for which nothing is to be sent any more: its nonce is free for what
    /// is, so that of both at most one can come to a block.
    func takeBackUnneeded(_ step: StepID, on network: OpenNetwork) throws(StepFailure) {
        guard let proposal = try openProposal(of: step, on: network), proposal.batchHash == nil else {
            return
        }
        try withdraw(proposal, Proposal.notNeeded)
        warn(
            proposal, "which is not needed any more",
            hint: "make sure that it is not sent: what is asked for next has its nonce")
    }

    /// Takes back what whoever has a key was asked for of steps that the manifest has no longer, for what is asked for next.
    func takeBackLost(in lane: ChainOperation.Lane) throws(StepFailure) {
        let open = try inLedger { () throws(LedgerError) in try ledger.openProposals(in: lane) }
        for proposal in open where proposal.batchHash == nil && isLost(proposal) {
            try withdraw(proposal, Proposal.notNeeded)
            warn(
                proposal, "which the manifest does not have any more",
                hint:
                    "make sure that it is not sent: what is asked for next has its nonce; where it has another name now, say so: "
                    + "formerly; where it was sent, adopt what is there")
        }
    }

    private func warn(_ proposal: Proposal, _ reason: String, hint: String) {
        let intent = proposal.intent
        notice(
            Diagnostic(
                .warning, "asked-before",
                "run \(intent.run) asked \(intent.lane.sender) to send \(intent.step) (nonce \(proposal.nonce)), \(reason)",
                hint: hint))
    }
}
