import Foundation
import Support
import Testing

extension Pipelines {
    /// Runs that are killed at any moment, again and again: the next goes on, and ends as if nothing had been.
    ///
    /// `HYPERKIT_KILLS` says how many kills there are of each kind, `HYPERKIT_SEED` with which one begins.
    @Suite struct KillLoop {
        @Test(arguments: KillBench.Mischief.allCases)
        func everyRestartEndsAsARunThatWasNeverKilled(_ mischief: KillBench.Mischief) async throws {
            let bench = try await KillBench(mischief)
            let first = Asked.seed ?? 0
            let kills = Asked.kills ?? 8
            for seed in first..<first + kills { try await bench.round(seed) }
            try await bench.expectAllEnded()
            // At once, also where nobody sees it at a terminal.
            FileHandle.standardError.write(Data((bench.table + "\n").utf8))
            #expect(bench.counts.values.reduce(0, +) >= Int(kills))
            // Fewer need not come to all.
            if kills >= 100 { #expect(bench.missed == []) }
        }
    }
}
