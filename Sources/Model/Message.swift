/// One thing that a command says to a person, in the parts that a program looks for.
package struct Message: Hashable, Sendable {
    package enum Level: String, CaseIterable, Sendable {
        /// How things go and went.
        case info
        /// As of diagnostics.
        case note, warning, error

        package init(_ severity: Diagnostic.Severity) {
            switch severity {
            case .note: self = .note
            case .warning: self = .warning
            case .error: self = .error
            }
        }
    }

    package var level: Level
    package var text: String
    /// A stable word for the kind of problem; nil where it is none.
    package var code: String?
    /// What to do about it.
    package var hint: String?
    package var location: FileLocation?
    /// Whose step it is about.
    package var step: StepID?

    package init(
        _ level: Level,
        _ text: String,
        code: String? = nil,
        hint: String? = nil,
        at location: FileLocation? = nil,
        step: StepID? = nil
    ) {
        self.level = level
        self.text = text
        self.code = code
        self.hint = hint
        self.location = location
        self.step = step
    }

    package init(_ diagnostic: Diagnostic, step: StepID? = nil) {
        self.init(
            Level(diagnostic.severity),
            diagnostic.message,
            code: diagnostic.code,
            hint: diagnostic.hint,
            at: diagnostic.location,
            step: step
        )
    }

    /// Why a step failed: the failure, then what a tool said of the user's sources.
    package static func all(of failure: StepFailure, step: StepID) -> [Message] {
        [Message(.error, failure.message, code: failure.code, hint: failure.ownHint, step: step)]
            + failure.diagnostics.map { Message($0, step: step) }
    }
}
