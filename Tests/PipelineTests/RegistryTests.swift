import Ethereum
import EthereumTypes
import Foundation
import Testing

extension Pipelines {
    /// What the committed registry is for: a machine without the state goes on from it.
    @Suite struct Registry {
        static let contract = """
            // SPDX-License-Identifier: MIT
            pragma solidity ^0.8.20;

            contract Counter {
                uint256 public immutable start;
                uint256 public step;

                constructor(uint256 start_) { start = start_; }

                function setStep(uint256 step_) external { step = step_; }

                function broken() external pure returns (uint256) { revert("no"); }
            }
            """

        static func manifest(
            _ url: String, name: String = "counter", more: String = "", approval: String = ""
        ) -> String {
            """
            version: 1
            project: counters
            registry: deployments
            signers: { dev: { key: "env:DEV_KEY" } }
            networks:
              chain: { rpc: "\(url)", chainId: 31337, signer: dev\(approval) }
              devnet: { engine: devnet, state: ephemeral }
            contracts: { Counter: { source: contracts/Counter.sol } }
            deployments:
              \(name):
                contract: Counter
                networks: [chain]
                arguments: ["5"]
                \(more)
                calls: { setStep: { function: "setStep(uint256)", arguments: ["2"] } }
            policies: { default: { tools: [solc, hyperkit], failOn: critical } }
            """
        }

        static let environment = ["DEV_KEY": DevelopmentAccount.key]

        /// A project whose contract is on a chain, and called.
        private func deployed() async throws -> (Sandbox, RunningDevnet) {
            let sandbox = try Sandbox()
            let chain = try await RunningDevnet(sandbox, state: "chain")
            try sandbox.write(Data(Self.contract.utf8), to: "contracts/Counter.sol")
            try sandbox.write(Data(Self.manifest(chain.url).utf8), to: "m.yaml")
            let ran = try await run(sandbox)
            try #require(ran.end == .exited(0), "\(ran.errors)")
            #expect(try await chain.transactionCount(DevelopmentAccount.address) == 2)
            return (sandbox, chain)
        }

        private func run(_ sandbox: Sandbox) async throws -> Sandbox.Ran {
            try await sandbox.run("m.yaml", "--network", "chain", environment: Self.environment)
        }

        private func deployments(_ sandbox: Sandbox, _ words: String...) async throws -> Sandbox.Ran {
            try await sandbox.hyperkit(
                ["deployments"] + words + ["--manifest", "m.yaml", "--state-dir", "state"],
                environment: Self.environment)
        }

        private func lose(_ paths: String..., of sandbox: Sandbox) throws {
            for path in paths {
                try FileManager.default.removeItem(at: sandbox.project.appending(path: path))
            }
        }

        @Test func aMachineWithoutTheStateGoesOnFromTheRegistry() async throws {
            let (sandbox, chain) = try await deployed()
            let file = try sandbox.text("deployments/chain.json")
            #expect(try sandbox.files("deployments") == ["chain.json"])
            let entry = try JSON(text: file)["deployments"].array[0]
            let report = try sandbox.report()
            #expect(entry["address"] == report["deployments"].array[0]["address"])
            #expect(entry["run"] == report["run"]["id"])
            #expect(entry["calls"].array.map { $0["name"] } == ["setStep"])

            try lose("state", of: sandbox)
            let plan = try await sandbox.hyperkit(
                Sandbox.command("plan", "m.yaml", ["--json", "--network", "chain"]),
                environment: Self.environment)
            #expect(try JSON(text: plan.output)["deployments"].array.map { $0["action"] } == ["keep"])
            #expect(try JSON(text: plan.output)["deployments"].array[0]["calls"].array == [])

            try lose("state", of: sandbox)
            let again = try await run(sandbox)
            #expect(again.end == .exited(0), "\(again.errors)")
            #expect(!again.errors.contains("unknown-history"))
            let kept = try sandbox.report()["deployments"].array[0]
            #expect(kept["action"] == "kept")
            #expect(kept["reason"].string?.hasSuffix("says the registry") == true)
            #expect(kept["address"] == entry["address"])
            #expect(try await chain.transactionCount(DevelopmentAccount.address) == 2)
            #expect(try sandbox.text("deployments/chain.json") == file)
            await chain.stop()
        }

        @Test func aMachineWithoutBothIsWarned() async throws {
            let (sandbox, chain) = try await deployed()
            try lose("state", "deployments", of: sandbox)
            let again = try await run(sandbox)
            #expect(again.end == .exited(0), "\(again.errors)")
            let address = Address.created(by: try Address(DevelopmentAccount.address), nonce: 0)
            #expect(again.errors.contains("the code of Counter is on 'chain' at \(address)"))
            let notes = try sandbox.report()["notes"].array
            #expect(notes.contains { $0["code"] == "unknown-history" && $0["severity"] == "warning" })
            #expect(try sandbox.text("reports/latest/report.md").contains("at \(address)"))
            #expect(
                try await chain.transactionCount(DevelopmentAccount.address) == 2, "what was done is found")
            await chain.stop()
        }

        @Test func aMachineWithoutBothAppliesNoPlanWhereTheSenderHasAHistory() async throws {
            let (sandbox, chain) = try await deployed()
            let approving = Self.manifest(chain.url, approval: ", approval: plan")
            try sandbox.write(Data(approving.utf8), to: "m.yaml")
            try lose("state", "deployments", of: sandbox)
            for _ in 0..<2 {
                let plan = try await sandbox.hyperkit(
                    Sandbox.command("plan", "m.yaml", ["--network", "chain", "--out", "plan.json"]),
                    environment: Self.environment)
                #expect(plan.end == .exited(4), "\(plan.errors)")
                let applied = try await sandbox.run(
                    "m.yaml", "--plan", "plan.json", environment: Self.environment)
                #expect(applied.end == .exited(4), "\(applied.errors)")
                let address = Address.created(by: try Address(DevelopmentAccount.address), nonce: 0)
                #expect(applied.errors.contains("the code of Counter is on 'chain' at \(address)"))
                #expect(applied.errors.contains("hyperkit deployments adopt counter@chain \(address)"))
            }
            #expect(try await chain.transactionCount(DevelopmentAccount.address) == 2)
            await chain.stop()
        }

        @Test func whatAKilledRunDidNotWriteTheNextWrites() async throws {
            let (sandbox, chain) = try await deployed()
            let file = try sandbox.text("deployments/chain.json")
            // As after a kill between the ledger's last commit and the file.
            try lose("deployments", of: sandbox)
            #expect(try await run(sandbox).end == .exited(0))
            #expect(try sandbox.text("deployments/chain.json") == file)
            #expect(try await chain.transactionCount(DevelopmentAccount.address) == 2)
            await chain.stop()
        }

        @Test func aDamagedFileIsNeitherReadNorWritten() async throws {
            let (sandbox, chain) = try await deployed()
            try sandbox.replace(
                "\"chainId\" : 31337", with: "\"chainId\" : many", in: "deployments/chain.json")
            let damaged = try sandbox.text("deployments/chain.json")
            for ran in [try await run(sandbox), try await deployments(sandbox, "list")] {
                #expect(ran.end == .exited(2))
                #expect(ran.errors.contains("error: 'many' is not the number of a chain [wrong-value]"))
                #expect(ran.errors.contains("deployments/chain.json:"))
                #expect(ran.errors.contains("git checkout -- deployments/chain.json"))
            }
            #expect(try sandbox.text("deployments/chain.json") == damaged)
            await chain.stop()
        }

        @Test func listsChecksAndExports() async throws {
            let (sandbox, chain) = try await deployed()
            let address = try #require(try sandbox.report()["deployments"].array[0]["address"].string)
            let listed = try await deployments(sandbox, "list", "--json")
            #expect(
                try JSON(text: listed.output)["deployments"].map("name", to: "address") == [
                    "counter": address
                ])
            #expect(try await deployments(sandbox, "list").errors.contains(address))
            let same = try await deployments(sandbox, "check", "--json")
            #expect(same.end == .exited(0), "\(same.errors)")
            #expect(
                try JSON(text: same.output)["deployments"].map("name", to: "finding") == ["counter": "same"])
            let printed = try await deployments(sandbox, "export")
            #expect(try JSON(text: printed.output)["chain"]["counter"].string == address)
            let written = try await deployments(sandbox, "export", "--format", "ignition", "--out", "out")
            #expect(written.end == .exited(0))
            let addresses = try JSON(text: sandbox.text("out/chain-31337/deployed_addresses.json"))
            #expect(addresses["counters#counter"].string == address)

            // The chain is asked, so what is on record is changed here and not the chain.
            try lose("state", of: sandbox)
            try sandbox.replace(address, with: DevelopmentAccount.address, in: "deployments/chain.json")
            let gone = try await deployments(sandbox, "check", "--json")
            #expect(gone.end == .exited(4))
            #expect(
                try JSON(text: gone.output)["deployments"].map("name", to: "finding") == ["counter": "gone"])
            let blocked = try await run(sandbox)
            #expect(blocked.end == .exited(4))
            #expect(try await chain.transactionCount(DevelopmentAccount.address) == 2)
            await chain.stop()
            let unreachable = try await deployments(sandbox, "check", "--json")
            #expect(unreachable.end == .exited(1))
            #expect(unreachable.errors.contains("'chain' could not be looked at (1 deployment)"))
            #expect(!unreachable.errors.contains("no drift"))
            let said = try JSON(text: unreachable.output)
            #expect(said["deployments"].array == [])
            #expect(said["notChecked"].array.map { $0["network"] } == ["chain"])
            #expect(said["notChecked"].array.map { $0["deployments"] } == [1])
        }

        @Test func argumentsThatTheTransactionDidNotHaveAreNotBelieved() async throws {
            let (sandbox, chain) = try await deployed()
            let five = String(repeating: "0", count: 63) + "5"
            let six = String(repeating: "0", count: 63) + "6"
            try sandbox.replace(five, with: six, in: "deployments/chain.json")
            try sandbox.replace("arguments: [\"5\"]", with: "arguments: [\"6\"]", in: "m.yaml")
            try lose("state", of: sandbox)
            let ran = try await run(sandbox)
            #expect(ran.end == .exited(4))
            #expect(ran.errors.contains("'constructorArguments', and the chain says otherwise"))
            #expect(try await chain.transactionCount(DevelopmentAccount.address) == 2)
            await chain.stop()
        }

        @Test func aRegistryOfAnotherChainIsNamed() async throws {
            let (sandbox, chain) = try await deployed()
            await chain.stop()
            try lose("state", "chain", of: sandbox)
            let other = try await RunningDevnet(sandbox, state: "other", chainID: 31_338)
            let moved = Self.manifest(other.url).replacing("chainId: 31337", with: "chainId: 31338")
            try sandbox.write(
                Data(moved.replacing("signer: dev", with: "signer: dev, approval: plan").utf8), to: "m.yaml")
            let plan = try await sandbox.hyperkit(
                Sandbox.command("plan", "m.yaml", ["--json", "--network", "chain"]),
                environment: Self.environment)
            #expect(try JSON(text: plan.output)["deployments"].array.map { $0["action"] } == ["blocked"])
            #expect(plan.errors.contains("on another chain (chain id 31337"))
            try sandbox.write(Data(moved.utf8), to: "m.yaml")
            let ran = try await run(sandbox)
            #expect(ran.end == .exited(0), "\(ran.errors)")
            #expect(
                ran.errors.contains(
                    "the registry has 1 deployment of 'chain' on another chain (chain id 31337"))
            #expect(!ran.errors.contains("unknown-history"))
            await other.stop()
        }

        @Test func aNewStateSaysThatABudgetOfADayBeginsAtNothing() async throws {
            let (sandbox, chain) = try await deployed()
            try sandbox.replace(
                "signer: dev }", with: "signer: dev, budget: { day: 1 ether } }", in: "m.yaml")
            #expect(try await run(sandbox).errors.contains("budget-from-nothing") == false)
            try lose("state", of: sandbox)
            let ran = try await run(sandbox)
            #expect(ran.end == .exited(0), "\(ran.errors)")
            #expect(ran.errors.contains("the budget of a day of network 'chain' begins at nothing"))
            await chain.stop()
        }

        @Test func aRegistryThatCannotBeWrittenIsFoundOutAheadOfEverything() async throws {
            let (sandbox, chain) = try await deployed()
            try lose("state", "deployments", of: sandbox)
            try sandbox.write(Data("a file".utf8), to: "deployments")
            let ran = try await run(sandbox)
            #expect(ran.end == .exited(5))
            #expect(
                ran.errors.contains(
                    "error: the registry 'deployments' cannot be written: 'deployments' is no directory"))
            try sandbox.replace("registry: deployments", with: "registry: deployments/below", in: "m.yaml")
            #expect(try await run(sandbox).end == .exited(5))
            #expect(try await chain.transactionCount(DevelopmentAccount.address) == 2)
            await chain.stop()
        }

        @Test func checksAskTheContract() async throws {
            let (sandbox, chain) = try await deployed()
            let checks = { (step: String) in
                #"checks: { step: { read: "step()", equals: "\#(step)" }, start: { read: "start()", equals: "5" } }"#
            }
            try sandbox.write(Data(Self.manifest(chain.url, more: checks("2")).utf8), to: "m.yaml")
            let same = try await deployments(sandbox, "check", "--json")
            #expect(same.end == .exited(0), "\(same.errors)")
            let asked = try JSON(text: same.output)["deployments"].array[0]["checks"]
            #expect(asked.map("name", to: "seen") == ["step": "2", "start": "5"])
            try sandbox.write(Data(Self.manifest(chain.url, more: checks("3")).utf8), to: "m.yaml")
            let drifted = try await deployments(sandbox, "check")
            #expect(drifted.end == .exited(4))
            #expect(drifted.errors.contains("check 'step': step() is 2"))
            #expect(drifted.errors.contains("1 deployment, 1 drifted"))
            let more =
                #", none: { read: "none()", equals: "1" }, broken: { read: "broken()", equals: "1" } }"#
            let unread = checks("3").dropLast() + more
            try sandbox.write(Data(Self.manifest(chain.url, more: String(unread)).utf8), to: "m.yaml")
            let both = try await deployments(sandbox, "check", "--json")
            #expect(both.end == .exited(4), "\(both.errors)")
            let all = try JSON(text: both.output)["deployments"].array[0]["checks"]
            #expect(all.array.map { $0["holds"] } == [false, true, false, false])
            #expect(all.first("name", "none")["seen"].string?.contains("none()") == true)
            #expect(
                all.first("name", "broken")["seen"].string?.hasPrefix("not to be read: it reverts") == true)
            // A run asks nothing of it, and says what no contract of the source could ever give.
            let wrong = try await run(sandbox)
            #expect(wrong.end == .exited(1))
            #expect(wrong.errors.contains("m.yaml:") && wrong.errors.contains("none()"), "\(wrong.errors)")
            try sandbox.write(Data(Self.manifest(chain.url, more: checks("3")).utf8), to: "m.yaml")
            #expect(try await run(sandbox).end == .exited(0))
            #expect(try await chain.transactionCount(DevelopmentAccount.address) == 2)
            await chain.stop()
        }

        @Test func forgetsAndAdopts() async throws {
            let (sandbox, chain) = try await deployed()
            let address = try #require(try sandbox.report()["deployments"].array[0]["address"].string)
            #expect(
                try await deployments(sandbox, "export", "--format", "foundry", "--out", "out").end
                    == .exited(0))
            let asked = try await deployments(sandbox, "forget", "counter@chain")
            #expect(asked.end == .exited(2))
            #expect(asked.errors.contains("say --yes"))
            #expect(try await deployments(sandbox, "list").errors.contains(address))
            #expect(try await deployments(sandbox, "forget", "counter@chain", "--yes").end == .exited(0))
            #expect(try await deployments(sandbox, "list").errors.contains("nothing is on record"))

            let wrong = try await deployments(sandbox, "adopt", "counter@chain", DevelopmentAccount.address)
            #expect(wrong.end == .exited(4))
            #expect(wrong.errors.contains("has no code at \(DevelopmentAccount.address)"))
            let unknown = try await deployments(sandbox, "adopt", "count@chain", address)
            #expect(unknown.end == .exited(2))
            #expect(unknown.errors.contains("did you mean 'counter@chain'?"))
            try sandbox.write(Data(#"{"transactions": []}"#.utf8), to: "none.json")
            let none = try await deployments(
                sandbox, "adopt", "counter@chain", "--from-broadcast", "none.json")
            #expect(none.end == .exited(2))
            #expect(
                none.errors.hasPrefix("error: none.json creates no contract [broadcast]\n"), "\(none.errors)")
            let adopted = try await deployments(
                sandbox, "adopt", "counter@chain", "--from-broadcast", "out/31337/run-latest.json")
            #expect(adopted.end == .exited(0), "\(adopted.errors)")

            let again = try await run(sandbox)
            #expect(again.end == .exited(0), "\(again.errors)")
            #expect(try sandbox.report()["deployments"].array.map { $0["action"] } == ["kept"])
            #expect(try await chain.transactionCount(DevelopmentAccount.address) == 2)
            #expect(try await deployments(sandbox, "check").end == .exited(0))
            await chain.stop()
        }

        @Test func aRenameMovesTheRecord() async throws {
            let (sandbox, chain) = try await deployed()
            let renamed = Self.manifest(chain.url, name: "tally", more: "formerly: [counter]")
            try sandbox.write(Data(renamed.utf8), to: "m.yaml")
            let ran = try await run(sandbox)
            #expect(ran.end == .exited(0), "\(ran.errors)")
            let kept = try sandbox.report()["deployments"].array[0]
            #expect(kept["action"] == "kept")
            #expect(kept["reason"].string?.hasSuffix("it was 'counter' before") == true)
            let entries = try JSON(text: sandbox.text("deployments/chain.json"))["deployments"].array
            #expect(entries.map { $0["name"] } == ["tally"])
            #expect(try await chain.transactionCount(DevelopmentAccount.address) == 2)
            await chain.stop()
        }
    }
}
