import Foundation
import Glibc
import Testing

extension Pipelines {
    /// Contracts whose addresses others were given, and which a reorganisation takes away while somebody else uses the key.
    @Suite struct Reorganisations {
        /// In the run that told of the addresses: it ends, and the next one makes all of it anew.
        @Test(arguments: 0...2) func nothingIsSentToWhereNoContractIs(_ foreign: Int) async throws {
            let bench = try await ReorganisationBench()
            let child = try await bench.interrupted(foreign: foreign)
            child.send(SIGCONT)
            #expect(try await bench.isDone(child) == (foreign == 0))
            if foreign > 0 { #expect(try await bench.isDone(try bench.start())) }
            try await bench.expectOneOfEach(foreign: foreign)
            await bench.stop()
        }

        /// After a kill: whoever was told of the addresses is gone, though what it signed is not.
        @Test(arguments: 0...2) func norByTheRunAfterAKill(_ foreign: Int) async throws {
            let bench = try await ReorganisationBench()
            let child = try await bench.interrupted(foreign: foreign)
            child.send(SIGKILL)
            _ = await child.remainingErrors()
            #expect(await child.end() == .killed(by: SIGKILL))
            if try await !bench.isDone(try bench.start()) {
                #expect(try await bench.isDone(try bench.start()))
            }
            try await bench.expectOneOfEach(foreign: foreign)
            await bench.stop()
        }

        /// The runs after it are killed too, each at its request of the same number, until one is let go.
        @Test(arguments: [4, 11, 17]) func norByRunsThatAreKilledAgain(_ position: Int) async throws {
            let bench = try await ReorganisationBench()
            let first = try await bench.interrupted(foreign: 1)
            first.send(SIGKILL)
            _ = await first.end()
            var kills = 0
            for _ in 0..<8 {
                let child = try bench.start()
                bench.killer.aim(at: child.processID, position: position, .after)
                _ = await child.remainingErrors()
                guard await child.end() == .killed(by: SIGKILL) else { break }
                kills += 1
            }
            #expect(kills > 0)
            if try await !bench.isDone(try bench.start()) {
                #expect(try await bench.isDone(try bench.start()))
            }
            try await bench.expectOneOfEach(foreign: 1)
            await bench.stop()
        }
    }
}
