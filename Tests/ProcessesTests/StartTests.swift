import Foundation
import Model
import Processes
import Testing

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
