import Foundation
import Model
import Synchronization
import Testing

@testable import Steps

@Suite(.timeLimit(.minutes(10))) struct WorkerPoolTests {
    private static let invocation = ToolInvocation(program: "/fake/worker")

    private static func pool(_ fake: FakeWorkers, lifetime: Int = 100) -> WorkerPool {
        WorkerPool(lifetime: lifetime) { () throws(ToolError) in try fake.start(invocation) }
    }

    private static func ask(_ pool: WorkerPool, _ line: String) async throws(ToolError) -> String {
        String(decoding: try await pool.request(Data(line.utf8), deadline: .seconds(1)), as: UTF8.self)
    }

    /// Echoes; a line that says so is an end.
    private static func echo(_ line: Data, _ deadline: Duration) throws(ToolError) -> Data {
        if line == Data("crash".utf8) { throw .ended(.exited(3), lastWords: "careless") }
        if line == Data("late".utf8) { throw .timedOut(after: deadline) }
        return line
    }

    @Test func startsNothingBeforeItIsAskedAndUsesWhatItStarted() async throws {
        let fake = FakeWorkers { line, deadline throws(ToolError) in try Self.echo(line, deadline) }
        let pool = Self.pool(fake)
        #expect(fake.started.isEmpty)
        for line in ["a", "b", "c"] { #expect(try await Self.ask(pool, line) == line) }
        #expect(fake.asked.map(\.worker) == [0, 0, 0])
        await pool.close()
        #expect(fake.stopped == [0])
    }

    @Test func neverHasMoreWorkersThanRequestsAtOnce() async throws {
        // Each of a pair is answered when the other has come, so that two are always under way at once.
        let meeting = Meeting()
        let fake = FakeWorkers { line, _ throws(ToolError) in
            await meeting.meet()
            return line
        }
        let pool = Self.pool(fake)
        for round in 0..<5 {
            async let one = Self.ask(pool, "\(round) one")
            async let two = Self.ask(pool, "\(round) two")
            #expect(try await one == "\(round) one")
            #expect(try await two == "\(round) two")
        }
        #expect(fake.started.count == 2)
        #expect(fake.asked.count == 10)
        await pool.close()
        #expect(fake.stopped == [0, 1])
    }

    @Test func replacesAWorkerThatHasServedItsTime() async throws {
        let fake = FakeWorkers { line, _ throws(ToolError) in line }
        let pool = Self.pool(fake, lifetime: 2)
        for line in ["a", "b", "c", "d", "e"] { #expect(try await Self.ask(pool, line) == line) }
        #expect(fake.asked.map(\.worker) == [0, 0, 1, 1, 2])
        #expect(fake.stopped == [0, 1])
        await pool.close()
        #expect(fake.stopped == [0, 1, 2])
    }

    @Test(arguments: [
        ("crash", ToolError.ended(.exited(3), lastWords: "careless")),
        ("late", .timedOut(after: .seconds(1))),
    ])
    func aFaultIsThatOfItsOwnRequest(_ line: String, _ error: ToolError) async throws {
        let fake = FakeWorkers { line, deadline throws(ToolError) in try Self.echo(line, deadline) }
        let pool = Self.pool(fake)
        #expect(try await Self.ask(pool, "before") == "before")
        await #expect(throws: error) { try await Self.ask(pool, line) }
        #expect(fake.stopped == [0])
        #expect(try await Self.ask(pool, "after") == "after")
        #expect(fake.asked.map(\.worker) == [0, 0, 1])
        await pool.close()
    }

    @Test func asksNoneThatEndedMeanwhile() async throws {
        let fake = FakeWorkers { line, _ throws(ToolError) in line }
        let pool = Self.pool(fake)
        #expect(try await Self.ask(pool, "before") == "before")
        fake.kill(0)
        #expect(try await Self.ask(pool, "after") == "after")
        #expect(fake.asked.map(\.worker) == [0, 1])
        #expect(fake.stopped == [0])
        await pool.close()
    }

    @Test func closedItStopsWhatIsLentWhenItComesBackAndStartsNothing() async throws {
        let meeting = Meeting()
        let fake = FakeWorkers { line, _ throws(ToolError) in
            await meeting.meet()
            return line
        }
        let pool = Self.pool(fake)
        async let lent = Self.ask(pool, "lent")
        while fake.asked.isEmpty { await Task.yield() }
        await pool.close()
        #expect(fake.stopped.isEmpty)
        await meeting.meet()
        #expect(try await lent == "lent")
        #expect(fake.stopped == [0])
        await #expect(throws: ToolError.cancelled) { try await Self.ask(pool, "late") }
        #expect(fake.started.count == 1)
    }
}

/// Lets those who come go on in pairs.
private actor Meeting {
    private var waiting: CheckedContinuation<Void, Never>?

    func meet() async {
        if let waiting {
            self.waiting = nil
            waiting.resume()
        } else {
            await withCheckedContinuation { waiting = $0 }
        }
    }
}
