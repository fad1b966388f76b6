package import Model

/// Where a finding is, as a tool said it, before it has a name.
package struct FindingDraft: Sendable {
    package var tool: String
    package var rule: Rule
    package var severity: Severity
    package var confidence: Confidence
    package var description: String
    package var file: Int?
    package var start: Int
    package var end: Int
}

/// Gives findings names that stay when unrelated code moves.
///
/// An identity is made of the tool, the rule, the contract, the function and the offending text without blanks and
/// comments, and counts equal ones in the order of the source; lines have no part in it.
package struct FindingIdentity {
    private let program: CompiledProgram

    package init(_ program: CompiledProgram) { self.program = program }

    package func findings(from drafts: [FindingDraft]) -> [Finding] {
        var counts: [String: Int] = [:]
        return drafts.sorted { ($0.file ?? -1, $0.start, $0.end) < ($1.file ?? -1, $1.start, $1.end) }
            .map { draft in
                let source = draft.file.flatMap { program.files[$0] }
                let function = draft.file.flatMap {
                    functionName(file: $0, start: draft.start, end: draft.end)
                }
                let text = source?.text(start: draft.start, end: draft.end) ?? ""
                let parts = [
                    draft.tool, draft.rule.name, program.contractName, function ?? "",
                    draft.file.flatMap { declaringContract(file: $0, start: draft.start) } ?? "",
                    source?.path ?? "", Self.normalised(text),
                ]
                let key = parts.map { "\($0.utf8.count):\($0)" }.joined()
                let ordinal = counts[key, default: 0]
                counts[key] = ordinal + 1
                return Finding(
                    id: String(Digest(of: Array((key + "#\(ordinal)").utf8)).hex.prefix(20)),
                    tool: draft.tool,
                    rule: draft.rule.name,
                    severity: draft.severity,
                    confidence: draft.confidence,
                    contract: program.contractName,
                    function: function,
                    location: source?.span(start: draft.start, end: draft.end),
                    title: draft.rule.title,
                    description: draft.description,
                    recommendation: draft.rule.recommendation,
                    classification: draft.rule.classification
                )
            }
    }

    /// The function around a range: `withdraw`, or `Ownable.transferOwnership` where it is inherited or a library's.
    package func functionName(file: Int, start: Int, end: Int) -> String? {
        let unit = program.units.first { $0.file == file }
        let kinds = ["FunctionDefinition", "ModifierDefinition"]
        for declaration in unit?.nodes("nodes") ?? [] where Self.covers(declaration, start, end) {
            if kinds.contains(declaration.kind) { return declaration.name }
            let member = declaration.nodes("nodes").first {
                kinds.contains($0.kind) && Self.covers($0, start, end)
            }
            guard let member else { return nil }
            let name = member.name.isEmpty ? member["kind"]?.text ?? "" : member.name
            return declaration.id == program.contract.id ? name : "\(declaration.name).\(name)"
        }
        return nil
    }

    private func declaringContract(file: Int, start: Int) -> String? {
        program.units.first { $0.file == file }?.nodes("nodes")
            .first { $0.kind == "ContractDefinition" && Self.covers($0, start, start) }?.name
    }

    private static func covers(_ node: ASTNode, _ start: Int, _ end: Int) -> Bool {
        node.start <= start && end <= node.end
    }

    /// Text without comments, and with every run of blanks folded into one.
    package static func normalised(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var kept: [UInt8] = []
        var position = 0
        var quote: UInt8?
        var isBlank = false
        while position < bytes.count {
            let byte = bytes[position]
            let next = position + 1 < bytes.count ? bytes[position + 1] : 0
            if let open = quote {
                kept.append(byte)
                if byte == UInt8(ascii: "\\"), position + 1 < bytes.count {
                    kept.append(next)
                    position += 1
                } else if byte == open {
                    quote = nil
                }
            } else if byte == UInt8(ascii: "/"), next == UInt8(ascii: "/") {
                while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
                isBlank = true
                continue
            } else if byte == UInt8(ascii: "/"), next == UInt8(ascii: "*") {
                position += 2
                while position + 1 < bytes.count,
                    bytes[position] != UInt8(ascii: "*") || bytes[position + 1] != UInt8(ascii: "/")
                {
                    position += 1
                }
                position += 2
                isBlank = true
                continue
            } else if [9, 10, 13, 32].contains(byte) {
                isBlank = true
            } else {
                if isBlank, !kept.isEmpty { kept.append(32) }
                isBlank = false
                kept.append(byte)
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { quote = byte }
            }
            position += 1
        }
        return String(decoding: kept, as: UTF8.self)
    }
}
