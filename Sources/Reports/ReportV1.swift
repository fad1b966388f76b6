import Model

/// `report.json`, version 1: what INTERFACE.md promises, key by key.
///
/// Beyond the promise it has `calls`, `notes`, `steps[].reason`, `steps[].error.diagnostics`, `tools[].messages` and
/// `verdicts[].refused`.
package struct ReportV1: Codable, Hashable, Sendable {
    package struct File: Codable, Hashable, Sendable {
        package var path: String
        package var digest: String
    }

    package struct Run: Codable, Hashable, Sendable {
        package var id: String
        package var project: String
        package var status: String
        package var startedAt: String
        package var finishedAt: String
        package var durationMilliseconds: Int64
        package var hyperkitVersion: String
        package var manifests: [File]
        package var planDigest: String?
        package var actor: String
        package var exitCode: Int32
    }

    package var version: Int
    package var run: Run
    package var summary: Summary
    package var steps: [Step]
    package var contracts: [Contract]
    package var tools: [Tool]
    package var findings: [Finding]
    package var verdicts: [Verdict]
    package var networks: [Network]
    package var notCovered: [String]
    package var deployments: [Deployment]
    package var calls: [Call]
    package var notes: [Note]

    package init(_ reading: RunReading) {
        self.init(withoutLongLists: reading)
        steps = reading.steps.map { Step($0) }
        contracts = reading.contracts.map { Contract($0) }
        findings = reading.findings.map { Finding($0) }
        verdicts = reading.verdicts.map { Verdict($0) }
    }

    /// All but what grows with the number of contracts.
    init(withoutLongLists reading: RunReading) {
        let header = reading.header
        version = 1
        run = Run(
            id: header.id,
            project: header.project,
            status: reading.end.status.rawValue,
            startedAt: header.startedAt.rfc3339,
            finishedAt: reading.end.finishedAt.rfc3339,
            durationMilliseconds: reading.end.durationMilliseconds,
            hyperkitVersion: header.hyperkitVersion,
            manifests: header.manifests.map { File(path: $0.path, digest: $0.digest.description) },
            planDigest: header.planDigest?.description,
            actor: header.actor,
            exitCode: reading.end.exitCode
        )
        summary = Summary(reading)
        steps = []
        contracts = []
        tools = reading.tools.map { Tool($0) }
        findings = []
        verdicts = []
        networks = reading.networks.map { Network($0) }
        notCovered = reading.notCovered
        let told = Dictionary(grouping: reading.verifications) { "\($0.deployment)@\($0.network)" }
        deployments = reading.deployments.map { fact in
            var deployment = Deployment(fact)
            deployment.verification = told["\(fact.name)@\(fact.network)"]?.map { Verification($0) }
            return deployment
        }
        calls = reading.calls.map { Call($0) }
        notes = reading.notes.map { Note($0) }
    }
}
