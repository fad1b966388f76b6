import Ethereum
import EthereumTypes
import Foundation
import Testing

extension Pipelines {
    /// An account that cannot pay: what is named as missing suffices for all that is left, not for one transaction alone.
    @Suite struct Shortfalls {
        /// Nobody's on a new chain.
        private static let key = "0x" + String(repeating: "07", count: 32)
        private let poor: String

        init() throws { poor = try PrivateKey(hex: Self.key).address.description }

        /// The amount of `send it 0.004 ether or more`.
        private func missing(_ text: String) throws -> Wei {
            let words = try #require(text.components(separatedBy: "send it ").dropFirst().first, "\(text)")
            let amount = try #require(words.components(separatedBy: " or more").first)
            return try Wei(amount)
        }

        /// The line of a run's end.
        private func warning(_ ran: Sandbox.Ran) throws -> String {
            let lines = ran.errors.split(separator: "\n").filter {
                $0.contains("warning: for all that is left: ")
            }
            #expect(lines.count == 1, "\(ran.errors)")
            return String(try #require(lines.first))
        }

        @Test func whoeverIsSentWhatIsMissingCanPayForAll() async throws {
            let bench = try await BoxBench()
            let crate =
                "redeploy: changed\n  crate:\n    contract: Box\n    networks: [chain]\n    arguments: [\"2\"]"
            try bench.manifest(deployment: crate)
            let wallet = try Wallet(bench.chain)
            try await wallet.pay(poor, Wei(1_000_000_000_000))
            let planned = try await bench.plan(key: Self.key)
            #expect(planned.end == .exited(4), "\(planned.errors)")
            let reason = try bench.planned().first("id", "crate@chain")["reason"].string ?? ""
            let has = "signer 'dev' (\(poor)) has 0.000001 ether on 'chain', and the plan needs up to 0.0"
            #expect(reason.hasPrefix(has), "\(reason)")
            let short = try await bench.run("--network", "chain", key: Self.key)
            #expect(short.end == .exited(4), "\(short.errors)")
            let said = try warning(short)
            #expect(said.contains(has), "\(said)")
            #expect(try missing(said) == missing(reason), "a plan names the same")
            #expect(try await bench.chain.transactionCount(poor) == 0)
            try await wallet.pay(poor, try missing(said))
            let ran = try await bench.run("--network", "chain", key: Self.key)
            #expect(ran.end == .exited(0), "\(ran.errors)")
            #expect(!ran.errors.contains("for all that is left"))
            #expect(try await bench.chain.transactionCount(poor) == 2)
            await bench.chain.stop()
        }

        /// What was paid for stays, and what is named is for the rest.
        @Test func whatIsLeftBehindOneThatWasPaidForIsNamed() async throws {
            let bench = try await BoxBench()
            let source = try bench.sandbox.text("contracts/Box.sol").replacing(
                "external {", with: "external payable {")
            try bench.sandbox.write(Data(source.utf8), to: "contracts/Box.sol")
            let call = #"{ function: "set(uint256)", arguments: ["7"], value: 1 ether }"#
            try bench.manifest(deployment: "calls: { first: \(call), second: \(call) }")
            let wallet = try Wallet(bench.chain)
            try await wallet.pay(poor, Wei(1_500_000_000_000_000_000))
            let short = try await bench.run("--network", "chain", key: Self.key)
            #expect(short.end == .exited(4), "\(short.errors)")
            #expect(try await bench.chain.transactionCount(poor) == 2)
            try await wallet.pay(poor, try missing(try warning(short)))
            let ran = try await bench.run("--network", "chain", key: Self.key)
            #expect(ran.end == .exited(0), "\(ran.errors)")
            #expect(try await bench.chain.transactionCount(poor) == 3)
            await bench.chain.stop()
        }
    }
}
