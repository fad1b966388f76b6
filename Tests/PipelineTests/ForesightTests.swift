import Foundation
import Testing

extension Pipelines {
    /// What will stop a run is found before anything is spent, and a plan says so.
    @Suite struct Foresight {
        /// Entries with something wrong, the code and the text that it is about.
        private static let wrong: [(entry: String, code: String, about: String)] = [
            (#"c: { function: "setFees(uint256)", arguments: ["1"] }"#, "no-function", #""setFees"#),
            (#"c: { function: "setFee(uint256)", arguments: ["abc"] }"#, "bad-argument", #""abc"#),
            (#"c: { function: "setFee(uint256)", arguments: ["1", "2"] }"#, "bad-argument", #""1""#),
            (
                #"c: { function: "setFee(uint256)", arguments: ["1"], unless: { read: "fees()", equals: "1" } }"#,
                "no-function", #""fees"#
            ),
        ]

        @Test func aTypoInACallIsFoundBeforeItsContractIsPaidFor() async throws {
            let bench = try await ForesightBench()
            for (entry, code, about) in Self.wrong {
                try bench.manifest(ForesightBench.token, ForesightBench.vault(", calls: { \(entry) }"))
                let text = try bench.sandbox.text("m.yaml").components(separatedBy: "\n")
                let line = try #require(text.firstIndex { $0.contains("calls:") })
                let found = try #require(text[line].range(of: about))
                let column = text[line].utf8.distance(from: text[line].startIndex, to: found.lowerBound) + 1
                let place = "m.yaml:\(line + 1):\(column): error:"

                let planned = try await bench.plan()
                #expect(planned.end == .exited(4), "\(planned.errors)")
                #expect(planned.errors.contains(place), "\(place) \(planned.errors)")
                #expect(planned.errors.contains("[\(code)]"))
                let said = try ForesightBench.said(planned)
                #expect(said["token@chain"]?.action != "blocked")
                #expect(said["vault@chain"]?.action == "blocked")
                #expect(said["vault@chain"]?.reason.hasPrefix("call c: ") == true)

                let ran = try await bench.run(["--select", "vault"])
                #expect(ran.end == .exited(1), "\(ran.errors)")
                #expect(ran.errors.contains(place), "\(ran.errors)")
                // The token is another deployment, and kept from the second time on.
                #expect(try await bench.sent() == 1)
            }
            await bench.chain.stop()
        }

        @Test func whatInitializesAProxyIsHeldAgainstTheContractBeforeTheCodeIsPaidFor() async throws {
            let bench = try await ForesightBench()
            func initialize(_ arguments: String) -> String {
                #", initialize: { function: "initialize(uint256)", arguments: \#(arguments) }"#
            }
            for (proxy, more, place) in [
                (initialize(#"["many"]"#), "", "[bad-argument]"),
                (initialize(#"["1"]"#), ", value: 1 wei", "[not-payable]"),
                ("", ", value: 1 wei", "[not-payable]"),
                (#", owner: "0x12""#, "", "[bad-argument]"),
                ("", #", calls: { c: { function: "shrink()" } }"#, "[no-function]"),
                ("", #", checks: { c: { read: "count()", equals: "few" } }"#, "[bad-argument]"),
            ] {
                try bench.manifest(
                    """
                    counter: { contract: Counter, networks: [chain]\(more),
                        proxy: { kind: transparent\(proxy) } }
                    """)
                let planned = try await bench.plan()
                #expect(planned.end == .exited(4), "\(planned.errors)")
                #expect(planned.errors.contains(place), "\(planned.errors)")
                let said = try ForesightBench.said(planned)
                #expect(said["implementation:counter@chain"]?.action == "blocked")
                #expect(said["proxy:counter@chain"]?.reason == "it needs implementation:counter@chain")
                let ran = try await bench.run()
                #expect(ran.end == .exited(1), "\(ran.errors)")
                #expect(ran.errors.contains(place), "\(ran.errors)")
                #expect(try await bench.sent() == 0)
            }
            await bench.chain.stop()
        }

        /// What stops a run: more of the network, the deployments, and the reason of the token and of the vault.
        private static let stops: [(network: String, deployments: [String], token: String, vault: String)] = [
            (", budget: { transaction: 1 gwei }", [], "over budget: ", "over budget: "),
            (", budget: { run: 1 gwei }", [], "over budget: ", "over budget: "),
            (", budget: { day: 1 gwei }", [], "over budget: ", "over budget: "),
            (", limits: { runtimeCodeBytes: 20 }", [], "the runtime code of Token is ", "it needs "),
            (", limits: { initCodeBytes: 20 }", [], "the init code of Token is ", "it needs "),
            (
                "", [#"token: { contract: Token, networks: [chain], arguments: ["13"] }"#],
                "it would revert: reverted: unlucky", "it needs "
            ),
            (", after: other", [], "network 'chain' comes after 'other'", "it needs "),
        ]

        @Test func whatWillStopARunIsForetold() async throws {
            let bench = try await ForesightBench()
            let other = "other: { engine: devnet, state: persistent, chainId: 31338 }"
            for (network, deployments, token, vault) in Self.stops {
                let entry = deployments.first ?? ForesightBench.token
                try bench.manifest(
                    network: network, networks: [other], entry, ForesightBench.vault())
                let planned = try await bench.plan()
                #expect(planned.end == .exited(4), "\(network): \(planned.errors)")
                let said = try ForesightBench.said(planned)
                #expect(said.values.map(\.action) == ["blocked", "blocked"], "\(planned.errors)")
                #expect(said["token@chain"]?.reason.hasPrefix(token) == true, "\(said)")
                #expect(said["vault@chain"]?.reason.hasPrefix(vault) == true, "\(said)")
            }
            // A plan of such things can be applied, and does none of them.
            try bench.manifest(network: ", budget: { transaction: 1 gwei }")
            _ = try await bench.plan(["--network", "chain", "--out", "plan.json"])
            let applied = try await bench.apply()
            #expect(applied.end == .exited(4), "\(applied.errors)")
            #expect(applied.errors.contains("planned blocked, now create"), "\(applied.errors)")
            #expect(try await bench.sent() == 0)
            await bench.chain.stop()
        }

        @Test func anAccountWithoutFundsIsForetoldWithWhatIsMissing() async throws {
            let bench = try await ForesightBench()
            let poor = ["DEV_KEY": "0x" + String(repeating: "7", count: 64)]
            let planned = try await bench.plan(environment: poor)
            #expect(planned.end == .exited(4), "\(planned.errors)")
            let said = try ForesightBench.said(planned)
            #expect(said.values.map(\.action) == ["blocked", "blocked"])
            let reason = try #require(said["token@chain"]?.reason)
            #expect(reason.contains(" has 0 ether on 'chain', and the plan needs up to "), "\(reason)")
            #expect(reason.contains(" ether or more ("))
            await bench.chain.stop()
        }

        // MARK: Exit codes

        @Test func theExitCodeSaysWhatStopsIt() async throws {
            let bench = try await ForesightBench()
            func code(_ more: String...) async throws -> Child.End {
                try await bench.plan(["--network", "chain", "--exit-code"] + more).end
            }
            #expect(try await code() == .exited(6))
            try bench.manifest(policy: "failOn: critical, limits: { runtimeCodeBytes: 1 }")
            let refused = try await bench.plan()
            #expect(refused.end == .exited(3), "\(refused.errors)")
            let nobody = "http://127.0.0.1:9"
            for (more, expected) in [("", 1), (", onUnavailable: skip", 0)] as [(String, Int32)] {
                try bench.manifest(network: more)
                try bench.sandbox.replace(bench.chain.url, with: nobody, in: "m.yaml")
                let planned = try await bench.plan()
                #expect(planned.end == .exited(expected), "\(planned.errors)")
                #expect(try ForesightBench.said(planned)["token@chain"]?.action == "blocked")
            }
            try bench.manifest()
            try bench.sandbox.replace("chainId: 31337", with: "chainId: 31338", in: "m.yaml")
            #expect(try await bench.plan().end == .exited(4))
            #expect(try await bench.sent() == 0)
            await bench.chain.stop()
        }

        // MARK: Without the key

        @Test func aPlanThatWasMadeWithoutTheKeyHasBoundsAndIsApplied() async throws {
            let bench = try await ForesightBench()
            let setFee = #", calls: { setFee: { function: "setFee(uint256)", arguments: ["3"] } }"#
            try bench.manifest(ForesightBench.token, ForesightBench.vault(setFee))
            #expect(try await bench.run().end == .exited(0))
            try bench.manifest(
                network: ", approval: plan",
                ForesightBench.token.replacing("100", with: "200"), ForesightBench.vault(setFee))
            let planned = try await bench.plan(
                ["--network", "chain", "--out", "plan.json"], environment: [:])
            #expect(planned.end == .exited(0), "\(planned.errors)")
            let deployments = try JSON(text: planned.output)["deployments"]
            for name in ["token@chain", "vault@chain"] {
                let deployment = deployments.first("id", name)
                #expect(deployment["action"] == "replace")
                #expect(deployment["sender"].string == DevelopmentAccount.address)
                #expect(deployment["maxGas"].integer != nil)
                #expect(deployment["maxCostWei"].string != nil)
            }

            let without = try await bench.apply(environment: [:])
            #expect(without.end == .exited(5), "\(without.errors)")
            #expect(without.errors.contains("needs the environment variable DEV_KEY"))
            #expect(without.errors.contains("hint: set DEV_KEY"))
            let applied = try await bench.apply()
            #expect(applied.end == .exited(0), "\(applied.errors)")
            #expect(try bench.sandbox.report()["summary"]["deployments"]["replaced"] == 2)
            #expect(try await bench.sent() == 6)
            await bench.chain.stop()
        }

        // MARK: Words

        @Test func warningsAreNoProgress() async throws {
            let bench = try await ForesightBench()
            #expect(try await bench.run().end == .exited(0))
            try bench.sandbox.remove("deployments")
            let ran = try await bench.sandbox.hyperkit(
                Sandbox.command(
                    "run", "m.yaml", state: "other", progress: "none", ["--network", "chain"]),
                environment: ForesightBench.key)
            #expect(ran.end == .exited(0), "\(ran.errors)")
            #expect(ran.errors.contains("warning: the code of Token is on 'chain' at 0x"))
            #expect(ran.errors.contains("[unknown-history]"))
            await bench.chain.stop()
        }

        @Test func aPlanInWhichSomebodyChangedAnAddressIsRefused() async throws {
            let bench = try await ForesightBench()
            #expect(try await bench.run().end == .exited(0))
            let planned = try await bench.plan(["--network", "chain", "--out", "plan.json"])
            #expect(planned.end == .exited(0), "\(planned.errors)")
            let address = try #require(
                try JSON(text: planned.output)["deployments"].first("id", "vault@chain")["address"].string)
            let other = "0x00000000000000000000000000000000000000aA"
            try bench.sandbox.replace(
                #""address" : "\#(address)""#, with: #""address" : "\#(other)""#, in: "plan.json")
            let applied = try await bench.apply()
            #expect(applied.end == .exited(4), "\(applied.errors)")
            #expect(
                applied.errors.contains("vault@chain: address \(other) → \(address) [not-as-planned]"),
                "\(applied.errors)")
            await bench.chain.stop()
        }
    }
}
