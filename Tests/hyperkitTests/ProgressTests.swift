import Engine
import Model
import Testing

@testable import hyperkit

@Suite struct ProgressTests {
    private static let compile = StepID.deploy("token", on: "devnet")

    private static func event(_ kind: Event.Kind, at milliseconds: Int64, step: StepID? = nil) -> Event {
        Event(sequence: 1, time: Timestamp(milliseconds: milliseconds), step: step, kind: kind)
    }

    private static let header = RunHeader(
        id: "r", project: "p", startedAt: Timestamp(milliseconds: 0), hyperkitVersion: "0", manifests: [],
        actor: "a")

    /// Five steps: one reused, one failed, one running since 00:02.
    private static var frame: ProgressFrame {
        var frame = ProgressFrame()
        let ids = (1...5).map { StepID.deploy("s\($0)", on: "n") }
        frame.take(event(.runStarted(header), at: 0))
        frame.take(event(.planned(ids.map { PlannedStep(id: $0, needs: [], pool: "cpu") }), at: 0))
        for (id, outcome) in [(ids[0], Outcome.reused([])), (ids[1], .failed(StepFailure(code: "x", "no")))] {
            frame.take(event(.stepStarted(attempt: 1), at: 100, step: id))
            let end = StepEnd(
                outcome, attempts: 1, durationMilliseconds: 5, fingerprint: nil, reason: "nothing changed")
            frame.take(event(.stepFinished(end), at: 200, step: id))
        }
        frame.take(event(.stepStarted(attempt: 1), at: 2_000, step: compile))
        frame.take(event(.stepProgressed("waiting for \u{1b}[2J a receipt"), at: 2_100, step: compile))
        return frame
    }

    @Test func saysWhatIsDoneAndWhatRuns() {
        let lines = Self.frame.lines(
            at: Timestamp(milliseconds: 65_000), on: Terminal.Size(columns: 120, rows: 24))
        let head = "  ✓ 1 reused   ✓ 0 done   ● 1 running   ○ 2 waiting   ✗ 1 failed"
        #expect(
            lines == [
                head + String(repeating: " ", count: 80 - head.count - 5) + "01:05",
                "  ● deploy:token@devnet · waiting for \u{fffd}[2J a receipt                       01:03",
            ])
    }

    /// Forty steps of which thirty end in the third second, and how long the others took the last time.
    private static func busy() throws -> ProgressFrame {
        let ids = (1...40).map { StepID.deploy("s\($0)", on: "n") }
        let plan = try Plan(ordering: ids.map { Plan.Step(id: $0, work: 0) })
        let durations = StepDurations(
            Dictionary(uniqueKeysWithValues: ids.map { ($0, .milliseconds(1_500)) }))
        var frame = ProgressFrame(TimeLeft(plan, durations, RunRules(width: 2)))
        frame.take(event(.runStarted(header), at: 0))
        frame.take(event(.planned(ids.map { PlannedStep(id: $0, needs: [], pool: "cpu") }), at: 0))
        for id in ids.prefix(30) {
            let end = StepEnd(
                .succeeded([]), attempts: 1, durationMilliseconds: 5, fingerprint: nil, reason: "new")
            frame.take(event(.stepFinished(end), at: 2_100, step: id))
        }
        return frame
    }

    /// Ten steps of a second and a half by two at once are seven and a half seconds.
    @Test func saysHowFastItGoesAndHowLongItWill() throws {
        let frame = try Self.busy()
        let head = { (time: Int64, columns: Int) in
            frame.lines(at: Timestamp(milliseconds: time), on: Terminal.Size(columns: columns, rows: 24))[0]
        }
        // The clock ends where those of the steps do, or so that what is left still has room.
        let row = { (counts: String, times: String, edge: Int) in
            counts + String(repeating: " ", count: edge - counts.count - times.count) + times
        }
        let words = "  ✓ 0 reused   ✓ 30 done   ● 0 running   ○ 10 waiting"
        #expect(head(4_000, 120) == row(words, "7.5/s   00:04", 80) + "  ~00:08 left")
        // Where there is less room, first the rate gives way, then the words.
        #expect(head(4_000, 80) == row(words, "00:04", 66) + "  ~00:08 left")
        let signs = " ✓ 0 ✓ 30 ● 0 ○ 10"
        #expect(head(4_000, 60) == row(signs, "7.5/s   00:04", 46) + "  ~00:08 left")
        #expect(head(4_000, 42) == row(signs, "00:04", 28) + "  ~00:08 left")
        #expect(head(4_000, 30) == row(signs, "00:04", 29))
    }

    @Test(arguments: [
        (2_500, "12/s"), (4_000, "7.5/s"), (11_900, "3.0/s"), (12_000, nil), (90_000, nil), (-5, nil),
    ])
    func theRateIsThatOfTheLastTenSeconds(_ time: Int64, _ words: String?) {
        var rate = StepRate()
        rate.start(at: Timestamp(milliseconds: 0))
        for _ in 0..<30 { rate.end(at: Timestamp(milliseconds: 2_100)) }
        #expect(rate.words(at: Timestamp(milliseconds: time)) == words)
    }

    @Test func thereIsNoRateInTheFirstSecond() {
        var rate = StepRate()
        rate.start(at: Timestamp(milliseconds: 0))
        rate.end(at: Timestamp(milliseconds: 10))
        #expect(rate.words(at: Timestamp(milliseconds: 999)) == nil)
        #expect(rate.words(at: Timestamp(milliseconds: 1_000)) == "1.0/s")
    }

    @Test(arguments: [1, 12, 20, 30, 40, 79, 80, 81, 200])
    func noLineIsWiderThanTheTerminal(_ columns: Int) {
        let lines = Self.frame.lines(
            at: Timestamp(milliseconds: 1_000), on: Terminal.Size(columns: columns, rows: 24))
        #expect(lines.allSatisfy { $0.columns < columns })
    }

    @Test func aClockThatWasPutBackCountsAsStandingStill() {
        let lines = Self.frame.lines(
            at: Timestamp(milliseconds: -90_000), on: Terminal.Size(columns: 100, rows: 24))
        #expect(lines.allSatisfy { $0.hasSuffix("00:00") })
    }

    @Test func staysOnALowTerminal() {
        var frame = Self.frame
        for number in 0..<30 {
            frame.take(Self.event(.stepStarted(attempt: 1), at: 0, step: .deploy("x\(number)", on: "n")))
        }
        for rows in 1...40 {
            let lines = frame.lines(
                at: Timestamp(milliseconds: 0), on: Terminal.Size(columns: 80, rows: rows))
            #expect(lines.count <= max(2, rows - 2))
        }
    }

    @Test func cutsWideTextWhereItsColumnsEnd() {
        #expect("abc".fitting(3) == "abc")
        #expect("abcd".fitting(3) == "ab…")
        #expect("漢字漢字".fitting(6) == "漢字…")
        #expect("abc".fitting(0) == "")
    }
}
