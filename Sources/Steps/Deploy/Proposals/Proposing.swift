import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model

extension EffectContext {
    /// Refuses to go ahead of what a step needs and somebody else was asked to do.
    ///
    /// - Parameters:
    ///   - fact: What became of that.
    ///   - needed: Its step.
    ///   - account: Who would send now; who was asked does one after the other.
    ///   - network: Where.
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `waits`.
    func requireThere(
        _ fact: DeploymentFact,
        _ needed: StepID,
        before account: Address,
        on network: OpenNetwork
    ) throws(StepFailure) {
        guard fact.action == .proposed, let open = try openProposal(of: needed, on: network),
            open.intent.lane.sender != account
        else { return }
        throw StepFailure(
            .blocked,
            code: "waits",
            "\(open.intent.lane.sender) is asked for \(needed), and \(account) can do this only behind it",
            hint: "have that signed and executed, then run again; nothing was sent"
        )
    }

    /// Takes back what people were asked for of a step that is now signed here.
    func takeBack(_ step: StepID, on network: OpenNetwork) throws(StepFailure) {
        guard let proposal = try openProposal(of: step, on: network) else { return }
        try withdraw(proposal, "it is signed by \(run) itself")
        notice(
            Diagnostic(
                .warning,
                "asked-before",
                "run \(proposal.intent.run) asked \(proposal.intent.lane.sender) to send \(step), which another account sends now",
                hint: "make sure that what was asked for then is sent no more"
            )
        )
    }

    /// What people were last asked to send for a step and may still send; nil where there is nothing.
    func openProposal(of step: StepID, on network: OpenNetwork) throws(StepFailure) -> Proposal? {
        try inLedger { () throws(LedgerError) in
            try ledger.openProposal(
                of: step,
                project: project,
                chainID: network.spec.chainID,
                genesisHash: network.genesis
            )
        }
    }

    func withdraw(_ proposal: Proposal, _ reason: String) throws(StepFailure) {
        try inLedger { () throws(LedgerError) in try ledger.withdraw(proposal, reason: reason) }
    }

    /// Writes down what people are to send.
    ///
    /// The same again has the same nonce as long as that is free, and so does another that takes its place: of both at most
    /// one can come to a block.
    ///
    /// - Returns: What people must do, where steps that need this one may be asked for with it.
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `unsigned`, once it is written, where those must wait.
    func propose(
        _ request: TransactionRequest,
        from account: PeoplesAccount,
        on network: OpenNetwork
    ) async throws(StepFailure) -> StepFailure {
        let lane = ChainOperation.Lane(
            chainID: network.spec.chainID,
            genesisHash: network.genesis,
            sender: account.address
        )
        switch account.kind {
        case .key: try await propose(request, fromKeyOf: account, lane, on: network)
        case .safe(let multiSend):
            return try await propose(
                request, fromSafe: account, multiSend ?? SafeProposal.multiSend, lane, on: network)
        }
    }

    private func intent(
        _ request: TransactionRequest,
        _ lane: ChainOperation.Lane,
        on network: OpenNetwork
    ) -> Proposal.Intent {
        Proposal.Intent(
            run: run,
            project: project,
            step: request.step,
            network: network.spec.name,
            lane: lane,
            to: request.to,
            value: request.value,
            payloadHash: request.payloadHash,
            creates: request.creates,
            storageLayout: request.storageLayout
        )
    }

    // MARK: A key

    private func propose(
        _ request: TransactionRequest,
        fromKeyOf account: PeoplesAccount,
        _ lane: ChainOperation.Lane,
        on network: OpenNetwork
    ) async throws(StepFailure) -> Never {
        let limits = try await GasEstimates(network, account.address).limits(of: [request.step: request])
        guard let limit = limits[request.step] else { throw .cancelled }
        let gas = try limit.get()
        let price = try request.allowance.price(
            try await GasPrice.now(network), gas: gas, value: request.value)
        let state = try await network.account(of: account.address)
        let intent = intent(request, lane, on: network)
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
        try write(try WireJSON.encode(members) + [UInt8(ascii: "\n")], to: "unsigned/\(file)")
        return file
    }

    func write(_ bytes: Data, to file: String) throws(StepFailure) {
        do throws(FileError) {
            try world.files.write("\(proposals)/\(file)", bytes, true)
        } catch {
            throw StepFailure(.environment, code: "unusable-path", "\(error)")
        }
    }

    // MARK: A Safe

    /// Puts a call into the batch that the owners of a Safe are asked to execute.
    private func propose(
        _ request: TransactionRequest,
        fromSafe account: PeoplesAccount,
        _ multiSend: Address,
        _ lane: ChainOperation.Lane,
        on network: OpenNetwork
    ) async throws(StepFailure) -> StepFailure {
        guard let to = request.to else {
            throw StepFailure(
                code: "needs-salt",
                "signer '\(account.name)' is a Safe, which creates contracts only through a factory",
                hint: "give the deployment a 'salt'; nothing was proposed"
            )
        }
        let intent = intent(request, lane, on: network)
        let call = SafeBatch.Call(to: to, value: request.value, data: request.data)
        let batch = try await safes.add(
            SafeProposal.StepCall(step: request.step, call: call),
            to: lane,
            begin: { () async throws(StepFailure) in
                let safe = SafeReading(network: network, safe: account.address)
                try await safe.check()
                let batch = SafeProposal(
                    lane: lane,
                    network: network.spec.name,
                    nonce: try await safe.nonce(),
                    head: try await network.height(.latest),
                    multiSend: multiSend
                )
                await hub.atClose { await finish(lane, account, network.spec) }
                return batch
            },
            join: { batch throws(StepFailure) in try await checkMultiSend(batch, network) },
            keep: { batch throws(StepFailure) in
                try write(try batch.document(), to: "\(batch.file).json")
                try write(try batch.builderFile(at: world.now()), to: "\(batch.file)-builder.json")
                // Only what was written is on record: nobody can sign what they were never shown.
                try inLedger { () throws(LedgerError) in
                    _ = try ledger.propose(
                        intent, nonce: batch.nonce, counted: batch.head,
                        batchHash: batch.hashes?.transaction)
                }
            }
        )
        return Self.proposed(
            "Safe \(account.address) is asked for it under nonce \(batch.nonce): \(batch.file).json beside the report"
        )
    }

    /// What owners of a Safe must do.
    static func proposed(_ words: String) -> StepFailure {
        StepFailure(
            .blocked,
            code: "proposed",
            words,
            hint: "have its owners sign and execute the batch, then run again; nothing was sent"
        )
    }

    /// A delegate call to other code could do anything with the Safe.
    private func checkMultiSend(_ batch: SafeProposal, _ network: OpenNetwork) async throws(StepFailure) {
        let code = try await network.code(of: batch.multiSend)
        guard !SafeProposal.multiSendCodeHashes.contains(Keccak256.hash(code)) else { return }
        throw StepFailure(
            .blocked,
            code: "no-multisend",
            "'\(network.spec.name)' has \(code.isEmpty ? "no code" : "other code") at \(batch.multiSend) than that of "
                + "MultiSendCallOnly 1.4.1, without which a Safe makes one call at a time",
            hint: "say where it is with the signer's 'multiSend'; what was asked for before it stands"
        )
    }

    /// Says what the owners will see when they sign, and has it handed to them where somebody does that.
    private func finish(
        _ lane: ChainOperation.Lane,
        _ account: PeoplesAccount,
        _ network: NetworkSpec
    ) async {
        guard let batch = await safes.batch(of: lane), let hashes = batch.hashes else { return }
        notice(
            Diagnostic(
                .note,
                "safe-batch",
                "Safe \(batch.lane.sender) on '\(batch.network)' is asked for a batch of \(batch.calls.count) under "
                    + "nonce \(batch.nonce): safeTxHash \(hashes.transaction), domain hash \(hashes.domain), message hash "
                    + "\(hashes.message)",
                hint:
                    "compare these with what the wallet shows before you sign; \(batch.file).json has the calls"
            )
        )
        if let proposer = account.proposer {
            await SafeHandover(context: self, batch: batch, proposer: proposer, network: network).run()
        }
    }
}
