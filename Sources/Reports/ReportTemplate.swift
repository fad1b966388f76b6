package import Foundation
package import Model

/// A text with holes for what differs between two runs that had nothing to do.
///
/// A run with nothing to do fills the holes in place of making its reports: they are the same bytes.
package struct ReportTemplate: Sendable {
    package enum Hole: String, Codable, CaseIterable, Sendable {
        case run, startedAt, finishedAt, durationMilliseconds
        /// The duration in words.
        case duration
    }

    package enum Piece: Sendable {
        case text(Data)
        case hole(Hole)
    }

    package let pieces: [Piece]

    package init(_ pieces: [Piece]) { self.pieces = pieces }

    /// The text of one run, in parts that share the template's bytes.
    package func filled(_ header: RunHeader, _ end: RunEnd) -> [Data] {
        pieces.map { piece in
            switch piece {
            case .text(let bytes): bytes
            case .hole(let hole): Data(hole.value(header, end).utf8)
            }
        }
    }
}

extension ReportTemplate.Hole {
    fileprivate func value(_ header: RunHeader, _ end: RunEnd) -> String {
        switch self {
        case .run: header.id
        case .startedAt: header.startedAt.rfc3339
        case .finishedAt: end.finishedAt.rfc3339
        case .durationMilliseconds: String(end.durationMilliseconds)
        case .duration: PlainWords.duration(milliseconds: end.durationMilliseconds)
        }
    }
}

/// The reports of all runs that follow a run and have nothing to do.
package struct RepeatedReports: Sendable {
    package let json: ReportTemplate
    package let markdown: ReportTemplate
    package let summary: ReportTemplate

    /// Renders the reports of the next run with values that stand nowhere else, and cuts them out; nil where the next run
    /// has something to do.
    ///
    /// - Parameters:
    ///   - record: A run that has ended.
    ///   - notCovered: As ``RunReading`` takes it.
    ///   - random: Any bits, other ones each time.
    package init?(_ record: RunRecord, notCovered: [String], random: UInt64) {
        guard var header = record.header, var end = record.end else { return nil }
        // Moments of 1971, and a duration of some thousand years.
        let moment = 31_536_000_000 + Int64(random % 15_000_000_000)
        header.id = "run-\(String(random, radix: 16))"
        header.startedAt = Timestamp(milliseconds: moment)
        end.finishedAt = Timestamp(milliseconds: moment + 15_000_000_123)
        end.durationMilliseconds = 100_000_000_000_000 + Int64(random % 99_999_999_999_999)
        guard let next = record.repeated(as: header, end),
            let reading = RunReading(next, notCovered: notCovered)
        else { return nil }
        let marks = ReportTemplate.Hole.allCases.map { (hole: $0, text: Data($0.value(header, end).utf8)) }
        json = ReportTemplate(cutting: Data(ReportV1.parts(reading).joined()), at: marks)
        markdown = ReportTemplate(cutting: Data(MarkdownReport(reading).text.utf8), at: marks)
        summary = ReportTemplate(cutting: Data(RunSummary(reading).text.utf8), at: marks)
    }
}

extension ReportTemplate {
    fileprivate init(cutting text: Data, at marks: [(hole: Hole, text: Data)]) {
        var found: [(range: Range<Int>, hole: Hole)] = []
        for mark in marks {
            var start = text.startIndex
            while let range = text.range(of: mark.text, in: start..<text.endIndex) {
                found.append((range, mark.hole))
                start = range.upperBound
            }
        }
        found.sort { $0.range.lowerBound < $1.range.lowerBound }
        var pieces: [Piece] = []
        var start = text.startIndex
        for (range, hole) in found {
            pieces.append(.text(text[start..<range.lowerBound]))
            pieces.append(.hole(hole))
            start = range.upperBound
        }
        pieces.append(.text(text[start...]))
        self.init(pieces)
    }
}
