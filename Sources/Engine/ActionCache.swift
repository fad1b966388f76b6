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
    package enum Stored: Sendable {
        /// Each there and whole, and what they say.
        case outputs([Output], said: Interpretation)
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

    /// What is stored for a fingerprint, with what `reading` makes of outputs.
    ///
    /// All content is looked at before it stands in: what `reading` asks for when it does, the rest afterwards, unless its file
    /// is as it was when all of it was last looked at.
    ///
    /// - Parameters:
    ///   - fingerprint: All that decides.
    ///   - digest: Its digest.
    ///   - now: What the clock on the wall says.
    ///   - reading: What outputs say; where it throws, they do not stand in.
    /// - Returns: nil where the step must run.
    /// - Throws: ``FileError`` where the disk refuses; what is damaged is only a miss.
    package func result(
        for fingerprint: Fingerprint,
        named digest: Digest,
        at now: Timestamp,
        reading: (StoredOutputs) async throws(StepFailure) -> Interpretation
    ) async throws(FileError) -> Stored? {
        guard mode != .off else { return nil }
        let path = Self.path(of: digest, in: directory)
        // Equal fields have that digest: it need not be made of them again.
        guard let file = try files.readAged(path), let entry = EntryV4(file.bytes),
            entry.fingerprint == fingerprint
        else { return nil }
        if let failure = entry.failure {
            let stands = entry.failureEnds.map { now < $0 } ?? true
            guard stands && !triesFailuresAgain else { return nil }
            note(useOf: path, at: now, modified: file.modified)
            return .failure(failure)
        }
        guard entry.mayStandIn else { return nil }
        let examination = Examination(of: entry.outputs, whole: entry.whole, in: store)
        guard let said = try? await reading(examination.outputs), let whole = try examination.allIsWhole()
        else { return nil }
        if whole == entry.whole {
            note(useOf: path, at: now, modified: file.modified)
        } else {
            keep(entry, as: whole)
        }
        return .outputs(entry.outputs, said: said)
    }

    /// So that what was looked at need not be again, and is young; where that cannot be written, it only is.
    private func keep(_ entry: EntryV4, as whole: [FileStatus?]) {
        var entry = entry
        entry.whole = whole
        try? write(entry)
    }

    /// Not where the entry was used within the last hour: a change of its times costs more than all else that a use does.
    private func note(useOf path: String, at now: Timestamp, modified: Int64) {
        if !(0..<3_600_000).contains(now.milliseconds - modified / 1_000_000) { files.touch(path) }
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

    /// Remembers what a step has given, just stored; what is not reusable is kept only to explain what changed since.
    package func record(
        _ outputs: [Output],
        for fingerprint: Fingerprint,
        isReusable: Bool = true
    ) throws(FileError) {
        try write(
            EntryV4(
                fingerprint: fingerprint,
                outputs: outputs,
                whole: isReusable ? outputs.map { store.status($0.digest) } : [],
                isReusable: isReusable
            )
        )
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
        try write(EntryV4(fingerprint: fingerprint, outputs: [], failure: failure, failureEnds: ends))
    }

    private func write(_ entry: EntryV4) throws(FileError) {
        guard mode == .readWrite else { return }
        try entry.write(in: directory, files)
    }

    private func entry(_ digest: Digest) throws(FileError) -> EntryV4? {
        let bytes = try files.read(Self.path(of: digest, in: directory))
        return bytes.flatMap { EntryV4($0, of: digest) }
    }

    /// Where the entry of a fingerprint is.
    static func path(of digest: Digest, in directory: String) -> String {
        ContentStore.path(of: digest, in: directory)
    }
}
