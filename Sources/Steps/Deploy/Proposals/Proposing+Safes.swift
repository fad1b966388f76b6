import Ethereum
import EthereumTypes
import Ledger
import Model

/// A Safe: one batch a run, which its owners sign and execute.
extension EffectContext {
    /// Puts a call into the batch that the owners of a Safe are asked to execute.
    func propose(
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
                // The moment that the search for what was asked for before rests on.
                let moment = try await safes.history(of: lane, by: safe, back: nil)
                let asked = try inLedger { () throws(LedgerError) in try ledger.openProposals(in: lane) }
                // A node that is behind, or a chain that was taken back, is asked for nothing under a lower nonce: of two
                // with one nonce at most one is executed.
                let nonce = asked.map(\.nonce).reduce(moment.nonce, max)
                let batch = SafeProposal(
                    lane: lane,
                    network: network.spec.name,
                    nonce: nonce,
                    head: moment.head,
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
