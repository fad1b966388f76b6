import Foundation
import Model
import Processes
import Testing

@Suite(.timeLimit(.minutes(3))) struct LimitTests {
    let bench = Bench()

    @Test(arguments: [
        "sleep $M", "sleep $M & sleep $M", "trap '' TERM; sleep $M & sleep $M; sleep $M",
        "(trap '' TERM; exec sleep $M) & exec sleep $M",
        "yes | sleep $M",
    ])
    func aDeadlineEndsTheWholeGroup(_ script: String) async {
        let deadline = Duration.milliseconds(300)
        await #expect(throws: ToolError.timedOut(after: deadline)) {
            try await bench.executor.run(bench.shell(script, limits: .init(deadline: deadline)))
        }
        #expect(await bench.settles { $0.marked.isEmpty })
        #expect(bench.scratch.isEmpty)
    }

    @Test func aProgramHasTimeToCleanUpAfterTheDeadline() async throws {
        let file = NSTemporaryDirectory() + "hyperkit-tidied-\(bench.marker)"
        defer { try? FileManager.default.removeItem(atPath: file) }
        let script = "trap 'echo tidied > \(file); exit' TERM; sleep $M & wait"
        await #expect(throws: ToolError.self) {
            try await bench.executor.run(bench.shell(script, limits: .init(deadline: .milliseconds(300))))
        }
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "tidied\n")
    }

    @Test(arguments: [
        "yes; sleep $M", "yes >&2; sleep $M", "trap '' TERM; yes; sleep $M", "yes & yes & sleep $M",
    ])
    func aFloodEndsTheWholeGroup(_ script: String) async {
        await #expect(throws: ToolError.tooMuchOutput(limit: 100_000)) {
            try await bench.executor.run(
                bench.shell(script, limits: .init(deadline: .seconds(60), outputBytes: 100_000))
            )
        }
        #expect(await bench.settles { $0.marked.isEmpty })
        #expect(bench.scratch.isEmpty)
    }

    @Test func outputOfExactlyTheLimitIsKept() async throws {
        let limits = ToolInvocation.Limits(deadline: .seconds(60), outputBytes: 100_000)
        let fits = bench.shell("head -c 100000 /dev/zero", limits: limits)
        #expect(try await bench.executor.run(fits).standardOutput.count == 100_000)
        await #expect(throws: ToolError.tooMuchOutput(limit: 100_000)) {
            try await bench.executor.run(bench.shell("head -c 100001 /dev/zero", limits: limits))
        }
    }

    @Test(arguments: ["sleep $M", "trap '' TERM; sleep $M & sleep $M; sleep $M", "yes & exec sleep $M"])
    func cancellationEndsTheWholeGroup(_ script: String) async {
        let run = Task { [bench] in
            do throws(ToolError) {
                _ = try await bench.executor.run(bench.shell(script))
                return nil as ToolError?
            } catch {
                return error
            }
        }
        #expect(await bench.settles { !$0.marked.isEmpty })
        run.cancel()
        #expect(await run.value == .cancelled)
        #expect(await bench.settles { $0.marked.isEmpty })
        #expect(bench.scratch.isEmpty)
    }

    @Test func nothingStartsInACancelledTask() async {
        let file = NSTemporaryDirectory() + "hyperkit-never-\(bench.marker)"
        let run = Task { [bench] in
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return await #expect(throws: ToolError.cancelled) {
                try await bench.executor.run(bench.shell("touch \(file)"))
            }
        }
        _ = await run.value
        #expect(!FileManager.default.fileExists(atPath: file))
    }
}
