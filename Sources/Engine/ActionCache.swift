import Foundation
package import Model

/// What steps gave, by the digest of their fingerprint.
package struct ActionCache: Sendable {
    /// An entry, version 1, with the fields, so that a later miss can be explained.
    struct EntryV1: Codable {
        var version = 1
        var fingerprint: Fingerprint
        var outputs: [Output]
        /// false where the fields are kept but the outputs may not stand in; absent where they may.
        var isReusable: Bool?

        var mayStandIn: Bool { isReusable ?? true }
    }

    private let directory: String
    private let files: FileAccess
    private let store: ContentStore

    /// Keeps its entries below `directory`, and trusts them only with all their content in `store`.
    package init(directory: String, files: FileAccess, store: ContentStore) {
        self.directory = directory
        self.files = files
        self.store = store
    }

    /// The outputs stored for a fingerprint, each there and whole; nil where the step must run.
    package func outputs(for fingerprint: Fingerprint) throws(FileError) -> [Output]? {
        guard let entry = try entry(fingerprint.digest), entry.fingerprint == fingerprint, entry.mayStandIn
        else { return nil }
        for output in entry.outputs {
            guard let bytes = try store.get(output.digest), bytes.count == output.bytes else { return nil }
        }
        return entry.outputs
    }

    /// The fields behind a digest; nil where nothing is stored for it.
    package func fingerprint(_ digest: Digest) -> Fingerprint? {
        (try? entry(digest))?.fingerprint
    }

    /// Whether there is a result for a digest that may not stand in.
    package func isUnusable(_ digest: Digest) -> Bool {
        (try? entry(digest)).map { !$0.mayStandIn } ?? false
    }

    /// Remembers what a step gave; what is not reusable is kept only to explain what changed since.
    package func record(
        _ outputs: [Output],
        for fingerprint: Fingerprint,
        isReusable: Bool = true
    ) throws(FileError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let path = path(of: fingerprint.digest)
        do {
            let bytes = try encoder.encode(
                EntryV1(
                    fingerprint: fingerprint,
                    outputs: outputs,
                    isReusable: isReusable ? nil : false
                )
            )
            try files.write(path, bytes, false)
        } catch let error as FileError {
            throw error
        } catch {
            throw FileError(path: path, reason: "\(error)")
        }
    }

    /// A damaged entry counts as missing, and so does one whose fields do not give its name.
    private func entry(_ digest: Digest) throws(FileError) -> EntryV1? {
        guard let bytes = try files.read(path(of: digest)),
            let entry = try? JSONDecoder().decode(EntryV1.self, from: bytes),
            entry.version == 1, entry.fingerprint.digest == digest
        else { return nil }
        return entry
    }

    private func path(of digest: Digest) -> String {
        "\(directory)/\(digest.hex.prefix(2))/\(digest.hex.dropFirst(2)).json"
    }
}
