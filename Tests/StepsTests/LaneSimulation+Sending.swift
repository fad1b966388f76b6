import EthereumTypes
import Foundation
import Model

@testable import Ethereum
@testable import Ledger
@testable import Steps

/// The way of transactions to a node of a simulation, one at a time or together, and what may happen on it.
extension LaneSimulation {
    mutating func send(_ offers: [LaneOffer]) -> LaneResult? {
        for offer in offers { checkSent(offer.id, offer.attempt) }
        travel()
        if diesHere() {
            census.count(.crashBeforeAnEffect)
            return nil
        }
        if !isCalm, chance(settings.rarity * 8) {
            census.count(.otherChain)
            return .sent([chance(2) ? .refused("it is another chain") : .notNow("no answer", after: nil)])
        }
        var transactions: [SignedTransaction] = []
        for offer in offers {
            guard let signed = signed(offer.attempt, nonce: journal[offer.id].nonce) else {
                found(.refused, "#\(offer.id) sends bytes that are not its own")
                return nil
            }
            transactions.append(signed)
        }
        let exchange = offers.count == 1 ? hand(over: transactions[0]) : hand(over: transactions)
        let result: LaneResult
        switch exchange {
        case .killed: return nil
        case .notTogether: result = .notTogether
        case .answered(let failures):
            result = .sent(
                zip(offers, failures).map { attributed($1.map { SendAnswer($0) } ?? .taken, to: $0) })
        }
        if diesHere() {
            census.count(.crashAfterAnEffect)
            return nil
        }
        travel()
        note("  \(result)")
        return result
    }

    /// Whether what holds a nonce is one of the operation's, as a node says that is asked for them by hash.
    private mutating func attributed(_ answer: SendAnswer, to offer: LaneOffer) -> SendAnswer {
        guard answer == .nonceHeld else { return answer }
        if !isCalm, chance(settings.rarity) { return .unknown }
        let asked = node()
        if !isCalm, chance(settings.rarity) {
            census.count(.askedElsewhere)
            return .nonceHeldByOthers
        }
        return offer.hashes.contains { chain.knows($0, at: asked) } ? .nonceHeld : .nonceHeldByOthers
    }

    /// What came of an exchange.
    private enum Exchange {
        case answered([RPCFailure?])
        case notTogether
        case killed
    }

    private mutating func hand(over signed: SignedTransaction) -> Exchange {
        let fault = isCalm || !chance(settings.rarity) ? nil : Self.sendFaults.randomElement(using: &random)
        if let fault { note("  \(fault.rawValue)") }
        return .answered([answer(signed, fault)])
    }

    /// A batch: the node may take it all, a part or nothing, and say so of all, of some or of none.
    private mutating func hand(over transactions: [SignedTransaction]) -> Exchange {
        let fault = isCalm || !chance(settings.rarity) ? nil : Self.batchFaults.randomElement(using: &random)
        if let fault {
            census.count(fault)
            note("  \(fault.rawValue)")
        }
        if settings.takesNoBatches || fault == .batchRefused {
            // A node that answers a batch as if it were its first question.
            if chance(2) { _ = chain.take(transactions[0], at: node()) }
            return .notTogether
        }
        if fault == .rateLimit {
            let failure = RPCFailure.transport(.status(429, retryAfter: .seconds(3), body: Data()))
            return .answered(transactions.map { _ in failure })
        }
        let order =
            fault == .batchReordered
            ? transactions.indices.shuffled(using: &random) : Array(transactions.indices)
        let cut = fault == .batchCutShort ? Int.random(in: 0..<order.count, using: &random) : order.count
        var failures = transactions.map { _ -> RPCFailure? in Self.noReply }
        for index in order.prefix(cut) {
            let fault =
                isCalm || !chance(settings.rarity * 3) ? nil : Self.sendFaults.randomElement(using: &random)
            if let fault { note("  \(fault.rawValue) of \(index)") }
            failures[index] = answer(transactions[index], fault)
            if index != order.last, diesHere() {
                census.count(.crashWithinABatch)
                return .killed
            }
        }
        if failures.contains(nil), failures.contains(where: { $0 != nil }) {
            census.count(.partOfABatchTaken)
        }
        for index in failures.indices where fault == .batchWithoutReply || fault == .batchHalfAnswered {
            if fault == .batchWithoutReply || chance(2) { failures[index] = Self.noReply }
        }
        return .answered(failures)
    }

    private static let noReply = RPCFailure.malformed(
        method: "eth_sendRawTransaction", "one of a batch is not answered")

    private static let batchFaults: [LaneFault] = [
        .batchRefused, .batchCutShort, .batchReordered, .batchWithoutReply, .batchHalfAnswered, .rateLimit,
    ]

    /// The transaction of an attempt, without the arithmetic of signatures.
    private mutating func signed(_ attempt: ChainOperation.Attempt, nonce: UInt64?) -> SignedTransaction? {
        if let known = chain.offered[attempt.hash] { return known }
        return try? SignedTransaction(raw: attempt.rawTransaction)
    }

    private static let sendFaults: [LaneFault] = [
        .lostRequest, .lostReply, .lostReply, .connectionRefused, .rateLimit, .serverError, .garbage,
        .timeoutWithEffect, .timeoutWithoutEffect, .falseAlreadyKnown, .falseNonceTooLow, .falsePoolFull,
        .falseInsufficientFunds, .falseUnderpriced, .falseReplacementUnderpriced, .refusedThoughTaken,
        .keptToItself,
    ]

    /// What a node does with a transaction, and what is heard of it; nil: it has it.
    private mutating func answer(_ signed: SignedTransaction, _ fault: LaneFault?) -> RPCFailure? {
        let node = node()
        guard let fault else { return chain.take(signed, at: node).map { Self.refusal($0) } }
        census.count(fault)
        switch fault {
        case .lostReply:
            _ = chain.take(signed, at: node)
            return .transport(.unknown("the connection broke"))
        case .timeoutWithEffect:
            _ = chain.take(signed, at: node)
            return Self.refusal("request timed out", code: -32_002)
        case .refusedThoughTaken:
            _ = chain.take(signed, at: node)
            return Self.refusal("txpool is full")
        case .garbage:
            if chance(2) { _ = chain.take(signed, at: node) }
            return .malformed(method: "eth_sendRawTransaction", "no JSON")
        case .serverError:
            if chance(2) { _ = chain.take(signed, at: node) }
            return .transport(.status(503, retryAfter: nil, body: Data()))
        case .keptToItself:
            chain.nodes[node].kept.insert(signed.hash)
            return nil
        case .lostRequest: return .transport(.unknown("the connection broke"))
        case .connectionRefused: return .transport(.notSent("connection refused"))
        case .rateLimit: return .transport(.status(429, retryAfter: .seconds(3), body: Data()))
        case .timeoutWithoutEffect: return Self.refusal("request timed out", code: -32_002)
        case .falseAlreadyKnown: return Self.refusal("already known")
        case .falseNonceTooLow: return Self.refusal("nonce too low")
        case .falsePoolFull: return Self.refusal("txpool is full")
        case .falseInsufficientFunds: return Self.refusal("insufficient funds for gas * price + value")
        case .falseUnderpriced: return Self.refusal("transaction underpriced")
        case .falseReplacementUnderpriced: return Self.refusal("replacement transaction underpriced")
        default: preconditionFailure("\(fault) is no fault of a send")
        }
    }

    private static func refusal(_ message: String, code: Int64 = -32_000) -> RPCFailure {
        .node(
            NodeFault(method: "eth_sendRawTransaction", code: code, message: message, revertData: nil))
    }
}
