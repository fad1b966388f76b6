import Testing

extension Pipelines {
    /// Many contracts on several chains.
    @Suite struct Batch {
        @Test func givesTheSameReportHoweverManyStepsRunAtOnce() async throws {
            let sandbox = try Sandbox("examples/batch")
            try sandbox.keepFirst(8, in: "contracts")
            var reports: [JSON] = []
            for jobs in ["1", "8"] {
                let ran = try await sandbox.run("batch.yaml", "--jobs", jobs, state: "state-\(jobs)")
                #expect(ran.end == .exited(0))
                reports.append(try sandbox.report())
            }
            #expect(reports[0]["summary"]["deployments"]["created"] == 24)
            #expect(reports[0] != reports[1])
            #expect(
                AllowedDifferences.removed(from: reports[0]) == AllowedDifferences.removed(from: reports[1]))
        }
    }
}

/// What two reports of the same inputs may differ in.
enum AllowedDifferences {
    /// The report without its run's id, times, durations, transaction hashes, block numbers, gas prices and what is made
    /// from them.
    static func removed(from report: JSON) -> JSON {
        var report = report
        report.change("run") { run in
            run.remove("id", "startedAt", "finishedAt", "durationMilliseconds")
        }
        report.changeEach("steps") { step in
            step.remove("durationMilliseconds")
            // The receipts of effects, which hold transaction hashes and block numbers.
            if step["kind"] == "deploy" || step["kind"] == "call" {
                step.changeEach("outputs") { $0.remove("digest", "bytes") }
            }
        }
        report.changeEach("deployments") { $0.remove("transactionHash", "blockNumber", "feePaidWei") }
        report.changeEach("calls") { $0.remove("transactionHash", "blockNumber", "feePaidWei") }
        // A devnet's first block holds the time of its making.
        report.changeEach("networks") { $0.remove("genesisHash", "spentWei") }
        return report
    }
}

extension JSON {
    fileprivate mutating func remove(_ keys: String...) {
        guard case .object(var object) = self else { return }
        for key in keys { object[key] = nil }
        self = .object(object)
    }

    fileprivate mutating func change(_ key: String, _ body: (inout JSON) -> Void) {
        guard case .object(var object) = self, var value = object[key] else { return }
        body(&value)
        object[key] = value
        self = .object(object)
    }

    fileprivate mutating func changeEach(_ key: String, _ body: (inout JSON) -> Void) {
        change(key) { list in
            list = .array(
                list.array.map { element in
                    var element = element
                    body(&element)
                    return element
                }
            )
        }
    }
}
