import Ethereum
import EthereumTypes
import Ledger
import Model

/// Does one move of a lane: a write to the ledger, a signature, or a question to the chain.
struct LanePerformer: Sendable {
    let world: World
    let ledger: Ledger
    let network: OpenNetwork
    let sender: Address
    let rules: LaneRules

    func now() -> Duration { world.elapsed() }

    /// Returns at that moment; false where the world ends the sleep before.
    func sleep(until moment: Duration) async -> Bool {
        (try? await world.sleep(max(.zero, moment - world.elapsed()))) != nil
    }

    func perform(_ move: LaneMove) async -> LaneResult {
        do throws(StepFailure) {
            switch move {
            case .ask(let wantsPrice): return try await account(wantsPrice: wantsPrice)
            case .estimate(let asked):
                return .estimated(try await GasEstimates(network, sender).limits(of: asked))
            case .sign(_, let transaction, let signer): return .signed(try await signer.sign(transaction))
            case .send(_, let attempt): return .sent(try await send(attempt))
            case .look(let hashes, let finalized, let count):
                return try await look(hashes, wantsFinalized: finalized, wantsCount: count)
            case .prove(_, let nonce): return .proof(try await NonceSearch(network, sender).proof(of: nonce))
            case .rest: return .nothing
            case .plan, .reserve, .record, .markSent, .include, .goBack, .revert, .foreign, .withdraw:
                return .stored(try inLedger { () throws(LedgerError) in try write(move) })
            }
        } catch {
            return .failed(error)
        }
    }

    // MARK: Durable

    private func write(_ move: LaneMove) throws(LedgerError) -> ChainOperation {
        switch move {
        case .plan(_, let intent): return try ledger.plan(intent)
        case .reserve(let id, let latest, let pending):
            _ = try ledger.reserveNonce(id, latest: latest, pending: pending, within: rules.limits)
            return try ledger.operation(id)
        case .record(let id, let signed, let most):
            return try ledger.recordSigned(
                id,
                rawTransaction: signed.raw,
                hash: signed.hash,
                predictedAddress: signed.createdAddress,
                most: most,
                within: rules.limits
            )
        case .markSent(let id): return try ledger.markSent(id)
        case .include(let id, let inclusion): return try ledger.markIncluded(id, inclusion)
        case .goBack(let id): return try ledger.backToSent(id, reason: "its block is gone")
        case .revert(let id): return try ledger.markReverted(id, error: "the transaction reverted")
        case .foreign(let id, let hash): return try ledger.markForeign(id, usedBy: hash)
        case .withdraw(let id, let reason): return try ledger.withdraw(id, reason: reason)
        case .ask, .estimate, .sign, .send, .look, .prove, .rest:
            preconditionFailure("\(move) writes nothing")
        }
    }

    // MARK: Asked

    private func account(wantsPrice: Bool) async throws(StepFailure) -> LaneResult {
        let account = try await network.account(of: sender)
        return .account(account, wantsPrice ? try await GasPrice.now(network) : nil)
    }

    private func send(_ attempt: ChainOperation.Attempt) async throws(StepFailure) -> SendAnswer {
        let signed: SignedTransaction
        do {
            signed = try SignedTransaction(raw: attempt.rawTransaction)
        } catch {
            throw StepFailure(.blocked, code: "damaged-journal", "\(attempt.hash.short): \(error)")
        }
        let endpoint = network.currentEndpoint
        do throws(StepFailure) {
            try await network.stillIs(at: endpoint)
        } catch {
            // Nothing has left: it is tried again, but not where another chain answers.
            return error.kind == .blocked ? .refused(error.message) : .notNow(error.message, after: nil)
        }
        do throws(RPCFailure) {
            try await network.endpoint(at: endpoint).send(signed)
            return .taken
        } catch {
            return SendAnswer(error)
        }
    }

    private func look(
        _ hashes: [Hash],
        wantsFinalized: Bool,
        wantsCount: Bool
    ) async throws(StepFailure) -> LaneResult {
        let look = try await network.look(
            hashes,
            wantsHead: rules.needsHead,
            wantsFinalized: wantsFinalized,
            countOf: wantsCount ? sender : nil
        )
        var head = ChainHead(latest: look.head ?? 0, finalized: look.finalized)
        head.latest = max(head.latest, look.receipts.values.map(\.blockNumber).max() ?? 0)
        return .seen(look.receipts, head, count: look.count)
    }
}
