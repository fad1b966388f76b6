package import Foundation
import Model

/// Reads Slither's JSON, as version 0.11 writes it.
package enum SlitherFindings {
    package static let tool = "slither"

    /// What it found that is this audit's business.
    ///
    /// The exit code mixes findings with failures, so only `success` counts.
    ///
    /// - Throws: ``SlitherFailure`` where the output does not say that it succeeded.
    package static func drafts(
        _ output: Data,
        _ program: CompiledProgram,
        _ scope: AuditScope
    ) throws(SlitherFailure) -> [FindingDraft] {
        guard let json = try? JSONSlice(output).parsed() else { throw SlitherFailure(message: "") }
        guard json["success"]?.flag == true else {
            let words = (json["error"]?.text ?? "").split(whereSeparator: \.isNewline).last
            throw SlitherFailure(message: words.map(String.init) ?? "")
        }
        return (json["results"]?["detectors"]?.items ?? []).compactMap { draft($0, program, scope) }
    }

    private struct Element {
        let kind: String
        let file: Int
        let start: Int
        let end: Int
        /// Slither's word for why it names it.
        let role: String
    }

    private static func draft(
        _ detector: ParsedJSON,
        _ program: CompiledProgram,
        _ scope: AuditScope
    ) -> FindingDraft? {
        guard let check = detector["check"]?.text else { return nil }
        let all = (detector["elements"]?.items ?? []).compactMap { element($0, program) }
        let ours = all.filter { scope.holds(file: $0.file, start: $0.start, end: $0.end) }
        guard !ours.isEmpty || all.isEmpty else { return nil }
        let place = place(among: ours)
        let reference = detector["reference"]?.text ?? ""
        return FindingDraft(
            tool: tool,
            rule: SlitherRules.rule(check, reference: reference),
            severity: severity(detector["impact"]?.text),
            confidence: confidence(detector["confidence"]?.text),
            description: (detector["description"]?.text ?? "")
                .trimmingCharacters(in: .whitespacesAndNewlines),
            file: place?.file,
            start: place?.start ?? 0,
            end: place?.end ?? 0
        )
    }

    /// The statement rather than the whole function where one is named: best the call that sends ether, then any call.
    private static func place(among elements: [Element]) -> Element? {
        guard let first = elements.first, ["function", "contract"].contains(first.kind) else {
            return elements.first
        }
        let inside = elements.filter { $0.kind == "node" }
        return inside.first { $0.role == "external_calls_sending_eth" }
            ?? inside.first { $0.role == "external_calls" } ?? inside.first ?? first
    }

    private static func element(_ json: ParsedJSON, _ program: CompiledProgram) -> Element? {
        guard let mapping = json["source_mapping"], let start = mapping["start"]?.integer,
            let length = mapping["length"]?.integer,
            let file = file(of: mapping, in: program), let source = program.files[file]
        else { return nil }
        let kind = json["type"]?.text ?? ""
        var end = start + length
        if ["function", "contract", "struct", "enum"].contains(kind) {
            // The head alone: a finding about a whole contract keeps its identity when a body changes.
            let open = source.bytes[min(max(start, 0), source.bytes.count)..<min(end, source.bytes.count)]
                .firstIndex { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: ";") }
            end = open ?? end
        }
        let role = json["additional_fields"]?["underlying_type"]?.text ?? ""
        return Element(kind: kind, file: file, start: start, end: end, role: role)
    }

    private static func file(of mapping: ParsedJSON, in program: CompiledProgram) -> Int? {
        for key in ["filename_relative", "filename_short", "filename_absolute"] {
            guard let name = mapping[key]?.text else { continue }
            let path =
                name.hasPrefix(SlitherArchive.root) ? String(name.dropFirst(SlitherArchive.root.count)) : name
            if let file = program.file(at: path) { return file }
        }
        return nil
    }

    private static func severity(_ impact: String?) -> Severity {
        switch impact {
        case "High": .high
        case "Medium": .medium
        case "Low": .low
        default: .informational
        }
    }

    private static func confidence(_ confidence: String?) -> Confidence {
        switch confidence {
        case "High": .high
        case "Medium": .medium
        default: .low
        }
    }
}
