import Foundation
import Model
import Support
import Testing

@testable import Engine

/// What stands in for work, and what does not because it is not all there and whole.
@Suite struct ActionCacheTests {
    private static let now = Timestamp(milliseconds: 1_795_312_807_000)

    private static let fingerprint: Fingerprint = {
        var fingerprint = Fingerprint(schema: 1, kind: .compile)
        fingerprint.add("source A.sol", "sha256:1a2b")
        fingerprint.add("remappings", "")
        return fingerprint
    }()

    let files = MemoryFiles([String: Data]())

    private var store: ContentStore { ContentStore(directory: "/s/cas", files: files.access) }
    private var cache: ActionCache { ActionCache(directory: "/s/ac", files: files.access, store: store) }
    private var entryPath: String { ActionCache.path(of: Self.fingerprint.digest, in: "/s/ac") }

    private func blobPath(_ text: String) -> String {
        ContentStore.path(of: Digest(of: Data(text.utf8)), in: "/s/cas")
    }

    /// Stores texts, each under itself as its name.
    private func keep(_ texts: [String]) throws {
        let outputs = try texts.map { text in
            Output(name: text, digest: try store.put(Data(text.utf8)), bytes: text.utf8.count)
        }
        try cache.record(outputs, for: Self.fingerprint)
    }

    /// The names of the outputs that stand in, where a runner reads some of them; nil where none do.
    private func standIns(reading names: [String] = []) async throws -> [String]? {
        let stored = try await cache.result(
            for: Self.fingerprint, named: Self.fingerprint.digest, at: Self.now
        ) { outputs throws(StepFailure) in
            for name in names {
                let bytes = try outputs.bytes(name)
                #expect(bytes == Data(name.utf8))
            }
            return Interpretation(facts: [])
        }
        guard case .outputs(let outputs, _) = stored else { return nil }
        return outputs.map(\.name)
    }

    private func reads() -> [Int] { ["x", "y", "z"].map { files.reads(of: blobPath($0)) } }

    @Test(arguments: [[], ["x"], ["y", "x"]])
    func onlyWhatIsAskedForIsReadWhereNothingTouchedTheFiles(_ names: [String]) async throws {
        try keep(["x", "y", "z"])
        let before = reads()
        #expect(try await standIns(reading: names) == ["x", "y", "z"])
        #expect(reads() == zip(["x", "y", "z"], before).map { names.contains($0) ? $1 + 1 : $1 })
    }

    @Test(arguments: [[], ["x"], ["y", "x"]])
    func eachThatWasTouchedIsReadOnceWhoeverReadsIt(_ names: [String]) async throws {
        try keep(["x", "y", "z"])
        for name in ["x", "y", "z"] { files[blobPath(name)] = Data(name.utf8) }
        let before = reads()
        #expect(try await standIns(reading: names) == ["x", "y", "z"])
        #expect(reads() == before.map { $0 + 1 })
        // That was noted: what is still as it was then is not read again.
        #expect(try await standIns(reading: names) == ["x", "y", "z"])
        #expect(reads() == zip(["x", "y", "z"], before).map { names.contains($0) ? $1 + 2 : $1 + 1 })
    }

    @Test func whatIsTouchedAfterItWasLookedAtIsReadAgain() async throws {
        try keep(["x"])
        for _ in 0..<2 {
            files.setModified(blobPath("x"), Self.now)
            #expect(try await standIns() == ["x"])
        }
        files.damage(blobPath("x"))
        #expect(try await standIns() == nil)
    }

    @Test func nothingIsNotedWhereStoredResultsAreOnlyRead() async throws {
        try keep(["x"])
        files[blobPath("x")] = Data("x".utf8)
        let (before, entry) = (files.reads(of: blobPath("x")), files[entryPath])
        let reader = ActionCache(directory: "/s/ac", files: files.access, store: store, mode: .readOnly)
        for _ in 0..<2 {
            let stored = try await reader.result(
                for: Self.fingerprint, named: Self.fingerprint.digest, at: Self.now
            ) { _ in Interpretation(facts: []) }
            #expect(stored != nil)
        }
        #expect(files.reads(of: blobPath("x")) == before + 2)
        #expect(files[entryPath] == entry)
    }

    @Test(arguments: [[], ["x"], ["y"]])
    func whatIsDamagedDoesNotStandInBeItReadOrNot(_ names: [String]) async throws {
        try keep(["x", "y"])
        files.damage(blobPath("y"))
        #expect(try await standIns(reading: names) == nil)
        #expect(files[blobPath("y")] == nil, "what is damaged goes")
    }

    @Test(arguments: [[], ["x"]])
    func whatIsOfAnotherSizeDoesNotStandIn(_ names: [String]) async throws {
        let digest = try store.put(Data("x".utf8))
        try cache.record([Output(name: "x", digest: digest, bytes: 2)], for: Self.fingerprint)
        #expect(try await standIns(reading: names) == nil)
    }

    @Test func whatTheRunnerCannotReadDoesNotStandIn() async throws {
        try keep(["x"])
        let used = files.access.status(entryPath)
        let stored = try await cache.result(
            for: Self.fingerprint, named: Self.fingerprint.digest, at: Self.now
        ) { _ throws(StepFailure) in throw StepFailure(code: "wire", "of another version") }
        #expect(stored == nil)
        #expect(files.access.status(entryPath) == used, "it was of no use")
    }

    @Test(arguments: [(0, false), (59, false), (61, true), (-1, true)])
    func aUseIsNotedToTheHour(_ minutesAgo: Int, _ isNoted: Bool) async throws {
        try keep(["x"])
        files.setModified(entryPath, Self.now - .seconds(60 * minutesAgo))
        let before = files.access.status(entryPath)
        #expect(try await standIns() == ["x"])
        #expect((files.access.status(entryPath) != before) == isNoted)
    }

    @Test func anEntryOfOtherFieldsUnderItsNameDoesNotStandIn() async throws {
        try keep(["x"])
        var other = Self.fingerprint
        other.add("viaIR", "true")
        files[ActionCache.path(of: other.digest, in: "/s/ac")] = files[entryPath]
        let stored = try await cache.result(for: other, named: other.digest, at: Self.now) { _ in
            Interpretation(facts: [])
        }
        #expect(stored == nil)
        #expect(cache.fingerprint(other.digest) == nil)
    }

    @Test func entriesAreReadAsTheyWereWritten() throws {
        let failure = StepFailure(
            code: "compile-error", "no such type", hint: "import it",
            diagnostics: [Diagnostic(.error, "solc-7920", "Identifier not found")], recurrence: .certain)
        let entries = [
            ActionCache.EntryV4(fingerprint: Self.fingerprint, outputs: []),
            ActionCache.EntryV4(
                fingerprint: Self.fingerprint,
                outputs: [
                    Output(name: "ä.bin", digest: Digest(of: Data([1])), bytes: 1),
                    Output(name: "", digest: Digest(of: Data()), bytes: 0),
                ],
                whole: [
                    FileStatus(device: .max, inode: 7, size: 1, modified: -1, changed: .max), nil,
                ],
                isReusable: false
            ),
            ActionCache.EntryV4(
                fingerprint: Self.fingerprint, outputs: [], failure: failure, failureEnds: Self.now),
            .record(Self.fingerprint, evictedAt: Timestamp(milliseconds: 0)),
            .record(Self.fingerprint, damagedAt: Timestamp(milliseconds: -1)),
        ]
        for entry in entries {
            let bytes = try entry.encoded(for: "/e")
            #expect(ActionCache.EntryV4(bytes) == entry)
            #expect(ActionCache.EntryV4(bytes, of: Self.fingerprint.digest) == entry)
        }
    }

    @Test func anEntryWithAnyByteOfItChangedOrGoneIsNone() throws {
        let entry = ActionCache.EntryV4(
            fingerprint: Self.fingerprint,
            outputs: [Output(name: "x", digest: Digest(of: Data([1])), bytes: 1)],
            whole: [FileStatus(device: 1, inode: 2, size: 3, modified: 4, changed: 5)])
        let bytes = try entry.encoded(for: "/e")
        for place in bytes.indices {
            var damaged = bytes
            damaged[place] ^= 1 << UInt8(place % 8)
            #expect(ActionCache.EntryV4(damaged) == nil)
            #expect(ActionCache.EntryV4(bytes.prefix(place)) == nil)
        }
        #expect(ActionCache.EntryV4(bytes + [0]) == nil)
    }

    /// Not of a damaged disk, but of another program: the digest fits, and what it covers makes no sense.
    @Test(arguments: [-1, 3, 1 << 40, .max])
    func anEntryWithCountsThatLeadBeyondItsEndIsNone(_ count: Int64) throws {
        let bytes = try ActionCache.EntryV4(fingerprint: Self.fingerprint, outputs: []).encoded(for: "/e")
        let fields = bytes.startIndex + 17 + 8 + 24
        for place in [fields, fields + 8 + Self.fingerprint.bytes.count, bytes.count - 40] {
            var damaged = Array(bytes.dropLast(32))
            for shift in 0..<8 {
                damaged[place + shift] = UInt8(truncatingIfNeeded: count >> Int64(8 * shift))
            }
            #expect(ActionCache.EntryV4(Data(damaged + Digest(of: damaged).bytes)) == nil)
        }
    }
}
