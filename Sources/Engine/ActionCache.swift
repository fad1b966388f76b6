package import Model

/// What steps gave, by the digest of their fingerprint.
package struct ActionCache: Sendable {
    /// Whether stored results are used, and new ones kept.
    package enum Mode: String, CaseIterable, Sendable {
        case readWrite = "read-write"
        case readOnly = "read-only"
        case off
    }

    /// What a fingerprint gave before.
    package enum Stored: Hashable, Sendable {
        /// Each there and whole.
        case outputs([Output])
        /// It would fail so again.
        case failure(StepFailure)
    }

    /// How long a failure is remembered that may pass by itself.
    private static let passingFailures: Int64 = 10 * 60_000

    private let directory: String
    private let files: FileAccess
    private let store: ContentStore
    private let mode: Mode
    private let triesFailuresAgain: Bool

    /// Keeps its entries below `directory`, and trusts them only with all their content in `store`.
    ///
    /// - Parameters:
    ///   - directory: An absolute path.
    ///   - files: The disk.
    ///   - store: Where outputs are.
    ///   - mode: Whether what is stored is used, and what is new is kept.
    ///   - triesFailuresAgain: Whether remembered failures count for nothing.
    package init(
        directory: String,
        files: FileAccess,
        store: ContentStore,
        mode: Mode = .readWrite,
        triesFailuresAgain: Bool = false
    ) {
        self.directory = directory
        self.files = files
        self.store = store
        self.mode = mode
        self.triesFailuresAgain = triesFailuresAgain
    }

    /// What is stored for a fingerprint; nil where the step must run.
    package func result(for fingerprint: Fingerprint, at now: Timestamp) throws(FileError) -> Stored? {
        guard mode != .off else { return nil }
        let digest = fingerprint.digest
        guard let entry = try entry(digest), entry.fingerprint == fingerprint else { return nil }
        let path = Self.path(of: digest, in: directory)
        if let failure = entry.failure {
            let stands = entry.failureEnds.map { now < $0 } ?? true
            guard stands && !triesFailuresAgain else { return nil }
            files.touch(path)
            return .failure(failure)
        }
        guard entry.mayStandIn else { return nil }
        for output in entry.outputs {
            guard let bytes = try store.get(output.digest), bytes.count == output.bytes else { return nil }
        }
        files.touch(path)
        return .outputs(entry.outputs)
    }

    /// The fields behind a digest; nil where nothing is stored for it.
    package func fingerprint(_ digest: Digest) -> Fingerprint? {
        (try? entry(digest))?.fingerprint
    }

    /// In words, why a step ran though a result with the same fingerprint had been made.
    package func whyUnused(_ digest: Digest) -> String {
        if mode == .off { return "stored results are not used" }
        guard let entry = try? entry(digest) else { return "the stored result was gone" }
        if let time = entry.evictedAt { return "its stored result had been evicted by gc on \(time.day)" }
        if let time = entry.damagedAt { return "its stored result was found damaged on \(time.day)" }
        if entry.failure != nil { return "it failed the last time" }
        return entry.mayStandIn ? "the stored result was gone" : "not all of it ended well the last time"
    }

    /// Remembers what a step gave; what is not reusable is kept only to explain what changed since.
    package func record(
        _ outputs: [Output],
        for fingerprint: Fingerprint,
        isReusable: Bool = true
    ) throws(FileError) {
        try write(
            EntryV2(fingerprint: fingerprint, outputs: outputs, isReusable: isReusable ? nil : false))
    }

    /// Remembers a failure that would come again, one that may pass for ten minutes, and no other.
    package func record(
        _ failure: StepFailure,
        for fingerprint: Fingerprint,
        at now: Timestamp
    ) throws(FileError) {
        let ends: Timestamp?
        switch failure.recurrence {
        case .unknown: return
        case .certain: ends = nil
        case .passing: ends = Timestamp(milliseconds: now.milliseconds + Self.passingFailures)
        }
        try write(EntryV2(fingerprint: fingerprint, outputs: [], failure: failure, failureEnds: ends))
    }

    private func write(_ entry: EntryV2) throws(FileError) {
        guard mode == .readWrite else { return }
        try entry.write(in: directory, files)
    }

    private func entry(_ digest: Digest) throws(FileError) -> EntryV2? {
        let bytes = try files.read(Self.path(of: digest, in: directory))
        return bytes.flatMap { EntryV2($0, of: digest) }
    }

    /// Where the entry of a fingerprint is.
    static func path(of digest: Digest, in directory: String) -> String {
        "\(directory)/\(digest.hex.prefix(2))/\(digest.hex.dropFirst(2)).json"
    }
}
