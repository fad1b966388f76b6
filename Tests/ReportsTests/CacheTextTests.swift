import Foundation
import Model
import Testing

@testable import Reports

@Suite struct CacheTextTests {
    private static let now = Timestamp(milliseconds: 1_795_312_807_000)

    private static func entry(_ name: String, _ holding: CacheSurvey.Entry.Holding, daysAgo: Int64 = 0)
        -> CacheSurvey.Entry
    {
        CacheSurvey.Entry(
            fingerprint: SampleRun.digest(name), holding: holding,
            outputs: [Output(name: "o", digest: SampleRun.digest("blob"), bytes: 2_048)], bytes: 100,
            lastUse: now - .seconds(daysAgo * 86_400))
    }

    private static let survey = CacheSurvey(
        entries: [
            entry("a", .result), entry("b", .result, daysAgo: 40), entry("c", .failure, daysAgo: 2),
            entry("d", .unsureResult), entry("e", .record(since: now), daysAgo: 100),
        ],
        blobs: [SampleRun.digest("blob"): 2_048, SampleRun.digest("orphan"): 5 << 20],
        leftovers: [CacheSurvey.Stray(path: "/s/x.tmp", bytes: 1, modified: now - .seconds(100_000))],
        unreadable: [CacheSurvey.Stray(path: "/s/y\u{1b}", bytes: 1, modified: now)])

    private static let damaged = CacheCheck(
        blobs: 2, entries: 1, damaged: [SampleRun.digest("blob")], incomplete: [SampleRun.digest("a")],
        unreadable: ["/s/y\u{1b}"])

    private static let sweep = CacheSweep(survey, limits: .init(age: .seconds(30 * 86_400)), at: now)

    @Test func theTextIsForPeople() throws {
        let parts = [
            CacheText.info(Self.survey, directory: ".hyperkit"),
            CacheText.info(CacheSurvey(entries: [], blobs: [:]), directory: "empty"),
            CacheText.check(Self.damaged), CacheText.check(CacheCheck(blobs: 1, entries: 1)),
            CacheText.sweep(Self.sweep, isDryRun: true), CacheText.sweep(Self.sweep, isDryRun: false),
        ]
        let text = parts.joined(separator: "\n")
        #expect(!text.contains("\u{1b}"))
        try expectGolden(text, "cache.txt")
    }

    @Test func theJSONIsVersioned() throws {
        let files = [
            try CacheInfoV1(Self.survey).json(), try CacheCheckV1(Self.damaged).json(),
            try CacheSweepV1(Self.sweep, isDryRun: true).json(),
        ]
        try expectGolden(files.map { String(decoding: $0, as: UTF8.self) }.joined(), "cache.json")
    }
}
