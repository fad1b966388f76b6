package import Foundation
package import Model

/// `runs show RUN --json`, version 1: a run as the ledger has it; keys are those of report.json where the two say the same.
package struct PastRunV1: Codable, Hashable, Sendable {
    package struct Step: Codable, Hashable, Sendable {
        package struct Failure: Codable, Hashable, Sendable {
            package var code: String
            package var message: String
            package var hint: String?
        }

        package var id: String
        package var kind: String
        /// null where it has not ended.
        package var status: OrNull<String>
        package var reason: String
        package var durationMilliseconds: OrNull<Int64>
        package var retries: Int
        package var fingerprint: OrNull<String>
        package var error: Failure?
    }

    package struct Finding: Codable, Hashable, Sendable {
        package var id: String
        package var contract: String
        package var tool: String
        package var rule: String
        package var severity: String
        package var confidence: String
        package var file: OrNull<String>
        package var line: OrNull<Int>
        package var title: String
        package var status: String
    }

    package struct Deployment: Codable, Hashable, Sendable {
        package var name: String
        package var network: String
        package var contract: String
        package var chainId: UInt64
        package var address: OrNull<String>
        package var initCodeDigest: String
        package var runtimeCodeDigest: String
        package var constructorArguments: String
        /// The run that made it.
        package var run: String
    }

    package var version = 1
    package var run: RunListV1.Run
    package var manifests: [ReportV1.File]
    package var steps: [Step]
    package var findings: [Finding]
    /// What stood where when the run had ended, whoever made it.
    package var deployments: [Deployment]

    package init(_ detail: PastRunDetail, _ state: PastRunState) {
        run = RunListV1.Run(ListedRun(detail.run, state))
        manifests = detail.manifests.map { ReportV1.File(path: $0.path, digest: $0.digest.description) }
        steps = detail.steps.map { Step($0) }
        findings = detail.findings.map { Finding($0) }
        deployments = detail.deployments.map { Deployment($0) }
    }

    /// The bytes of the answer.
    ///
    /// - Throws: ``ReportError/notEncodable(_:)``.
    package func json() throws(ReportError) -> Data { try WireJSON.encode(self, pretty: true) }
}

extension PastRunV1.Step {
    init(_ step: PastRunDetail.Step) {
        id = step.id.rawValue
        kind = step.id.kind.rawValue
        status = OrNull(step.status?.rawValue)
        reason = step.reason
        durationMilliseconds = OrNull(step.durationMilliseconds)
        retries = step.retries
        fingerprint = OrNull(step.fingerprint?.description)
        error = step.failure.map { Failure(code: $0.code, message: $0.message, hint: $0.hint) }
    }
}

extension PastRunV1.Finding {
    init(_ finding: PastRunDetail.Finding) {
        id = finding.id
        contract = finding.contract
        tool = finding.tool
        rule = finding.rule
        severity = finding.severity.rawValue
        confidence = finding.confidence.rawValue
        file = OrNull(finding.file)
        line = OrNull(finding.line)
        title = finding.title
        status = finding.status.rawValue
    }
}

extension PastRunV1.Deployment {
    init(_ deployment: PastRunDetail.Deployment) {
        name = deployment.name
        network = deployment.network
        contract = deployment.contract
        chainId = deployment.chainID
        address = OrNull(deployment.address)
        initCodeDigest = deployment.initCodeDigest.description
        runtimeCodeDigest = deployment.runtimeCodeDigest.description
        constructorArguments = deployment.constructorArguments
        run = deployment.run
    }
}
