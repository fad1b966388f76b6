package import Foundation
package import Model

/// Bytes by their SHA-256, shared by all runs on one state directory.
///
/// What is read is hashed again: a damaged entry is removed and counts as missing. Nothing is synced to the disk, since
/// an entry that a power loss spoils is found out by its digest.
package struct ContentStore: Sendable {
    private let directory: String
    private let files: FileAccess

    /// Keeps its entries below `directory`.
    package init(directory: String, files: FileAccess) {
        self.directory = directory
        self.files = files
    }

    /// Keeps `bytes`, where they are not there yet.
    package func put(_ bytes: Data) throws(FileError) -> Digest {
        let digest = Digest(of: bytes)
        if try size(digest) == nil { try files.write(path(of: digest), bytes, false) }
        return digest
    }

    /// How many bytes there are with this digest, each of which was looked at; nil where they are not there or are damaged.
    package func size(_ digest: Digest) throws(FileError) -> Int? {
        let path = path(of: digest)
        guard let found = try files.digest(path) else { return nil }
        guard found.digest == digest else {
            try files.remove(path)
            return nil
        }
        return found.bytes
    }

    /// How the file is that has this content by its name; nil where there is none.
    func status(_ digest: Digest) -> FileStatus? { files.status(path(of: digest)) }

    /// The bytes with this digest; nil where they are not there or are damaged.
    package func get(_ digest: Digest) throws(FileError) -> Data? {
        let path = path(of: digest)
        guard let bytes = try files.read(path) else { return nil }
        guard Digest(of: bytes) == digest else {
            try files.remove(path)
            return nil
        }
        return bytes
    }

    /// What a step stored, as runners read it.
    package func outputs(_ outputs: [Output]) -> StoredOutputs {
        StoredOutputs(outputs) { [self] digest throws(StepFailure) in try content(digest) }
    }

    /// The bytes with this digest; `noteLoss` hears of content that is not there or damaged.
    ///
    /// - Throws: ``StepFailure`` coded `lost-output` then.
    func content(_ digest: Digest, noteLoss: () -> Void = {}) throws(StepFailure) -> Data {
        guard let bytes = try inStore({ () throws(FileError) in try get(digest) }) else {
            noteLoss()
            throw .lostOutput(digest)
        }
        return bytes
    }

    private func path(of digest: Digest) -> String { Self.path(of: digest, in: directory) }

    /// Where the content with a digest is.
    static func path(of digest: Digest, in directory: String) -> String { digest.path(in: directory) }
}

extension StepFailure {
    static func lostOutput(_ digest: Digest) -> StepFailure {
        StepFailure(
            .environment,
            code: "lost-output",
            "\(digest) was in the content store and is no more",
            hint: "run again: what is lost is made again"
        )
    }
}
