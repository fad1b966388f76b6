import Model

extension JSONEventsV1 {
    struct RunStarted: JSONObject {
        let header: RunHeader

        func writeMembers(to json: inout JSONWriter) {
            json.member("actor", header.actor)
            json.member("hyperkitVersion", header.hyperkitVersion)
            json.member("id", header.id)
            json.member("manifests") { json in
                json.array(
                    header.manifests.lazy.map {
                        ReportV1.File(path: $0.path, digest: $0.digest.description)
                    }
                )
            }
            json.member("planDigest", ifThere: header.planDigest?.description)
            json.member("project", header.project)
            json.member("startedAt", header.startedAt.rfc3339)
        }
    }

    struct Planned: JSONObject {
        struct Step: JSONObject {
            let planned: PlannedStep

            func writeMembers(to json: inout JSONWriter) {
                json.member("id", planned.id.rawValue)
                json.member("kind", planned.id.kind.rawValue)
                json.member("needs") { $0.array(planned.needs.lazy.map(\.rawValue)) }
                json.member("pool", planned.pool)
            }
        }

        let steps: [PlannedStep]

        func writeMembers(to json: inout JSONWriter) {
            json.member("steps") { $0.array(steps.lazy.map { Step(planned: $0) }) }
        }
    }

    struct RunRepeated: JSONObject {
        let run: String
        let steps: Int

        func writeMembers(to json: inout JSONWriter) {
            json.member("run", run)
            json.member("steps", steps)
        }
    }

    struct StepStarted: JSONObject {
        let attempt: Int

        func writeMembers(to json: inout JSONWriter) { json.member("attempt", attempt) }
    }

    struct StepProgressed: JSONObject {
        let message: String

        func writeMembers(to json: inout JSONWriter) { json.member("message", message) }
    }

    struct StepFinished: JSONObject {
        let end: StepEnd

        func writeMembers(to json: inout JSONWriter) {
            json.member("attempts", end.attempts)
            json.member("durationMilliseconds", end.durationMilliseconds)
            json.member("error", ifThere: end.failure.map { ReportV1.Step.Failure($0) })
            json.member("fingerprint", OrNull(end.fingerprint?.description))
            json.member("outputs") { $0.array(end.outputs.lazy.map { ReportV1.Step.Output($0) }) }
            json.member("reason", end.reason)
            json.member("skippedAfter", ifThere: end.skippedAfter?.rawValue)
            json.member("status", end.status.rawValue)
        }
    }

    struct Audit: JSONObject {
        struct Tool: JSONObject {
            let run: ToolRun

            func writeMembers(to json: inout JSONWriter) {
                json.member("digest", OrNull(run.digest?.description))
                json.member("message", ifThere: run.message)
                json.member("name", run.name)
                json.member("status", run.end.rawValue)
                json.member("version", run.version)
            }
        }

        let audit: AuditFact

        func writeMembers(to json: inout JSONWriter) {
            json.member("contract", audit.contract)
            json.member("findings") { $0.array(audit.findings.lazy.map { ReportV1.Finding($0) }) }
            json.member("tools") { $0.array(audit.tools.lazy.map { Tool(run: $0) }) }
            json.member("verdicts") { $0.array(audit.verdicts.lazy.map { ReportV1.Verdict($0) }) }
        }
    }

    struct Network: Encodable, JSONObject {
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

        func writeMembers(to json: inout JSONWriter) {
            json.member("chainId", chainId)
            json.member("genesisHash", genesisHash)
            json.member("name", name)
            json.member("status", status)
        }
    }

    struct RunFinished: JSONObject {
        let end: RunEnd

        func writeMembers(to json: inout JSONWriter) {
            json.member("durationMilliseconds", end.durationMilliseconds)
            json.member("exitCode", end.exitCode)
            json.member("finishedAt", end.finishedAt.rfc3339)
            json.member("status", end.status.rawValue)
        }
    }
}
