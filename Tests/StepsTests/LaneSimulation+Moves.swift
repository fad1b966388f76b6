import EthereumTypes
import Foundation
import Model

@testable import Ethereum
@testable import Ledger
@testable import Steps

/// The driver of a simulation: what a move does to the disk and to the chain, and where it is cut short.
extension LaneSimulation {
    /// Does a move; nil where the process dies of it.
    mutating func perform(_ move: LaneMove) -> LaneResult? {
        if let crash, moves == crash.move {
            isDead = true
            if crash.isAfter { _ = performed(move) }
            return nil
        }
        if diesHere() {
            census.count(.crashBeforeAMove)
            return nil
        }
        return performed(move)
    }

    private mutating func performed(_ move: LaneMove) -> LaneResult? {
        switch move {
        case .ask(let wantsPrice, let known): return ask(wantsPrice: wantsPrice, beyond: known)
        case .survey: return survey()
        case .estimate(let asked): return estimate(asked)
        case .sign(_, let transaction, _):
            meanwhile()
            guard isCalm || !chance(settings.rarity * 4) else {
                census.count(.failedSignature)
                return .failed(StepFailure(code: "not-signed", "the signer does not answer"))
            }
            return .signed(LaneFakeSigner.signed(transaction))
        case .send(let offers): return send(offers)
        case .look(let hashes, let finalized, let count, _):
            return look(hashes, wantsFinalized: finalized, wantsCount: count)
        case .prove(let id, let nonce, let content): return prove(id, Int(nonce), like: content)
        case .inspect(let nonces): return inspect(nonces.map { Int($0) })
        case .check(let reliances) where habit == .takesAddressesOnTrust:
            return .standing(reliances.map { _ in .firm })
        case .check(let reliances):
            if !isCalm, chance(settings.rarity * 8) {
                return .failed(StepFailure(code: "network-unavailable", "network 'sim' cannot be used"))
            }
            return .standing(journal.standings(of: reliances))
        case .judge(let unasked): return .judged(unasked.map { isToCome($0) })
        case .rest: return .nothing
        case .plan, .reserve, .weigh, .record, .replace, .markSent, .include, .goBack, .revert, .foreign,
            .withdraw:
            return write(move)
        }
    }

    /// Whether a step has yet to begin, and needs the contracts of none that wait.
    private func isToCome(_ unasked: LaneUnasked) -> Bool {
        guard let index = steps.firstIndex(where: { $0.id == unasked.step }), steps[index].state == .idle
        else { return false }
        var uses = steps[index].uses
        while let other = uses {
            guard !unasked.place.behind.contains(steps[other].id), steps[other].state != .over else {
                return false
            }
            uses = steps[other].uses
        }
        return true
    }

    // MARK: Disk

    private mutating func write(_ move: LaneMove) -> LaneResult? {
        meanwhile()
        if !isCalm, chance(settings.rarity * 2) {
            census.count(.slowDisk)
            pass(.seconds(3))
        }
        if !isCalm, chance(settings.rarity * 60) {
            census.count(.failedWrite)
            return .failed(LedgerError.diskFull(path: "state.db").failure)
        }
        if case .record(let signatures) = move, habit == .sendsBeforeItRecords {
            for signature in signatures { _ = chain.take(signature.transaction, at: 0) }
            if diesHere() { return nil }
        }
        if case .foreign(let id, let hash) = move { checkForeign(journal[id], hash) }
        journal.atWork = atWork
        do throws(LedgerError) {
            let operations = try journal.write(move)
            checkBudget()
            if case .weigh = move { census.count(.budgetFreed) }
            if case .reserve(_, _, _, let open?) = move,
                operations.contains(where: { $0.nonce.map(open.contains) ?? false })
            {
                census.count(.filledGap)
            }
            if case .replace(let signature, _) = move, !signature.isOthers { census.replacements += 1 }
            if isTakenOver(move) { census.count(.takenOver) }
            if case .foreign = move { census.foreignProofs += 1 }
            if diesHere() {
                census.count(.crashAfterAWrite)
                return nil
            }
            return .stored(operations)
        } catch {
            if case .overBudget(let over) = error {
                census.count(over.mayFitLater ? .waitsForBudget : .overBudget)
                if over.limit + over.left >= over.spent + over.needed { census.count(.leftLittle) }
            } else {
                found(.refused, "\(LaneCensus.name(move)): \(error)")
            }
            return LaneResult(refusal: error)
        }
    }

    // MARK: Chain

    /// What a node says of the sender; `over`: by how much it is wrong this time.
    private func account(at node: Int, over: Int = 0) -> AccountState {
        let branch = chain.nodes[node].branch
        let over = chain.nodes[node].overcount + over
        return AccountState(
            latest: UInt64(branch.uses.count + over),
            pending: UInt64(chain.pending(node) + over),
            balance: Wei(chain.balance(on: branch)),
            head: UInt64(branch.head)
        )
    }

    /// Asks every node; some do not answer.
    private mutating func everyAccount() -> [AccountAnswer] {
        var answers: [AccountAnswer] = []
        for node in chain.nodes.indices where isCalm || !chance(settings.rarity) {
            answers.append(AccountAnswer(endpoint: "node \(node)", state: account(at: node)))
        }
        return answers
    }

    private mutating func survey() -> LaneResult? {
        travel()
        let answers = everyAccount()
        note("  \(answers.map { "\($0.state.latest) \($0.state.pending) \($0.state.head)" })")
        return .surveyed(answers)
    }

    private mutating func ask(wantsPrice: Bool, beyond known: UInt64) -> LaneResult? {
        travel()
        if let failure = readFails() { return failure }
        var over = 0
        if !isCalm, chance(settings.rarity * 4) {
            census.count(.countTooHigh)
            over = 3
        }
        var account = AccountAnswers(first: account(at: node(), over: over))
        if account.first.count > known {
            travel()
            account.again = everyAccount()
        }
        note("  \(account.words)")
        guard wantsPrice else { return .account(account, nil) }
        do throws(Fees.Refusal) {
            let base = Wei(chain.baseFee)
            let price: GasPrice
            if settings.isLegacy {
                price = .legacy(try Fees.gasPrice(suggested: base * 2, settings: settings.fees))
            } else {
                let history = FeeHistory(oldestBlock: 0, baseFeePerGas: [], reward: [])
                price = .dynamic(
                    try Fees(history: history, latestBaseFee: base, settings: settings.fees))
            }
            return .account(account, price)
        } catch {
            census.count(.feeCap)
            return .failed(StepFailure(.blocked, code: "fee-cap", "\(error)"))
        }
    }

    private mutating func estimate(_ asked: [LaneTicket: TransactionRequest]) -> LaneResult? {
        travel()
        if let failure = readFails() { return failure }
        var answers: [LaneTicket: Result<UInt64, StepFailure>] = [:]
        for ticket in asked.keys.sorted() {
            if isCalm || !chance(settings.rarity * 4) {
                let mark = asked[ticket]?.mark ?? OperationMark(of: 0)
                answers[ticket] = .success(mark.gasLimit(atMost: 100_000, needed: 80_000))
            } else {
                census.count(.wouldRevert)
                answers[ticket] = .failure(StepFailure(code: GasEstimates.wouldRevert, "it would revert"))
            }
        }
        return .estimated(answers)
    }

    /// Which node answers this time.
    mutating func node() -> Int {
        let chosen = Int.random(in: 0..<chain.nodes.count, using: &random)
        if chain.nodes[chosen].missed > 0 { census.count(.laggingNode) }
        return chosen
    }

    private mutating func readFails() -> LaneResult? {
        guard !isCalm, chance(settings.rarity * 2) else { return nil }
        census.count(.failedRead)
        // What the node did not answer five times, or answered with something that is not known.
        guard chance(4) else {
            pass(.seconds(8))
            return .failed(StepFailure(code: "network-unavailable", "network 'sim' cannot be used"))
        }
        return .failed(StepFailure(code: "node-refused", "network 'sim': the node's answer is malformed"))
    }

    /// Asks one node, the head first and the receipts then; the chain goes on between the two.
    private mutating func look(_ hashes: [Hash], wantsFinalized: Bool, wantsCount: Bool) -> LaneResult? {
        travel()
        if let failure = readFails() { return failure }
        let node = node()
        var head = ChainHead(latest: 0)
        if settings.rules.needsHead { head.latest = UInt64(chain.nodes[node].branch.head) }
        if wantsFinalized { head.finalized = UInt64(chain.nodes[node].branch.finalized) }
        if !isCalm, chance(4) { pass(settings.blockTime) }
        var receipts: [Hash: TransactionReceipt] = [:]
        for hash in hashes {
            guard let use = chain.seen(hash, by: node) else { continue }
            receipts[hash] = receipt(use, on: chain.nodes[node].branch)
        }
        head.latest = max(head.latest, receipts.values.map(\.blockNumber).max() ?? 0)
        let counted = chain.nodes[node].branch.uses.count + chain.nodes[node].overcount
        let count = wantsCount ? UInt64(counted) : nil
        travel()
        return .seen(receipts, head, count: count)
    }

    private func receipt(_ use: LaneFakeChain.Use, on branch: LaneFakeChain.Branch) -> TransactionReceipt? {
        let price = use.feePaid.value / UInt128(use.gasUsed)
        let value = JSONValue.object([
            "transactionHash": .string(use.hash.description),
            "blockHash": .string(branch.blocks[use.block].description),
            "blockNumber": RPCReader.quantity(use.block), "status": .string(use.succeeded ? "0x1" : "0x0"),
            "gasUsed": RPCReader.quantity(use.gasUsed),
            "contractAddress": chain.created[use.hash].map { .string($0.description) }
                ?? .null,
            "effectiveGasPrice": RPCReader.quantity(price),
        ])
        return try? TransactionReceipt(RPCReader(method: "eth_getTransactionReceipt", value: value))
    }

    private mutating func prove(
        _ id: ChainOperation.ID,
        _ nonce: Int,
        like content: Transaction?
    ) -> LaneResult? {
        travel()
        if let failure = readFails() { return failure }
        let node = chain.nodes[node()]
        if ![.takesNoNoticeOfOthers, .takesAbsenceForProof].contains(habit), let content,
            nonce < node.branch.uses.count
        {
            let stranger = stranger(with: nonce, on: node.branch)
            if stranger.standsFor(content) { return .proof(.sameBy(stranger)) }
        }
        if habit == .takesAbsenceForProof {
            return .proof(node.branch.uses.count > nonce ? .usedBy(LaneFakeChain.hash(-1)) : .open)
        }
        guard nonce < node.branch.uses.count, node.branch.uses[nonce].block <= node.branch.finalized else {
            return .proof(.open)
        }
        return .proof(.usedBy(node.branch.uses[nonce].hash))
    }

    private mutating func inspect(_ nonces: [Int]) -> LaneResult? {
        travel()
        if let failure = readFails() { return failure }
        let branch = chain.nodes[node()].branch
        let told = nonces.filter { $0 < branch.uses.count }
        // What looks for others would find what was sent and not recorded.
        guard ![.takesNoNoticeOfOthers, .sendsBeforeItRecords].contains(habit) else {
            return .strangers(nonces.map { LaneStranger.other(UInt64($0)) })
        }
        return .strangers(told.map { stranger(with: $0, on: branch) })
    }

    /// What a block has with a nonce.
    private func stranger(with nonce: Int, on branch: LaneFakeChain.Branch) -> LaneStranger {
        let use = branch.uses[nonce]
        guard let signed = chain.offered[use.hash] else {
            preconditionFailure("a block has what was offered")
        }
        return LaneStranger(
            hash: use.hash,
            nonce: UInt64(nonce),
            block: UInt64(use.block),
            to: signed.transaction.to,
            value: signed.transaction.value,
            data: signed.transaction.data,
            gasLimit: signed.transaction.gasLimit,
            succeeded: use.succeeded,
            signed: signed
        )
    }

    private func isTakenOver(_ move: LaneMove) -> Bool {
        switch move {
        case .record(let signatures): signatures.contains { chain.isForeign($0.transaction.hash) }
        case .replace(let signature, _): signature.isOthers
        default: false
        }
    }

    /// A question is on its way; time goes by, and others do what they do.
    mutating func travel() {
        if settings.latency > .zero {
            pass(settings.latency * Int.random(in: 0...100, using: &random) / 200)
        }
        meanwhile()
    }

    /// Steps come and go while a move is being done.
    private mutating func meanwhile() {
        guard !isCalm, chance(settings.rarity * 3) else { return }
        if chance(3) { walkAway() } else { _ = beginAStep() }
        hear()
    }
}
