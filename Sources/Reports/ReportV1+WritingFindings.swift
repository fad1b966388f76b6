extension ReportV1.Tool: JSONObject {
    func writeMembers(to json: inout JSONWriter) {
        json.member("digest", digest)
        json.member("messages", messages)
        json.member("name", name)
        json.member("status", status)
        json.member("steps", steps)
        json.member("version", version)
    }
}

extension ReportV1.Finding: JSONObject {
    func writeMembers(to json: inout JSONWriter) {
        json.member("alsoReportedBy", alsoReportedBy)
        json.member("classification", classification)
        json.member("confidence", confidence)
        json.member("contract", contract)
        json.member("description", description)
        json.member("function", ifThere: function)
        json.member("id", id)
        json.member("location", location)
        json.member("recommendation", recommendation)
        json.member("rule", rule)
        json.member("severity", severity)
        json.member("status", status)
        json.member("title", title)
        json.member("tool", tool)
    }
}

extension ReportV1.Finding.Location: JSONObject {
    func writeMembers(to json: inout JSONWriter) {
        json.member("column", column)
        json.member("endLine", endLine)
        json.member("file", file)
        json.member("line", line)
    }
}

extension ReportV1.Finding.Classification: JSONObject {
    func writeMembers(to json: inout JSONWriter) {
        json.member("cwe", ifThere: cwe)
        json.member("owasp", ifThere: owasp)
        json.member("swc", ifThere: swc)
    }
}

extension ReportV1.Verdict: JSONObject {
    func writeMembers(to json: inout JSONWriter) {
        json.member("codeDigest", codeDigest)
        json.member("contract", contract)
        json.member("network", network)
        json.member("passed", passed)
        json.member("policy", policy)
        json.member("reasons", reasons)
        json.member("refused", refused)
    }
}

extension ReportV1.Network: JSONObject {
    func writeMembers(to json: inout JSONWriter) {
        json.member("chainId", chainId)
        json.member("genesisHash", genesisHash)
        json.member("name", name)
        json.member("spentWei", spentWei)
        json.member("status", status)
    }
}

extension ReportV1.Deployment: JSONObject {
    func writeMembers(to json: inout JSONWriter) {
        json.member("action", action)
        json.member("address", address)
        json.member("blockNumber", blockNumber)
        json.member("chainId", chainId)
        json.member("codeMatches", codeMatches)
        json.member("constructorArguments", constructorArguments)
        json.member("contract", contract)
        json.member("feePaidWei", feePaidWei)
        json.member("gasUsed", gasUsed)
        if let implementation { json.member("implementation", implementation) }
        json.member("name", name)
        json.member("network", network)
        json.member("reason", reason)
        json.member("transactionHash", transactionHash)
        json.member("verification", ifThere: verification)
    }
}

extension ReportV1.Call: JSONObject {
    func writeMembers(to json: inout JSONWriter) {
        json.member("address", address)
        json.member("blockNumber", blockNumber)
        json.member("deployment", deployment)
        json.member("feePaidWei", feePaidWei)
        json.member("function", function)
        json.member("gasUsed", gasUsed)
        json.member("made", made)
        json.member("name", name)
        json.member("network", network)
        json.member("reason", reason)
        json.member("transactionHash", transactionHash)
    }
}

extension ReportV1.Summary: JSONObject {
    func writeMembers(to json: inout JSONWriter) {
        json.member("deployments", deployments)
        json.member("findings", findings)
        json.member("steps", steps)
    }
}

extension ReportV1.Summary.Steps: JSONObject {
    func writeMembers(to json: inout JSONWriter) {
        json.member("blocked", blocked)
        json.member("cancelled", cancelled)
        json.member("failed", failed)
        json.member("refused", refused)
        json.member("reused", reused)
        json.member("skipped", skipped)
        json.member("succeeded", succeeded)
        json.member("total", total)
    }
}

extension ReportV1.Summary.Findings: JSONObject {
    func writeMembers(to json: inout JSONWriter) {
        json.member("critical", critical)
        json.member("high", high)
        json.member("informational", informational)
        json.member("low", low)
        json.member("medium", medium)
    }
}

extension ReportV1.Summary.Deployments: JSONObject {
    func writeMembers(to json: inout JSONWriter) {
        json.member("blocked", blocked)
        json.member("created", created)
        json.member("failed", failed)
        json.member("kept", kept)
        json.member("proposed", proposed)
        json.member("replaced", replaced)
        json.member("skipped", skipped)
        json.member("upgraded", upgraded)
    }
}
