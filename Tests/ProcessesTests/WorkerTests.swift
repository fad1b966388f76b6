import Foundation
import Glibc
import Model
import Processes
import Testing

@Suite(.timeLimit(.minutes(3))) struct WorkerTests {
    let bench = Bench()

    /// A worker that echoes what it is asked behind its number, and does something else where the line says so.
    private func fakeWorker(outputBytes: Int = 1 << 20) -> ToolInvocation {
        bench.shell(
            """
            sleep $M &
            while read line; do case $line in
                crash) echo careless >&2; exit 3;;
                die) kill -9 $$;;
                hang) trap '' TERM; (trap '' TERM; exec sleep $M) & sleep $M;;
                flood) head -c 2000000 /dev/zero;;
                chatter) echo $$ $line; echo more;;
                *) echo "$$ $line";;
            esac; done
            """,
            limits: .init(outputBytes: outputBytes)
        )
    }

    private func ask(_ worker: ToolWorker, _ line: String, within deadline: Duration = .seconds(60))
        async throws(ToolError) -> [String]
    {
        let answer = try await worker.request(Data(line.utf8), deadline)
        return String(decoding: answer, as: UTF8.self).components(separatedBy: " ")
    }

    @Test func answersLineAfterLineUntilItIsStopped() async throws {
        let worker = try await bench.executor.startWorker(fakeWorker())
        let first = try await ask(worker, "one two")
        #expect(first.dropFirst() == ["one", "two"])
        #expect(try await ask(worker, "") == [first[0], ""])
        let long = String(repeating: "x", count: 900_000)
        #expect(try await ask(worker, long) == [first[0], long])
        #expect(worker.isRunning())
        #expect(bench.scratch.count == 1)
        await worker.stop()
        #expect(!worker.isRunning())
        #expect(!exists(first[0]))
        #expect(bench.marked.isEmpty)
        #expect(bench.scratch.isEmpty)
        await worker.stop()
    }

    @Test func isInASessionOfItsOwn() async throws {
        let worker = try await bench.executor.startWorker(
            bench.shell("while read line; do echo $$ $(cut -d ' ' -f 6 /proc/$$/stat); done"))
        let said = try await ask(worker, "tell")
        #expect(said.count == 2)
        #expect(said.first == said.last)
        await worker.stop()
    }

    @Test func diesWithThisProcess() async throws {
        let worker = try await bench.executor.startWorker(
            bench.shell("read line; exec setpriv --dump >&2"))
        await #expect(throws: ToolError.ended(.exited(0), lastWords: "Parent death signal: KILL")) {
            try await ask(worker, "tell")
        }
    }

    @Test(arguments: [
        ("crash", ToolResult.Status.exited(3), "careless"), ("die", .signalled(9), ""),
    ])
    func saysHowItEndedInARequest(_ line: String, _ status: ToolResult.Status, _ words: String) async throws {
        let worker = try await bench.executor.startWorker(fakeWorker())
        let failure = ToolError.ended(status, lastWords: words)
        await #expect(throws: failure) { try await ask(worker, line) }
        #expect(!worker.isRunning())
        #expect(bench.marked.isEmpty)
        #expect(bench.scratch.isEmpty)
        await #expect(throws: failure) { try await ask(worker, "more") }
    }

    @Test func aDeadlineKillsTheWholeGroup() async throws {
        let worker = try await bench.executor.startWorker(fakeWorker())
        let deadline = Duration.milliseconds(300)
        await #expect(throws: ToolError.timedOut(after: deadline)) {
            try await ask(worker, "hang", within: deadline)
        }
        #expect(!worker.isRunning())
        #expect(await bench.settles { $0.marked.isEmpty })
        #expect(bench.scratch.isEmpty)
    }

    @Test func cancellationKillsTheWholeGroup() async throws {
        let worker = try await bench.executor.startWorker(fakeWorker())
        let request = Task { await #expect(throws: ToolError.cancelled) { try await ask(worker, "hang") } }
        #expect(await bench.settles { $0.marked.count == 3 })
        request.cancel()
        _ = await request.value
        #expect(!worker.isRunning())
        #expect(await bench.settles { $0.marked.isEmpty })
        #expect(bench.scratch.isEmpty)
    }

    @Test func anAnswerThatIsTooLongEndsIt() async throws {
        let worker = try await bench.executor.startWorker(fakeWorker(outputBytes: 1_000_000))
        await #expect(throws: ToolError.tooMuchOutput(limit: 1_000_000)) { try await ask(worker, "flood") }
        #expect(!worker.isRunning())
        #expect(await bench.settles { $0.marked.isEmpty })
    }

    /// What nobody asked for could be taken for the answer to the next request.
    @Test func wordsThatNobodyAskedForEndIt() async throws {
        let worker = try await bench.executor.startWorker(fakeWorker())
        #expect(try await ask(worker, "chatter").last == "chatter")
        #expect(await eventually { !worker.isRunning() })
        #expect(await bench.settles { $0.marked.isEmpty })
        await worker.stop()
    }

    @Test func isSeenToBeGoneWhenItWasKilledBetweenRequests() async throws {
        let worker = try await bench.executor.startWorker(fakeWorker())
        let number = try #require(try await ask(worker, "hello").first.flatMap { Int32($0) })
        #expect(kill(number, SIGKILL) == 0)
        #expect(await eventually { !exists("\(number)") })
        #expect(!worker.isRunning())
        await worker.stop()
        #expect(bench.marked.isEmpty)
        #expect(bench.scratch.isEmpty)
    }

    @Test func isToldFromOneThatCouldNotStart() async {
        var invocation = fakeWorker()
        invocation.program = "/nowhere/tool"
        let absent = invocation
        await #expect(throws: ToolError.notFound(program: "/nowhere/tool")) {
            _ = try await bench.executor.startWorker(absent)
        }
        #expect(bench.scratch.isEmpty)
    }
}
