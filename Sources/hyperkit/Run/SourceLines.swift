import Engine
import Foundation
import Model

/// Shows the line that a diagnostic is about where only its place is known.
struct SourceLines: Sendable {
    /// What the paths of diagnostics are relative to.
    let directory: String
    let files: FileAccess

    func shown(_ diagnostic: Diagnostic) -> Diagnostic {
        guard diagnostic.line == nil, let location = diagnostic.location,
            let bytes = try? files.read(PathText.join(directory, location.file))
        else { return diagnostic }
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.indices.contains(location.line - 1) else { return diagnostic }
        var line = lines[location.line - 1]
        if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        var shown = diagnostic
        shown.line = String(decoding: line, as: UTF8.self)
        if shown.length == 0, location.file.hasSuffix(".yaml") {
            shown.length = Self.lengthOfValue(in: line.dropFirst(location.column - 1))
        }
        return shown
    }

    /// How many bytes the text has that a manifest's line begins with: to its closing quote, else to what ends it in YAML.
    private static func lengthOfValue(in text: Data) -> Int {
        guard let first = text.first else { return 0 }
        if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") {
            return text.dropFirst().firstIndex(of: first).map { $0 - text.startIndex + 1 } ?? text.count
        }
        guard !"[{&*|>".utf8.contains(first) else { return 1 }
        var end = text.startIndex
        while end < text.endIndex {
            let next = text.index(after: end)
            let isLast = next == text.endIndex || text[next] == UInt8(ascii: " ")
            if ",]}".utf8.contains(text[end]) { break }
            if text[end] == UInt8(ascii: ":"), isLast { break }
            if text[end] == UInt8(ascii: " "), !isLast, text[next] == UInt8(ascii: "#") { break }
            end = next
        }
        while end > text.startIndex, text[end - 1] == UInt8(ascii: " ") { end -= 1 }
        return end - text.startIndex
    }

    func shown(_ failure: StepFailure) -> StepFailure {
        var shown = failure
        shown.diagnostics = failure.diagnostics.map { self.shown($0) }
        return shown
    }
}

/// A runner whose failures show the lines that they are about.
struct ShowingLines<Base: StepRunner>: StepRunner {
    let base: Base
    let lines: SourceLines

    func isEffect(_ step: Plan<Base.Work>.Step) -> Bool { base.isEffect(step) }

    func fingerprint(
        of step: Plan<Base.Work>.Step,
        inputs: StepInputs
    ) async throws(StepFailure) -> Fingerprint? {
        do throws(StepFailure) {
            return try await base.fingerprint(of: step, inputs: inputs)
        } catch {
            throw lines.shown(error)
        }
    }

    func perform(
        _ step: Plan<Base.Work>.Step,
        inputs: StepInputs,
        progress: StepProgress
    ) async throws(StepFailure) -> Performed {
        do throws(StepFailure) {
            return try await base.perform(step, inputs: inputs, progress: progress)
        } catch {
            throw lines.shown(error)
        }
    }

    func batch(of step: Plan<Base.Work>.Step) -> Batch? { base.batch(of: step) }

    func perform(together members: [Performing<Base.Work>]) async -> [Result<Performed, StepFailure>] {
        await base.perform(together: members).map { $0.mapError(lines.shown) }
    }

    func interpret(
        _ step: Plan<Base.Work>.Step,
        inputs: StepInputs,
        outputs: StoredOutputs
    ) async throws(StepFailure) -> Interpretation {
        do throws(StepFailure) {
            return try await base.interpret(step, inputs: inputs, outputs: outputs)
        } catch {
            throw lines.shown(error)
        }
    }
}
