import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model

extension EffectContext {
    /// What people sent of what an earlier run had proposed for a step; nil where nothing is known to be sent.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked` where it reverted, is not deep enough yet, or cannot be looked up.
    func execution(of step: StepID, on network: OpenNetwork) async throws(StepFailure) -> Execution? {
        let proposal = try inLedger { () throws(LedgerError) in
            try ledger.openProposal(
                of: step,
                project: project,
                chainID: network.spec.chainID,
                genesisHash: network.genesis
            )
        }
        guard let proposal else { return nil }
        switch try await ProposalSearch(network: network).finding(proposal) {
        case .waits: return nil
        case .overtaken:
            try withdraw(proposal, "another transaction has its nonce")
            return nil
        case .sent(let receipt):
            guard receipt.status == .succeeded else {
                try withdraw(proposal, "\(receipt.transactionHash) reverted")
                throw StepFailure(
                    .blocked,
                    code: "reverted",
                    "\(receipt.transactionHash), which \(proposal.intent.lane.sender) sent as run "
                        + "\(proposal.intent.run) had proposed, reverted in block \(receipt.blockNumber)",
                    hint: "find out why; the next run proposes it again"
                )
            }
            try await requireDepth(of: receipt, network)
            return Execution(proposal: proposal, receipt: receipt)
        }
    }

    private func requireDepth(of receipt: TransactionReceipt, _ network: OpenNetwork)
        async throws(StepFailure)
    {
        let rules = LaneRules(network.spec, patience: patience)
        var head = ChainHead(
            latest: rules.needsHead ? try await network.height(.latest) : receipt.blockNumber)
        if rules.confirmations == .finalized { head.finalized = try await network.height(.finalized) }
        guard !rules.isDeep(receipt.blockNumber, below: head) else { return }
        throw StepFailure(
            .blocked,
            code: "not-confirmed",
            "\(receipt.transactionHash) is in block \(receipt.blockNumber), not yet deep enough",
            hint: "run again: it goes on from there"
        )
    }

    private func withdraw(_ proposal: Proposal, _ reason: String) throws(StepFailure) {
        try inLedger { () throws(LedgerError) in try ledger.withdraw(proposal, reason: reason) }
    }

    /// Writes down what people are to send.
    ///
    /// The same again has the same nonce as long as that is free, and so does another that takes its place: of both at most
    /// one can come to a block.
    ///
    /// - Returns: Never; what was asked for is not there yet.
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `unsigned`, once it is written.
    func propose(
        _ request: TransactionRequest,
        from account: PeoplesAccount,
        on network: OpenNetwork
    ) async throws(StepFailure) -> Never {
        let lane = ChainOperation.Lane(
            chainID: network.spec.chainID,
            genesisHash: network.genesis,
            sender: account.address
        )
        let gas = try await request.gasLimit(from: account.address, on: network)
        let price = try request.allowance.price(
            try await GasPrice.now(network), gas: gas, value: request.value)
        let state = try await network.account(of: account.address)
        let intent = Proposal.Intent(
            run: run,
            project: project,
            step: request.step,
            network: network.spec.name,
            lane: lane,
            to: request.to,
            value: request.value,
            payloadHash: request.payloadHash,
            creates: request.creates
        )
        let nonce = try nonce(for: intent, state)
        let transaction = request.transaction(
            price, nonce: nonce, gasLimit: gas, chainID: network.spec.chainID)
        let file = try write(transaction, from: account)
        // Only what was written is on record: nobody can send what they were never shown.
        try inLedger { () throws(LedgerError) in
            _ = try ledger.propose(intent, nonce: nonce, counted: state.latest)
        }
        throw StepFailure(
            .blocked,
            code: "unsigned",
            "signer '\(account.name)' is an address alone; its transaction is unsigned/\(file) beside the report",
            hint:
                "have it signed and sent with the key of \(account.address), then run again; nothing was sent"
        )
    }

    /// The nonce for a proposal, behind all that is sent, pending or proposed from the account.
    private func nonce(for intent: Proposal.Intent, _ state: AccountState) throws(StepFailure) -> UInt64 {
        let open = try inLedger { () throws(LedgerError) in try ledger.openProposals(in: intent.lane) }
        let mine = open.first { $0.intent.project == intent.project && $0.intent.step == intent.step }
        if let mine, mine.nonce >= state.pending { return mine.nonce }
        let taken = Set(open.map(\.nonce))
        var nonce = state.pending
        while taken.contains(nonce) { nonce += 1 }
        return nonce
    }

    /// - Returns: The file's name in the folder for unsigned transactions.
    private func write(_ transaction: Transaction, from account: PeoplesAccount) throws(StepFailure) -> String
    {
        var members = transaction.members
        members["from"] = account.address.description
        let chain = transaction.chainID?.description ?? "any"
        let digest = transaction.signingHash.description.dropFirst(2).prefix(8)
        let file = "\(chain)-\(transaction.nonce)-\(digest).json"
        let bytes = try WireJSON.encode(members) + [UInt8(ascii: "\n")]
        do throws(FileError) {
            try world.files.write("\(unsigned)/\(file)", bytes, true)
        } catch {
            throw StepFailure(.environment, code: "unusable-path", "\(error)")
        }
        return file
    }
}

/// What people sent of what was proposed; it succeeded and is deep enough.
struct Execution: Sendable {
    let proposal: Proposal
    let receipt: TransactionReceipt

    var feePaid: Wei? { receipt.effectiveGasPrice.map { $0 * receipt.gasUsed } }

    var reason: String {
        "\(proposal.intent.lane.sender) sent it as run \(proposal.intent.run) had proposed"
    }
}
