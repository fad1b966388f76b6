package import Foundation

extension ReportV1 {
    /// The bytes of the file.
    package func json() -> Data { Data(parts(contracts, findings, steps, verdicts).joined()) }

    /// The bytes of the file of a run, in parts: each step is written before the next one is made.
    package static func parts(_ reading: RunReading) -> [Data] {
        ReportV1(withoutLongLists: reading).parts(
            reading.contracts.lazy.map { Contract($0) },
            reading.findings.lazy.map { Finding($0) },
            reading.steps.lazy.map { Step($0) },
            reading.verdicts.lazy.map { Verdict($0) }
        )
    }

    private func parts(
        _ contracts: some Sequence<Contract>,
        _ findings: some Sequence<Finding>,
        _ steps: some Sequence<Step>,
        _ verdicts: some Sequence<Verdict>
    ) -> [Data] {
        JSONWriter.parts(pretty: true) { json in
            json.object { json in
                json.member("calls", calls)
                json.member("contracts") { $0.array(contracts) }
                json.member("deployments", deployments)
                json.member("findings") { $0.array(findings) }
                json.member("networks", networks)
                json.member("notCovered", notCovered)
                json.member("notes", notes)
                json.member("run", run)
                json.member("steps") { $0.array(steps) }
                json.member("summary", summary)
                json.member("tools", tools)
                json.member("verdicts") { $0.array(verdicts) }
                json.member("version", version)
            }
        }
    }
}

extension ReportV1.File: JSONObject {
    func writeMembers(to json: inout JSONWriter) {
        json.member("digest", digest)
        json.member("path", path)
    }
}

extension ReportV1.Run: JSONObject {
    func writeMembers(to json: inout JSONWriter) {
        json.member("actor", actor)
        json.member("durationMilliseconds", durationMilliseconds)
        json.member("exitCode", exitCode)
        json.member("finishedAt", finishedAt)
        json.member("hyperkitVersion", hyperkitVersion)
        json.member("id", id)
        json.member("manifests", manifests)
        json.member("planDigest", ifThere: planDigest)
        json.member("project", project)
        json.member("startedAt", startedAt)
        json.member("status", status)
    }
}

extension ReportV1.Step: JSONObject {
    func writeMembers(to json: inout JSONWriter) {
        json.member("attempts", attempts)
        json.member("durationMilliseconds", durationMilliseconds)
        json.member("error", ifThere: error)
        json.member("fingerprint", fingerprint)
        json.member("id", id)
        json.member("kind", kind)
        json.member("needs", needs)
        json.member("outputs", outputs)
        json.member("pool", pool)
        json.member("reason", reason)
        json.member("status", status)
    }
}

extension ReportV1.Step.Output: JSONObject {
    func writeMembers(to json: inout JSONWriter) {
        json.member("bytes", bytes)
        json.member("digest", digest)
        json.member("name", name)
    }
}

extension ReportV1.Step.Failure: JSONObject {
    func writeMembers(to json: inout JSONWriter) {
        json.member("code", code)
        json.member("diagnostics", diagnostics)
        json.member("hint", ifThere: hint)
        json.member("message", message)
    }
}

extension ReportV1.Note: JSONObject {
    func writeMembers(to json: inout JSONWriter) {
        json.member("code", code)
        json.member("hint", ifThere: hint)
        json.member("location", location)
        json.member("message", message)
        json.member("severity", severity)
    }
}

extension ReportV1.Note.Place: JSONObject {
    func writeMembers(to json: inout JSONWriter) {
        json.member("column", column)
        json.member("file", file)
        json.member("line", line)
    }
}

extension ReportV1.Contract: JSONObject {
    func writeMembers(to json: inout JSONWriter) {
        json.member("artifact", artifact)
        json.member("compiler", compiler)
        json.member("name", name)
        json.member("source", source)
    }
}

extension ReportV1.Contract.Artifact: JSONObject {
    func writeMembers(to json: inout JSONWriter) {
        json.member("abiDigest", abiDigest)
        json.member("initCodeBytes", initCodeBytes)
        json.member("initCodeDigest", initCodeDigest)
        json.member("runtimeCodeBytes", runtimeCodeBytes)
        json.member("runtimeCodeDigest", runtimeCodeDigest)
    }
}

extension ReportV1.Contract.Compiler: JSONObject {
    func writeMembers(to json: inout JSONWriter) {
        json.member("name", name)
        json.member("version", version)
    }
}

extension ReportV1.Contract.Source: JSONObject {
    func writeMembers(to json: inout JSONWriter) {
        json.member("digest", digest)
        json.member("origin", origin)
        json.member("path", path)
    }
}
