import Ethereum
import EthereumTypes
import Ledger
import Model

extension ChainOperation {
    /// What it is for, as its first attempt says: later ones pay more for the same, or do nothing but use up its nonce.
    ///
    /// nil: nothing was signed, or the bytes cannot be read.
    var content: Transaction? {
        attempts.first.flatMap { try? SignedTransaction(raw: $0.rawTransaction) }?.transaction
    }

    /// Its attempts, in the order in which they were signed, without those that cannot be read.
    var transactions: [Transaction] {
        attempts.compactMap { try? SignedTransaction(raw: $0.rawTransaction).transaction }
    }

    /// Whether no block is known to have it and other data, another value or less gas is wanted now, or an earlier run began to use its
    /// nonce up: a run does not send it.
    ///
    /// `payload`: the hash of what would be sent now; nil where that is not known. `most`: the gas that it may use.
    func isTakenBack(by payload: Hash?, with value: Wei, most: UInt64) -> Bool {
        if isUsedUp { return true }
        guard [.signed, .sent].contains(state) else { return false }
        if needsMoreGas(than: most) { return true }
        guard let payload else { return false }
        return payload != intent.payloadHash || value != intent.value
    }

    /// Whether what uses up its nonce is signed, and no block is known to have what it is for instead: where it is wanted again it is made
    /// anew.
    var isUsedUp: Bool {
        state != .blocked && !isThere && transactions.contains { $0.isVoid(of: intent.sender) }
    }

    /// Whether a block has what it is for, not what uses up its nonce.
    var isThere: Bool {
        guard let hash = inclusion?.transactionHash,
            let attempt = attempts.first(where: { $0.hash == hash }),
            let sent = try? SignedTransaction(raw: attempt.rawTransaction)
        else { return false }
        return !sent.transaction.isVoid(of: intent.sender)
    }

    /// Whether it was signed with a greater gas limit.
    func needsMoreGas(than most: UInt64) -> Bool { content.map { $0.gasLimit > most } ?? false }

    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `other-account`, where no block is known to have it and another account
    ///   is to send it now.
    func requireSender(_ account: Address?) throws(StepFailure) {
        guard let account, account != intent.sender, [.signed, .sent].contains(state) else { return }
        throw signedByOther(than: account)
    }

    /// It is on its way from another account than is to send it now.
    func signedByOther(than account: Address) -> StepFailure {
        StepFailure(
            .blocked,
            code: "other-account",
            "run \(intent.run) signed \(intent.step) as \(intent.sender) (nonce \(nonce ?? 0)), which any block may still take; now it is to "
                + "be sent by \(account)",
            hint:
                "let \(intent.sender) sign it once more, until it has come to its end; or send a transaction of your own with its nonce, "
                + "and run again when a block that is final has that"
        )
    }

    /// The factory that what was signed for it asks; nil where it asks none.
    var factory: Create2Factory? { content?.factory }
}
