import Foundation
import Glibc
import Model

extension FileAccess {
    /// The disk.
    static let live = FileAccess(
        read: { path throws(FileError) in try DiskFile.read(path) },
        write: { path, bytes, durable throws(FileError) in try DiskFile.write(path, [bytes], durable: durable)
        },
        kind: { path in DiskFile.kind(path) },
        list: { path throws(FileError) in try DiskFile.list(path) },
        remove: { path throws(FileError) in try DiskFile.remove(path) },
        resolved: { path in DiskFile.resolved(path) },
        status: { path in DiskFile.status(path) },
        touch: { path in DiskFile.touch(path) },
        writeParts: { path, parts, durable, written throws(FileError) in
            try DiskFile.write(path, parts, durable: durable, written: written)
        },
        digest: { path throws(FileError) in try DiskFile.digest(path) },
        readPrivate: { path throws(FileError) in try DiskFile.readPrivate(path) },
        createPrivate: { path, bytes throws(FileError) in try DiskFile.createPrivate(path, bytes) },
        readAged: { path throws(FileError) in try DiskFile.readAged(path) }
    )

    /// Makes a directory and those above it, where they are not there.
    static func makeDirectory(_ path: String) throws(FileError) {
        try DiskFile.makeDirectory(PathText.normalized(path), durable: false)
    }
}

/// The calls of the system behind the file operations, each tried again when a signal interrupts it.
private enum DiskFile {
    /// Most files of hyperkit are smaller, and are read by one call.
    private static let chunk = 16_384

    static func read(_ path: String) throws(FileError) -> Data? {
        guard let descriptor = try openToRead(path) else { return nil }
        defer { _ = close(descriptor) }
        return try read(descriptor, path)
    }

    static func readAged(_ path: String) throws(FileError) -> (bytes: Data, modified: Int64)? {
        guard let descriptor = try openToRead(path) else { return nil }
        defer { _ = close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw failure(path) }
        return (try read(descriptor, path), nanoseconds(status.st_mtim))
    }

    private static func read(_ descriptor: Int32, _ path: String) throws(FileError) -> Data {
        var start = Data()
        let count = unsafe withChunk { buffer in
            let count = retrying { unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count) }
            if count > 0 { start = unsafe Data(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
            return count
        }
        guard count >= 0 else { throw failure(path) }
        // What fills less than there is room for has seen the end.
        return count < chunk ? start : try read(descriptor, behind: start, path)
    }

    private static func read(_ descriptor: Int32, behind start: Data, _ path: String) throws(FileError)
        -> Data
    {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw failure(path) }
        var bytes = start
        // One byte more than the file has, so that the end is seen.
        bytes.count = max(start.count, Int(status.st_size)) + 1
        var filled = start.count
        while true {
            let count = retrying {
                unsafe bytes.withUnsafeMutableBytes { buffer in
                    unsafe Glibc.read(
                        descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
                }
            }
            guard count >= 0 else { throw failure(path) }
            filled += count
            guard filled == bytes.count, count > 0 else {
                bytes.count = filled
                return bytes
            }
            bytes.count += max(4_096, bytes.count)
        }
    }

    static func readPrivate(_ path: String) throws(FileError) -> PrivateFile {
        // Without waiting for who would write to a pipe.
        let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        let descriptor = retrying { unsafe open(path, flags) }
        guard descriptor >= 0 else {
            if isAbsence(errno) { return .absent }
            if errno == ELOOP { return .link }
            throw failure(path)
        }
        defer { _ = close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw failure(path) }
        guard status.st_mode & S_IFMT == S_IFREG else { return .other }
        guard status.st_mode & 0o077 == 0 else { return .open(mode: Int(status.st_mode & 0o777)) }
        return .file(try read(descriptor, behind: Data(), path))
    }

    static func digest(_ path: String) throws(FileError) -> (digest: Digest, bytes: Int)? {
        guard let descriptor = try openToRead(path) else { return nil }
        defer { _ = close(descriptor) }
        var digest = RunningDigest()
        var bytes = 0
        let last = unsafe withChunk { buffer in
            while true {
                let count = retrying { unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count) }
                guard count > 0 else { return count }
                unsafe digest.add(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                bytes += count
                // As read takes it.
                guard count == buffer.count else { return 0 }
            }
        }
        guard last == 0 else { throw failure(path) }
        return (digest.digest, bytes)
    }

    /// Lends memory that is not cleared first.
    private static func withChunk(_ body: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
        unsafe withUnsafeTemporaryAllocation(byteCount: chunk, alignment: 16) { unsafe body($0) }
    }

    /// nil: there is no such file.
    ///
    /// - Throws: ``FileError`` also for what is no regular file: the end of a pipe or a device may never come.
    private static func openToRead(_ path: String) throws(FileError) -> Int32? {
        // Without waiting for who would write to a pipe.
        let descriptor = retrying { unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else {
            guard isAbsence(errno) else { throw failure(path) }
            return nil
        }
        var status = stat()
        let isKnown = unsafe fstat(descriptor, &status) == 0
        switch status.st_mode & S_IFMT {
        // Of a directory the system says itself what it is.
        case S_IFREG where isKnown, S_IFDIR where isKnown: return descriptor
        default:
            let refusal = isKnown ? FileError(path: path, reason: FileError.noFile) : failure(path)
            _ = close(descriptor)
            throw refusal
        }
    }

    static func write(
        _ path: String,
        _ parts: [Data],
        durable: Bool,
        written: (Data) -> Void = { _ in }
    ) throws(FileError) {
        // 0666 less the umask: what any program that makes a file would give it.
        try write(path, parts, durable: durable, mode: 0o666, written: written) { temporary in
            unsafe rename(temporary, path) == 0
        }
    }

    static func createPrivate(_ path: String, _ bytes: Data) throws(FileError) {
        // A link, unlike a new name, takes no place that is taken.
        try write(path, [bytes], durable: true, mode: 0o600, written: { _ in }) { temporary in
            guard unsafe link(temporary, path) == 0 else { return false }
            _ = unsafe unlink(temporary)
            return true
        }
    }

    /// Writes under a temporary name; `settle` gives it its own.
    private static func write(
        _ path: String,
        _ parts: [Data],
        durable: Bool,
        mode: mode_t,
        written: (Data) -> Void,
        settle: (String) -> Bool
    ) throws(FileError) {
        let directory = parent(of: path)
        try makeDirectory(directory, durable: durable)
        let temporary = "\(path).\(getpid())-\(String(UInt64.random(in: 0 ... .max), radix: 36)).tmp"
        let descriptor = retrying { unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode) }
        guard descriptor >= 0 else { throw failure(path) }
        do throws(FileError) {
            do throws(FileError) {
                for part in parts {
                    try fill(descriptor, with: part, for: path)
                    written(part)
                }
                if durable, retrying({ fsync(descriptor) }) != 0 { throw failure(path) }
            } catch {
                _ = close(descriptor)
                throw error
            }
            // The last chance of some file systems to say that the bytes have not arrived.
            guard close(descriptor) == 0 || errno == EINTR else { throw failure(path) }
            guard settle(temporary) else { throw failure(path) }
        } catch {
            _ = unsafe unlink(temporary)
            throw error
        }
        if durable { try sync(directory) }
    }

    /// What a path leads to; a link that leads nowhere is something, but neither file nor directory.
    static func kind(_ path: String) -> FileAccess.Kind? {
        var status = stat()
        if unsafe stat(path, &status) == 0 {
            return switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .directory
            default: .other
            }
        }
        return unsafe lstat(path, &status) == 0 ? .other : nil
    }

    /// Whether there is a directory itself, not a link to one.
    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    static func list(_ path: String) throws(FileError) -> [String] {
        guard let stream = unsafe opendir(path) else {
            if isAbsence(errno) { return [] }
            throw failure(path)
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else {
                guard errno == 0 else { throw failure(path) }
                return names.sorted()
            }
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { start in
                unsafe start.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
    }

    static func remove(_ path: String) throws(FileError) {
        if unsafe unlink(path) == 0 || isAbsence(errno) { return }
        // Not by the error of unlink, which differs among systems.
        let refusal = failure(path)
        guard isDirectory(path) else { throw refusal }
        for name in try list(path) { try remove("\(path)/\(name)") }
        guard unsafe rmdir(path) == 0 || isAbsence(errno) else { throw failure(path) }
    }

    static func resolved(_ path: String) -> String? {
        guard let text = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(text) }
        return unsafe String(cString: text)
    }

    static func status(_ path: String) -> FileStatus? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return FileStatus(
            device: UInt64(status.st_dev),
            inode: UInt64(status.st_ino),
            size: Int64(status.st_size),
            modified: nanoseconds(status.st_mtim),
            changed: nanoseconds(status.st_ctim)
        )
    }

    /// Not where the file was used within the last hour: a change of its times costs more than all else that a use does.
    static func touch(_ path: String) {
        guard let status = status(path) else { return }
        var now = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &now)
        if (0..<3_600_000_000_000).contains(nanoseconds(now) - status.modified) { return }
        _ = unsafe utimensat(AT_FDCWD, path, nil, 0)
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }

    private static func fill(_ descriptor: Int32, with bytes: Data, for path: String) throws(FileError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = retrying {
                unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            }
            guard count > 0 else { throw failure(path) }
            rest = rest.dropFirst(count)
        }
    }

    /// Makes a directory and those above it that are not there.
    static func makeDirectory(_ path: String, durable: Bool) throws(FileError) {
        if kind(path) == .directory { return }
        let above = parent(of: path)
        if above != path { try makeDirectory(above, durable: durable) }
        if unsafe mkdir(path, 0o777) != 0 {
            // Somebody else may have made it meanwhile.
            guard errno == EEXIST else { throw failure(path) }
            guard kind(path) == .directory else { throw FileError(path: path, reason: "Not a directory") }
        }
        if durable { try sync(above) }
    }

    /// Puts the names in a directory on the disk.
    private static func sync(_ directory: String) throws(FileError) {
        let descriptor = retrying { unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw failure(directory) }
        defer { _ = close(descriptor) }
        guard retrying({ fsync(descriptor) }) == 0 else { throw failure(directory) }
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Repeats a call that a signal interrupted.
    private static func retrying<Count: SignedInteger>(_ call: () -> Count) -> Count {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }

    private static func isAbsence(_ code: Int32) -> Bool { code == ENOENT || code == ENOTDIR }

    /// The last error, in the system's words.
    private static func failure(_ path: String) -> FileError {
        let code = errno
        return FileError(
            path: path, reason: unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)")
    }
}
