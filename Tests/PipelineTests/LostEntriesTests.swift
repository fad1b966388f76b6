import Ethereum
import EthereumTypes
import Foundation
import Model
import Testing

/// Two boxes and a crate on a chain, with a registry of which entries get lost.
struct LostEntriesBench {
    let box: BoxBench

    init() async throws {
        box = try await BoxBench()
        let source = """
            // SPDX-License-Identifier: MIT
            pragma solidity ^0.8.20;

            contract Crate { uint256 public immutable weight = 7; }
            """
        try box.sandbox.write(Data(source.utf8), to: "contracts/Crate.sol")
        try manifest()
    }

    /// Writes the manifest with a box of each name, and the crate.
    func manifest(_ boxes: [String] = ["box"], approval: Bool = false) throws {
        let deployments = boxes.map {
            "  \($0): { contract: Box, networks: [chain], arguments: [\"1\"] }\n"
        }
        let text = """
            version: 1
            project: boxes
            registry: deployments
            signers: { dev: { key: "env:DEV_KEY" } }
            networks:
              chain: { rpc: "\(box.chain.url)", chainId: 31337, signer: dev\(approval ? ", approval: plan" : "") }
            contracts: { Box: { source: contracts/Box.sol }, Crate: { source: contracts/Crate.sol } }
            deployments:
            \(deployments.joined())  crate: { contract: Crate, networks: [chain] }
            policies: { default: { tools: [solc, hyperkit] } }
            """
        try box.sandbox.write(Data(text.utf8), to: "m.yaml")
    }

    /// Loses the state, and of the registry the entries of some names.
    func lose(_ names: String...) throws { try Self.lose(names, of: box.sandbox) }

    static func lose(_ names: [String], of sandbox: Sandbox) throws {
        try sandbox.remove("state")
        let file = "deployments/chain.json"
        var registry = try #require(
            try JSONSerialization.jsonObject(with: Data(try sandbox.text(file).utf8)) as? [String: Any])
        let entries = try #require(registry["deployments"] as? [[String: Any]])
        let left = entries.filter { !names.contains($0["name"] as? String ?? "") }
        #expect(left.count == entries.count - names.count)
        registry["deployments"] = left
        try sandbox.write(
            try JSONSerialization.data(withJSONObject: registry, options: .sortedKeys), to: file)
    }

    /// What a plan of it says of each deployment.
    func planned() throws -> [String: String] { try box.planned().map("id", to: "action") }

    /// Does the first command of a name that a message tells to do, with `more` behind it.
    static func doAsTold(
        _ command: String, by words: String, in sandbox: Sandbox, _ more: String...
    ) async throws -> Sandbox.Ran {
        let told = try #require(
            words.firstMatch(of: try Regex("hyperkit (deployments \(command) [^;:,\\n]+)")))
        let arguments = try #require(told.output[1].substring).split(separator: " ").map(String.init)
        return try await sandbox.hyperkit(
            arguments + ["--manifest", "m.yaml", "--state-dir", "state"] + more,
            environment: ["DEV_KEY": DevelopmentAccount.key])
    }

    func address(_ nonce: UInt64) throws -> String {
        Address.created(by: try Address(DevelopmentAccount.address), nonce: nonce).description
    }

    func stop() async { await box.chain.stop() }
}

extension Pipelines {
    /// A registry that lost single entries, as by a bad merge, on a machine without the state.
    @Suite struct LostEntries {
        @Test func whatIsLostIsNamedAndTakenOverAndNotDeployedAgain() async throws {
            let bench = try await LostEntriesBench()
            let (box, sandbox) = (bench.box, bench.box.sandbox)
            #expect(try await box.run("--network", "chain").end == .exited(0))
            let sent = try await box.sent()
            try bench.lose("box")
            try bench.manifest(approval: true)
            let planned = try await box.plan()
            #expect(planned.end == .exited(4), "\(planned.errors)")
            #expect(
                try bench.planned() == ["box@chain": "blocked", "crate@chain": "keep"])
            let words = "the code of Box is on 'chain' at \(try bench.address(0)), created by"
            for _ in 0..<2 {
                let applied = try await box.run("--plan", "plan.json")
                #expect(applied.end == .exited(4))
                #expect(applied.errors.contains(words), "\(applied.errors)")
                #expect(
                    try sandbox.report()["steps"].first("id", "deploy:box@chain")["error"]["code"]
                        == "is-there")
            }
            #expect(try await box.sent() == sent)

            let again = try await LostEntriesBench.doAsTold("adopt", by: planned.errors, in: sandbox)
            #expect(again.end == .exited(0), "\(again.errors)")
            #expect(try await box.plan().end == .exited(0))
            #expect(try bench.planned().values.allSatisfy { $0 == "keep" })
            let kept = try await box.run("--plan", "plan.json")
            #expect(kept.end == .exited(0), "\(kept.errors)")
            #expect(try box.action() == "kept")
            #expect(try await box.sent() == sent)
            await bench.stop()
        }

        @Test func elsewhereAPlanAndARunSayItAndGoOn() async throws {
            let bench = try await LostEntriesBench()
            let box = bench.box
            #expect(try await box.run("--network", "chain").end == .exited(0))
            let sent = try await box.sent()
            try bench.lose("box")
            let planned = try await box.plan()
            #expect(planned.end == .exited(0))
            let ran = try await box.run("--network", "chain")
            #expect(ran.end == .exited(0))
            for said in [planned.errors, ran.errors] {
                #expect(said.contains("[unknown-history]"), "\(said)")
                #expect(said.contains("hyperkit deployments adopt box@chain \(try bench.address(0))"))
            }
            let notes = try box.sandbox.report()["notes"].array.filter { $0["code"] == "unknown-history" }
            #expect(notes.count == 1)
            // Its transaction is found, and put on record.
            #expect(try await box.sent() == sent)
            let registry = try JSON(text: try box.sandbox.text("deployments/chain.json"))
            #expect(
                registry["deployments"].first("name", "box")["address"].string == (try bench.address(0)))
            await bench.stop()
        }

        @Test func whatIsNotItIsAccountedForOnceItIsForgotten() async throws {
            let bench = try await LostEntriesBench()
            let (box, sandbox) = (bench.box, bench.box.sandbox)
            try bench.manifest(["box", "second"])
            #expect(try await box.run("--network", "chain").end == .exited(0))
            let sent = try await box.sent()
            try bench.lose("box", "second")
            // Both are another's, says whoever decides that.
            try bench.manifest(["third"], approval: true)
            for left in [2, 1] {
                #expect(try await box.plan().end == .exited(4))
                let told = try await box.run("--plan", "plan.json").errors
                let named = try #require(told.firstMatch(of: /Box is on 'chain' at (.+), created by/))
                let places = named.output.1.split(separator: ", ")
                #expect(places.count == left, "\(told)")
                let adopted = try await LostEntriesBench.doAsTold("adopt", by: told, in: sandbox)
                #expect(adopted.end == .exited(0), "\(adopted.errors)")
                let forgotten = try await LostEntriesBench.doAsTold("forget", by: told, in: sandbox)
                #expect(forgotten.end == .exited(0), "\(forgotten.errors)")
            }
            for boxes in [["third"], ["third", "fourth"]] {
                try bench.manifest(boxes, approval: true)
                // Neither state nor status is needed for that to last.
                try sandbox.remove("state")
                let planned = try await box.plan()
                #expect(planned.end == .exited(0), "\(planned.errors)")
                let applied = try await box.run("--plan", "plan.json")
                #expect(applied.end == .exited(0), "\(applied.errors)")
            }
            #expect(try await box.sent() == sent + 2)
            await bench.stop()
        }

        @Test func anAccountWithAHistoryOfItsOwnBegins() async throws {
            let bench = try await LostEntriesBench()
            let (box, wallet) = (bench.box, try Wallet(bench.box.chain))
            try await wallet.pay(OwnedProxyBench.people, Wei(1))
            _ = try await wallet.create([0x60, 0x01, 0x60, 0x00, 0xf3])
            try bench.manifest(["box", "second"], approval: true)
            let planned = try await box.plan()
            #expect(planned.end == .exited(0), "\(planned.errors)")
            // What comes between moves addresses, and is none of it.
            _ = try await wallet.create([0x60, 0x02, 0x60, 0x00, 0xf3])
            for action in ["created", "kept"] {
                let applied = try await box.run("--plan", "plan.json")
                #expect(applied.end == .exited(0), "\(applied.errors)")
                #expect(!applied.errors.contains("unknown-history"))
                #expect(try box.action() == .string(action))
            }
            #expect(try await box.sent() == 6)
            // Its record is lost, and it is elsewhere than the plan foresaw.
            for path in ["state", "deployments"] { try box.sandbox.remove(path) }
            let again = try await box.run("--plan", "plan.json")
            #expect(again.end == .exited(4))
            let places = try (3..<5).map { try bench.address($0) }.joined(separator: ", ")
            #expect(
                again.errors.contains("the code of Box is on 'chain' at \(places), created by"),
                "\(again.errors)")
            #expect(try await box.sent() == 6)
            await bench.stop()
        }
    }

    /// The same of proxies and of what is behind them.
    @Suite struct LostProxies {
        @Test(arguments: ProxyKind.allCases)
        func aProxyThatIsLostIsNamedAndTakenOver(_ kind: ProxyKind) async throws {
            let bench = try await ProxyBench(kind)
            // The registry has something else of the account.
            try bench.manifest(kind: .some(nil))
            try bench.sandbox.replace("vault:\n", with: "plain:\n", in: "m.yaml")
            try #require(try await bench.run().end == .exited(0))
            try bench.manifest()
            try #require(try await bench.run().end == .exited(0))
            let address = try #require(
                try bench.sandbox.report()["deployments"].first("name", "vault")["address"].string)
            let sent = try await bench.sent()
            let behind =
                kind == .beacon ? ["implementation:vault", "beacon:vault"] : ["implementation:vault"]
            try bench.manifest(approval: true)
            for (lost, code) in [
                (["vault"] + behind, ""), (["vault"] + behind, ProxyBench.second),
                (["vault"] + behind.dropFirst(), ""),
            ] {
                let kept = try bench.sandbox.text("deployments/chain.json")
                try LostEntriesBench.lose(lost, of: bench.sandbox)
                // Whatever code it would be made with now.
                try bench.code(more: code)
                let plan = try await bench.plan("--out", "plan.json")["deployments"].array
                let actions = behind.map { lost.contains($0) ? "blocked" : "keep" } + ["blocked"]
                #expect(plan.compactMap { $0["action"].string } == actions)
                let applied = try await bench.apply("plan.json")
                #expect(applied.end == .exited(4))
                #expect(
                    applied.errors.contains(
                        "proxies of the kind of vault@chain are on 'chain' at \(address)"),
                    "\(applied.errors)")
                #expect(try await bench.sent() == sent)
                if code.isEmpty {
                    let adopted = try await LostEntriesBench.doAsTold(
                        "adopt", by: applied.errors, in: bench.sandbox)
                    #expect(adopted.end == .exited(0), "\(adopted.errors)")
                    let plan = try await bench.plan("--out", "plan.json")["deployments"].array
                    #expect(plan.allSatisfy { $0["action"] == "keep" })
                    try bench.code()
                }
                try bench.sandbox.write(Data(kept.utf8), to: "deployments/chain.json")
            }
            await bench.chain.stop()
        }

        @Test(arguments: [ProxyKind.uups, .beacon])
        func whatAProxyOnRecordUsesIsTakenOverWithIt(_ kind: ProxyKind) async throws {
            let bench = try await ProxyBench(kind)
            try #require(try await bench.run().end == .exited(0))
            let sent = try await bench.sent()
            try bench.manifest(approval: true)
            let part = kind == .beacon ? "beacon" : "implementation"
            try LostEntriesBench.lose(["\(part):vault"], of: bench.sandbox)
            _ = try await bench.plan("--out", "plan.json")
            let applied = try await bench.apply("plan.json")
            #expect(applied.end == .exited(4))
            #expect(applied.errors.contains("\(part):vault@chain may be there already"), "\(applied.errors)")
            #expect(try await bench.sent() == sent)
            let adopted = try await LostEntriesBench.doAsTold("adopt", by: applied.errors, in: bench.sandbox)
            #expect(adopted.end == .exited(0), "\(adopted.errors)")
            let plan = try await bench.plan("--out", "plan.json")["deployments"].array
            #expect(plan.allSatisfy { $0["action"] == "keep" })
            #expect(try await bench.apply("plan.json").end == .exited(0))
            #expect(try await bench.sent() == sent)
            await bench.chain.stop()
        }

        @Test func codeThatNoProxyUsesIsSaidAndStopsNothing() async throws {
            let bench = try await ProxyBench(.uups)
            // As a run leaves it that dies behind the code.
            try bench.manifest(kind: .some(nil))
            try #require(try await bench.run().end == .exited(0))
            for path in ["state", "deployments"] { try bench.sandbox.remove(path) }
            try bench.manifest(approval: true)
            let plan = try await bench.plan("--out", "plan.json")["deployments"].array
            #expect(plan.map { $0["action"] } == ["create", "create"])
            let applied = try await bench.apply("plan.json")
            #expect(applied.end == .exited(0), "\(applied.errors)")
            let notes = try bench.sandbox.report()["notes"].array.filter { $0["code"] == "unknown-history" }
            #expect(notes.count == 1)
            #expect(
                notes.first?["message"].string?.hasSuffix(
                    "implementation:vault@chain is deployed again, unless a transaction is found that did just that"
                )
                    == true)
            await bench.chain.stop()
        }
    }
}
