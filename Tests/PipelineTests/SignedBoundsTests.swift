import Foundation
import Glibc
import Testing

extension Pipelines {
    /// What a killed run signed and is still wanted counts in a plan: any block may take it, and who applies the plan pays it.
    @Suite struct SignedBounds {
        private static let ether: UInt128 = 1_000_000_000_000_000_000
        private static let environment = ["DEV_KEY": DevelopmentAccount.key]

        private func plan(_ bench: BoxBench) async throws -> (file: JSON, text: String) {
            let ran = try await bench.plan()
            #expect(ran.end == .exited(0), "\(ran.errors)")
            return (try bench.planned().first("id", "box@chain"), ran.errors)
        }

        private func apply(_ bench: BoxBench) async throws -> Sandbox.Ran {
            try await bench.sandbox.hyperkit(
                Sandbox.command("run", "m.yaml", ["--plan", "plan.json"]), environment: Self.environment)
        }

        /// A box that is paid when it is there, of which a run was killed as it handed over one of its transactions.
        private func killed(atSend send: Int, taken: Bool) async throws -> (BoxBench, SendKiller) {
            let bench = try await BoxBench()
            try bench.code(payable: true)
            let call = #"set: { function: "set(uint256)", arguments: ["7"], value: 0.6 ether }"#
            try bench.manifest(network: ", approval: plan", deployment: "calls: { \(call) }")
            let killer = try SendKiller(to: bench.chain)
            try bench.sandbox.replace(
                bench.chain.url, with: "http://127.0.0.1:\(killer.port)/", in: "m.yaml")
            _ = try await plan(bench)
            let child = try bench.sandbox.start(
                Sandbox.command("run", "m.yaml", ["--plan", "plan.json"]), environment: Self.environment)
            killer.aim(at: child.processID, send: send, taken: taken)
            _ = await child.remainingErrors()
            #expect(await child.end() == .killed(by: SIGKILL))
            #expect(try await bench.sent() == (taken ? send : send - 1))
            return (bench, killer)
        }

        @Test func aCallThatNoNodeHadIsBoundedAndCounted() async throws {
            let (bench, killer) = try await killed(atSend: 2, taken: false)
            let (file, text) = try await plan(bench)
            let call = file["calls"].first("name", "set")
            #expect(call["gasBound"] == "signed")
            #expect(call["maxGas"].integer != nil)
            let most = try #require(call["maxCostWei"].string.flatMap { UInt128($0) })
            #expect(most > Self.ether / 10 * 6 && most < Self.ether)
            #expect(text.contains("cost    chain ≤ 0.60"), "\(text)")

            // Whoever lowers the bound does not have it sent.
            let whole = try bench.sandbox.text("plan.json")
            try bench.sandbox.replace("\"\(most)\"", with: "\"\(Self.ether / 10 * 6)\"", in: "plan.json")
            let refused = try await apply(bench)
            #expect(
                refused.end == .exited(4) && refused.errors.contains("and the approved plan allows 0.6"),
                "\(refused.errors)")
            #expect(try await bench.sent() == 1)
            try bench.sandbox.write(Data(whole.utf8), to: "plan.json")

            let before = try await bench.balance()
            let applied = try await apply(bench)
            #expect(applied.end == .exited(0), "\(applied.errors)")
            #expect(try await bench.sent() == 2)
            let paid = before - (try await bench.balance())
            #expect(paid > Self.ether / 10 * 6 && paid <= most)
            killer.stop()
            await bench.chain.stop()
        }

        /// A run that wanted another call used its nonce up, and was killed: the first one is made anew.
        @Test func aCallWhoseNonceIsUsedUpIsBoundedAndCounted() async throws {
            let (bench, killer) = try await killed(atSend: 2, taken: false)
            try bench.sandbox.replace(#"arguments: ["7"]"#, with: #"arguments: ["8"]"#, in: "m.yaml")
            _ = try await plan(bench)
            let child = try bench.sandbox.start(
                Sandbox.command("run", "m.yaml", ["--plan", "plan.json"]), environment: Self.environment)
            killer.aim(at: child.processID, send: 1, taken: true)
            _ = await child.remainingErrors()
            #expect(await child.end() == .killed(by: SIGKILL))
            #expect(try await bench.sent() == 2)
            try bench.sandbox.replace(#"arguments: ["8"]"#, with: #"arguments: ["7"]"#, in: "m.yaml")
            let (file, text) = try await plan(bench)
            let most = file["calls"].first("name", "set")["maxCostWei"].string.flatMap { UInt128($0) }
            #expect(text.contains("cost    chain ≤ 0.60"), "\(text)")
            let before = try await bench.balance()
            let applied = try await apply(bench)
            #expect(applied.end == .exited(0), "\(applied.errors)")
            let paid = before - (try await bench.balance())
            #expect(try paid > Self.ether / 10 * 6 && paid <= #require(most))
            killer.stop()
            await bench.chain.stop()
        }

        @Test func aContractThatNoNodeHadIsBounded() async throws {
            let (bench, killer) = try await killed(atSend: 1, taken: false)
            let file = try await plan(bench).file
            #expect(file["gasBound"] == "signed" && file["maxCostWei"].string != nil)
            #expect(file["calls"].first("name", "set")["maxCostWei"].string != nil)
            let applied = try await apply(bench)
            #expect(applied.end == .exited(0), "\(applied.errors)")
            #expect(try await bench.sent() == 2)
            killer.stop()
            await bench.chain.stop()
        }

        /// The ledger does not know yet that a block has it.
        @Test func whatABlockHasCostsNothingMore() async throws {
            let (bench, killer) = try await killed(atSend: 2, taken: true)
            let (file, text) = try await plan(bench)
            let call = file["calls"].first("name", "set")
            #expect(call["name"] == "set" && call["maxCostWei"] == .null && call["maxGas"] == .null)
            #expect(!text.contains("cost    "), "\(text)")
            let before = try await bench.balance()
            let applied = try await apply(bench)
            #expect(applied.end == .exited(0), "\(applied.errors)")
            #expect(try await bench.balance() == before)
            killer.stop()
            await bench.chain.stop()
        }
    }
}
