package import Model

/// All that a state directory stores of earlier work, to look at it as a whole.
///
/// Whoever checks or sweeps holds the directory alone: content that a run has just found could else go under its hands.
package struct CacheFolder: Sendable {
    private let contents: String
    private let entries: String
    private let files: FileAccess

    /// - Parameters:
    ///   - stateDirectory: An absolute path.
    ///   - files: The disk.
    package init(stateDirectory: String, files: FileAccess) {
        contents = "\(stateDirectory)/cas"
        entries = "\(stateDirectory)/ac"
        self.files = files
    }

    /// Looks at what is there; what goes meanwhile is left out.
    package func survey() throws(FileError) -> CacheSurvey {
        var survey = CacheSurvey(entries: [], blobs: [:])
        // Entries first: what they need was there before them.
        for file in try listed(entries) {
            guard let digest = file.digest else {
                survey.leftovers.append(file.stray)
                continue
            }
            guard let bytes = try files.read(file.stray.path) else { continue }
            if let entry = ActionCache.EntryV4(bytes, of: digest) {
                survey.entries.append(CacheSurvey.Entry(entry, digest, file.stray))
            } else {
                survey.unreadable.append(file.stray)
            }
        }
        for file in try listed(contents) {
            if let digest = file.digest {
                survey.blobs[digest] = file.stray.bytes
            } else {
                survey.leftovers.append(file.stray)
            }
        }
        return survey
    }

    /// Looks at every byte, and removes what is damaged: it is made again when it is needed.
    package func check(at now: Timestamp) throws(FileError) -> CacheCheck {
        let survey = try survey()
        var check = CacheCheck(blobs: survey.blobs.count, entries: survey.entries.count)
        let store = ContentStore(directory: contents, files: files)
        var whole = survey.blobs
        for digest in survey.blobs.keys.sorted() where try store.size(digest) == nil {
            check.damaged.append(digest)
            whole[digest] = nil
        }
        for entry in survey.entries
        where entry.outputs.contains(where: { whole[$0.digest] != Int64($0.bytes) }) {
            check.incomplete.append(entry.fingerprint)
            try keepFields(of: entry.fingerprint) { .record($0, damagedAt: now) }
        }
        for stray in survey.unreadable {
            check.unreadable.append(stray.path)
            try files.remove(stray.path)
        }
        return check
    }

    /// Removes what was decided on; entries first, so that none is left without its content when this is interrupted.
    package func apply(_ sweep: CacheSweep, at now: Timestamp) throws(FileError) {
        for entry in sweep.evicted { try keepFields(of: entry.fingerprint) { .record($0, evictedAt: now) } }
        for entry in sweep.removed { try files.remove(ActionCache.path(of: entry.fingerprint, in: entries)) }
        for digest in sweep.blobs { try files.remove(ContentStore.path(of: digest, in: contents)) }
        for stray in sweep.strays { try files.remove(stray.path) }
    }

    private func keepFields(
        of digest: Digest,
        _ record: (Fingerprint) -> ActionCache.EntryV4
    ) throws(FileError) {
        guard let bytes = try files.read(ActionCache.path(of: digest, in: entries)),
            let entry = ActionCache.EntryV4(bytes, of: digest)
        else { return }
        try record(entry.fingerprint).write(in: entries, files)
    }

    private struct Listed {
        /// nil: a temporary file, or an entry of an earlier version.
        var digest: Digest?
        var stray: CacheSurvey.Stray
    }

    /// The files below `directory` that are named by a digest, or were about to be; others are not ours.
    private func listed(_ directory: String) throws(FileError) -> [Listed] {
        var listed: [Listed] = []
        for folder in try files.list(directory) where folder.utf8.count == 2 {
            for name in try files.list("\(directory)/\(folder)") {
                let digest = Digest(hex: folder + name)
                let path = "\(directory)/\(folder)/\(name)"
                let isLeft = name.hasSuffix(".tmp") || Self.isEarlier(folder + name)
                guard digest != nil || isLeft, let status = files.status(path) else { continue }
                let modified = Timestamp(milliseconds: status.modified / 1_000_000)
                listed.append(
                    Listed(
                        digest: digest,
                        stray: CacheSurvey.Stray(path: path, bytes: status.size, modified: modified)))
            }
        }
        return listed
    }

    /// Up to version 2 entries were JSON: no run reads them, so that they are left over.
    private static func isEarlier(_ name: String) -> Bool {
        name.hasSuffix(".json") && Digest(hex: String(name.dropLast(5))) != nil
    }
}

extension CacheSurvey.Entry {
    fileprivate init(_ entry: ActionCache.EntryV4, _ digest: Digest, _ file: CacheSurvey.Stray) {
        let holding: Holding =
            if let since = entry.recordSince {
                .record(since: since)
            } else if entry.failure != nil {
                .failure
            } else {
                entry.mayStandIn ? .result : .unsureResult
            }
        self.init(
            fingerprint: digest,
            holding: holding,
            outputs: entry.outputs,
            bytes: file.bytes,
            lastUse: file.modified
        )
    }
}
