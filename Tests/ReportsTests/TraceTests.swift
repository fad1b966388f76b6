import Foundation
import Model
import Support
import Testing

@testable import Reports

@Suite struct TraceTests {
    /// A trace event, as a program that draws it reads it.
    private struct Drawn: Decodable {
        struct Arguments: Decodable {
            var name: String?
            var status: String?
            var attempts: Int?
        }

        var name: String
        var ph: String
        var ts: Int64
        var dur: Int64?
        var pid: Int
        var tid: Int
        var s: String?
        var args: Arguments
    }

    @Test func aTraceIsAsRecorded() throws {
        try expectGolden(text(of: SampleRun.traced), "trace.json")
    }

    @Test func whateverMomentARunIsKilledAtItsTraceCanBeDrawn() throws {
        let events = SampleRun.traced
        for count in 2..<events.count {
            let left = try text(of: Array(events.prefix(count)))
            if !left.isEmpty { _ = try drawn(left + "]") }
        }
        #expect(try drawn(text(of: events)).count > 20)
    }

    @Test(arguments: 1...20)
    func stepsThatWorkAtOnceAreOnLanesOfTheirOwn(_ seed: UInt64) throws {
        let (events, spans, most) = Self.run(seed: seed)
        let all = try drawn(text(of: events))
        let steps = all.filter { $0.ph == "X" && $0.name != "p" }
        #expect(steps.count == spans.count)
        for step in steps {
            #expect(spans[step.name] == step.ts..<(step.ts + (step.dur ?? -1)))
        }
        for lane in Dictionary(grouping: steps, by: \.tid).values {
            #expect(Set(lane.map(\.pid)).count == 1)
            let ordered = lane.sorted { ($0.ts, $0.dur ?? 0) < ($1.ts, $1.dur ?? 0) }
            for (earlier, later) in zip(ordered, ordered.dropFirst()) {
                #expect(earlier.ts + (earlier.dur ?? 0) <= later.ts)
            }
        }
        #expect(Dictionary(grouping: steps, by: \.pid).mapValues { Set($0.map(\.tid)).count } == most)
        // Every lane and every pool has been named before it is used.
        let unnamed = all.enumerated().filter { place, entry in
            entry.ph != "M"
                && !["process_name", "thread_name"].allSatisfy { name in
                    all[..<place].contains {
                        $0.name == name && $0.pid == entry.pid
                            && (name == "process_name" || $0.tid == entry.tid)
                    }
                }
        }
        #expect(unnamed.map(\.element.name) == [])
    }

    @Test func aClockThatIsPutBackMovesNothingBack() throws {
        let step = StepID.check("unit")
        var header = SampleRun.header
        header.startedAt = Timestamp(milliseconds: 1_000)
        let events = [
            Self.event(.runStarted(header), at: 1_000),
            Self.event(.stepStarted(attempt: 1), at: 1_500, step),
            Self.event(SampleRun.end(.succeeded([]), ""), at: 900, step),
            Self.event(.stepStarted(attempt: 1), at: 1_400, step),
            Self.event(SampleRun.end(.succeeded([]), ""), at: 1_700, step),
        ]
        let steps = try drawn(text(of: events) + "]").filter { $0.ph == "X" }
        #expect(steps.map(\.ts) == [500_000, 500_000])
        #expect(steps.map(\.dur) == [0, 200_000])
    }

    // MARK: -

    private func text(of events: [Event]) throws -> String {
        var trace = TraceV1()
        var bytes = Data()
        for event in events { bytes += try trace.take(event) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func drawn(_ text: String) throws -> [Drawn] {
        try JSONDecoder().decode([Drawn].self, from: Data(text.utf8))
    }

    private static func event(_ kind: Event.Kind, at milliseconds: Int64, _ step: StepID? = nil) -> Event {
        Event(sequence: 1, time: Timestamp(milliseconds: milliseconds), step: step, kind: kind)
    }

    /// A run at random, when each performed step was at work in microseconds, and how many were at once by process.
    private static func run(
        seed: UInt64
    ) -> (events: [Event], spans: [String: Range<Int64>], most: [Int: Int]) {
        var random = SeededRandom(seed: seed)
        let steps = (0..<60).map { StepID.check("c\($0)") }
        let pools = steps.map { _ in ["cpu", "network:a"].randomElement(using: &random) ?? "cpu" }
        let planned = zip(steps, pools).map { PlannedStep(id: $0, needs: [], pool: $1) }
        var header = SampleRun.header
        header.project = "p"
        header.startedAt = Timestamp(milliseconds: 0)
        var events = [event(.runStarted(header), at: 0), event(.planned(planned), at: 0)]
        var spans: [String: Range<Int64>] = [:]
        var most: [String: Int] = [:]
        var order: [String] = []
        var waiting = Array(zip(steps, pools))
        var running: [(step: StepID, pool: String, since: Int64)] = []
        var now: Int64 = 0
        while !waiting.isEmpty || !running.isEmpty {
            now += Int64.random(in: 0...3, using: &random)
            if let next = waiting.last, Bool.random(using: &random) {
                waiting.removeLast()
                if !order.contains(next.1) { order.append(next.1) }
                if Int.random(in: 0..<4, using: &random) == 0 {
                    events.append(event(SampleRun.end(.reused([]), "nothing changed"), at: now, next.0))
                } else {
                    events.append(event(.stepStarted(attempt: 1), at: now, next.0))
                    running.append((next.0, next.1, now))
                    most[next.1] = max(most[next.1] ?? 0, running.count { $0.pool == next.1 })
                }
            } else if let place = running.indices.randomElement(using: &random) {
                let ended = running.remove(at: place)
                events.append(event(SampleRun.end(.succeeded([]), "new"), at: now, ended.step))
                spans[ended.step.rawValue] = ended.since * 1000..<now * 1000
            }
        }
        let end = RunEnd(
            status: .succeeded, exitCode: 0, finishedAt: Timestamp(milliseconds: now),
            durationMilliseconds: now)
        events.append(event(.runFinished(end), at: now))
        // Pools are numbered as they come up, the run's own at its end.
        let numbers = order.enumerated().compactMap { number, pool in most[pool].map { (number + 1, $0) } }
        return (events, spans, Dictionary(uniqueKeysWithValues: numbers))
    }
}
