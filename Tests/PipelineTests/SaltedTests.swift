import Foundation
import Glibc
import Synchronization
import Testing

extension Pipelines {
    /// Contracts whose salt says their address, and contracts that call libraries, on real chains.
    @Suite struct Salted {
        private static let math = """
            // SPDX-License-Identifier: MIT
            pragma solidity ^0.8.20;

            library Math {
                function twice(uint256 number) external pure returns (uint256) { return number * 2; }
            }
            """

        private static let vault = """
            // SPDX-License-Identifier: MIT
            pragma solidity ^0.8.20;

            import {Math} from "./Math.sol";

            contract Vault {
                uint256 public immutable amount;

                constructor(uint256 amount_) { amount = amount_; }

                function twice() external view returns (uint256) { return Math.twice(amount); }
            }
            """

        private static let environment = ["DEV_KEY": DevelopmentAccount.key]

        private func project(networks: String, of names: String, vault more: String) throws -> Sandbox {
            let sandbox = try Sandbox()
            try sandbox.write(Data(Self.math.utf8), to: "contracts/Math.sol")
            try sandbox.write(Data(Self.vault.utf8), to: "contracts/Vault.sol")
            let manifest = """
                version: 1
                project: vaults
                registry: deployments
                signers: { dev: { key: "env:DEV_KEY" } }
                networks:
                \(networks)
                contracts:
                  Math: { source: "contracts/Math.sol:Math" }
                  Vault: { source: contracts/Vault.sol }
                deployments:
                  math: { contract: Math, networks: [\(names)], salt: math, sameAddress: true }
                  vault:
                    contract: Vault
                    networks: [\(names)]
                    arguments: ["7"]
                    libraries: { Math: "${deployments.math.address}" }
                    salt: treasury-v1
                    \(more)
                    checks: { twice: { read: "twice()", equals: "14" } }
                policies: { default: { tools: [solc, hyperkit], failOn: critical } }
                """
            try sandbox.write(Data(manifest.utf8), to: "m.yaml")
            return sandbox
        }

        private func check(_ sandbox: Sandbox) async throws -> Sandbox.Ran {
            try await sandbox.hyperkit(
                ["deployments", "check", "--json", "--manifest", "m.yaml", "--state-dir", "state"],
                environment: Self.environment)
        }

        @Test func twoDevnetsHaveTheSameAddressesAndKeepThem() async throws {
            let sandbox = try project(
                networks: """
                      one: { engine: devnet, state: persistent, chainId: 31001 }
                      two: { engine: devnet, state: persistent, chainId: 31002 }
                    """,
                of: "one, two", vault: "factory: createx\n    sameAddress: true")
            let first = try await sandbox.run("m.yaml")
            #expect(first.end == .exited(0), "\(first.errors)")
            let made = try sandbox.report()
            #expect(made["deployments"].array.map { $0["action"] } == Array(repeating: "created", count: 4))
            #expect(made["deployments"].array.allSatisfy { $0["codeMatches"] == true })
            let addresses = Dictionary(grouping: made["deployments"].array) { $0["name"].string ?? "" }
                .mapValues { Set($0.compactMap { $0["address"].string }) }
            #expect(addresses.mapValues(\.count) == ["math": 1, "vault": 1])
            let steps = made["steps"].map("id", to: "status")
            #expect(
                steps.filter { $0.key.hasPrefix("factory") } == [
                    "factory:createx@one": "succeeded", "factory:createx@two": "succeeded",
                    "factory:deterministic-proxy@one": "reused",
                    "factory:deterministic-proxy@two": "reused",
                ])
            // It works: it asks its library.
            let checked = try await check(sandbox)
            #expect(checked.end == .exited(0), "\(checked.errors)")
            let seen = try JSON(text: checked.output)["deployments"].array.flatMap { $0["checks"].array }
            #expect(seen.map { $0["seen"] } == ["14", "14"])

            let second = try await sandbox.run("m.yaml")
            #expect(second.end == .exited(0), "\(second.errors)")
            let kept = try sandbox.report()
            #expect(kept["deployments"].array.map { $0["action"] } == Array(repeating: "kept", count: 4))
            #expect(
                Set(kept["steps"].array.filter { $0["kind"] == "factory" }.map { $0["status"] }) == ["reused"]
            )
        }

        /// A project on a chain that outlives its state.
        private func remote(_ url: String, _ more: String = "sameAddress: true") throws -> Sandbox {
            try project(
                networks: "  chain: { rpc: \"\(url)\", chainId: 31337, signer: dev }", of: "chain",
                vault: more)
        }

        @Test func whatARunLeftThatWasKilledAfterASendIsFoundWithoutItsState() async throws {
            let chain = try await RunningDevnet(Sandbox())
            let victim = Mutex<(process: pid_t, sent: Bool)>((0, false))
            let port = try #require(URLComponents(string: chain.url)?.port)
            let proxy = try TestProxy(
                to: UInt16(port),
                asked: { data, onward in
                    if data.range(of: Data("eth_sendRawTransaction".utf8)) != nil {
                        victim.withLock { $0.sent = true }
                    }
                    return TestProxy.pass(data, onward)
                },
                answered: { data, onward in
                    let process: pid_t = victim.withLock { $0.sent ? $0.process : 0 }
                    guard process != 0 else { return TestProxy.pass(data, onward) }
                    _ = kill(process, SIGKILL)
                    victim.withLock { $0.process = 0 }
                    return false
                }
            )
            let sandbox = try remote("http://127.0.0.1:\(proxy.port)/")
            #expect(try await sandbox.run("m.yaml", "--until", "audit").end == .exited(0))
            let child = try sandbox.start(
                Sandbox.command("run", "m.yaml", ["--network", "chain"]), environment: Self.environment)
            victim.withLock { $0.process = child.processID }
            _ = await child.remainingErrors()
            #expect(await child.end() == .killed(by: SIGKILL))
            #expect(try await chain.transactionCount(DevelopmentAccount.address) == 1)

            try sandbox.remove("state")
            let again = try await sandbox.run("m.yaml", "--network", "chain", environment: Self.environment)
            #expect(again.end == .exited(0), "\(again.errors)")
            let deployments = try sandbox.report()["deployments"]
            #expect(deployments.map("name", to: "action") == ["math": "kept", "vault": "created"])
            #expect(
                deployments.map("name", to: "reason")["math"]
                    == "its code is at the address that its salt gives; it is taken over")
            #expect(try await chain.transactionCount(DevelopmentAccount.address) == 2)
            #expect(try await check(sandbox).end == .exited(0))

            // Without both the state and the registry, all of it is found.
            try sandbox.remove("state")
            try sandbox.remove("deployments")
            let found = try await sandbox.run("m.yaml", "--network", "chain", environment: Self.environment)
            #expect(found.end == .exited(0), "\(found.errors)")
            #expect(try sandbox.report()["deployments"].array.map { $0["action"] } == ["kept", "kept"])
            #expect(try await chain.transactionCount(DevelopmentAccount.address) == 2)
            #expect(try await check(sandbox).end == .exited(0))
            proxy.stop()
            await chain.stop()
        }

        @Test func aPlanHasTheAddressesAndIsApplied() async throws {
            let chain = try await RunningDevnet(Sandbox())
            let sandbox = try remote(chain.url)
            let planned = try await sandbox.hyperkit(
                Sandbox.command("plan", "m.yaml", ["--network", "chain", "--out", "plan.json"]),
                environment: Self.environment)
            #expect(planned.end == .exited(0), "\(planned.errors)")
            let plan = try JSON(text: sandbox.text("plan.json"))["deployments"]
            #expect(plan.map("id", to: "action") == ["math@chain": "create", "vault@chain": "create"])
            let salts = plan.map("id", to: "salt")
            #expect(salts["vault@chain"] == #"deterministic-proxy ["treasury-v1"]"#)
            #expect(plan.array.last?["libraries"] == #"{Math: "${deployments.math.address}"}"#)
            let applied = try await sandbox.run(
                "m.yaml", "--plan", "plan.json", environment: Self.environment)
            #expect(applied.end == .exited(0), "\(applied.errors)")
            let made = try sandbox.report()["deployments"].map("name", to: "address")
            #expect(made.values.sorted() == plan.map("id", to: "address").values.sorted())
            await chain.stop()
        }

        /// What Foundry's file says of both is what is on record when it is read back.
        @Test func whatIsExportedForFoundryIsAdopted() async throws {
            let chain = try await RunningDevnet(Sandbox())
            let sandbox = try remote(chain.url)
            let ran = try await sandbox.run("m.yaml", "--network", "chain", environment: Self.environment)
            #expect(ran.end == .exited(0), "\(ran.errors)")
            func deployments(_ arguments: String...) async throws -> Sandbox.Ran {
                try await sandbox.hyperkit(
                    ["deployments"] + arguments + ["--manifest", "m.yaml", "--state-dir", "state"],
                    environment: Self.environment)
            }
            func record(_ name: String) throws -> JSON {
                try JSON(text: sandbox.text("deployments/chain.json"))["deployments"].first("name", name)
            }
            let (math, vault) = (try record("math"), try record("vault"))
            let exported = try await deployments("export", "--format", "foundry", "--out", "out")
            #expect(exported.end == .exited(0), "\(exported.errors)")
            let file = "out/31337/run-latest.json"
            let broadcast = try JSON(text: sandbox.text(file))
            let library = try #require(math["address"].string)
            #expect(broadcast["libraries"] == .array([.string("contracts/Math.sol:Math:\(library)")]))
            let sent = broadcast["transactions"].array
            #expect(sent.map { $0["transactionType"] } == ["CREATE2", "CREATE2"])
            #expect(
                sent.allSatisfy {
                    $0["transaction"]["to"] == "0x4e59b44847b379578588920ca78fbf26c0b4956c"
                })

            for name in ["math", "vault"] {
                #expect(try await deployments("forget", "\(name)@chain", "--yes").end == .exited(0))
                let adopted = try await deployments("adopt", "\(name)@chain", "--from-broadcast", file)
                #expect(adopted.end == .exited(0), "\(adopted.errors)")
            }
            for (name, before) in [("math", math), ("vault", vault)] {
                let now = try record(name)
                for key in ["address", "constructorArguments", "factory", "libraries", "transactionHash"] {
                    #expect(now[key] == before[key], "\(name) \(key)")
                }
                #expect(now["factory"] == "deterministic-proxy")
            }
            await chain.stop()
        }

        @Test func anAddressThatIsTakenOnOneNetworkIsPaidForOnNone() async throws {
            let chains = [
                try await RunningDevnet(Sandbox()), try await RunningDevnet(Sandbox(), chainID: 31_338),
            ]
            let sandbox = try project(
                networks: """
                      one: { rpc: "\(chains[0].url)", chainId: 31337, signer: dev }
                      two: { rpc: "\(chains[1].url)", chainId: 31338, signer: dev }
                    """,
                of: "one, two", vault: "sameAddress: true")
            let plan = Sandbox.command("plan", "m.yaml", ["--all-networks", "--out", "plan.json"])
            #expect(try await sandbox.hyperkit(plan, environment: Self.environment).end == .exited(0))
            let places = try JSON(text: sandbox.text("plan.json"))["deployments"].map("id", to: "address")
            let place = try #require(places["vault@two"])
            _ = try await chains[1].ask("anvil_setCode", "\"\(place)\", \"0x00\"")

            let planned = try await sandbox.hyperkit(plan, environment: Self.environment)
            #expect(planned.end == .exited(4), "\(planned.errors)")
            let actions = try JSON(text: sandbox.text("plan.json"))["deployments"].map("id", to: "action")
            #expect(actions["vault@one"] == "blocked")
            #expect(actions["math@one"] == "create")
            let ran = try await sandbox.run("m.yaml", "--all-networks", environment: Self.environment)
            #expect(ran.end == .exited(4), "\(ran.errors)")
            #expect(ran.errors.contains("on 'two' other code is at \(place) than that of Vault"))
            for chain in chains {
                #expect(try await chain.transactionCount(DevelopmentAccount.address) == 1)
                await chain.stop()
            }
        }

        /// A factory that is missing, or is another, where a deployment is to have the same address.
        @Test(arguments: ["0x", "0x00"])
        func aFactoryThatOneNetworkLacksIsPaidForOnNone(_ code: String) async throws {
            let chains = [
                try await RunningDevnet(Sandbox()), try await RunningDevnet(Sandbox(), chainID: 31_338),
            ]
            let sandbox = try project(
                networks: """
                      one: { rpc: "\(chains[0].url)", chainId: 31337, signer: dev }
                      two: { rpc: "\(chains[1].url)", chainId: 31338, signer: dev }
                    """,
                of: "one, two", vault: "sameAddress: true")
            let factory = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
            _ = try await chains[1].ask("anvil_setCode", "\"\(factory)\", \"\(code)\"")
            let planned = try await sandbox.hyperkit(
                Sandbox.command("plan", "m.yaml", ["--all-networks", "--out", "plan.json"]),
                environment: Self.environment)
            #expect(planned.end == .exited(4), "\(planned.errors)")
            let actions = try JSON(text: sandbox.text("plan.json"))["deployments"].map("id", to: "action")
            #expect(actions["math@one"] == "blocked")
            #expect(actions["math@two"] == "blocked")
            let ran = try await sandbox.run("m.yaml", "--all-networks", environment: Self.environment)
            #expect(ran.end == .exited(4), "\(ran.errors)")
            let wrong = code == "0x" ? "no deterministic-proxy at \(factory)" : "other code at \(factory)"
            let words = "'math' is to have one address on all its networks, and 'two' has \(wrong)"
            #expect(ran.errors.contains(words), "\(ran.errors)")
            for chain in chains {
                #expect(try await chain.transactionCount(DevelopmentAccount.address) == 0)
                await chain.stop()
            }
        }

        @Test func aNetworkWithoutCreateXBlocks() async throws {
            let chain = try await RunningDevnet(Sandbox())
            let sandbox = try remote(chain.url, "factory: createx")
            let ran = try await sandbox.run("m.yaml", "--network", "chain", environment: Self.environment)
            #expect(ran.end == .exited(4), "\(ran.errors)")
            #expect(
                ran.errors.contains("'chain' has no createx at 0xba5Ed099633D3B313e4D5F7bdc1305d3c28ba5Ed"))
            #expect(try await chain.transactionCount(DevelopmentAccount.address) == 1)
            await chain.stop()
        }
    }
}
