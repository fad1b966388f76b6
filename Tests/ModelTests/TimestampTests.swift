import Foundation
import Model
import Testing

@Suite struct TimestampTests {
    @Test func isWrittenAsTheFormatterOfFoundationWritesIt() {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        var times: [Int64] = [0, 999, 86_399_999, 951_782_400_000, 4_107_542_399_999, 253_402_300_799_999]
        // Steps of a prime number of milliseconds: every day of the year, every hour, leap years of all kinds.
        times += (0..<2_000).map { 5_000_000_029 * $0 + 7 }
        for time in times {
            let date = Date(timeIntervalSince1970: Double(time) / 1_000)
            // The nearest double may be a little less than the moment, and the formatter rounds down.
            let expected = date.addingTimeInterval(0.000_1).formatted(style)
            #expect(Timestamp(milliseconds: time).rfc3339 == expected)
        }
        #expect(Timestamp(milliseconds: -1_000).rfc3339 == "1969-12-31T23:59:59.000Z")
    }
}
