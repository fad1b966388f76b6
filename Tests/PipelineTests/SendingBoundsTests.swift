import Ethereum
import EthereumTypes
import Foundation
import Testing

extension Pipelines {
    /// What bounds a transaction, and of which network it is.
    @Suite struct SendingBounds {
        @Test func gasLimitsAreTheManifestsWhereItNamesThem() async throws {
            let bench = try await BoxBench()
            let call = #"calls: { set: { function: "set(uint256)", arguments: ["7"], gasLimit: 66000 } }"#
            for (words, said) in [
                ("gasLimit: 50000", "and its 'gasLimit' is 50000"),
                (
                    "gasLimit: 20000000",
                    "its 'gasLimit' is 20000000, and a transaction on 'chain' may use 16777216"
                ),
            ] {
                try bench.manifest(deployment: words)
                let ran = try await bench.run("--network", "chain")
                #expect(ran.end == .exited(1), "\(ran.errors)")
                #expect(ran.errors.contains(said), "\(ran.errors)")
            }
            try bench.manifest(network: ", limits: { transactionGas: 60000 }")
            let narrow = try await bench.run("--network", "chain")
            #expect(narrow.end == .exited(1), "\(narrow.errors)")
            #expect(narrow.errors.contains("and a transaction on 'chain' may use 60000"), "\(narrow.errors)")
            #expect(try await bench.sent() == 0)

            try bench.manifest(deployment: "gasLimit: 777777\n    \(call)")
            #expect(try await bench.plan().end == .exited(0))
            let planned = try bench.planned().first("id", "box@chain")
            #expect(planned["maxGas"] == 777_777)
            #expect(planned["gasBound"] == "given")
            #expect(planned["calls"].array.first?["maxGas"] == 66_000)
            let ran = try await bench.run("--plan", "plan.json")
            #expect(ran.end == .exited(0), "\(ran.errors)")
            var limits: [JSON] = []
            for block in 1...2 {
                let seen = try await bench.chain.ask("eth_getBlockByNumber", "\"0x\(block)\", true")
                limits += seen["transactions"].array.map { $0["gas"] }
            }
            // A mark takes less than 4,096 of each.
            let sent = limits.compactMap { $0.string.flatMap { UInt64($0.dropFirst(2), radix: 16) } }
            #expect(sent.count == 2)
            for (limit, given) in zip(sent, [777_777, 66_000] as [UInt64]) {
                #expect(limit <= given && given - limit < 4_096)
            }
            await bench.chain.stop()
        }

        /// A box on a chain whose gas price is the cap of its network, and a call that needs so much gas.
        private func atTheCap() async throws -> (bench: BoxBench, box: String, needed: UInt64) {
            let bench = try await BoxBench()
            try bench.manifest(top: "registry: registry")
            #expect(try await bench.run("--network", "chain").end == .exited(0))
            let box = try #require(
                try bench.sandbox.report()["deployments"].first("name", "box")["address"].string)
            let data = Hex.prefixed(Self.data)
            let call = #"{"from": "\#(DevelopmentAccount.address)", "to": "\#(box)", "data": "\#(data)"}"#
            let needed = try await bench.chain.ask("eth_estimateGas", call).string.flatMap {
                UInt64($0.dropFirst(2), radix: 16)
            }
            return (bench, box, try #require(needed))
        }

        private static let price = 2_000_000_000 as UInt128

        /// `set(7)`.
        private static let data = Selector.of("set(uint256)") + [UInt8](repeating: 0, count: 31) + [7]

        private func manifest(_ bench: BoxBench, gasLimit: UInt64, _ more: String = "") throws {
            let call = #"set: { function: "set(uint256)", arguments: ["7"], gasLimit: \#(gasLimit) }"#
            try bench.manifest(
                network:
                    ", fees: { zeroBaseFee: true, minPriorityFeePerGas: 2 gwei, maxFeePerGas: 2 gwei }\(more)",
                deployment: "calls: { \(call) }", top: "registry: registry")
        }

        /// Who lost the record would not know it again, and pay twice.
        @Test func whatHasNoRoomForItsMarkIsNotSent() async throws {
            let (bench, _, needed) = try await atTheCap()
            let registry = try bench.sandbox.text("registry/chain.json")
            try manifest(bench, gasLimit: needed)
            let raised = needed + 4_095
            let planned = try await bench.plan()
            let ran = try await bench.run("--network", "chain")
            for said in [planned, ran] {
                #expect(said.end == .exited(4), "\(said.errors)")
                #expect(said.errors.contains("m.yaml:13:75: error: "), "\(said.errors)")
                #expect(
                    said.errors.contains(
                        "it offers all that maxFeePerGas allows for a unit of gas, \(Self.price) wei, and its 'gasLimit' of \(needed) "
                            + "leaves fewer than 4095 of gas above what it needs"), "\(said.errors)")
                #expect(said.errors.contains("raise 'gasLimit' by 4095, to \(raised)"), "\(said.errors)")
            }
            #expect(try await bench.sent() == 1)
            for words in ["succeeded", "found-done"] {
                try manifest(bench, gasLimit: raised)
                let again = try await bench.run("--network", "chain")
                #expect(again.end == .exited(0) && again.errors.contains(words), "\(again.errors)")
                #expect(try await bench.sent() == 2, "at the same price")
                try bench.sandbox.remove("state")
                try bench.sandbox.write(Data(registry.utf8), to: "registry/chain.json")
            }
            await bench.chain.stop()
        }

        /// As an earlier version left it.
        @Test(arguments: [false, true])
        func whatMayHaveBeenSentWithoutAMarkIsNotSentAgain(_ needsApproval: Bool) async throws {
            let (bench, box, needed) = try await atTheCap()
            try await Wallet(bench.chain).send(
                Transaction(
                    form: .legacy(gasPrice: Wei(Self.price), chainID: ChainID(31_337)), nonce: 1,
                    gasLimit: needed, to: try Address(box), value: .zero, data: Self.data))
            #expect(try await bench.sent() == 2)
            try manifest(bench, gasLimit: needed, needsApproval ? ", approval: plan" : "")
            let planned = try await bench.plan()
            let ran =
                needsApproval
                ? try await bench.run("--plan", "plan.json") : try await bench.run("--network", "chain")
            for said in [planned, ran] {
                #expect(said.errors.contains("may have been sent for that"), "\(said.errors)")
                #expect(said.errors.contains("hint: look what it was for"), "\(said.errors)")
                #expect(said.end == .exited(4), "\(said.errors)")
            }
            #expect(try await bench.sent() == 2)
            // A person has looked: it was something else.
            try manifest(bench, gasLimit: needed + 4_095)
            #expect(try await bench.run("--network", "chain").end == .exited(0))
            #expect(try await bench.sent() == 3)
            await bench.chain.stop()
        }

        /// What is on its way counts at its most, and leaves more when it has ended.
        @Test func aBudgetForOneAtItsMostPaysForTwoThatFollowEachOther() async throws {
            let bench = try await BoxBench()
            let crate =
                "redeploy: changed\n  crate:\n    contract: Box\n    networks: [chain]\n    arguments: [\"2\"]"
            try bench.manifest(deployment: crate)
            #expect(try await bench.plan().end == .exited(0))
            let most = try #require(
                UInt64(try bench.planned().first("id", "box@chain")["maxCostWei"].string ?? ""))
            try bench.manifest(network: ", budget: { run: \(most / 10 * 17) wei }", deployment: crate)
            let planned = try await bench.plan()
            #expect(planned.end == .exited(0), "\(planned.errors)")
            let ran = try await bench.run("--network", "chain")
            #expect(ran.end == .exited(0), "\(ran.errors)")
            #expect(try await bench.sent() == 2)
            await bench.chain.stop()
        }

        /// Fees, budgets and records are a network's own: what a lane sends is of one.
        @Test func twoNetworksOfOneChainDoNotShareASender() async throws {
            let bench = try await BoxBench()
            try bench.manifest(more: ["tight": ""])
            let planned = try await bench.plan()
            #expect(planned.errors.contains("are one chain, and \(DevelopmentAccount.address) sends on both"))
            #expect(try bench.planned().first("id", "box@tight")["action"] == "blocked")
            let ran = try await bench.run("--all-networks")
            #expect(ran.end == .exited(4), "\(ran.errors)")
            #expect(ran.errors.contains("are one chain, and \(DevelopmentAccount.address) sends on both"))
            // Whichever asked first.
            #expect(try await bench.sent() == 1)
            await bench.chain.stop()
        }

        @Test func aNetworkOfAnothersChainKeepsItsOwnBudget() async throws {
            let bench = try await BoxBench()
            try bench.manifest(more: ["tight": ", budget: { transaction: 1 wei }"])
            #expect(try await bench.run("--network", "chain").end == .exited(0))
            #expect(try await bench.sent() == 1)
            let alone = try await bench.run("--network", "tight")
            #expect(alone.end == .exited(4), "\(alone.errors)")
            #expect(alone.errors.contains("budget"), "\(alone.errors)")
            #expect(try await bench.sent() == 1)
            await bench.chain.stop()
        }
    }
}
