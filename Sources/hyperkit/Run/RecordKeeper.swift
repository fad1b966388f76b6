import Foundation
import Ledger
import Model
import Synchronization

/// Writes a run into the ledger as it happens: what is finished stays finished, however the process ends.
final class RecordKeeper: Sendable {
    private let ledger: Ledger
    private let header: RunHeader
    private let problem = Mutex<LedgerError?>(nil)

    init(_ ledger: Ledger, run header: RunHeader) {
        self.ledger = ledger
        self.header = header
    }

    /// The first record that could not be written; nil where all were.
    var failure: String? { problem.withLock { $0.map { "\($0)" } } }

    func take(_ event: Event) {
        do throws(LedgerError) {
            try write(event)
        } catch {
            problem.withLock { $0 = $0 ?? error }
        }
    }

    private func write(_ event: Event) throws(LedgerError) {
        switch event.kind {
        case .runStarted: break
        case .planned(let steps): try ledger.begin(header, steps: steps, maxRetries: 0)
        case .stepStarted: break
        case .stepFinished(let end):
            guard let step = event.step else { return }
            try ledger.record([JobEnd(step: step, end: end, finishedAt: event.time)], run: header.id)
        case .fact(.audit(let audit)): try ledger.record(audit, run: header.id)
        case .fact, .stepProgressed: break
        case .runFinished(let end): try ledger.finish(header.id, end)
        }
    }
}
