import Foundation
import Model
import Processes
import Testing

@Suite(.timeLimit(.minutes(3))) struct ServiceTests {
    let bench = Bench()

    @Test func saysItsFirstLineAndRunsUntilItIsStopped() async throws {
        let service = try await bench.executor.startService(
            bench.shell("echo $$; echo more; echo grumble >&2; sleep $M & exec sleep $M")
        )
        let process = try #require(await service.firstLine(.seconds(60)))
        #expect(exists(process))
        #expect(await eventually { service.lastWords() == "grumble" })
        #expect(bench.scratch.count == 1)
        await service.stop()
        #expect(!exists(process))
        #expect(await bench.settles { $0.marked.isEmpty })
        #expect(bench.scratch.isEmpty)
        await service.stop()
    }

    @Test func killsWhatDoesNotStop() async throws {
        let service = try await bench.executor.startService(
            bench.shell("trap '' TERM; sleep $M & echo up; while :; do sleep $M; done")
        )
        #expect(await service.firstLine(.seconds(60)) == "up")
        await service.stop()
        #expect(await bench.settles { $0.marked.isEmpty })
    }

    @Test func keepsReadingWhatItWrites() async throws {
        let service = try await bench.executor.startService(
            bench.shell(
                "echo up; head -c 1000000 /dev/zero; head -c 1000000 /dev/zero | tr '\\0' x >&2; echo end >&2; cat"
            )
        )
        #expect(await service.firstLine(.seconds(60)) == "up")
        #expect(await eventually { service.lastWords().hasSuffix("xend") })
        #expect(service.lastWords().utf8.count <= 64 << 10)
        await service.stop()
    }

    @Test func hasNoFirstLineWhereItEndsOrIsLate() async throws {
        let short = try await bench.executor.startService(bench.shell("printf half; echo why >&2"))
        #expect(await short.firstLine(.seconds(60)) == nil)
        await short.stop()
        #expect(short.lastWords() == "why")
        let late = try await bench.executor.startService(bench.shell("exec sleep $M"))
        #expect(await late.firstLine(.milliseconds(20)) == nil)
        await late.stop()
        #expect(bench.scratch.isEmpty)
    }

    @Test func isToldFromOneThatCouldNotStart() async {
        var invocation = bench.shell("exit 0")
        invocation.program = "/nowhere/tool"
        let absent = invocation
        await #expect(throws: ToolError.notFound(program: "/nowhere/tool")) {
            _ = try await bench.executor.startService(absent)
        }
        #expect(bench.scratch.isEmpty)
    }

    @Test func diesWithThisProcess() async throws {
        let service = try await bench.executor.startService(
            bench.shell("echo $$; setpriv --dump >&2; exec setpriv --dump >&2")
        )
        _ = await service.firstLine(.seconds(60))
        #expect(
            await eventually { service.lastWords().hasSuffix("Parent death signal: KILL") },
            "\(service.lastWords())")
        await service.stop()
    }

    @Test func endsWhenItsInputEndsAndNobodyElseHoldsIt() async throws {
        let service = try await bench.executor.startService(bench.shell("echo $$; exec cat"))
        let process = try #require(await service.firstLine(.seconds(60)))
        let other = try await bench.executor.startService(bench.shell("echo $$; exec sleep $M"))
        let bystander = try #require(await other.firstLine(.seconds(60)))
        let pipe = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/fd/0")
        #expect(pipe.hasPrefix("pipe:"))
        #expect(descriptors(of: "self").filter { $0 == pipe }.count == 1)
        #expect(descriptors(of: process).filter { $0 == pipe }.count == 1)
        #expect(!descriptors(of: bystander).contains(pipe))
        #expect(!descriptors(of: bystander).isEmpty)
        await service.stop()
        await other.stop()
    }

    private func descriptors(of process: String) -> [String] {
        let place = "/proc/\(process)/fd"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
        return names.compactMap {
            try? FileManager.default.destinationOfSymbolicLink(atPath: "\(place)/\($0)")
        }
    }
}
