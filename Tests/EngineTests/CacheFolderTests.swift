import Engine
import Foundation
import Model
import Support
import Testing

@Suite struct CacheFolderTests {
    private static let now = Timestamp(milliseconds: 1_795_312_807_000)

    let files = MemoryFiles([String: Data]())

    private var folder: CacheFolder { CacheFolder(stateDirectory: "/s", files: files.access) }
    private var store: ContentStore { ContentStore(directory: "/s/cas", files: files.access) }
    private var cache: ActionCache { ActionCache(directory: "/s/ac", files: files.access, store: store) }

    private static func fingerprint(_ text: String) -> Fingerprint {
        var fingerprint = Fingerprint(schema: 1, kind: .compile)
        fingerprint.add("text", text)
        return fingerprint
    }

    /// Stores a result, and makes it look as if it had been used so many days ago.
    private func keep(_ name: String, _ texts: [String], daysAgo: Int64 = 0) throws {
        let outputs = try texts.map { text in
            Output(name: text, digest: try store.put(Data(text.utf8)), bytes: text.utf8.count)
        }
        try cache.record(outputs, for: Self.fingerprint(name))
        setAge(of: name, days: daysAgo)
    }

    private func setAge(of name: String, days: Int64) {
        files.setModified(entryPath(name), Self.now - .seconds(days * 86_400))
    }

    private func entryPath(_ name: String) -> String { path("ac", Self.fingerprint(name).digest) }

    private func path(_ folder: String, _ digest: Digest) -> String {
        "/s/\(folder)/\(digest.hex.prefix(2))/\(digest.hex.dropFirst(2))"
    }

    private func blobPath(_ text: String) -> String { path("cas", Digest(of: Data(text.utf8))) }

    private func sweep(_ limits: CacheSweep.Limits) throws -> CacheSweep {
        let sweep = CacheSweep(try folder.survey(), limits: limits, at: Self.now)
        try folder.apply(sweep, at: Self.now)
        return sweep
    }

    private func isStored(_ name: String) async throws -> Bool {
        let fingerprint = Self.fingerprint(name)
        return try await cache.result(for: fingerprint, named: fingerprint.digest, at: Self.now) { _ in
            Interpretation(facts: [])
        } != nil
    }

    @Test func aSurveySaysWhatIsThere() throws {
        try keep("a", ["x", "both"], daysAgo: 3)
        try keep("b", ["both"], daysAgo: 1)
        let failure = StepFailure(code: "toy", "it fails", recurrence: .certain)
        try cache.record(failure, for: Self.fingerprint("f"), at: Self.now)
        try cache.record([], for: Self.fingerprint("u"), isReusable: false)
        files.set("/s/ac/ab/cd.1-x.tmp", "half")
        files.set("/s/cas/README", "not ours")
        files.set("/s/ac/ab/note.json", "not ours")
        files.set(entryPath("torn"), "hyperkit entry 3\n")
        let survey = try folder.survey()
        #expect(survey.blobs == [Digest(of: Data("x".utf8)): 1, Digest(of: Data("both".utf8)): 4])
        let holdings = Dictionary(uniqueKeysWithValues: survey.entries.map { ($0.fingerprint, $0.holding) })
        #expect(
            holdings == [
                Self.fingerprint("a").digest: .result, Self.fingerprint("b").digest: .result,
                Self.fingerprint("f").digest: .failure, Self.fingerprint("u").digest: .unsureResult,
            ])
        #expect(survey.leftovers.map(\.path) == ["/s/ac/ab/cd.1-x.tmp"])
        #expect(survey.unreadable.map(\.path) == [entryPath("torn")])
        #expect(survey.uses?.lowerBound == Self.now - .seconds(3 * 86_400))
    }

    @Test func whatIsEvictedIsExplainedAndMadeAgain() async throws {
        try keep("old", ["o", "both"], daysAgo: 31)
        try keep("new", ["n", "both"], daysAgo: 1)
        _ = try sweep(.init(age: .seconds(30 * 86_400)))
        #expect(try await isStored("new"))
        #expect(try await !isStored("old"))
        #expect(files[blobPath("o")] == nil && files[blobPath("both")] != nil)
        let old = Self.fingerprint("old")
        #expect(cache.fingerprint(old.digest) == old)
        #expect(cache.whyUnused(old.digest) == "its stored result had been evicted by gc on 2026-11-22")

        try keep("old", ["o"])
        #expect(try await isStored("old"))
    }

    @Test func fieldsOfWhatIsEvictedGoAfterNinetyDays() throws {
        try keep("old", ["o"], daysAgo: 31)
        _ = try sweep(.init(age: .seconds(30 * 86_400)))
        let later = Self.now - .seconds(-91 * 86_400)
        let sweep = CacheSweep(try folder.survey(), limits: .init(age: .seconds(86_400)), at: later)
        #expect(sweep.removed.map(\.fingerprint) == [Self.fingerprint("old").digest])
        try folder.apply(sweep, at: later)
        #expect(files.paths == [])
    }

    @Test func aHitMakesAnEntryTheLastToGo() async throws {
        try keep("a", ["x"], daysAgo: 3)
        try keep("b", ["y"], daysAgo: 2)
        #expect(try await isStored("a"))
        // Nine tenths of a byte less than all have room for one of the two.
        _ = try sweep(.init(size: ByteCount(try folder.survey().bytes - 1)))
        #expect(try await isStored("a"))
        #expect(try await !isStored("b"))
    }

    @Test func aRememberedFailureThatIsMetIsUsed() async throws {
        let failure = StepFailure(code: "toy", "it fails", recurrence: .certain)
        try cache.record(failure, for: Self.fingerprint("f"), at: Self.now)
        setAge(of: "f", days: 40)
        let before = try folder.survey().entries[0].lastUse
        #expect(try await isStored("f"))
        #expect(try folder.survey().entries[0].lastUse > before)
    }

    @Test func aCheckNamesWhatIsDamagedAndTheNextFindsAllWhole() async throws {
        try keep("a", ["x"])
        try keep("b", ["y"])
        try keep("c", ["z"])
        #expect(try folder.check(at: Self.now) == CacheCheck(blobs: 3, entries: 3))
        files.damage(blobPath("x"))
        files[blobPath("y")] = nil
        files.set(entryPath("torn"), "{")
        let check = try folder.check(at: Self.now)
        #expect(check.damaged == [Digest(of: Data("x".utf8))])
        #expect(Set(check.incomplete) == [Self.fingerprint("a").digest, Self.fingerprint("b").digest])
        #expect(check.unreadable == [entryPath("torn")])
        #expect(!check.isWhole)
        #expect(
            cache.whyUnused(Self.fingerprint("a").digest)
                == "its stored result was found damaged on 2026-11-22")
        #expect(try folder.check(at: Self.now).isWhole)
        #expect(try await isStored("c"))
    }

    /// Up to version 2 entries were JSON, which no run reads any more.
    @Test func entriesOfEarlierVersionsAreLeftOverAndGo() throws {
        let earlier = entryPath("a") + ".json"
        files.set(earlier, "{\"version\":2}")
        files.setModified(earlier, Self.now - .seconds(2 * 86_400))
        #expect(try folder.survey().leftovers.map(\.path) == [earlier])
        #expect(try folder.check(at: Self.now).isWhole)
        _ = try sweep(.init(age: .seconds(30 * 86_400)))
        #expect(files.paths == [])
    }

    @Test func aSweepThatIsInterruptedLeavesNoEntryWithoutItsContent() throws {
        try keep("a", ["x"], daysAgo: 40)
        let broken = files.access
        var access = broken
        access.remove = { path throws(FileError) in
            throw FileError(path: path, reason: "the power went")
        }
        let folder = CacheFolder(stateDirectory: "/s", files: access)
        let sweep = CacheSweep(try folder.survey(), limits: .init(age: .seconds(86_400)), at: Self.now)
        #expect(throws: FileError.self) { try folder.apply(sweep, at: Self.now) }
        #expect(try folder.survey().entries.map(\.outputs) == [[]])
        #expect(try folder.survey().unneeded.count == 1)
    }
}
