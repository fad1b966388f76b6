import Foundation
import Model

/// A file in memory as far as it is looked at: what has been used is given back, so that a large one takes little room.
enum MappedFile {
    /// Bytes that are hashed or written before they are given back.
    private static let chunk = 4 << 20

    /// The bytes of a file, mapped to be read; nil where there is none.
    static func bytes(_ path: String) -> Data? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_size > 0 else { return nil }
        let size = Int(status.st_size)
        let start = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard unsafe start != MAP_FAILED, let start = unsafe start else { return nil }
        return unsafe Data(
            bytesNoCopy: start,
            count: size,
            deallocator: .custom { start, size in _ = unsafe munmap(start, size) }
        )
    }

    /// Parts of the mapped bytes, each so small that giving it back keeps the whole small.
    static func chunks(_ bytes: Data) -> [Data] {
        stride(from: bytes.startIndex, to: bytes.endIndex, by: chunk).map { start in
            bytes[start..<min(start + chunk, bytes.endIndex)]
        }
    }

    /// Gives back the pages of mapped bytes; they are read again from the file where they are looked at again.
    ///
    /// Only for what ``bytes(_:)`` gave: other memory would lose what is in it.
    static func giveBack(_ bytes: Data) {
        // Smaller pieces may have been copied out of the mapping.
        guard bytes.count >= chunk / 64 else { return }
        unsafe bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            let page = Int(getpagesize())
            let start = Int(bitPattern: base)
            let first = (start + page - 1) / page * page
            let last = (start + buffer.count) / page * page
            guard last > first, let address = unsafe UnsafeMutableRawPointer(bitPattern: first) else {
                return
            }
            _ = unsafe madvise(address, last - first, MADV_DONTNEED)
        }
    }

    /// The SHA-256 of mapped bytes.
    static func digest(_ bytes: Data) -> Data {
        var hash = RunningDigest()
        for chunk in chunks(bytes) {
            hash.add(chunk)
            giveBack(chunk)
        }
        return hash.finished
    }
}
