import Glibc
import Model
import Testing

extension Pipelines {
    /// What says `redeploy: always`, and what of it an earlier run got done.
    @Suite struct RetriedAlways {
        private static func manifest(_ bench: BoxBench, last: String) throws {
            try bench.manifest(
                deployment: """
                    redeploy: always
                        calls: { set: { function: "set(uint256)", arguments: ["7"] }, last: { \(last) } }
                    """)
        }

        @Test func aRetryKeepsWhatTheRunMade() async throws {
            let bench = try await BoxBench()
            try bench.sandbox.replace(
                "function set", with: "function fails() external { revert(); }\n    function set",
                in: "contracts/Box.sol")
            try Self.manifest(bench, last: #"function: "fails()""#)
            let first = try await bench.run("--network", "chain")
            #expect(first.end == .exited(1), "\(first.errors)")
            #expect(try await bench.sent() == 2, "the box and the first call")
            for _ in 0..<2 {
                let retried = try await bench.run("--network", "chain", "--retry", "latest")
                #expect(retried.end == .exited(1), "\(retried.errors)")
                #expect(try bench.action() == "kept")
                #expect(try await bench.sent() == 2)
            }
            try Self.manifest(bench, last: #"function: "set(uint256)", arguments: ["8"]"#)
            let mended = try await bench.run("--network", "chain", "--retry", "latest")
            #expect(mended.end == .exited(0), "\(mended.errors)")
            #expect(try bench.action() == "kept")
            #expect(try await bench.sent() == 3)
            // A run of its own makes all of it anew.
            #expect(try await bench.run("--network", "chain").end == .exited(0))
            #expect(try bench.action() == "replaced")
            #expect(try await bench.sent() == 6)
            await bench.chain.stop()
        }

        /// A run with a plan ends when the code is on record and the proxy is not; a plan of before and one of after go on from there.
        @Test(arguments: [ProxyKind.uups, .beacon], [false, true])
        func aProxyThatWasInterruptedIsTakenUp(_ kind: ProxyKind, _ isNewPlan: Bool) async throws {
            let bench = try await ProxyBench(kind)
            func manifest(confirmations: Int) throws {
                try bench.manifest(approval: true)
                try bench.sandbox.replace(
                    "networks: [chain]", with: "networks: [chain]\n    redeploy: always", in: "m.yaml")
                try bench.sandbox.replace(
                    "chainId: 31337", with: "chainId: 31337, confirmations: \(confirmations)", in: "m.yaml")
            }
            try manifest(confirmations: 1)
            _ = try await bench.plan("--out", "plan.json")
            #expect(try await bench.apply("plan.json").end == .exited(0))
            let parts = bench.first - 1
            try manifest(confirmations: 3)
            _ = try await bench.plan("--out", "plan.json")
            let child = try bench.sandbox.start(
                Sandbox.command("run", "m.yaml", progress: "json", ["--plan", "plan.json"]),
                environment: ProxyBench.environment)
            while try await bench.sent() < bench.first + parts {}
            _ = try await bench.chain.ask("evm_mine", "")
            let last = kind == .beacon ? "beacon" : "implementation"
            let ended = await child.errorLine {
                $0.contains(#""type":"step-finished""#) && $0.contains("\(last):vault@chain")
            }
            #expect(ended != nil)
            child.send(SIGKILL)
            _ = await child.end()

            try manifest(confirmations: 1)
            if isNewPlan {
                let planned = try await bench.plan("--out", "plan.json")
                let actions = planned["deployments"].map("id", to: "action")
                #expect(actions["proxy:vault@chain"] == "replace", "\(actions)")
                #expect(actions.values.filter { $0 == "keep" }.count == parts - 1, "\(actions)")
            }
            for _ in 0..<2 {
                let applied = try await bench.apply("plan.json")
                #expect(applied.end == .exited(0), "\(applied.errors)")
                #expect(try await bench.sent() == 2 * bench.first, "nothing but the call was left")
            }
            await bench.chain.stop()
        }
    }
}
