import Foundation
import Model
import Testing

@testable import Reports

@Suite struct JSONEventsTests {
    @Test func eventsAreAsRecorded() throws {
        let lines = SampleRun.mixed.events().map { JSONEventsV1.line($0) }
        try expectGolden(String(decoding: lines.joined(), as: UTF8.self), "events.jsonl")
    }

    @Test func everyLineIsOneObjectWithTheSameEnvelope() throws {
        let known = Set(JSONEventsV1.EventType.allCases.map(\.rawValue))
        var seen: Set<String> = []
        let events = SampleRun.mixed.events()
        // Of a run that had something to do nobody says that it repeats another.
        let repeated = Event(
            sequence: events.count + 1,
            time: Timestamp(milliseconds: 0),
            step: nil,
            kind: .repeated(run: "2026-11-20T02-00-07Z-77ac", steps: 20_000)
        )
        // Nor does that one have a source that is shown.
        let verified = Event(
            sequence: events.count + 2,
            time: Timestamp(milliseconds: 0),
            step: .verify("token", on: "sepolia"),
            kind: .fact(.verification(VerificationReportTests.shown))
        )
        for (number, event) in (events + [repeated, verified]).enumerated() {
            let line = JSONEventsV1.line(event)
            #expect(line.filter { $0 == UInt8(ascii: "\n") }.count == 1)
            #expect(line.last == UInt8(ascii: "\n"))
            let json = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
            #expect(json["version"] as? Int == 1)
            #expect(json["sequence"] as? Int == number + 1)
            #expect((json["time"] as? String)?.hasSuffix("Z") == true)
            #expect(json["data"] is [String: Any])
            #expect(json["step"] as? String == event.step?.rawValue)
            seen.insert(try #require(json["type"] as? String))
        }
        #expect(seen == known)
    }
}
