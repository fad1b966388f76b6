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
    /// The run whose budget counts.
    let run: String
    let rules: LaneRules
    let stepsAtWork: StepsAtWork

    func now() -> Duration { world.elapsed() }

    /// Returns at that moment; false where the world ends the sleep before.
    func sleep(until moment: Duration) async -> Bool {
        (try? await world.sleep(max(.zero, moment - world.elapsed()))) != nil
    }

    func perform(_ move: LaneMove) async -> LaneResult {
        do throws(StepFailure) {
            switch move {
            case .ask(let wantsPrice, let known):
                return try await account(wantsPrice: wantsPrice, beyond: known)
            case .survey: return .surveyed(await network.accounts(of: sender))
            case .estimate(let asked):
                return .estimated(try await GasEstimates(network, sender).limits(of: asked))
            case .sign(_, let transaction, let signer): return .signed(try await signer.sign(transaction))
            case .send(let offers): return try await send(offers)
            case .look(let hashes, let finalized, let count, let block):
                return try await look(hashes, wantsFinalized: finalized, wantsCount: count, behind: block)
            case .prove(_, let nonce, let content):
                return .proof(try await NonceSearch(network, sender).proof(of: nonce, like: content))
            case .inspect(let nonces):
                let (found, unknown) = try await NonceSearch(network, sender).strangers(with: nonces)
                return .strangers(found, unknown: unknown)
            case .check(let reliances): return .standing(try await standings(of: reliances))
            case .judge(let unasked):
                return .judged(
                    unasked.map { stepsAtWork.isToCome($0.step, of: $0.project, at: $0.place) })
            case .rest: return .nothing
            case .plan, .reserve, .weigh, .record, .replace, .markSent, .include, .goBack, .revert, .foreign,
                .withdraw:
                return written(move)
            }
        } catch {
            return .failed(error)
        }
    }

    // MARK: Durable

    private func written(_ move: LaneMove) -> LaneResult {
        do throws(LedgerError) {
            return .stored(try write(move))
        } catch {
            return LaneResult(refusal: error)
        }
    }

    private func write(_ move: LaneMove) throws(LedgerError) -> [ChainOperation] {
        switch move {
        case .plan(_, let intent): return [try ledger.plan(intent)]
        case .reserve(let id, let latest, let pending, let open):
            _ = try ledger.reserveNonce(
                id, latest: latest, pending: pending, open: open, within: rules.limits,
                beside: stepsAtWork.all)
            return [try ledger.operation(id)]
        case .weigh(_, let intent):
            try ledger.checkBudget(intent, within: rules.limits, beside: stepsAtWork.all)
            return []
        case .record(let signatures): return try ledger.recordSigned(signatures.map(SignedBytes.init(_:)))
        case .replace(let signature, let most):
            let signed = signature.transaction
            return [
                try ledger.recordSigned(
                    signature.id,
                    rawTransaction: signed.raw,
                    hash: signed.hash,
                    predictedAddress: signed.createdAddress,
                    isOthers: signature.isOthers,
                    most: most,
                    in: run,
                    within: rules.limits,
                    beside: stepsAtWork.all
                )
            ]
        case .markSent(let ids): return try ledger.markSent(ids)
        case .include(let inclusions):
            return try ledger.markIncluded(inclusions.map { (id: $0.id, inclusion: $0.inclusion) })
        case .goBack(let id): return [try ledger.backToSent(id, reason: "its block is gone")]
        case .revert(let id, let reason): return [try ledger.markReverted(id, error: reason)]
        case .foreign(let id, let hash): return [try ledger.markForeign(id, usedBy: hash)]
        case .withdraw(let id, let reason): return [try ledger.withdraw(id, reason: reason)]
        case .ask, .survey, .estimate, .sign, .send, .look, .prove, .inspect, .check, .judge, .rest:
            preconditionFailure("\(move) writes nothing")
        }
    }

    // MARK: Asked

    private func account(wantsPrice: Bool, beyond known: UInt64) async throws(StepFailure) -> LaneResult {
        var answers = AccountAnswers(first: try await network.account(of: sender))
        guard answers.first.count > known else {
            return .account(answers, wantsPrice ? try await GasPrice.now(network) : nil)
        }
        async let again = network.accounts(of: sender)
        let price = wantsPrice ? try await GasPrice.now(network) : nil
        answers.again = await again
        return .account(answers, price)
    }

    /// Hands over what can be read of `offers`, in one exchange, once the endpoint has shown to be the chain still.
    ///
    /// - Throws: ``StepFailure`` where the bytes of the first cannot be read.
    private func send(_ offers: [LaneOffer]) async throws(StepFailure) -> LaneResult {
        var signed: [SignedTransaction] = []
        for offer in offers {
            do {
                signed.append(try SignedTransaction(raw: offer.attempt.rawTransaction))
            } catch {
                guard signed.isEmpty else { break }
                throw StepFailure(
                    .blocked, code: "damaged-journal", "\(offer.attempt.hash.short): \(error)")
            }
        }
        let endpoint = network.currentEndpoint
        do throws(StepFailure) {
            try await network.stillIs(at: endpoint)
        } catch {
            // Nothing has left: it is tried again, but not where another chain answers.
            return .sent([
                error.kind == .blocked ? .refused(error.message) : .notNow(error.message, after: nil)
            ])
        }
        let rpc = network.endpoint(at: endpoint)
        var answers: [SendAnswer]
        do throws(RPCFailure) {
            if signed.count == 1 {
                try await rpc.send(signed[0])
                answers = [.taken]
            } else {
                answers = try await rpc.send(together: signed).map { $0.map { SendAnswer($0) } ?? .taken }
            }
        } catch {
            if signed.count > 1, error.mayBeOfTheBatch { return .notTogether }
            answers = signed.map { _ in SendAnswer(error) }
        }
        for (index, offer) in zip(answers.indices, offers) where answers[index] == .nonceHeld {
            answers[index] = await holder(of: offer, by: rpc)
        }
        return .sent(answers)
    }

    /// Whether one of an operation's attempts holds its nonce: then the node knows that by its hash.
    private func holder(of offer: LaneOffer, by rpc: EthereumRPC) async -> SendAnswer {
        do throws(RPCFailure) {
            for hash in offer.hashes where try await rpc.transaction(hash) != nil { return .nonceHeld }
            return .nonceHeldByOthers
        } catch {
            return .unknown
        }
    }

    private func look(
        _ hashes: [Hash],
        wantsFinalized: Bool,
        wantsCount: Bool,
        behind block: Hash?
    ) async throws(StepFailure) -> LaneResult {
        let look = try await network.look(
            hashes,
            wantsHead: rules.needsHead,
            wantsFinalized: wantsFinalized,
            countOf: wantsCount ? sender : nil,
            behind: block
        )
        if let receipt = look.receipts.values.first(where: { $0.status == .unstated }) {
            throw StepFailure(
                .blocked,
                code: "receipt-unstated",
                "network '\(network.spec.name)': the receipt of \(receipt.transactionHash) does not say whether it succeeded",
                hint: "it is on record as sent; run again with another endpoint in 'rpc'"
            )
        }
        var head = ChainHead(latest: look.head ?? 0, finalized: look.finalized)
        head.latest = max(head.latest, look.receipts.values.map(\.blockNumber).max() ?? 0)
        return .seen(look.receipts, head, count: look.count)
    }
}

extension LaneResult {
    init(refusal: LedgerError) {
        if case .overBudget(let over) = refusal, over.mayFitLater {
            self = .notYet(refusal.failure)
        } else {
            self = .failed(refusal.failure)
        }
    }
}

extension SignedBytes {
    init(_ signature: LaneSignature) {
        let signed = signature.transaction
        self.init(
            signature.id, signed.raw, hash: signed.hash, creates: signed.createdAddress,
            isOthers: signature.isOthers)
    }
}
