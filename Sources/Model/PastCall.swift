/// Something on record that a call comes after: that it was made, or that people were asked for it with other data.
///
/// A plan says what it knows of; what came since is newer than the plan.
package struct PastCall: Hashable, Sendable {
    package enum Deed: Hashable, Sendable {
        case made
        /// People were asked for it and may still send it.
        case asked
    }

    package var deed: Deed
    /// The transaction that made it, or the run that asked for it.
    package var mark: String
    /// The run that made it; nil where nobody noted it.
    package var run: String?

    package init(_ deed: Deed, _ mark: String, run: String? = nil) {
        self.deed = deed
        self.mark = mark
        self.run = run
    }

    /// What tells it from others, whoever notes it.
    private var key: [String] { [deed == .made ? "made" : "asked", mark] }

    private var since: String {
        switch deed {
        case .made: "it was made since, in \(mark)\(run.map { " (run \($0))" } ?? "")"
        case .asked: "people were asked for it with other data since, in run \(mark)"
        }
    }

    /// Those of some that a plan with others does not know of, a line for each.
    static func news(in now: [PastCall], to planned: [PastCall]) -> [String] {
        let known = Set(planned.map(\.key))
        return now.filter { !known.contains($0.key) }.map(\.since)
    }

    /// Each once, sorted by what tells it.
    package static func sorted(_ calls: [PastCall]) -> [PastCall] {
        Dictionary(calls.map { ($0.key, $0) }) { first, _ in first }.values
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }
}
