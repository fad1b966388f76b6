import Foundation
import Testing

extension Pipelines {
    /// What a run says that it cost is what left its accounts.
    @Suite struct Costs {
        private static let ether: UInt128 = 1_000_000_000_000_000_000

        @Test func itIsFeesAndValueOnceEach() async throws {
            let bench = try await BoxBench()
            try bench.code(payable: true)
            let call = #"set: { function: "set(uint256)", arguments: ["7"], value: 0.6 ether }"#
            try bench.manifest(deployment: "calls: { \(call) }")
            let before = try await bench.balance()
            let ran = try await bench.run("--network", "chain")
            #expect(ran.end == .exited(0), "\(ran.errors)")
            let report = try bench.sandbox.report()
            let fees = (report["deployments"].array + report["calls"].array).compactMap {
                $0["feePaidWei"].string.flatMap { UInt128($0) }
            }.reduce(0, +)
            #expect(fees > 0)
            let sum = fees + Self.ether / 10 * 6
            #expect(report["networks"].first("name", "chain")["spentWei"].string == "\(sum)")
            #expect(try await bench.balance() == before - sum)
            let words = "ETH (0.6 ETH of value, 0."
            #expect(try bench.sandbox.text("reports/latest/report.md").contains(words))
            #expect(ran.errors.contains(words), "\(ran.errors)")
            let again = try await bench.run("--network", "chain")
            #expect(again.end == .exited(0), "\(again.errors)")
            #expect(try bench.sandbox.report()["networks"].first("name", "chain")["spentWei"] == "0")
            await bench.chain.stop()
        }
    }
}
