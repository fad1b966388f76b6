import Foundation
import Model
import Testing

extension Pipelines {
    /// Machines that have neither the state nor the registry of what is on a chain which is changed by plans alone.
    @Suite struct LostRecords {
        /// Plans and applies that, on a machine that knows nothing; then once more, with what the first time left.
        ///
        /// - Returns: What the plan says of each contract of the deployment and of its call, and what the runs said.
        private func applied(_ bench: ProxyBench) async throws -> (actions: [String], errors: [String]) {
            for path in ["state", "deployments"] { try bench.sandbox.remove(path) }
            var actions: [[String]] = []
            var errors: [String] = []
            for _ in 0..<2 {
                let foreseen = try await bench.sandbox.hyperkit(
                    Sandbox.command(
                        "plan", "m.yaml", ["--json", "--network", "chain", "--out", "plan.json"]),
                    environment: ProxyBench.environment)
                #expect(foreseen.end == .exited(4), "\(foreseen.errors)")
                let planned = try JSON(text: foreseen.output)["steps"].array
                let effects = planned.filter { $0["id"].string?.contains("@chain") == true }
                actions.append(effects.compactMap { $0["action"].string })
                let ran = try await bench.apply("plan.json")
                #expect(ran.end == .exited(4), "\(ran.errors)")
                errors.append(ran.errors)
                #expect(!bench.sandbox.exists("reports/latest/safe"))
            }
            #expect(actions[0] == actions[1])
            return (actions[0], errors)
        }

        @Test(arguments: ProxyKind.allCases)
        func nothingIsPutBehindAProxyThatNobodyKnows(_ kind: ProxyKind) async throws {
            let owned = try await OwnedProxyBench(kind, signer: "dev", salt: "one")
            let bench = owned.bench
            _ = try await bench.plan("--out", "first.json")
            for more in ["", ProxyBench.second] {
                try bench.code(more: more)
                let ran = try await bench.run()
                try #require(ran.end == .exited(0), "\(ran.errors)")
            }
            let address = try #require(try bench.deployment()["address"].string)
            let sent = try await bench.sent()
            try owned.manifest(approval: true)
            try bench.code(more: ProxyBench.third)
            let upgrade = try await bench.plan("--out", "upgrade.json")["deployments"].array
            #expect(upgrade.last?["action"] == "upgrade")

            let isThere = "vault@chain may be there already"
            let parts = kind == .beacon ? 3 : 2
            let stuck = Array(repeating: "blocked", count: parts)
            for (code, actions, words) in [
                (ProxyBench.third, stuck, isThere),
                (ProxyBench.second, ["keep"] + stuck.dropLast(), isThere),
                ("", Array(repeating: "keep", count: parts - 1) + ["drift"], "of which nothing is on record"),
            ] {
                try bench.code(more: code)
                let seen = try await applied(bench)
                #expect(seen.actions == actions + ["blocked"])
                #expect(seen.errors.allSatisfy { $0.contains(words) }, "\(seen.errors)")
                #expect(try await bench.sent() == sent)
            }
            // Plans of before: that of the first deployment, and that of an upgrade.
            for (plan, code) in [("first.json", ""), ("upgrade.json", ProxyBench.third)] {
                try bench.code(more: code)
                let again = try await bench.apply(plan)
                #expect(again.end == .exited(4), "\(again.errors)")
                #expect(try await bench.sent() == sent)
            }

            // A person's word, with the sources of what runs there.
            try bench.code(more: ProxyBench.second)
            let adopted = try await bench.adopt(address)
            #expect(adopted.end == .exited(0), "\(adopted.errors)")
            try bench.code(more: ProxyBench.third)
            _ = try await bench.plan("--out", "plan.json")
            let upgraded = try await bench.apply("plan.json")
            #expect(try bench.deployment()["action"] == "upgraded", "\(upgraded.errors)")
            #expect(try await owned.version() == 3)
            // Its call is found among what the account sent.
            #expect(upgraded.end == .exited(0))
            #expect(try await bench.sent() == sent + 2)
            await owned.stop()
        }

        @Test func onAnotherNetworkOneWarningSaysSo() async throws {
            let owned = try await OwnedProxyBench(.beacon, signer: "dev", salt: "one")
            let bench = owned.bench
            #expect(try await bench.run().end == .exited(0))
            let sent = try await bench.sent()
            for path in ["state", "deployments"] { try bench.sandbox.remove(path) }
            try bench.code(more: ProxyBench.second)
            let ran = try await bench.run()
            #expect(ran.end == .exited(0), "\(ran.errors)")
            let notes = try bench.sandbox.report()["notes"].array.filter { $0["code"] == "unknown-history" }
            #expect(notes.count == 1 && notes.first?["severity"] == "warning")
            #expect(try await bench.sent() == 2 * sent)
            await owned.stop()
        }

        @Test func aSafeIsAskedForNothingThatItsOwnersMayHaveExecuted() async throws {
            let owned = try await OwnedProxyBench(.uups, signer: "dao", salt: "one")
            let (bench, safe) = (owned.bench, owned.safe)
            try owned.manifest(approval: true)
            // A Safe that executed nothing yet is asked, though its account has a nonce: it was created.
            _ = try await bench.plan("--out", "first.json")
            let creation = try await owned.asked(
                ["implementation:vault@chain", "proxy:vault@chain", "call:vault@chain/setFee"], nonce: 0,
                applying: "first.json")
            try await safe.execute(creation)
            #expect(try await bench.apply("first.json").end == .exited(0))
            #expect(try bench.deployment()["action"] == "created")
            try await safe.execute(to: OwnedProxyBench.people, data: "0x", nonce: 1)

            let history = "Safe \(safe.address) has executed 2 transactions on 'chain'"
            try bench.code(more: ProxyBench.second)
            let seen = try await applied(bench)
            #expect(seen.actions == ["blocked", "blocked", "blocked"])
            let words = "vault@chain may be there already"
            #expect(seen.errors.allSatisfy { $0.contains(history) && $0.contains(words) }, "\(seen.errors)")
            let plan = try await bench.plan()["deployments"].first("id", "implementation:vault@chain")
            #expect(plan["action"] == "blocked" && plan["reason"].string?.contains(history) == true)

            // What it executed tells that the call was made.
            try owned.manifest()
            try bench.code()
            for path in ["state", "deployments"] { try bench.sandbox.remove(path) }
            #expect(try await owned.done()["action"] == "kept")
            let report = try bench.sandbox.report()
            #expect(report["steps"].first("id", "call:vault@chain/setFee")["status"] == "succeeded")
            #expect(report["notes"].array.allSatisfy { $0["code"] != "unknown-history" })
            await owned.stop()
        }
    }
}
