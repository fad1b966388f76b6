package import Model

/// A cache, its check and its sweep as a person reads them.
package enum CacheText {
    /// What is there.
    package static func info(_ survey: CacheSurvey, directory: String) -> String {
        let holding = Dictionary(grouping: survey.entries, by: \.kind).mapValues(\.count)
        func count(_ kind: CacheSurvey.Entry.Kind) -> Int { holding[kind] ?? 0 }
        var rows = [
            ["state", directory],
            ["results", PlainWords.grouped(count(.result))],
            ["failures", "\(PlainWords.grouped(count(.failure))) remembered"],
        ]
        if count(.unsureResult) > 0 {
            rows.append(["unsure", "\(PlainWords.grouped(count(.unsureResult))) that do not stand in"])
        }
        if count(.record) > 0 {
            rows.append(["records", "\(PlainWords.grouped(count(.record))) of results that went"])
        }
        if let uses = survey.uses {
            rows.append(["last used", "\(uses.lowerBound.day) to \(uses.upperBound.day)"])
        }
        let blobs = survey.blobs.values.reduce(0, +)
        rows.append(["content", "\(PlainWords.count(survey.blobs.count, "blob")), \(ByteCount(blobs))"])
        if !survey.unneeded.isEmpty {
            let bytes = survey.unneeded.reduce(0) { $0 + (survey.blobs[$1] ?? 0) }
            rows.append([
                "unneeded", "\(PlainWords.count(survey.unneeded.count, "blob")), \(ByteCount(bytes))",
            ])
        }
        if !survey.unreadable.isEmpty {
            rows.append(["unreadable", "\(survey.unreadable.count): see hyperkit cache verify"])
        }
        rows.append(["in all", "\(ByteCount(survey.bytes))"])
        return PastRunText.text(TextTable(rows).lines)
    }

    /// What was found damaged, or that all is whole.
    package static func check(_ check: CacheCheck) -> String {
        var lines = check.damaged.map { "damaged     \($0)  removed" }
        lines += check.unreadable.map { "unreadable  \($0)  removed".plainForTerminal }
        lines += check.incomplete.map { "incomplete  result of \($0)  its step runs again" }
        let all =
            "\(PlainWords.count(check.blobs, "blob")) and \(check.entries == 1 ? "1 entry" : "\(PlainWords.grouped(check.entries)) entries")"
        lines.append(
            check.isWhole
                ? "whole: \(all)"
                : "damaged: \(PlainWords.grouped(check.damaged.count)) of \(all); what is missing is made again when it is needed"
        )
        return PastRunText.text(lines)
    }

    /// What went, or would go.
    package static func sweep(_ sweep: CacheSweep, isDryRun: Bool) -> String {
        let went = sweep.evicted + sweep.removed.filter { $0.recordSince == nil }
        let freed = ByteCount(max(0, sweep.bytesBefore - sweep.bytesAfter))
        let records = sweep.removed.count { $0.recordSince != nil }
        var results = PlainWords.count(went.count, "result")
        if let first = went.map(\.lastUse).min(), let last = went.map(\.lastUse).max() {
            results += " last used \(first.day)" + (first.day == last.day ? "" : " to \(last.day)")
        }
        var parts = [results, PlainWords.count(sweep.blobs.count, "blob")]
        if records > 0 { parts.append(PlainWords.count(records, "record")) }
        if !sweep.strays.isEmpty { parts.append(PlainWords.count(sweep.strays.count, "stray file")) }
        let verb = isDryRun ? "would remove" : "removed"
        return PastRunText.text([
            "\(verb) \(parts.joined(separator: ", ")): \(freed)",
            "\(isDryRun ? "would leave" : "left") \(ByteCount(sweep.bytesAfter))",
        ])
    }
}

extension CacheSurvey.Entry {
    /// What an entry holds, without since when.
    enum Kind { case result, unsureResult, failure, record }

    var kind: Kind {
        switch holding {
        case .result: .result
        case .unsureResult: .unsureResult
        case .failure: .failure
        case .record: .record
        }
    }
}
