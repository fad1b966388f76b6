package import Foundation

/// Files as closures; paths are absolute.
package struct FileAccess: Sendable {
    package enum Kind: Sendable { case file, directory, other }

    /// The bytes of a file; nil where there is none.
    package var read: @Sendable (String) throws(FileError) -> Data?
    /// The bytes of a file and when they were changed last, in nanoseconds since 1970; nil where there is none.
    package var readAged: @Sendable (String) throws(FileError) -> (bytes: Data, modified: Int64)?
    /// The digest of a file's bytes and how many they are, without all of them in memory; nil where there is none.
    package var digest: @Sendable (String) throws(FileError) -> (digest: Digest, bytes: Int)?
    /// Writes under a temporary name in the same directory, then renames.
    ///
    /// Makes directories on the way. With `durable` the bytes and the name are on the disk when it returns.
    package var write: @Sendable (_ path: String, _ bytes: Data, _ durable: Bool) throws(FileError) -> Void
    /// The same for a file of many parts, which are not put together in memory; each is told of when it is written.
    package var writeParts:
        @Sendable (_ path: String, _ parts: [Data], _ durable: Bool, _ written: (Data) -> Void)
            throws(FileError)
            -> Void
    /// What of a file that only its owner may read; a symbolic link at its path is not followed.
    package var readPrivate: @Sendable (String) throws(FileError) -> PrivateFile
    /// Writes a file that was not there and that only its owner may read, whole or not at all, durably.
    ///
    /// Makes directories on the way. Throws where something is at the path.
    package var createPrivate: @Sendable (_ path: String, _ bytes: Data) throws(FileError) -> Void
    package var kind: @Sendable (String) -> Kind?
    /// The names in a directory, sorted; empty where there is none.
    package var list: @Sendable (String) throws(FileError) -> [String]
    /// Removes a file or a whole directory; nothing happens where there is none.
    package var remove: @Sendable (String) throws(FileError) -> Void
    /// The path with symbolic links resolved; nil where it does not exist.
    package var resolved: @Sendable (String) -> String?
    /// What tells whether a file or directory has changed, links followed; nil where there is none.
    package var status: @Sendable (String) -> FileStatus?
    /// Notes that a file was used now, to the hour, as its time of modification; nothing happens where that cannot be.
    package var touch: @Sendable (String) -> Void

    package init(
        read: @escaping @Sendable (String) throws(FileError) -> Data?,
        write: @escaping @Sendable (String, Data, Bool) throws(FileError) -> Void,
        kind: @escaping @Sendable (String) -> Kind?,
        list: @escaping @Sendable (String) throws(FileError) -> [String],
        remove: @escaping @Sendable (String) throws(FileError) -> Void,
        resolved: @escaping @Sendable (String) -> String?,
        status: @escaping @Sendable (String) -> FileStatus? = { _ in nil },
        touch: @escaping @Sendable (String) -> Void = { _ in },
        writeParts: (@Sendable (String, [Data], Bool, (Data) -> Void) throws(FileError) -> Void)? = nil,
        digest: (@Sendable (String) throws(FileError) -> (digest: Digest, bytes: Int)?)? = nil,
        readPrivate: (@Sendable (String) throws(FileError) -> PrivateFile)? = nil,
        createPrivate: (@Sendable (String, Data) throws(FileError) -> Void)? = nil,
        readAged: (@Sendable (String) throws(FileError) -> (bytes: Data, modified: Int64)?)? = nil
    ) {
        self.read = read
        self.write = write
        self.kind = kind
        self.list = list
        self.remove = remove
        self.resolved = resolved
        self.status = status
        self.touch = touch
        if let readAged {
            self.readAged = readAged
        } else {
            self.readAged = { (path: String) throws(FileError) -> (bytes: Data, modified: Int64)? in
                try read(path).map { ($0, status(path)?.modified ?? 0) }
            }
        }
        if let digest {
            self.digest = digest
        } else {
            self.digest = { (path: String) throws(FileError) -> (digest: Digest, bytes: Int)? in
                try read(path).map { (Digest(of: $0), $0.count) }
            }
        }
        if let writeParts {
            self.writeParts = writeParts
        } else {
            self.writeParts = {
                (path: String, parts: [Data], durable: Bool, _: (Data) -> Void) throws(FileError) -> Void in
                try write(path, Data(parts.joined()), durable)
            }
        }
        if let readPrivate {
            self.readPrivate = readPrivate
        } else {
            self.readPrivate = { (path: String) throws(FileError) -> PrivateFile in
                guard let bytes = try read(path) else { return .absent }
                return .file(bytes)
            }
        }
        if let createPrivate {
            self.createPrivate = createPrivate
        } else {
            self.createPrivate = { (path: String, bytes: Data) throws(FileError) -> Void in
                guard kind(path) == nil else { throw FileError(path: path, reason: "it is there already") }
                try write(path, bytes, true)
            }
        }
    }
}

/// What is at a path where a file should be that only its owner may read.
package enum PrivateFile: Hashable, Sendable {
    case absent
    case file(Data)
    /// A symbolic link.
    case link
    /// Something else than a file.
    case other
    /// Others than its owner may do something with it: the lowest nine bits of its mode.
    case open(mode: Int)
}

/// What the system says of a file that changes with every change of it.
package struct FileStatus: Hashable, Sendable {
    package var device: UInt64
    package var inode: UInt64
    /// In bytes.
    package var size: Int64
    /// Of its content, in nanoseconds since 1970.
    package var modified: Int64
    /// Of its content, name or rights, in nanoseconds since 1970; no program can set it.
    package var changed: Int64

    package init(device: UInt64, inode: UInt64, size: Int64, modified: Int64, changed: Int64) {
        self.device = device
        self.inode = inode
        self.size = size
        self.modified = modified
        self.changed = changed
    }
}

/// A file operation that the system refused.
package struct FileError: Error, Hashable, Sendable {
    package var path: String
    /// In the system's words.
    package var reason: String

    /// What to do about one of which only the words are known.
    package static let remedy = "make room or mend its permissions, then run again"
    /// The reason of what is read and has no end that anybody knows: a pipe, a device.
    package static let noFile = "it is no regular file"

    /// What to do about it.
    package var remedy: String {
        switch reason {
        case "Is a directory": "a file is meant: name one in it, or move the directory away"
        case Self.noFile: "write what it holds into a file, and name that"
        default: Self.remedy
        }
    }

    package init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }
}

extension FileError: CustomStringConvertible {
    package var description: String { "\(path): \(reason)" }
}
