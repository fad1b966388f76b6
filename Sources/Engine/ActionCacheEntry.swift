import Foundation
import Model

extension ActionCache {
    /// An entry, with the fields, so that a later miss can be explained.
    struct EntryV4: Hashable {
        var fingerprint: Fingerprint
        var outputs: [Output]
        /// How the file of each output was when all of its content had been looked at, in the order of outputs; nil where
        /// that is not known.
        var whole: [FileStatus?] = []
        /// false where the fields are kept but the outputs may not stand in.
        var isReusable = true
        /// Why the step failed; then there are no outputs.
        var failure: StepFailure?
        /// From when the failure counts no more; nil where it stands.
        var failureEnds: Timestamp?
        /// When what was stored was given up to make room; then only the fields are left.
        var evictedAt: Timestamp?
        /// When what was stored was found damaged; then only the fields are left.
        var damagedAt: Timestamp?

        var mayStandIn: Bool { failure == nil && isReusable }

        /// Since when there are only fields; nil where there is more.
        var recordSince: Timestamp? { evictedAt ?? damagedAt }
    }
}

extension ActionCache.EntryV4 {
    /// The fields alone.
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
        guard let entry = Self(bytes), entry.fingerprint.digest == digest else { return nil }
        self = entry
    }

    /// Writes it where its fingerprint says, in place of what was there.
    func write(in directory: String, _ files: FileAccess) throws(FileError) {
        let path = ActionCache.path(of: fingerprint.digest, in: directory)
        try files.write(path, try encoded(for: path), false)
    }
}
