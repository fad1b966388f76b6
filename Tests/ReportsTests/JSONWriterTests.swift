import Foundation
import Model
import Testing

@testable import Reports

/// What is written by hand has the bytes that `JSONEncoder` would give it.
@Suite struct JSONWriterTests {
    private func encoded(_ value: some Encodable, pretty: Bool) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
        return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    }

    private func written(_ value: some JSONWritable, pretty: Bool = false) -> String {
        String(decoding: JSONWriter.encode(value, pretty: pretty), as: UTF8.self)
    }

    @Test(arguments: [true, false])
    func textsAreEscapedAsTheEncoderEscapesThem(_ pretty: Bool) throws {
        let all = (0...0x2FF).compactMap(UnicodeScalar.init).map { "a\(Character($0))b" }
        for text in all + ["", "\u{2028}\u{2029}", "😀 e\u{301}", "\\\"/", "\u{FEFF}", "\r\n"] {
            #expect(try written([text], pretty: pretty) == encoded([text], pretty: pretty))
        }
    }

    @Test func numbersAreWrittenAsTheEncoderWritesThem() throws {
        for number: Int64 in [0, 1, 9, 10, -1, -10, 1_234_567_890, .min, .max] {
            #expect(try written([number]) == encoded([number], pretty: false))
        }
        for number: UInt64 in [0, .max, 1 << 63] {
            #expect(try written([number]) == encoded([number], pretty: false))
        }
    }

    @Test(arguments: [true, false])
    func emptyListsAndUnknownValuesAreWrittenAsTheEncoderWritesThem(_ pretty: Bool) throws {
        let none: [String] = []
        #expect(try written(none, pretty: pretty) == encoded(none, pretty: pretty))
        #expect(
            try written([none, ["a"], none], pretty: pretty) == encoded([none, ["a"], none], pretty: pretty))
        let unknown: [OrNull<Bool>] = [OrNull(nil), OrNull(true), OrNull(false)]
        #expect(try written(unknown, pretty: pretty) == encoded(unknown, pretty: pretty))
        let classification = ReportV1.Finding.Classification()
        #expect(try written(classification, pretty: pretty) == encoded(classification, pretty: pretty))
        #expect(try written([classification], pretty: pretty) == encoded([classification], pretty: pretty))
    }

    @Test func aReportIsWrittenAsTheEncoderWritesIt() throws {
        let record = RunRecord(folding: SampleRun.mixed.events())
        let reading = try #require(RunReading(record, notCovered: ["gas"]))
        let report = ReportV1(reading)
        let expected = try encoded(report, pretty: true)
        #expect(String(decoding: report.json(), as: UTF8.self) == expected)
        #expect(String(decoding: Data(ReportV1.parts(reading).joined()), as: UTF8.self) == expected)
    }

    @Test func whatIsWrittenInPartsIsWhole() throws {
        let texts = (0..<20_000).map { "text number \($0), long enough to make many parts" }
        let parts = JSONWriter.parts(pretty: true) { $0.array(texts) }
        #expect(parts.count > 2)
        #expect(String(decoding: Data(parts.joined()), as: UTF8.self) == (try encoded(texts, pretty: true)))
        #expect(written(texts, pretty: true) == String(decoding: Data(parts.joined()), as: UTF8.self))
    }
}
