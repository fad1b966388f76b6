package import Foundation
package import Model

extension AuditV1 {
    /// Reads what an earlier step stored.
    ///
    /// - Throws: ``StepFailure`` coded `wire` where the bytes are no findings.
    package static func decoded(_ bytes: Data) throws(StepFailure) -> AuditV1 {
        let stored = try StoredObject(bytes)
        var tools: [ToolRun] = []
        for tool in try stored.objects("tools") { tools.append(try ToolRun(tool)) }
        var findings: [Finding] = []
        for finding in try stored.objects("findings") { findings.append(try Finding(finding)) }
        var audit = AuditV1(tools: tools, findings: findings)
        audit.version = try stored.number("version")
        return audit
    }
}

extension ToolRun {
    fileprivate init(_ stored: StoredObject) throws(StepFailure) {
        self.init(
            name: try stored.text("name"),
            version: try stored.text("version"),
            digest: try stored.digestIfThere("digest"),
            end: try stored.choice("end"),
            message: try stored.textIfThere("message")
        )
    }
}

extension Finding {
    fileprivate init(_ stored: StoredObject) throws(StepFailure) {
        var location: Span?
        if let place = try stored.objectIfThere("location") { location = try Span(place) }
        let classification = try stored.object("classification")
        self.init(
            id: try stored.text("id"),
            tool: try stored.text("tool"),
            rule: try stored.text("rule"),
            severity: try stored.choice("severity"),
            confidence: try stored.choice("confidence"),
            contract: try stored.text("contract"),
            function: try stored.textIfThere("function"),
            location: location,
            title: try stored.text("title"),
            description: try stored.text("description"),
            recommendation: try stored.text("recommendation"),
            classification: Classification(
                swc: try classification.textIfThere("swc"),
                owasp: try classification.textIfThere("owasp"),
                cwe: try classification.textIfThere("cwe")
            ),
            status: try stored.choice("status"),
            alsoReportedBy: try stored.texts("alsoReportedBy")
        )
    }
}

extension Finding.Span {
    fileprivate init(_ stored: StoredObject) throws(StepFailure) {
        self.init(
            file: try stored.text("file"),
            line: try stored.number("line"),
            column: try stored.number("column"),
            endLine: try stored.number("endLine"),
            text: try stored.text("text")
        )
    }
}
