import Foundation
import Model
import Processes
import Testing

@Suite struct LocalExecutorTests {
    let bench = Bench()

    @Test func givesStatusAndBothStreams() async throws {
        let result = try await bench.executor.run(bench.shell("printf out; printf err >&2; exit 7"))
        #expect(result.status == .exited(7))
        #expect(result.standardOutput == Data("out".utf8))
        #expect(result.standardError == Data("err".utf8))
        #expect(bench.scratch.isEmpty)
    }

    @Test func tellsAnEndBySignalFromAnExit() async throws {
        let result = try await bench.executor.run(bench.shell("kill -9 $$"))
        #expect(result.status == .signalled(9))
    }

    @Test func keepsBytesThatAreNotText() async throws {
        let bytes = Data((0...255).map { UInt8($0) })
        let result = try await bench.executor.run(bench.shell("cat", input: bytes))
        #expect(result.standardOutput == bytes)
    }

    @Test func feedsAndCollectsTenMegabytesAtOnce() async throws {
        let bytes = Data((0..<10_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
        let result = try await bench.executor.run(bench.shell("tee /dev/stderr", input: bytes))
        #expect(result.standardOutput == bytes)
        #expect(result.standardError == bytes)
    }

    @Test func survivesAProgramThatDoesNotReadItsInput() async throws {
        let result = try await bench.executor.run(bench.shell("exit 3", input: Data(count: 10_000_000)))
        #expect(result.status == .exited(3))
    }

    @Test func waitsForAProgramThatClosedItsStreams() async throws {
        let result = try await bench.executor.run(bench.shell("exec >&- 2>&-; sleep 0.2; exit 5"))
        #expect(result.status == .exited(5))
    }

    @Test func givesExactlyTheEnvironment() async throws {
        let full = ToolInvocation(program: "/usr/bin/env", environment: ["A": "1", "B": "x=ü\ny"])
        #expect(try await bench.executor.run(full).standardOutput == Data("A=1\nB=x=ü\ny\n".utf8))
        let empty = ToolInvocation(program: "/usr/bin/env")
        #expect(try await bench.executor.run(empty).standardOutput.isEmpty)
    }

    @Test func leavesNoSignalIgnored() async throws {
        let result = try await bench.executor.run(
            bench.shell("awk '/SigIgn/ { print $2 }' /proc/self/status"))
        let mask = String(decoding: result.standardOutput, as: UTF8.self).trimmingCharacters(in: .newlines)
        // The C library keeps signals 32 and 33 to itself.
        #expect(try #require(UInt64(mask, radix: 16)) & 0x7fff_ffff == 0)
    }

    @Test func reportsTheExitOfTheLeaderAndKillsWhatItLeft() async throws {
        let script = "(trap '' TERM; exec sleep $M) & echo left"
        let result = try await bench.executor.run(bench.shell(script))
        #expect(result.standardOutput == Data("left\n".utf8))
        #expect(await bench.settles { $0.marked.isEmpty })
    }

    @Test(.timeLimit(.minutes(5))) func runsTwoHundredAtOnceAndReapsThemAll() async throws {
        let words = await withTaskGroup(of: (Int, String).self) { group in
            for number in 0..<200 {
                group.addTask { [bench] in
                    let invocation = bench.shell("cat; echo $$", input: Data("\(number) ".utf8))
                    let result = try? await bench.executor.run(invocation)
                    return (number, String(decoding: result?.standardOutput ?? Data(), as: UTF8.self))
                }
            }
            return await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
        }
        for number in 0..<200 {
            let said = (words[number] ?? "").split(whereSeparator: \.isWhitespace).map(String.init)
            try #require(said.count == 2, "\(number)")
            #expect(said[0] == "\(number)")
            #expect(!exists(said[1]))
        }
        #expect(bench.scratch.isEmpty)
    }
}
