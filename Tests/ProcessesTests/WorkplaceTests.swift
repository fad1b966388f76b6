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

@Suite struct StartTests {
    let bench = Bench()

    func reason(_ change: (inout ToolInvocation) -> Void) async -> ToolError? {
        var invocation = bench.shell("exit 0")
        change(&invocation)
        let asked = invocation
        return await #expect(throws: ToolError.self) { try await bench.executor.run(asked) }
    }

    @Test func namesAProgramThatIsNotThere() async {
        let path = "/nowhere/tool"
        #expect(await reason { $0.program = path } == .notFound(program: path))
        #expect(bench.scratch.isEmpty)
    }

    @Test func saysWhyAProgramCannotBeRun() async throws {
        let plain = NSTemporaryDirectory() + "hyperkit-plain-\(bench.marker)"
        try Data("#!/bin/sh\n".utf8).write(to: URL(filePath: plain))
        defer { try? FileManager.default.removeItem(atPath: plain) }
        #expect(
            await reason { $0.program = plain }
                == .couldNotStart(program: plain, reason: "it is not executable")
        )
        #expect(
            await reason { $0.program = "/usr" }
                == .couldNotStart(program: "/usr", reason: "it is a directory")
        )
        #expect(
            await reason { $0.program = "sh" }
                == .couldNotStart(program: "sh", reason: "its path is not absolute")
        )
    }

    @Test func namesAWorkingDirectoryThatIsNotThere() async {
        #expect(
            await reason { $0.workingDirectory = "/nowhere" }
                == .couldNotStart(
                    program: "/bin/sh",
                    reason: "the working directory /nowhere: No such file or directory"
                )
        )
    }

    @Test func refusesWhatWouldBeCutShort() async {
        #expect(
            await reason { $0.arguments = ["a\0b"] }
                == .couldNotStart(program: "/bin/sh", reason: "an argument holds a NUL byte")
        )
        #expect(
            await reason { $0.environment = ["A=B": "c"] }
                == .couldNotStart(
                    program: "/bin/sh",
                    reason: "'A=B' cannot be the name of an environment variable"
                )
        )
    }
}
