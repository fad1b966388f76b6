import Foundation
import Glibc
import Model
import Testing

extension Pipelines {
    /// Deployments whose code is exchanged while their address stays.
    @Suite struct Proxies {
        private func deployed(_ kind: ProxyKind) async throws -> ProxyBench {
            let bench = try await ProxyBench(kind)
            let ran = try await bench.run()
            try #require(ran.end == .exited(0), "\(ran.errors)")
            #expect(try await bench.sent() == bench.first)
            return bench
        }

        @Test(arguments: ProxyKind.allCases)
        func codeIsExchangedAndStateAndAddressStay(_ kind: ProxyKind) async throws {
            let bench = try await deployed(kind)
            let made = try bench.deployment()
            #expect(made["action"] == "created")
            #expect(made["implementation"].string != nil)
            #expect(made["implementation"] != made["address"])
            #expect(try await bench.number("fee") == 7)
            let steps = try bench.sandbox.report()["steps"].array.map { $0["id"] }
            #expect(steps.contains("implementation:vault@chain"))
            #expect(steps.contains("proxy:vault@chain"))
            #expect(steps.contains("beacon:vault@chain") == (kind == .beacon))
            #expect(try await bench.check().end == .exited(0))

            let again = try await bench.run()
            #expect(again.end == .exited(0), "\(again.errors)")
            #expect(try bench.deployment()["action"] == "kept")
            #expect(try await bench.sent() == bench.first)

            try bench.code(more: ProxyBench.second)
            let plan = try await bench.plan()["deployments"]
            #expect(plan.first("id", "implementation:vault@chain")["action"] == "replace")
            let planned = plan.first("id", "proxy:vault@chain")
            #expect(planned["action"] == "upgrade")
            #expect(planned["address"] == made["address"])
            #expect(planned["calls"].array.count == 1)
            #expect(try await bench.sent() == bench.first)

            let upgraded = try await bench.run()
            #expect(upgraded.end == .exited(0), "\(upgraded.errors)")
            let now = try bench.deployment()
            #expect(now["action"] == "upgraded")
            #expect(now["address"] == made["address"])
            #expect(now["implementation"] == plan.first("id", "implementation:vault@chain")["address"])
            #expect(try bench.sandbox.report()["summary"]["deployments"]["upgraded"] == 1)
            #expect(try await bench.number("fee") == 7)
            #expect(try await bench.number("version") == 2)
            // The new code and the upgrade; the call was made to this address before.
            #expect(try await bench.sent() == bench.first + 2)
            #expect(try await bench.check().end == .exited(0))

            let last = try await bench.run()
            #expect(last.end == .exited(0), "\(last.errors)")
            #expect(try bench.deployment()["action"] == "kept")
            #expect(try await bench.sent() == bench.first + 2)
            await bench.chain.stop()
        }

        @Test func anotherLayoutIsRefusedBeforeAnythingIsSentAndFromGitAloneToo() async throws {
            let bench = try await deployed(.uups)
            for lost in [[], ["state"]] as [[String]] {
                for path in lost { try bench.sandbox.remove(path) }
                try bench.code(variables: "uint256 public early; uint256 public fee;")
                let planned = try await bench.plan()["deployments"]
                #expect(planned.first("id", "implementation:vault@chain")["action"] == "blocked")
                #expect(planned.first("id", "proxy:vault@chain")["action"] == "blocked")
                let refused = try await bench.run()
                #expect(refused.end == .exited(4), "\(refused.errors)")
                #expect(refused.errors.contains("'fee' at slot 1 moved to slot 2"), "\(refused.errors)")
                #expect(try bench.deployment()["action"] == "blocked")
                #expect(try await bench.sent() == bench.first)
            }
            // Appended, and a new name that the source admits to.
            try bench.sandbox.remove("state")
            try bench.code(
                variables: "/// @custom:oz-renamed-from fee\nuint256 public rate; uint256 public cap;",
                more: "function fee() external view returns (uint256) { return rate; }")
            try bench.sandbox.replace("fee = fee_", with: "rate = fee_", in: "contracts/Vault.sol")
            let upgraded = try await bench.run()
            #expect(upgraded.end == .exited(0), "\(upgraded.errors)")
            #expect(try bench.deployment()["action"] == "upgraded")
            #expect(try await bench.number("fee") == 7)
            #expect(try await bench.sent() == bench.first + 2)
            await bench.chain.stop()
        }

        @Test func functionsInStorageAreRefusedUnlessTheCodeStays() async throws {
            let bench = try await ProxyBench(.uups)
            func code(_ annotation: String, _ more: String) throws {
                try bench.code(
                    variables: """
                        uint256 public fee; \(annotation)
                        function() internal todo;
                        uint256 public immutable cap;
                        constructor(uint256 cap_) { cap = cap_; }
                        """, more: more)
            }
            try code("", "")
            let plain = "contract: Vault\n"
            try bench.sandbox.replace(plain, with: "contract: Vault\n    arguments: [\"5\"]\n", in: "m.yaml")
            let first = try await bench.run()
            try #require(first.end == .exited(0), "\(first.errors)")

            // The same code with another immutable: functions are where they were.
            try bench.sandbox.replace("arguments: [\"5\"]", with: "arguments: [\"6\"]", in: "m.yaml")
            let other = try await bench.run()
            #expect(other.end == .exited(0), "\(other.errors)")
            #expect(try bench.deployment()["action"] == "upgraded")
            #expect(try await bench.number("cap") == 6)

            try code("", ProxyBench.second)
            let refused = try await bench.run()
            #expect(refused.end == .exited(4), "\(refused.errors)")
            #expect(
                refused.errors.contains("'todo' at slot 2 holds a function of the old code (function ())"),
                "\(refused.errors)")
            #expect(refused.errors.contains("store which function is meant"), "\(refused.errors)")
            #expect(try await bench.sent() == bench.first + 2)

            try code("/// @custom:oz-upgrades-unsafe-allow internal-function-storage", ProxyBench.second)
            let admitted = try await bench.run()
            #expect(admitted.end == .exited(0), "\(admitted.errors)")
            #expect(try await bench.number("version") == 2)
            await bench.chain.stop()
        }

        @Test func withoutAKnownLayoutNothingIsUpgraded() async throws {
            let bench = try await deployed(.transparent)
            try bench.sandbox.remove("state")
            let file = "deployments/chain.json"
            var registry =
                try JSONSerialization.jsonObject(
                    with: Data(try bench.sandbox.text(file).utf8)) as? [String: Any]
            let entries = (registry?["deployments"] as? [[String: Any]] ?? []).map { entry in
                entry.filter { !$0.key.hasPrefix("storageLayout") }
            }
            registry?["deployments"] = entries
            try bench.sandbox.write(
                try JSONSerialization.data(withJSONObject: try #require(registry)), to: file)
            #expect(try await bench.run().end == .exited(0))
            #expect(try bench.deployment()["action"] == "kept")

            try bench.code(more: ProxyBench.second)
            let blocked = try await bench.run()
            #expect(blocked.end == .exited(4), "\(blocked.errors)")
            #expect(blocked.errors.contains("is not on record, so that the new one cannot be compared"))
            #expect(try await bench.sent() == bench.first)
            await bench.chain.stop()
        }

        @Test(arguments: ProxyKind.allCases)
        func whatRunsOtherCodeThanOnRecordIsDrift(_ kind: ProxyKind) async throws {
            let bench = try await deployed(kind)
            try bench.sandbox.copy("state", to: "state-before")
            try bench.sandbox.copy("deployments", to: "deployments-before")
            try bench.code(more: ProxyBench.second)
            #expect(try await bench.run().end == .exited(0))
            // Somebody else's upgrade, as far as these records know.
            for name in ["state", "deployments"] {
                try bench.sandbox.remove(name)
                try bench.sandbox.copy("\(name)-before", to: name)
            }
            for more in ["", ProxyBench.third] {
                try bench.code(more: more)
                #expect(
                    try await bench.plan()["deployments"].array.map { $0["action"] }.contains("drift"))
                let blocked = try await bench.run()
                #expect(blocked.end == .exited(4), "\(blocked.errors)")
                #expect(blocked.errors.contains("and on the chain that at"), "\(blocked.errors)")
                #expect(try await bench.sent() == bench.first + 2)
            }
            let check = try await bench.check()
            #expect(check.end == .exited(4))
            #expect(check.errors.contains("it runs other code than is on record"))

            // The sources of what runs there, and a person's word.
            let registry = try JSON(text: try bench.sandbox.text("deployments/chain.json"))
            let address = try #require(registry["deployments"].first("name", "vault")["address"].string)
            let wrong = try await bench.adopt(address)
            #expect(wrong.end == .exited(4), "\(wrong.errors)")
            try bench.code(more: ProxyBench.second)
            // A proxy of another kind has its admin, or its code, elsewhere.
            let others: [ProxyKind] = ProxyKind.allCases.filter { $0 != bench.kind }
            for other in others {
                try bench.manifest(kind: other)
                let adopted = try await bench.adopt(address)
                #expect(
                    adopted.end == .exited(4) && adopted.errors.contains("is no \(other.rawValue) proxy"),
                    "\(adopted.errors)")
            }
            try bench.manifest()
            let adopted = try await bench.adopt(address)
            #expect(adopted.end == .exited(0), "\(adopted.errors)")
            // A machine that has the registry alone makes no call again.
            for name in ["state", "deployments"] { try bench.sandbox.copy(name, to: "\(name)-adopted") }
            let entry = try JSON(text: try bench.sandbox.text("deployments/chain.json"))["deployments"].first(
                "name", "vault")
            let before = registry["deployments"].first("name", "vault")
            for field in ["calls", "transactionHash", "block", "deployer", "run"] {
                #expect(entry[field] == before[field], "\(field)")
            }
            #expect(before["calls"].array.count == 1)
            try bench.sandbox.remove("state")
            let elsewhere = try await bench.run()
            #expect(elsewhere.end == .exited(0), "\(elsewhere.errors)")
            #expect(try await bench.sent() == bench.first + 2)
            for name in ["state", "deployments"] {
                try bench.sandbox.remove(name)
                try bench.sandbox.copy("\(name)-adopted", to: name)
            }
            let kept = try await bench.run()
            #expect(kept.end == .exited(0), "\(kept.errors)")
            #expect(try bench.deployment()["action"] == "kept")
            #expect(try await bench.sent() == bench.first + 2)
            try bench.code(more: ProxyBench.third)
            let upgraded = try await bench.run()
            #expect(upgraded.end == .exited(0), "\(upgraded.errors)")
            #expect(try await bench.number("version") == 3)
            #expect(try await bench.number("fee") == 7)
            #expect(try await bench.sent() == bench.first + 4)
            await bench.chain.stop()
        }

        /// What each transaction of a plan may use at most, by its step.
        private func bounds(_ plan: JSON) -> [(step: String, from: String, gas: Int64)] {
            var bounds: [(step: String, from: String, gas: Int64)] = []
            for deployment in plan["deployments"].array {
                for effect in [deployment] + deployment["calls"].array {
                    // An upgrade is the deployment's own transaction, and the call that it makes has no bound beside.
                    guard let from = effect["gasBound"].string, let gas = effect["maxGas"].gas else {
                        continue
                    }
                    bounds.append((effect["id"].string ?? effect["name"].string ?? "", from, gas))
                }
            }
            return bounds
        }

        @Test(arguments: ProxyKind.allCases)
        func plansBoundTheGasOfProxiesAndUpgrades(_ kind: ProxyKind) async throws {
            let bench = try await ProxyBench(kind)
            let most: Int64 = 2_000_000
            let first = bounds(try await bench.plan())
            let beacon = kind == .beacon ? ["beacon:vault@chain"] : []
            #expect(
                first.map(\.step) == ["implementation:vault@chain"] + beacon + [
                    "proxy:vault@chain", "setFee",
                ])
            #expect(first.map(\.from) == ["estimated"] + first.dropFirst().map { _ in "simulated" })
            #expect(first.allSatisfy { $0.gas < most }, "\(first)")
            let ran = try await bench.run()
            #expect(ran.end == .exited(0), "\(ran.errors)")
            let used = try bench.deployment()["gasUsed"].gas
            #expect(try #require(used) <= first.first { $0.step.hasPrefix("proxy") }?.gas ?? 0)

            try bench.code(more: ProxyBench.second)
            let second = bounds(try await bench.plan())
            #expect(second.map(\.step) == ["implementation:vault@chain", "proxy:vault@chain"])
            #expect(second.map(\.from) == ["estimated", "simulated"])
            #expect(second.allSatisfy { $0.gas < most }, "\(second)")
            // With the code there nothing is in the upgrade's way.
            #expect(try await bench.run("--select", "implementation:vault@chain").end == .exited(0))
            let third = bounds(try await bench.plan())
            #expect(third.map(\.from) == ["estimated"])
            let upgraded = try await bench.run()
            #expect(upgraded.end == .exited(0), "\(upgraded.errors)")
            let spent = try #require(try bench.deployment()["gasUsed"].gas)
            #expect(spent <= third.first?.gas ?? 0 && spent <= second.last?.gas ?? 0)
            await bench.chain.stop()
        }

        @Test(arguments: ProxyKind.allCases)
        func whoMayNotUpgradeIsToldWhoMay(_ kind: ProxyKind) async throws {
            let bench = try await ProxyBench(kind)
            let owner = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
            try bench.manifest(owner: owner)
            let ran = try await bench.run()
            try #require(ran.end == .exited(0), "\(ran.errors)")
            try bench.code(more: ProxyBench.second)
            let blocked = try await bench.run()
            #expect(blocked.end == .exited(4), "\(blocked.errors)")
            #expect(blocked.errors.contains("may not upgrade vault@chain"), "\(blocked.errors)")
            #expect(blocked.errors.contains("is owned by \(owner)"), "\(blocked.errors)")
            #expect(try bench.deployment()["action"] == "blocked")
            #expect(try await bench.sent() == bench.first)
            await bench.chain.stop()
        }

        @Test func initializeIsNotCalledAgainAndTheKindStays() async throws {
            let bench = try await deployed(.uups)
            try bench.manifest(initial: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8")
            let kept = try await bench.run()
            #expect(kept.end == .exited(0), "\(kept.errors)")
            #expect(try bench.deployment()["action"] == "kept")
            #expect(
                try bench.deployment()["reason"].string?.contains("what 'initialize' says changed") == true)

            for (kind, words) in [
                (ProxyKind.beacon, "what stands there cannot become another kind"),
                (nil, "and the manifest names none"),
            ] as [(ProxyKind?, String)] {
                try bench.manifest(kind: .some(kind))
                try bench.code(more: ProxyBench.second)
                let blocked = try await bench.run()
                #expect(blocked.end == .exited(4), "\(blocked.errors)")
                #expect(blocked.errors.contains(words), "\(blocked.errors)")
            }
            #expect(try await bench.sent() == bench.first)
            await bench.chain.stop()
        }

        /// With the code that is there nothing but the beacon would be new.
        @Test(arguments: [ProxyKind.uups, .transparent])
        func noBeaconIsPutThereForAProxyOfAnotherKind(_ kind: ProxyKind) async throws {
            let bench = try await deployed(kind)
            try bench.manifest(kind: .some(.beacon))
            let planned = try await bench.plan()["deployments"].array
            #expect(planned.allSatisfy { ["keep", "blocked"].contains($0["action"]) }, "\(planned)")
            let blocked = try await bench.run()
            #expect(blocked.end == .exited(4), "\(blocked.errors)")
            #expect(blocked.errors.contains("what stands there cannot become another kind"))
            #expect(try await bench.sent() == bench.first)
            await bench.chain.stop()
        }

        @Test(arguments: [ProxyKind.transparent, .beacon])
        func anotherOwnerInTheManifestIsSaid(_ kind: ProxyKind) async throws {
            let bench = try await deployed(kind)
            let (mine, other) = (DevelopmentAccount.address, "0x70997970C51812dc3A010C7d01b50e0d17dc79C8")
            try bench.manifest(owner: other, initial: mine)
            let words = "; what 'owner' says changed, from \(mine) to \(other)"
            let vault = try await bench.plan()["deployments"].first("id", "proxy:vault@chain")
            #expect(vault["reason"].string?.contains(words) == true, "\(vault)")
            #expect(try await bench.run().end == .exited(0))
            let kept = try bench.deployment()
            #expect(kept["action"] == "kept")
            #expect(kept["reason"].string?.contains(words) == true, "\(kept)")
            try bench.manifest(owner: mine)
            #expect(try await bench.run().end == .exited(0))
            #expect(try bench.deployment()["reason"].string?.contains("'owner'") == false)
            #expect(try await bench.sent() == bench.first)
            await bench.chain.stop()
        }

        @Test(arguments: ProxyKind.allCases)
        func aPlanIsAppliedAsItWasApproved(_ kind: ProxyKind) async throws {
            let bench = try await ProxyBench(kind)
            try bench.manifest(approval: true)
            for (action, more) in [("created", ""), ("upgraded", ProxyBench.second)] {
                try bench.code(more: more)
                _ = try await bench.plan("--out", "plan.json")
                for expected in [action, "kept"] {
                    let applied = try await bench.sandbox.run(
                        "m.yaml", "--plan", "plan.json", environment: ProxyBench.environment)
                    #expect(applied.end == .exited(0), "\(applied.errors)")
                    #expect(try bench.deployment()["action"].string == expected)
                }
            }
            #expect(try await bench.sent() == bench.first + 2)
            // Other code than was approved.
            _ = try await bench.plan("--out", "plan.json")
            try bench.code(more: ProxyBench.third)
            let departed = try await bench.sandbox.run(
                "m.yaml", "--plan", "plan.json", environment: ProxyBench.environment)
            #expect(departed.end == .exited(4), "\(departed.errors)")
            #expect(try await bench.sent() == bench.first + 2)
            await bench.chain.stop()
        }

        @Test(arguments: ProxyKind.allCases)
        func aRunThatIsKilledBetweenTheTwoGoesOnFromThere(_ kind: ProxyKind) async throws {
            let bench = try await deployed(kind)
            let before = try bench.deployment()
            try bench.code(more: ProxyBench.second)
            // All that a run leaves that ends when the new code is there and the upgrade is not signed.
            let half = try await bench.run("--select", "implementation:vault@chain")
            #expect(half.end == .exited(0), "\(half.errors)")
            #expect(try await bench.sent() == bench.first + 1)

            let planned = try await bench.plan()["deployments"]
            #expect(planned.first("id", "implementation:vault@chain")["action"] == "keep")
            #expect(planned.first("id", "proxy:vault@chain")["action"] == "upgrade")
            let whole = try await bench.run()
            #expect(whole.end == .exited(0), "\(whole.errors)")
            #expect(try bench.deployment()["action"] == "upgraded")
            #expect(try bench.deployment()["address"] == before["address"])
            #expect(try await bench.number("version") == 2)
            #expect(try await bench.number("fee") == 7)
            #expect(try await bench.sent() == bench.first + 2)
            await bench.chain.stop()
        }

        /// Deploys and upgrades with runs that are killed at a request, again and again.
        @Test(arguments: KillingProxy.Moment.allCases)
        func killedRunsCreateAndUpgradeOnce(_ moment: KillingProxy.Moment) async throws {
            var proxy: KillingProxy?
            let bench = try await ProxyBench(.transparent) { port in
                let killing = try KillingProxy(to: port)
                proxy = killing
                return killing.port
            }
            let killing = try #require(proxy)
            for (version, total) in [("", bench.first), (ProxyBench.second, bench.first + 2)] {
                try bench.code(more: version)
                #expect(try await bench.sandbox.run("m.yaml", "--until", "audit").end == .exited(0))
                var kills = 0
                while true {
                    let child = try bench.sandbox.start(
                        Sandbox.command("run", "m.yaml", ["--network", "chain"]),
                        environment: ProxyBench.environment)
                    if kills < 20 { killing.aim(at: child.processID, position: 14 + kills % 5, moment) }
                    let errors = await child.remainingErrors()
                    let end = await child.end()
                    guard end == .killed(by: SIGKILL) else {
                        #expect(end == .exited(0), "\(moment), killed \(kills) times before: \(errors)")
                        break
                    }
                    kills += 1
                }
                #expect(kills > 0)
                #expect(try await bench.sent() == total, "\(moment)")
                #expect(try await bench.number("fee") == 7)
            }
            #expect(try await bench.number("version") == 2)
            killing.stop()
            await bench.chain.stop()
        }
    }
}

extension JSON {
    /// An amount of gas, which our files have as a number or in decimal.
    fileprivate var gas: Int64? { integer ?? string.flatMap { Int64($0) } }
}
