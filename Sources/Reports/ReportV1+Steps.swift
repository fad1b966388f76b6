import Model

extension ReportV1 {
    package struct Step: Codable, Hashable, Sendable {
        package struct Output: Codable, Hashable, Sendable {
            package var name: String
            package var digest: String
            package var bytes: Int
        }

        package struct Failure: Codable, Hashable, Sendable {
            package var code: String
            package var message: String
            package var hint: String?
            package var diagnostics: [Note]
        }

        package var id: String
        package var kind: String
        package var status: String
        package var durationMilliseconds: Int64
        package var attempts: Int
        package var fingerprint: OrNull<String>
        package var needs: [String]
        package var outputs: [Output]
        package var pool: String
        package var reason: String
        package var error: Failure?
    }

    /// Something that was said of a place in a file.
    package struct Note: Codable, Hashable, Sendable {
        package struct Place: Codable, Hashable, Sendable {
            package var file: String
            package var line: Int
            package var column: Int
        }

        package var severity: String
        package var code: String
        package var message: String
        package var location: OrNull<Place>
        package var hint: String?
    }
}

extension ReportV1.Step {
    init(_ step: RunReading.Step) {
        let end = step.end
        id = step.planned.id.rawValue
        kind = step.planned.id.kind.rawValue
        status = end.status.rawValue
        durationMilliseconds = end.durationMilliseconds
        attempts = end.attempts
        fingerprint = OrNull(end.fingerprint?.description)
        needs = step.planned.needs.map(\.rawValue)
        outputs = end.outputs.map { Output($0) }
        pool = step.planned.pool
        reason = end.reason.isEmpty ? step.reason : end.reason
        error = end.failure.map { Failure($0) }
    }
}

extension ReportV1.Step.Output {
    init(_ output: Output) {
        name = output.name
        digest = output.digest.description
        bytes = output.bytes
    }
}

extension ReportV1.Step.Failure {
    init(_ failure: StepFailure) {
        code = failure.code
        message = failure.message
        hint = failure.hint
        diagnostics = failure.diagnostics.map { ReportV1.Note($0) }
    }
}

extension ReportV1.Note {
    init(_ diagnostic: Diagnostic) {
        severity = diagnostic.severity.rawValue
        code = diagnostic.code
        message = diagnostic.message
        location = OrNull(
            diagnostic.location.map { Place(file: $0.file, line: $0.line, column: $0.column) }
        )
        hint = diagnostic.hint
    }
}
