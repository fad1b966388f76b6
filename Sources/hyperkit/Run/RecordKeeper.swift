import Foundation
import Ledger
import Model
import Synchronization

/// Writes a run into the ledger as it happens: what is finished stays finished, however the process ends.
///
/// Ends that come close together are written in one transaction, since each waits for the disk: a run that is killed has on
/// record all but what ended in its last tenth of a second.
final class RecordKeeper: Sendable {
    private struct State {
        var ends: [JobEnd] = []
        var audits: [AuditFact] = []
        /// When the oldest of them came.
        var since: Timestamp?
        var problem: LedgerError?
    }

    private static let mostEnds = 500
    private static let longestWait: Int64 = 100

    private let ledger: Ledger
    private let header: RunHeader
    private let state = Mutex(State())

    init(_ ledger: Ledger, run header: RunHeader) {
        self.ledger = ledger
        self.header = header
    }

    /// The first record that could not be written; nil where all were.
    var failure: String? { state.withLock { $0.problem.map { "\($0)" } } }

    func take(_ event: Event) {
        state.withLock { state in
            do throws(LedgerError) {
                try take(event, &state)
            } catch {
                state.problem = state.problem ?? error
            }
        }
    }

    private func take(_ event: Event, _ state: inout State) throws(LedgerError) {
        switch event.kind {
        case .runStarted: break
        case .planned(let steps): try ledger.begin(header, steps: steps, maxRetries: 0)
        case .stepFinished(let end):
            guard let step = event.step else { return }
            state.ends.append(JobEnd(step: step, end: end, finishedAt: event.time))
        case .fact(.audit(let audit)): state.audits.append(audit)
        case .repeated, .stepStarted, .fact, .stepProgressed: break
        case .runFinished(let end):
            try write(&state)
            try ledger.finish(header.id, end)
        }
        guard !state.ends.isEmpty || !state.audits.isEmpty else { return }
        let since = state.since ?? event.time
        state.since = since
        let wait = event.time.milliseconds - since.milliseconds
        if state.ends.count >= Self.mostEnds || !(0..<Self.longestWait).contains(wait) { try write(&state) }
    }

    private func write(_ state: inout State) throws(LedgerError) {
        let (ends, audits) = (state.ends, state.audits)
        (state.ends, state.audits, state.since) = ([], [], nil)
        guard !ends.isEmpty || !audits.isEmpty else { return }
        try ledger.record(ends, audits: audits, run: header.id)
    }
}
