import Ethereum
import EthereumTypes
import Ledger
import Model

/// An account whose key somebody has: a transaction a step, in the order of nonces.
extension EffectContext {
    /// The code of what is written down for whoever has a key.
    static let unsigned = "unsigned"

    /// Writes down the transaction that whoever has a key is to sign.
    func propose(
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
        try takeUpAgain(SafeAttribution.Operation(intent), as: request.step, state, on: network)
        try takeBackLost(in: lane)
        let (nonce, unused) = try nonce(for: intent, state, besides: await keys.voids(in: lane))
        let transaction = request.transaction(
            price, nonce: nonce, gasLimit: gas, chainID: network.spec.chainID)
        let file = try write(transaction, from: account)
        var words = ""
        for nonce in unused {
            let void = request.transaction(
                price, nonce: nonce, gasLimit: gas, chainID: network.spec.chainID
            ).void(by: account.address)
            words +=
                "; nothing is asked for under nonce \(nonce) any more, which comes before it: unsigned/"
                + "\(try write(void, from: account)) uses that up"
        }
        // Only what was written is on record: nobody can send what they were never shown.
        try inLedger { () throws(LedgerError) in
            _ = try ledger.propose(intent, nonce: nonce, counted: state.latest)
        }
        await keys.noteVoids(unused, in: lane)
        var unsigned = StepFailure(
            .blocked,
            code: Self.unsigned,
            "signer '\(account.name)' is an address alone; its transaction is unsigned/\(file) beside the report\(words)",
            hint:
                "have it signed and sent with the key of \(account.address), then run again; nothing was sent"
        )
        if request.kind == .deploy {
            let place = request.creates ?? Address.created(by: account.address, nonce: nonce)
            unsigned.creates = place.description
        }
        throw unsigned
    }

    /// The nonce for a proposal, behind all that is sent, pending or proposed from the account, with those before it that nothing is asked
    /// for under; what was asked for keeps its own.
    ///
    /// It is asked for until a block that stays has its nonce, whatever a node says of the pool or of a block that another node has
    /// not seen: under one nonce at most one is ever sent.
    private func nonce(
        for intent: Proposal.Intent,
        _ state: AccountState,
        besides voids: Set<UInt64>
    ) throws(StepFailure) -> (nonce: UInt64, unused: [UInt64]) {
        let open = try inLedger { () throws(LedgerError) in try ledger.openProposals(in: intent.lane) }
        let mine = open.first { $0.intent.project == intent.project && $0.intent.step == intent.step }
        let taken = Set(open.map(\.nonce)).union(voids)
        var nonce = state.pending
        while taken.contains(nonce) { nonce += 1 }
        guard let mine, mine.nonce > nonce else { return (mine?.nonce ?? nonce, []) }
        return (mine.nonce, (nonce..<mine.nonce).filter { !taken.contains($0) })
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
}
