import Model

extension StepFailure {
    /// A tool had no place to work in: the machine's fault, not that of what it was to look at.
    static func scratch(_ reason: String) -> StepFailure {
        StepFailure(
            .environment,
            code: "scratch-io",
            "a tool has no place to work in: \(reason)",
            hint: "make room there, or set TMPDIR to a folder with room, then run again"
        )
    }
}
