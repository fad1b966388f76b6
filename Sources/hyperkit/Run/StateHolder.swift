import Foundation
import Model

/// Who took the right to run on a state directory last, as its lock file says; nothing is locked or made to ask.
enum StateHolder {
    /// The last holder; nil where there is none, or its record is not of our writing.
    static func last(of stateDirectory: String, files: FileAccess) -> PastRunState.Holder? {
        guard let bytes = try? files.read("\(stateDirectory)/lock"),
            let record = record(String(decoding: bytes, as: UTF8.self))
        else { return nil }
        // EPERM: it is there, and somebody else's.
        let isAlive = kill(record.process, 0) == 0 || errno == EPERM
        return PastRunState.Holder(since: record.since, isAlive: isAlive)
    }

    /// Reads `process 4711 since 2026-11-22T02:00:07.123Z`, what a run writes into its lock.
    static func record(_ text: String) -> (process: pid_t, since: Timestamp)? {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 4, words[0] == "process", words[2] == "since", let process = pid_t(words[1]),
            process > 0,
            let since = try? Date(
                String(words[3]), strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        else { return nil }
        let milliseconds = (since.timeIntervalSince1970 * 1000).rounded()
        return (process, Timestamp(milliseconds: Int64(milliseconds)))
    }
}
