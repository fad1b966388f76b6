import Foundation
import Model
import Support
import Testing

@Suite struct CacheSweepTests {
    private static let now = Timestamp(milliseconds: 200 * 86_400_000)

    private static func digest(_ text: String) -> Digest { Digest(of: Data(text.utf8)) }

    private static func entry(
        _ name: String,
        _ holding: CacheSurvey.Entry.Holding = .result,
        needs blobs: [String] = [],
        bytes: Int64 = 10,
        daysAgo: Int64
    ) -> CacheSurvey.Entry {
        CacheSurvey.Entry(
            fingerprint: digest(name), holding: holding,
            outputs: blobs.map { Output(name: $0, digest: digest($0), bytes: 0) }, bytes: bytes,
            lastUse: now - .seconds(daysAgo * 86_400))
    }

    private static func record(_ name: String, daysAgo: Int64) -> CacheSurvey.Entry {
        entry(name, .record(since: now - .seconds(daysAgo * 86_400)), daysAgo: daysAgo)
    }

    private static func names(_ entries: [CacheSurvey.Entry], of survey: CacheSurvey) -> [Int] {
        entries.map { entry in survey.entries.firstIndex { $0.fingerprint == entry.fingerprint } ?? -1 }
    }

    @Test func theLeastRecentlyUsedGoFirstWithWhatNothingElseNeeds() {
        let survey = CacheSurvey(
            entries: [
                Self.entry("new", needs: ["n", "shared"], daysAgo: 1),
                Self.entry("old", needs: ["o"], daysAgo: 3),
                Self.entry("middle", needs: ["m", "shared"], daysAgo: 2),
            ],
            blobs: [
                Self.digest("n"): 1_000, Self.digest("o"): 1_000, Self.digest("m"): 1_000,
                Self.digest("shared"): 500, Self.digest("orphan"): 7,
            ])
        let all = CacheSweep(survey, limits: .init(size: ByteCount(10_000)), at: Self.now)
        #expect(all.evicted == [] && all.blobs == [Self.digest("orphan")])
        #expect(all.bytesBefore == 3_537 && all.bytesAfter == 3_530)

        // Nine tenths are room for the new and the middle one with what they share.
        let two = CacheSweep(survey, limits: .init(size: ByteCount(2_850)), at: Self.now)
        #expect(Self.names(two.evicted, of: survey) == [1])
        #expect(Set(two.blobs) == [Self.digest("orphan"), Self.digest("o")])
        let one = CacheSweep(survey, limits: .init(size: ByteCount(2_700)), at: Self.now)
        #expect(Self.names(one.evicted, of: survey) == [1, 2])
        #expect(!one.blobs.contains(Self.digest("shared")))
        let none = CacheSweep(survey, limits: .init(size: ByteCount(0)), at: Self.now)
        #expect(none.evicted == [] && Self.names(none.removed, of: survey) == [1, 2, 0])
        #expect(none.bytesAfter == 0)
    }

    @Test func whatHasNotBeenUsedForLongerThanTheAgeGoes() {
        let survey = CacheSurvey(
            entries: [
                Self.entry("a", needs: ["a"], daysAgo: 30), Self.entry("b", needs: ["b"], daysAgo: 31),
                Self.entry("c", .failure, daysAgo: 32), Self.entry("d", .unsureResult, daysAgo: 40),
            ],
            blobs: [Self.digest("a"): 1, Self.digest("b"): 1])
        let sweep = CacheSweep(survey, limits: .init(age: .seconds(30 * 86_400)), at: Self.now)
        #expect(Self.names(sweep.evicted, of: survey) == [3, 2, 1])
        #expect(sweep.blobs == [Self.digest("b")])
    }

    @Test func aLaterUseThanTheFileSaysCounts() {
        let survey = CacheSurvey(
            entries: [
                Self.entry("a", daysAgo: 40), Self.entry("b", daysAgo: 40), Self.entry("c", daysAgo: 2),
            ],
            blobs: [:])
        let early = Self.now - .seconds(9 * 86_400)
        let used = survey.used(at: [Self.digest("a"): early, Self.digest("c"): early])
        let sweep = CacheSweep(used, limits: .init(age: .seconds(30 * 86_400)), at: Self.now)
        #expect(Self.names(sweep.evicted, of: survey) == [1])
        #expect(used.entries[2].lastUse == survey.entries[2].lastUse)
    }

    @Test func fieldsStayForNinetyDaysAndTemporaryFilesForOne() {
        let strays = [1, 2].map { day in
            CacheSurvey.Stray(path: "/\(day).tmp", bytes: 1, modified: Self.now - .seconds(day * 86_400))
        }
        let bad = CacheSurvey.Stray(path: "/bad", bytes: 1, modified: Self.now)
        let survey = CacheSurvey(
            entries: [Self.record("a", daysAgo: 90), Self.record("b", daysAgo: 91)], blobs: [:],
            leftovers: strays, unreadable: [bad])
        let sweep = CacheSweep(survey, limits: .init(size: ByteCount(1 << 30)), at: Self.now)
        #expect(Self.names(sweep.removed, of: survey) == [1])
        #expect(sweep.strays == [bad, strays[1]])
        #expect(!sweep.isEmpty)
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func anySweepKeepsItsPromises(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let survey = Self.survey(&random)
        let limits = CacheSweep.Limits(
            size: Bool.random(using: &random) ? ByteCount(Int64.random(in: 0...6_000, using: &random)) : nil,
            age: Bool.random(using: &random)
                ? .seconds(Int64.random(in: 0...60, using: &random) * 86_400) : nil)
        let sweep = CacheSweep(survey, limits: limits, at: Self.now)

        let gone = Set((sweep.evicted + sweep.removed).map(\.fingerprint))
        let kept = survey.entries.filter { !gone.contains($0.fingerprint) && $0.recordSince == nil }
        let ended = (sweep.evicted + sweep.removed).filter { $0.recordSince == nil }
        #expect(gone.count == sweep.evicted.count + sweep.removed.count, "each goes once")
        if let first = kept.map(\.lastUse).min(), let last = ended.map(\.lastUse).max() {
            #expect(last <= first, "none goes that was used after one that stays")
        }
        if let age = limits.age { #expect(kept.allSatisfy { $0.lastUse >= Self.now - age }) }

        let left = Set(survey.blobs.keys).subtracting(sweep.blobs)
        #expect(left == Set(kept.flatMap { $0.outputs.map(\.digest) }).intersection(survey.blobs.keys))

        // The size as the disk would have it, computed apart from the decision.
        let going = Set(sweep.strays)
        let young = survey.leftovers.filter { !going.contains($0) }
        #expect(young.allSatisfy { $0.modified >= Self.now - .seconds(86_400) })
        let records = survey.entries.filter { !gone.contains($0.fingerprint) && $0.recordSince != nil }
        var after = left.reduce(0) { $0 + (survey.blobs[$1] ?? 0) } + young.reduce(0) { $0 + $1.bytes }
        after += (kept + records + sweep.evicted).reduce(0) { $0 + $1.bytes }
        after += Int64(sweep.evicted.count) * CacheSweep.recordGrowth
        #expect(after == sweep.bytesAfter)
        if let size = limits.size?.bytes {
            let onlyYoung = kept.isEmpty && records.isEmpty && sweep.evicted.isEmpty
            #expect(after <= size || onlyYoung)
        }
        let limitless = CacheSweep(survey, limits: .init(size: ByteCount(1 << 40)), at: Self.now)
        #expect(limitless.evicted.isEmpty, "nothing is given up for room that is there")
    }

    private static func survey(_ random: inout SeededRandom) -> CacheSurvey {
        let blobs = (0..<Int.random(in: 0...12, using: &random)).map { "blob \($0)" }
        let entries = (0..<Int.random(in: 0...20, using: &random)).map { number in
            let days = Int64.random(in: 0...120, using: &random)
            guard Int.random(in: 0...3, using: &random) > 0 else {
                return record("entry \(number)", daysAgo: days)
            }
            let holding = [CacheSurvey.Entry.Holding.result, .unsureResult, .failure]
                .randomElement(using: &random)
            let needs =
                holding == .failure ? [] : blobs.filter { _ in Int.random(in: 0...7, using: &random) == 0 }
            return entry(
                "entry \(number)", holding ?? .result, needs: needs + ["a lost one"],
                bytes: Int64.random(in: 1...300, using: &random), daysAgo: days)
        }
        let strays = (0..<3).map { number in
            CacheSurvey.Stray(
                path: "/\(number)", bytes: Int64.random(in: 0...100, using: &random),
                modified: now - .seconds(Int64.random(in: 0...3, using: &random) * 43_200))
        }
        let sizes = blobs.map { (digest($0), Int64.random(in: 0...900, using: &random)) }
        return CacheSurvey(
            entries: entries, blobs: Dictionary(uniqueKeysWithValues: sizes),
            leftovers: Array(strays.dropFirst()), unreadable: [strays[0]])
    }
}

@Suite struct ByteCountTests {
    @Test(
        arguments: [
            ("0 B", 0), ("100 B", 100), ("64KiB", 65_536), ("500 MiB", 500 << 20), ("2GiB", 2 << 30),
            ("1 TiB", 1 << 40),
        ] as [(String, Int64)])
    func readsANumberAndItsUnit(_ text: String, _ bytes: Int64) {
        #expect(ByteCount(text)?.bytes == bytes)
    }

    @Test(arguments: ["", "2", "GiB", "2 GB", "2  GiB", "-1 B", "1.5 GiB", "9999999999 GiB", "2 gib", "٢ B"])
    func readsNothingElse(_ text: String) { #expect(ByteCount(text) == nil) }

    @Test(
        arguments: [
            (0, "0 B"), (1_023, "1023 B"), (1_024, "1.0 KiB"), (2_047, "1.9 KiB"), (1_500 << 20, "1.4 GiB"),
            ((1 << 30) - 1, "1023.9 MiB"),
        ] as [(Int64, String)])
    func isWrittenInItsLargestUnit(_ bytes: Int64, _ text: String) {
        #expect(ByteCount(bytes).description == text)
    }
}
