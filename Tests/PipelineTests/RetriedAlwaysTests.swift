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
    }
}
