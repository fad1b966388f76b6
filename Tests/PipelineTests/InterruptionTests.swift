import Foundation
import Glibc
import Testing

extension Pipelines {
    /// Runs that are stopped, and the runs after them.
    @Suite struct Interruption {
        /// The moment at which a run is stopped: the n-th event of a kind.
        struct Moment: CustomTestStringConvertible {
            var type: String
            var step = ""
            var count: Int

            var testDescription: String { "\(type) \(step) \(count)" }
        }

        private static let contracts = 8
        private static let networks = [("north", 31_001), ("south", 31_002), ("west", 31_003)]

        @Test(
            arguments: [
                Moment(type: "step-started", step: "audit:", count: 3),
                Moment(type: "step-progressed", step: "deploy:", count: 1),
                Moment(type: "deployment", count: 7),
                Moment(type: "step-finished", step: "deploy:", count: 14),
                Moment(type: "step-progressed", step: "deploy:", count: 23),
            ]
        )
        func byKillingDeploysNothingTwice(_ moment: Moment) async throws {
            let sandbox = try batch()
            let killed = try await stop(sandbox, at: moment, by: SIGKILL)
            #expect(killed.end == .killed(by: SIGKILL))
            #expect(!killed.children.isEmpty)
            #expect(try await killed.children.survivors() == [])
            try await expectNoLocks(sandbox)
            try await expectFinished(sandbox)
        }

        @Test func byKillingAgainAndAgainDeploysNothingTwice() async throws {
            let sandbox = try batch()
            for count in [1, 5, 9] {
                let killed = try await stop(
                    sandbox, at: Moment(type: "step-progressed", step: "deploy:", count: count), by: SIGKILL)
                #expect(killed.end == .killed(by: SIGKILL))
                #expect(try await killed.children.survivors() == [])
            }
            try await expectFinished(sandbox)
        }

        /// Workers outlive neither a run that is killed while they look at contracts nor one that ends.
        @Test func byKillingLeavesNoSlither() async throws {
            let sandbox = try batch()
            let child = try sandbox.start(
                Sandbox.command("run", "batch.yaml", progress: "json", ["--until", "audit"]))
            var workers: [ProcessEntry] = []
            // One that looks at a contract is two: the worker, and what it forked.
            while workers.count < 2 {
                child.send(SIGSTOP)
                let family = try ProcessEntry.descendants(of: child.processID)
                workers = family.filter { $0.arguments.contains("slither_worker.py") }
                if workers.count < 2 { child.send(SIGCONT) }
                try #require(ProcessEntry(child.processID) != nil, "it ended before it looked at a contract")
                try await Task.sleep(for: .milliseconds(10))
            }
            child.send(SIGKILL)
            #expect(try await workers.survivors() == [])
            #expect(await child.end() == .killed(by: SIGKILL))
            let ran = try await sandbox.run("batch.yaml", "--until", "audit")
            #expect(ran.end == .exited(0), "\(ran.errors)")
        }

        @Test(
            arguments: [
                (SIGINT, Moment(type: "step-started", step: "audit:", count: 1)),
                (SIGTERM, Moment(type: "deployment", count: 4)),
            ]
        )
        func bySignalLeavesNothingBehind(_ signal: Int32, _ moment: Moment) async throws {
            let sandbox = try batch()
            let stopped = try await stop(sandbox, at: moment, by: signal)
            #expect(stopped.end == .exited(128 + signal))
            #expect(!stopped.children.isEmpty)
            #expect(stopped.children.filter(\.isAlive) == [])
            let report = try sandbox.report()
            #expect(report["run"]["status"] == "cancelled")
            #expect(report["run"]["exitCode"] == .integer(Int64(128 + signal)))
            #expect(report["steps"].array.contains { $0["status"] == "cancelled" })
            try await expectNoLocks(sandbox)
            try await expectFinished(sandbox)
        }

        @Test(arguments: [SIGINT, SIGTERM])
        func ofADevnetThatStartsLeavesNothingBehind(_ signal: Int32) async throws {
            let sandbox = try Sandbox("manifests")
            let child = try sandbox.start(["devnet", "--port", "0"])
            let chain = try await hold(child)
            #expect(!chain.isEmpty)
            child.send(signal)
            child.send(SIGCONT)
            #expect(await child.remainingErrors() == "")
            #expect(await child.end() == .exited(128 + signal))
            #expect(chain.filter(\.isAlive) == [])
        }

        @Test func ofNobodyByASecondRunOnTheSameState() async throws {
            let sandbox = try Sandbox("manifests")
            let first = try sandbox.start(Sandbox.command("run", "quickstart.yaml", progress: "json"))
            try #require(await first.errorLine { $0.contains(#""type":"run-started""#) } != nil)
            let second = try await sandbox.run("quickstart.yaml")
            #expect(second.end == .exited(0), "\(second.errors)")
            _ = await first.remainingErrors()
            #expect(await first.end() == .exited(0))
            #expect(try sandbox.names("reports").count == 3)
            let ran = try await sandbox.run("quickstart.yaml", "--until", "audit")
            #expect(ran.end == .exited(0))
            #expect(
                try sandbox.report()["summary"]["steps"]["reused"]
                    == sandbox.report()["summary"]["steps"]["total"])
        }

        @Test func ofTheNetworksThatAnotherRunHolds() async throws {
            let sandbox = try batch()
            let directory = sandbox.project.appending(path: "state/networks")
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            let path = directory.appending(path: "south.lock").path
            let descriptor = unsafe open(path, O_RDWR | O_CREAT, 0o600)
            defer { close(descriptor) }
            try #require(unsafe write(descriptor, "process 4711 since noon", 23) == 23)
            try #require(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
            let ran = try await sandbox.run("batch.yaml", "--select", "all/AccountCounter@*")
            #expect(ran.end == .exited(5), "\(ran.errors)")
            #expect(ran.errors.contains("network 'south' is in use by another run: process 4711 since noon"))
            let deployments = try sandbox.report()["deployments"].array
            #expect(deployments.count == 3)
            #expect(deployments.count { $0["action"] == "created" } == 2)
        }

        // MARK: - The ways there

        private func batch() throws -> Sandbox {
            let sandbox = try Sandbox("examples/batch")
            try sandbox.keepFirst(Self.contracts, in: "contracts")
            return sandbox
        }

        /// Runs until a moment, and stops it then.
        ///
        /// - Returns: How it ended, and what it had started at that moment.
        private func stop(
            _ sandbox: Sandbox,
            at moment: Moment,
            by signal: Int32
        ) async throws -> (end: Child.End, children: [ProcessEntry]) {
            let child = try sandbox.start(Sandbox.command("run", "batch.yaml", progress: "json"))
            var seen = 0
            let reached = await child.errorLine { line in
                guard let event = try? JSON(text: line), event["type"].string == moment.type,
                    event["step"].string?.hasPrefix(moment.step) == true
                else { return false }
                seen += 1
                return seen == moment.count
            }
            try #require(reached != nil)
            let children = try await hold(child)
            child.send(signal)
            child.send(SIGCONT)
            _ = await child.remainingErrors()
            return (await child.end(), children)
        }

        /// Stops a program in its tracks as soon as something that it started runs.
        ///
        /// - Returns: What it has started; nothing is added while it is held.
        private func hold(_ child: Child) async throws -> [ProcessEntry] {
            for _ in 0..<500 {
                child.send(SIGSTOP)
                let children = try ProcessEntry.descendants(of: child.processID)
                if !children.isEmpty { return children }
                child.send(SIGCONT)
                try await Task.sleep(for: .milliseconds(10))
            }
            return []
        }

        private func expectNoLocks(_ sandbox: Sandbox) async throws {
            #expect(try await becomesUnlocked(sandbox.project.appending(path: "state/lock")))
            guard sandbox.exists("state/devnets") else { return }
            for network in try sandbox.names("state/devnets") {
                #expect(
                    try await becomesUnlocked(
                        sandbox.project.appending(path: "state/devnets/\(network)/lock")))
            }
        }

        /// Runs to the end, and asks the chains what is there.
        private func expectFinished(_ sandbox: Sandbox) async throws {
            let ran = try await sandbox.run("batch.yaml")
            #expect(ran.end == .exited(0), "\(ran.errors)")
            let deployments = try sandbox.report()["deployments"].array
            #expect(deployments.count == Self.contracts * Self.networks.count)
            for (network, chainID) in Self.networks {
                let chain = try await RunningDevnet(
                    sandbox, state: "state/devnets/\(network)", chainID: chainID)
                let addresses = deployments.filter { $0["network"].string == network }
                    .compactMap { $0["address"].string }
                #expect(Set(addresses).count == Self.contracts)
                for address in addresses { #expect(try await chain.code(address)?.count ?? 0 > 2) }
                // So many transactions for so many addresses: each was created once, and nothing else was sent.
                #expect(try await chain.transactionCount(DevelopmentAccount.address) == Self.contracts)
                await chain.stop()
            }
        }
    }
}
