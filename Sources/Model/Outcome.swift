/// Something a step produced.
package struct Output: Hashable, Codable, Sendable {
    package let name: String
    package let digest: Digest
    package let bytes: Int

    package init(name: String, digest: Digest, bytes: Int) {
        self.name = name
        self.digest = digest
        self.bytes = bytes
    }
}

/// How a step ended: one of these.
package enum Outcome: Hashable, Sendable {
    case succeeded([Output])
    /// A stored result stood in, or what was wanted was there already.
    case reused([Output])
    case failed(StepFailure)
    /// A policy did not let it pass.
    case refused(reason: String)
    /// A step that it needs did not succeed.
    case skipped(after: StepID)
    /// Its network cannot be reached, and the manifest says that the run goes on without it; or it is one that the run can do without.
    case unavailable(StepFailure)
    /// A person must decide.
    case blocked(StepFailure)
    /// People were asked to do it, and steps that need it may be asked for too: where it will be is known.
    case proposed([Output], StepFailure)
    case cancelled

    /// Whether a step that needs this one may start.
    package var isGood: Bool {
        switch self {
        case .succeeded, .reused, .proposed: true
        case .failed, .refused, .skipped, .unavailable, .blocked, .cancelled: false
        }
    }

    /// Whether a run that stops at the first failure stops at it.
    package var isFailure: Bool {
        switch self {
        case .failed, .refused, .blocked, .cancelled: true
        case .succeeded, .reused, .skipped, .unavailable, .proposed: false
        }
    }

    package var outputs: [Output] {
        switch self {
        case .succeeded(let outputs), .reused(let outputs), .proposed(let outputs, _): outputs
        case .failed, .refused, .skipped, .unavailable, .blocked, .cancelled: []
        }
    }
}

/// Why a step could not finish.
package struct StepFailure: Error, Hashable, Codable, Sendable {
    package enum Kind: String, Codable, Sendable {
        case failed
        /// A person must decide (exit code 4).
        case blocked
        /// A tool is missing or the state is damaged (exit code 5).
        case environment
        /// A policy does not let it pass (exit code 3).
        case refused
        /// A network that may be skipped cannot be reached, or nobody could be shown a source: the run is degraded, which is no
        /// failure.
        case unavailable
        case cancelled
    }

    /// Whether the same inputs would fail the same way again.
    package enum Recurrence: String, Codable, Sendable {
        /// They would: the failure stands until an input changes.
        case certain
        /// Nobody knows: the next run tries again.
        case unknown
        /// It may well pass: worth another attempt in the same run.
        case passing
    }

    package var kind: Kind
    /// A stable word for the kind of failure, such as `compile-error`.
    package var code: String
    package var message: String
    package var hint: String?
    /// What a tool said of the user's sources.
    package var diagnostics: [Diagnostic]
    package var recurrence: Recurrence
    /// Where the contract will be that people were asked to create; nil where they were not, or nobody can tell.
    package var creates: String?

    package init(
        _ kind: Kind = .failed,
        code: String,
        _ message: String,
        hint: String? = nil,
        diagnostics: [Diagnostic] = [],
        recurrence: Recurrence = .unknown
    ) {
        self.kind = kind
        self.code = code
        self.message = message
        self.hint = hint
        self.diagnostics = diagnostics
        self.recurrence = recurrence
    }

    /// The hint, unless a diagnostic gives it already.
    package var ownHint: String? {
        hint.flatMap { hint in
            diagnostics.contains { $0.hint == hint || $0.message.contains(hint) } ? nil : hint
        }
    }

    package static let cancelled = StepFailure(.cancelled, code: "cancelled", "the run was interrupted")
}
