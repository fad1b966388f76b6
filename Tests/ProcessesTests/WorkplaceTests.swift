import Foundation
import Glibc
import Model
import Processes
import Testing

@Suite struct WorkplaceTests {
    let bench = Bench()

    @Test func writesInputsAndReadsOutputsInAPrivateDirectory() async throws {
        var invocation = bench.shell(
            "stat -c %a . && cat a/b/in.txt && mkdir out && cp a/b/in.txt out/copy",
            outputs: ["out/copy", "out/absent"]
        )
        invocation.inputs = ["a/b/in.txt": Data("hello\n".utf8), "other": Data([0, 255])]
        let result = try await bench.executor.run(invocation)
        #expect(result.standardOutput == Data("700\nhello\n".utf8))
        #expect(result.outputs == ["out/copy": Data("hello\n".utf8)])
        #expect(bench.scratch.isEmpty)
    }

    @Test(arguments: ["../x", "/etc/x", "a/../../x", "", ".", "a//b", "a/", "a\0b"])
    func refusesPathsThatLeaveTheDirectory(_ path: String) async {
        var writing = bench.shell("exit 0")
        writing.inputs = [path: Data()]
        let refusal = ToolError.scratchFailed(reason: "'\(path)' is not a path inside the working directory")
        await #expect(throws: refusal) { try await bench.executor.run(writing) }
        await #expect(throws: refusal) {
            try await bench.executor.run(bench.shell("exit 0", outputs: [path]))
        }
    }

    @Test func leavesNothingBehindWhereAnInputCannotBeWritten() async {
        var invocation = bench.shell("exit 0")
        invocation.inputs = ["a": Data(), "a/b": Data()]
        await #expect(throws: ToolError.self) { try await bench.executor.run(invocation) }
        #expect(bench.scratch.isEmpty)
    }

    @Test func removesWhatTheProgramMadeReadOnlyAndFollowsNoLink() async throws {
        let kept = NSTemporaryDirectory() + "hyperkit-kept-\(bench.marker)"
        try FileManager.default.createDirectory(atPath: kept, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: kept) }
        try Data().write(to: URL(filePath: kept + "/file"))
        _ = try await bench.executor.run(
            bench.shell("mkdir -p d/e && touch d/e/f && chmod -R a-w d && ln -s \(kept) link")
        )
        #expect(bench.scratch.isEmpty)
        #expect(FileManager.default.fileExists(atPath: kept + "/file"))
    }

    @Test func runsInTheNamedDirectoryAndLeavesIt() async throws {
        let place = bench.base + "-place"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: place) }
        var invocation = bench.shell("pwd -P > where", outputs: ["where"])
        invocation.workingDirectory = place
        let result = try await bench.executor.run(invocation)
        #expect(
            result.outputs["where"] == Data((URL(filePath: place).resolvingSymlinksInPath().path + "\n").utf8)
        )
        #expect(FileManager.default.fileExists(atPath: place + "/where"))
        invocation.inputs = ["x": Data()]
        await #expect(throws: ToolError.self) { try await bench.executor.run(invocation) }
        #expect(!FileManager.default.fileExists(atPath: place + "/x"))
    }

    @Test func refusesOutputsThatAreTooLargeOrNoFiles() async {
        let limits = ToolInvocation.Limits(deadline: .seconds(60), outputBytes: 10)
        await #expect(throws: ToolError.tooMuchOutput(limit: 10)) {
            try await bench.executor.run(
                bench.shell("printf 12345678901 > o", outputs: ["o"], limits: limits))
        }
        await #expect(throws: ToolError.scratchFailed(reason: "the output 'o' is not a file")) {
            try await bench.executor.run(bench.shell("mkfifo o", outputs: ["o"]))
        }
    }

    @Test func whatNobodyUsesAnyMoreIsSweptAndNothingElse() async throws {
        let running = try await bench.executor.startService(
            bench.shell("touch mine && pwd && cat"))
        let used = try #require(await running.firstLine(.seconds(60)))
        let files = FileManager.default
        for name in ["4711-1z141z3", "4711-abc"] {
            try files.createDirectory(atPath: "\(bench.base)/\(name)/d", withIntermediateDirectories: true)
            try Data().write(to: URL(filePath: "\(bench.base)/\(name)/d/f"))
        }
        #expect(unsafe chmod("\(bench.base)/4711-abc/d", 0o500) == 0)
        let others = ["notes", "4711", "4711-ABC!", "-7", "a-b-c"]
        for name in others {
            try files.createDirectory(atPath: "\(bench.base)/\(name)", withIntermediateDirectories: true)
        }
        LocalExecutor.clearLeftovers(in: bench.base)
        #expect(Set(bench.scratch) == Set(others + [URL(filePath: used).lastPathComponent]))
        #expect(files.fileExists(atPath: used + "/mine"))
        await running.stop()
        #expect(Set(bench.scratch) == Set(others))
    }

    @Test func whoSweepsTakesNothingFromWhoStarts() async throws {
        let sweeper = Task.detached { [base = bench.base] in
            while !Task.isCancelled { LocalExecutor.clearLeftovers(in: base) }
        }
        for _ in 0..<30 {
            let result = try await bench.executor.run(bench.shell("touch a && test -e a"))
            #expect(result.status == .exited(0))
        }
        sweeper.cancel()
        await sweeper.value
        #expect(bench.scratch.isEmpty)
    }
}
