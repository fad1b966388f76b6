import Foundation
import Model

/// An entry as the file that a run with nothing to do reads for each of its steps, so that it is no JSON.
///
/// `hyperkit entry 4` and a line break; whether it is reusable (0 or 1); the three times, in milliseconds since 1970, of
/// which one that is not is the least number there is; the fingerprint's bytes behind their count; how many outputs, and of
/// each its name behind its count, the 32 bytes of its digest, its size, and the five numbers of its file's status, all 0 where
/// that is not known; how many bytes the failure takes as JSON, none
/// where there is none, and these; the SHA-256 of all that. Numbers are eight bytes, little-endian.
extension ActionCache.EntryV4 {
    /// No file has it: inodes begin at 1.
    private static let unknown = FileStatus(device: 0, inode: 0, size: 0, modified: 0, changed: 0)
    private static let magic = Array("hyperkit entry 4\n".utf8)

    /// Reads an entry, whatever its name; nil where it is damaged or of another version.
    init?(_ data: Data) {
        var reader = EntryReader(Array(data))
        guard reader.isWhole(behind: Self.magic),
            let isReusable = reader.number(), let failureEnds = reader.number(),
            let evictedAt = reader.number(), let damagedAt = reader.number(),
            let fields = reader.bytes(), let fingerprint = Fingerprint(bytes: Array(fields)),
            let count = reader.number(), count >= 0
        else { return nil }
        var outputs: [Output] = []
        var whole: [FileStatus?] = []
        // Before each is read: a count that is damaged leads to no end.
        while outputs.count < count {
            guard let name = reader.bytes(), let digest = reader.bytes(32).flatMap({ Digest(bytes: $0) }),
                let size = reader.number(), let status = reader.status()
            else { return nil }
            outputs.append(
                Output(name: String(decoding: name, as: UTF8.self), digest: digest, bytes: Int(size)))
            whole.append(status == Self.unknown ? nil : status)
        }
        guard let json = reader.bytes(), reader.isAtEnd else { return nil }
        var failure: StepFailure?
        if !json.isEmpty {
            failure = try? JSONDecoder().decode(StepFailure.self, from: Data(json))
            guard failure != nil else { return nil }
        }
        self.init(
            fingerprint: fingerprint,
            outputs: outputs,
            whole: whole,
            isReusable: isReusable == 1,
            failure: failure,
            failureEnds: Self.time(failureEnds),
            evictedAt: Self.time(evictedAt),
            damagedAt: Self.time(damagedAt)
        )
    }

    /// The bytes of the file.
    ///
    /// - Throws: ``FileError`` of `path` where the failure cannot be written.
    func encoded(for path: String) throws(FileError) -> Data {
        var bytes = Self.magic
        func add(_ number: Int64) {
            for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: number >> Int64(8 * shift))) }
        }
        func add(_ text: some Collection<UInt8>) {
            add(Int64(text.count))
            bytes.append(contentsOf: text)
        }
        add(isReusable ? 1 : 0)
        for time in [failureEnds, evictedAt, damagedAt] { add(time?.milliseconds ?? .min) }
        add(fingerprint.bytes)
        add(Int64(outputs.count))
        for (place, output) in outputs.enumerated() {
            add(output.name.utf8)
            bytes.append(contentsOf: output.digest.bytes)
            add(Int64(output.bytes))
            let status = (whole.indices.contains(place) ? whole[place] : nil) ?? Self.unknown
            for id in [status.device, status.inode] { add(Int64(bitPattern: id)) }
            for number in [status.size, status.modified, status.changed] { add(number) }
        }
        do {
            add(try failure.map { try JSONEncoder().encode($0) } ?? Data())
        } catch {
            throw FileError(path: path, reason: "\(error)")
        }
        return Data(bytes + Digest(of: bytes).bytes)
    }

    private static func time(_ number: Int64) -> Timestamp? {
        number == .min ? nil : Timestamp(milliseconds: number)
    }
}

/// Goes through the bytes of an entry, and past no end of them.
private struct EntryReader {
    private let all: [UInt8]
    private var next = 0
    private var end = 0

    init(_ all: [UInt8]) { self.all = all }

    var isAtEnd: Bool { next == end }

    /// Whether these are first, and last the digest of all before it; what is between is then read.
    mutating func isWhole(behind magic: [UInt8]) -> Bool {
        guard all.count >= magic.count + 32, all.starts(with: magic) else { return false }
        next = magic.count
        end = all.count - 32
        return Digest(bytes: all[end...]) == Digest(of: all[..<end])
    }

    mutating func number() -> Int64? {
        guard end - next >= 8 else { return nil }
        defer { next += 8 }
        var number: UInt64 = 0
        for place in 0..<8 { number |= UInt64(all[next + place]) << UInt64(8 * place) }
        return Int64(bitPattern: number)
    }

    mutating func status() -> FileStatus? {
        guard let device = number(), let inode = number(), let size = number(), let modified = number(),
            let changed = number()
        else { return nil }
        return FileStatus(
            device: UInt64(bitPattern: device),
            inode: UInt64(bitPattern: inode),
            size: size,
            modified: modified,
            changed: changed
        )
    }

    /// As many as the number ahead of them says.
    mutating func bytes() -> ArraySlice<UInt8>? { number().flatMap { bytes($0) } }

    mutating func bytes(_ count: Int64) -> ArraySlice<UInt8>? {
        guard count >= 0, count <= end - next else { return nil }
        defer { next += Int(count) }
        return all[next..<next + Int(count)]
    }
}
