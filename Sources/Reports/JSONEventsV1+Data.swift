import Model

extension JSONEventsV1 {
    struct Envelope<Payload: Encodable>: Encodable {
        var version: Int
        var sequence: Int
        var time: String
        var type: String
        var step: String?
        var data: Payload
    }

    struct RunStarted: Encodable {
        var id: String
        var project: String
        var startedAt: String
        var hyperkitVersion: String
        var manifests: [ReportV1.File]
        var actor: String
        var planDigest: String?

        init(_ header: RunHeader) {
            id = header.id
            project = header.project
            startedAt = header.startedAt.rfc3339
            hyperkitVersion = header.hyperkitVersion
            manifests = header.manifests.map { ReportV1.File(path: $0.path, digest: $0.digest.description) }
            actor = header.actor
            planDigest = header.planDigest?.description
        }
    }

    struct Planned: Encodable {
        struct Step: Encodable {
            var id: String
            var kind: String
            var needs: [String]
            var pool: String
        }

        var steps: [Step]

        init(_ planned: [PlannedStep]) {
            steps = planned.map {
                Step(
                    id: $0.id.rawValue,
                    kind: $0.id.kind.rawValue,
                    needs: $0.needs.map(\.rawValue),
                    pool: $0.pool
                )
            }
        }
    }

    struct RunRepeated: Encodable {
        var run: String
        var steps: Int
    }

    struct StepStarted: Encodable {
        var attempt: Int
    }

    struct StepProgressed: Encodable {
        var message: String
    }

    struct StepFinished: Encodable {
        var status: String
        var durationMilliseconds: Int64
        var attempts: Int
        var fingerprint: OrNull<String>
        var outputs: [ReportV1.Step.Output]
        var reason: String
        var skippedAfter: String?
        var error: ReportV1.Step.Failure?

        init(_ end: StepEnd) {
            status = end.status.rawValue
            durationMilliseconds = end.durationMilliseconds
            attempts = end.attempts
            fingerprint = OrNull(end.fingerprint?.description)
            outputs = end.outputs.map { ReportV1.Step.Output($0) }
            reason = end.reason
            skippedAfter = end.skippedAfter?.rawValue
            error = end.failure.map { ReportV1.Step.Failure($0) }
        }
    }

    struct Audit: Encodable {
        struct Tool: Encodable {
            var name: String
            var version: String
            var digest: OrNull<String>
            var status: String
            var message: String?
        }

        var contract: String
        var tools: [Tool]
        var findings: [ReportV1.Finding]
        var verdicts: [ReportV1.Verdict]

        init(_ audit: AuditFact) {
            contract = audit.contract
            tools = audit.tools.map {
                Tool(
                    name: $0.name,
                    version: $0.version,
                    digest: OrNull($0.digest?.description),
                    status: $0.end.rawValue,
                    message: $0.message
                )
            }
            findings = audit.findings.map { ReportV1.Finding($0) }
            verdicts = audit.verdicts.map { ReportV1.Verdict($0) }
        }
    }

    struct Network: Encodable {
        var name: String
        var chainId: UInt64
        var genesisHash: OrNull<String>
        var status: String

        init(_ network: NetworkFact) {
            name = network.name
            chainId = network.chainID
            genesisHash = OrNull(network.genesisHash)
            status = network.status.rawValue
        }
    }

    struct RunFinished: Encodable {
        var status: String
        var exitCode: Int32
        var finishedAt: String
        var durationMilliseconds: Int64

        init(_ end: RunEnd) {
            status = end.status.rawValue
            exitCode = end.exitCode
            finishedAt = end.finishedAt.rfc3339
            durationMilliseconds = end.durationMilliseconds
        }
    }
}
