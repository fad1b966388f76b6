import Foundation
import Model

/// Watched paths as bytes: a tag, five numbers of eight bytes, little-endian, the path, and a zero byte.
enum WatchRecords {
    private static let tags: [(tag: UInt8, kind: FileAccess.Kind)] = [
        (2, .file), (3, .directory), (4, .other),
    ]
    private static let absent: UInt8 = 0
    private static let status: UInt8 = 1
    private static let fixed = 1 + 5 * 8

    static func encoded(_ watched: [(path: String, what: FileWatch.Seen)]) -> Data {
        var bytes: [UInt8] = []
        for (path, what) in watched {
            var numbers = [UInt64](repeating: 0, count: 5)
            switch what {
            case .absent: bytes.append(absent)
            case .kind(let kind): bytes.append(tags.first { $0.kind == kind }?.tag ?? absent)
            case .status(let seen):
                bytes.append(status)
                numbers = [
                    seen.device, seen.inode, UInt64(bitPattern: seen.size), UInt64(bitPattern: seen.modified),
                    UInt64(bitPattern: seen.changed),
                ]
            }
            for number in numbers {
                for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * shift))) }
            }
            bytes += Array(path.utf8) + [0]
        }
        return Data(bytes)
    }

    /// Whether each path is still as it was seen; false also where the bytes are no records.
    static func allHold(_ records: Data, in files: FileAccess) -> Bool {
        unsafe records.withUnsafeBytes { bytes in
            var position = 0
            while position < bytes.count {
                guard position + fixed < bytes.count else { return false }
                let tag = unsafe bytes[position]
                var numbers: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)
                func number(_ place: Int) -> UInt64 {
                    unsafe UInt64(
                        littleEndian: bytes.loadUnaligned(
                            fromByteOffset: position + 1 + 8 * place, as: UInt64.self))
                }
                numbers = (number(0), number(1), number(2), number(3), number(4))
                let start = position + fixed
                var end = start
                while end < bytes.count, unsafe bytes[end] != 0 { end += 1 }
                guard end < bytes.count else { return false }
                let path = unsafe String(
                    decoding: UnsafeRawBufferPointer(rebasing: bytes[start..<end]), as: UTF8.self)
                position = end + 1
                switch tag {
                case absent: guard files.kind(path) == nil else { return false }
                case status:
                    let seen = FileStatus(
                        device: numbers.0,
                        inode: numbers.1,
                        size: Int64(bitPattern: numbers.2),
                        modified: Int64(bitPattern: numbers.3),
                        changed: Int64(bitPattern: numbers.4)
                    )
                    guard files.status(path) == seen else { return false }
                case let tag:
                    guard let kind = tags.first(where: { $0.tag == tag })?.kind, files.kind(path) == kind
                    else { return false }
                }
            }
            return true
        }
    }
}
