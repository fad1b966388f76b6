import Testing

extension Pipelines {
    /// A program of the team's own stands before what it gates.
    @Suite struct Checks {
        @Test func aPassIsReusedUntilADeclaredInputChanges() async throws {
            let sandbox = try Sandbox("examples/treasury")
            #expect(try await sandbox.run("treasury.yaml").end == .exited(0))
            let first = try sandbox.report()
            let check = first["steps"].first("id", "check:fee")
            #expect(check["kind"] == "check")
            #expect(check["status"] == "succeeded")
            #expect(check["outputs"].array.map { $0["name"] } == ["stdout.txt", "stderr.txt"])
            for deploy in first["steps"].array where deploy["kind"] == "deploy" {
                #expect(deploy["needs"].strings.contains("check:fee"))
            }
            #expect(first["summary"]["deployments"]["created"] == 3)
            #expect(try sandbox.events().contains { $0["step"] == "check:fee" })

            // Nobody declared this one.
            try sandbox.replace("# Treasury", with: "# The treasury", in: "README.md")
            #expect(try await sandbox.run("treasury.yaml").end == .exited(0))
            #expect(try sandbox.report()["steps"].map("id", to: "status")["check:fee"] == "reused")

            try sandbox.replace("set -eu", with: "set -eu # strictly", in: "checks/fee.sh")
            #expect(try await sandbox.run("treasury.yaml").end == .exited(0))
            let third = try sandbox.report()
            let steps = third["steps"].array.filter { $0["status"] != "reused" }
            #expect(steps.map { $0["id"] } == ["check:fee"])
            let reason = try #require(steps.first?["reason"].string)
            #expect(reason.hasPrefix("input checks/fee.sh sha256:"))
        }

        @Test func aFailureSkipsWhatItGatesAndNothingElse() async throws {
            let sandbox = try Sandbox("examples/treasury")
            let ran = try await sandbox.run("treasury.yaml", "--set", "fee=600")
            #expect(ran.end == .exited(1))
            let said = "setFee(600) would revert: the vault allows 500 basis points at most"
            #expect(
                ran.errors.contains(
                    "failed   check:fee   'sh checks/fee.sh 600' ended with status 1: \(said)"))
            let report = try sandbox.report()
            let steps = report["steps"]
            #expect(
                steps.map("id", to: "status") == [
                    "check:fee": "failed", "generate:Token": "succeeded", "compile:Token": "succeeded",
                    "audit:Token": "succeeded", "compile:Vault": "succeeded", "audit:Vault": "succeeded",
                    "compile:Vesting": "succeeded", "audit:Vesting": "succeeded",
                    "deploy:token@devnet": "skipped", "call:token@devnet/fundVesting": "skipped",
                    "deploy:vault@devnet": "skipped", "call:vault@devnet/setFee": "skipped",
                    "call:vault@devnet/offerOwnership": "skipped", "deploy:vesting@devnet": "skipped",
                ])
            #expect(steps.first("id", "check:fee")["error"]["code"] == "check-failed")
            #expect(report["run"]["status"] == "failed")
            for deployment in report["deployments"].array {
                #expect(deployment["action"] == "skipped")
                #expect(deployment["reason"].string?.hasPrefix("check:fee failed: ") == true)
            }
            #expect(try sandbox.text("reports/latest/report.md").contains("`check:fee` failed"))

            // A failure is not kept: the next run looks again.
            let planned = try await sandbox.plan("treasury.yaml", "--set", "fee=600")
            #expect(planned.end == .exited(1))
            let plan = try JSON(text: planned.output)
            #expect(plan["steps"].map("id", to: "action")["check:fee"] == "failed")
            #expect(plan["steps"].map("id", to: "action")["deploy:vault@devnet"] == "blocked")
            #expect(try await sandbox.run("treasury.yaml").end == .exited(0))
        }

        @Test func aMissingProgramIsAMatterOfTheEnvironment() async throws {
            let sandbox = try Sandbox("examples/treasury")
            try sandbox.replace("run: [sh,", with: "run: [no-such-shell,", in: "treasury.yaml")
            #expect(try await sandbox.run("treasury.yaml", "--until", "audit").end == .exited(0))
            #expect(!(try sandbox.report()["steps"].array.contains { $0["kind"] == "check" }))
            let ran = try await sandbox.run("treasury.yaml", "--select", "fee")
            #expect(ran.end == .exited(5))
            #expect(ran.errors.contains("there is no program 'no-such-shell' on PATH: looked in /"))
        }
    }
}
