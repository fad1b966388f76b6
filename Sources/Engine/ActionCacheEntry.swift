import Foundation
import Model

extension ActionCache {
    /// An entry, version 2, with the fields, so that a later miss can be explained.
    struct EntryV2: Codable {
        var version = 2
        var fingerprint: Fingerprint
        var outputs: [Output]
        /// false where the fields are kept but the outputs may not stand in; absent where they may.
        var isReusable: Bool?
        /// Why the step failed; then there are no outputs.
        var failure: StepFailure?
        /// Milliseconds since 1970 from which the failure counts no more; absent where it stands.
        var failureEnds: Timestamp?
        /// Milliseconds since 1970 at which what was stored was given up to make room; then only the fields are left.
        var evictedAt: Timestamp?
        /// Milliseconds since 1970 at which what was stored was found damaged; then only the fields are left.
        var damagedAt: Timestamp?

        var mayStandIn: Bool { failure == nil && isReusable ?? true }

        /// Since when there are only fields; nil where there is more.
        var recordSince: Timestamp? { evictedAt ?? damagedAt }
    }
}

extension ActionCache.EntryV2 {
    /// The fields alone; a program that knows no record takes them for a result that may not stand in.
    static func record(
        _ fingerprint: Fingerprint,
        evictedAt: Timestamp? = nil,
        damagedAt: Timestamp? = nil
    ) -> Self {
        Self(
            fingerprint: fingerprint, outputs: [], isReusable: false, evictedAt: evictedAt,
            damagedAt: damagedAt)
    }

    /// Reads an entry; nil where it is damaged, of another version, or its fields do not give its name.
    init?(_ bytes: Data, of digest: Digest) {
        guard let entry = try? JSONDecoder().decode(Self.self, from: bytes), entry.version == 2,
            entry.fingerprint.digest == digest
        else { return nil }
        self = entry
    }

    /// Writes it where its fingerprint says, in place of what was there.
    func write(in directory: String, _ files: FileAccess) throws(FileError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let path = ActionCache.path(of: fingerprint.digest, in: directory)
        do {
            try files.write(path, try encoder.encode(self), false)
        } catch let error as FileError {
            throw error
        } catch {
            throw FileError(path: path, reason: "\(error)")
        }
    }
}
