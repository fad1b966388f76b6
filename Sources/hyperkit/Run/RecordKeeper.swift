import Foundation
import Ledger
import Model
import Synchronization

/// Writes a run into the ledger as it happens: what is finished stays finished, however the process ends.
///
/// Ends that come close together are written in one transaction, since each waits for the disk: a run that is killed has on
/// record all but what ended in its last tenth of a second, and what the disk was waited for meanwhile. Nobody else waits for it.
final class RecordKeeper: Sendable {
    private enum Write: Sendable {
        case ends([JobEnd], [AuditFact])
        case run(RunEnd)
    }

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
    private let writes: AsyncStream<Write>
    private let later: AsyncStream<Write>.Continuation

    init(_ ledger: Ledger, run header: RunHeader) {
        self.ledger = ledger
        self.header = header
        (writes, later) = AsyncStream.makeStream(of: Write.self)
    }

    /// Begins to write; the task ends when the end of the run is written, and is its own, so that a run that is cancelled is
    /// recorded as well.
    func start() -> Task<Void, Never> {
        Task {
            for await write in writes {
                do throws(LedgerError) {
                    switch write {
                    case .ends(let ends, let audits):
                        try ledger.record(ends, audits: audits, run: header.id)
                    case .run(let end): try ledger.finish(header.id, end)
                    }
                } catch {
                    state.withLock { $0.problem = $0.problem ?? error }
                }
            }
        }
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
            write(&state)
            later.yield(.run(end))
            later.finish()
        }
        guard !state.ends.isEmpty || !state.audits.isEmpty else { return }
        let since = state.since ?? event.time
        state.since = since
        let wait = event.time.milliseconds - since.milliseconds
        if state.ends.count >= Self.mostEnds || !(0..<Self.longestWait).contains(wait) { write(&state) }
    }

    private func write(_ state: inout State) {
        let (ends, audits) = (state.ends, state.audits)
        (state.ends, state.audits, state.since) = ([], [], nil)
        if !ends.isEmpty || !audits.isEmpty { later.yield(.ends(ends, audits)) }
    }
}
