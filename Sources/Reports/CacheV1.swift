package import Foundation
package import Model

/// `cache info --json`, version 1.
package struct CacheInfoV1: Codable, Hashable, Sendable {
    package var version = 1
    /// Everything that is there with the name of a fingerprint: results, failures, unsure results and records.
    package var entries: Int
    package var results: Int
    package var failures: Int
    /// Results that do not stand in for another run.
    package var unsureResults: Int
    /// Fields of results that went.
    package var records: Int
    package var blobs: Int
    package var blobBytes: Int64
    /// Content that no entry needs.
    package var unneededBlobs: Int
    package var unreadableEntries: Int
    package var temporaryFiles: Int
    /// All of it, entries included.
    package var bytes: Int64
    package var oldestUse: OrNull<String>
    package var newestUse: OrNull<String>

    package init(_ survey: CacheSurvey) {
        entries = survey.entries.count
        results = survey.entries.count { $0.kind == .result }
        failures = survey.entries.count { $0.kind == .failure }
        unsureResults = survey.entries.count { $0.kind == .unsureResult }
        records = survey.entries.count { $0.kind == .record }
        blobs = survey.blobs.count
        blobBytes = survey.blobs.values.reduce(0, +)
        unneededBlobs = survey.unneeded.count
        unreadableEntries = survey.unreadable.count
        temporaryFiles = survey.leftovers.count
        bytes = survey.bytes
        oldestUse = OrNull(survey.uses?.lowerBound.rfc3339)
        newestUse = OrNull(survey.uses?.upperBound.rfc3339)
    }

    /// The bytes of the answer.
    ///
    /// - Throws: ``ReportError/notEncodable(_:)``.
    package func json() throws(ReportError) -> Data { try WireJSON.encode(self, pretty: true) }
}

/// `cache verify --json`, version 1.
package struct CacheCheckV1: Codable, Hashable, Sendable {
    package var version = 1
    package var whole: Bool
    package var blobs: Int
    package var entries: Int
    /// Digests of content that was damaged, and is removed.
    package var damaged: [String]
    /// Fingerprints whose outputs are not all there.
    package var incomplete: [String]
    /// Paths of entries that could not be read, and are removed.
    package var unreadable: [String]

    package init(_ check: CacheCheck) {
        whole = check.isWhole
        blobs = check.blobs
        entries = check.entries
        damaged = check.damaged.map(\.description)
        incomplete = check.incomplete.map(\.description)
        unreadable = check.unreadable
    }

    /// The bytes of the answer.
    ///
    /// - Throws: ``ReportError/notEncodable(_:)``.
    package func json() throws(ReportError) -> Data { try WireJSON.encode(self, pretty: true) }
}

/// `cache gc --json`, version 1.
package struct CacheSweepV1: Codable, Hashable, Sendable {
    package struct Entry: Codable, Hashable, Sendable {
        package var fingerprint: String
        package var lastUse: String
    }

    package var version = 1
    /// Whether it was only said what would go.
    package var dryRun: Bool
    /// Entries that leave their fields, least recently used first.
    package var evicted: [Entry]
    /// Fingerprints of entries and records that go altogether.
    package var removed: [String]
    package var blobs: [String]
    package var strayFiles: [String]
    package var bytesBefore: Int64
    /// At most.
    package var bytesAfter: Int64

    package init(_ sweep: CacheSweep, isDryRun: Bool) {
        dryRun = isDryRun
        evicted = sweep.evicted.map {
            Entry(fingerprint: "\($0.fingerprint)", lastUse: $0.lastUse.rfc3339)
        }
        removed = sweep.removed.map(\.fingerprint.description)
        blobs = sweep.blobs.map(\.description)
        strayFiles = sweep.strays.map(\.path)
        bytesBefore = sweep.bytesBefore
        bytesAfter = sweep.bytesAfter
    }

    /// The bytes of the answer.
    ///
    /// - Throws: ``ReportError/notEncodable(_:)``.
    package func json() throws(ReportError) -> Data { try WireJSON.encode(self, pretty: true) }
}
