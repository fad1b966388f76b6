import Foundation
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
}
