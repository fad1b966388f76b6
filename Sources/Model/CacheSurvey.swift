/// What is stored of earlier work: content by digest, and the entries that say what gave it.
package struct CacheSurvey: Hashable, Sendable {
    /// What is stored for one fingerprint.
    package struct Entry: Hashable, Sendable {
        package enum Holding: Hashable, Sendable {
            /// Outputs that stand in for another run.
            case result
            /// Outputs that do not stand in, with the fields that explain why a step runs again.
            case unsureResult
            case failure
            /// The fields alone, which explain why a step runs again; its outputs went at that time.
            case record(since: Timestamp)
        }

        package var fingerprint: Digest
        package var holding: Holding
        package var outputs: [Output]
        /// Of the entry itself, without its outputs.
        package var bytes: Int64
        package var lastUse: Timestamp

        package init(
            fingerprint: Digest,
            holding: Holding,
            outputs: [Output] = [],
            bytes: Int64,
            lastUse: Timestamp
        ) {
            self.fingerprint = fingerprint
            self.holding = holding
            self.outputs = outputs
            self.bytes = bytes
            self.lastUse = lastUse
        }

        /// Since when there are only fields; nil where there is more.
        package var recordSince: Timestamp? {
            switch holding {
            case .result, .unsureResult, .failure: nil
            case .record(let since): since
            }
        }
    }

    /// A file that is neither content nor an entry that can be read.
    package struct Stray: Hashable, Sendable {
        package var path: String
        package var bytes: Int64
        package var modified: Timestamp

        package init(path: String, bytes: Int64, modified: Timestamp) {
            self.path = path
            self.bytes = bytes
            self.modified = modified
        }
    }

    /// By fingerprint.
    package var entries: [Entry]
    /// The size of each piece of content.
    package var blobs: [Digest: Int64]
    /// Temporary files; a write may be going on.
    package var leftovers: [Stray]
    /// Entries that are damaged or of another version; none of them is ever used.
    package var unreadable: [Stray]

    package init(
        entries: [Entry],
        blobs: [Digest: Int64],
        leftovers: [Stray] = [],
        unreadable: [Stray] = []
    ) {
        self.entries = entries
        self.blobs = blobs
        self.leftovers = leftovers
        self.unreadable = unreadable
    }

    /// The same where entries were also used at other times than their files say.
    package func used(at uses: [Digest: Timestamp]) -> CacheSurvey {
        var survey = self
        for place in survey.entries.indices {
            guard let use = uses[survey.entries[place].fingerprint] else { continue }
            survey.entries[place].lastUse = max(survey.entries[place].lastUse, use)
        }
        return survey
    }

    /// All of it.
    package var bytes: Int64 {
        blobs.values.reduce(0, +) + entries.reduce(0) { $0 + $1.bytes }
            + leftovers.reduce(0) { $0 + $1.bytes } + unreadable.reduce(0) { $0 + $1.bytes }
    }

    /// When the entries that are more than a record were last used: the first and the last of these times; nil where there is none.
    package var uses: ClosedRange<Timestamp>? {
        let times = entries.filter { $0.recordSince == nil }.map(\.lastUse)
        guard let oldest = times.min(), let newest = times.max() else { return nil }
        return oldest...newest
    }

    /// The content that no entry needs.
    package var unneeded: Set<Digest> {
        Set(blobs.keys).subtracting(entries.flatMap { $0.outputs.map(\.digest) })
    }
}

/// What looking at every byte of a cache found; what was damaged is gone.
package struct CacheCheck: Hashable, Sendable {
    /// How much was looked at.
    package var blobs: Int
    package var entries: Int
    /// Content that did not have its digest.
    package var damaged: [Digest]
    /// Fingerprints whose outputs are not all there; of each the fields are left.
    package var incomplete: [Digest]
    /// The paths of entries that could not be read.
    package var unreadable: [String]

    package init(
        blobs: Int,
        entries: Int,
        damaged: [Digest] = [],
        incomplete: [Digest] = [],
        unreadable: [String] = []
    ) {
        self.blobs = blobs
        self.entries = entries
        self.damaged = damaged
        self.incomplete = incomplete
        self.unreadable = unreadable
    }

    package var isWhole: Bool { damaged.isEmpty && incomplete.isEmpty && unreadable.isEmpty }
}
