import Model

@testable import Ethereum
@testable import Ledger
@testable import Steps

/// The moves of one seed, for a person who looks into it.
final class LaneTrace {
    var lines: [String] = []
}

extension LaneSimulation {
    func note(_ words: @autoclosure () -> String) {
        trace?.lines.append("\(now / .milliseconds(1)) ms  \(words())")
    }

    func note(_ move: LaneMove) {
        guard trace != nil else { return }
        let detail =
            switch move {
            case .plan(_, let intent): "\(intent.step) \(intent.spendReserved)"
            case .weigh(_, let intent): "\(intent.step) \(intent.spendReserved)"
            case .reserve(let id, let latest, let pending, let open):
                "#\(id) \(latest) \(pending) \(open?.description ?? "")"
            case .sign(let id, let transaction, _): "#\(id) \(transaction.nonce) \(transaction.maxFeePerGas)"
            case .record(let signatures): "\(signatures.map { "#\($0.id) \($0.transaction.hash.short)" })"
            case .replace(let signature, _): "#\(signature.id) \(signature.transaction.hash.short)"
            case .send(let offers): "\(offers.map { "#\($0.id) \($0.attempt.hash.short)" })"
            case .look(let hashes, _, let count, _): "\(hashes.map(\.short)) \(count)"
            case .markSent(let ids): "\(ids)"
            case .include(let inclusions): "\(inclusions.map(\.id))"
            case .check(let reliances): "\(reliances.map(\.subject)) \(journal.standings(of: reliances))"
            case .judge(let unasked): "\(unasked.map(\.step))"
            case .goBack(let id), .revert(let id, _), .foreign(let id, _), .withdraw(let id, _),
                .prove(let id, _, _):
                "#\(id)"
            case .estimate(let asked): "\(asked.values.map(\.step.rawValue).sorted())"
            case .inspect(let nonces): "\(nonces)"
            case .ask, .survey, .rest: ""
            }
        note("\(LaneCensus.name(move)) \(detail)")
    }
}
