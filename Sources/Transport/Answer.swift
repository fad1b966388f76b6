internal import Foundation

/// What has arrived of an answer, within its limit.
struct Answer {
    private(set) var headers: [String: String] = [:]
    private(set) var body = Data()
    private(set) var isTooLarge = false
    /// Whether the empty line after the head has come: libcurl takes a head that breaks off for a whole one.
    private(set) var hasWholeHead = false
    private let limit: Int
    private var headerBytes = 0

    /// - Parameter limit: The most bytes of the body, after decoding.
    init(limit: Int) { self.limit = limit }

    /// Takes a piece of the body; false where it would be too much.
    mutating func take(body bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count <= limit - body.count else {
            isTooLarge = true
            return false
        }
        unsafe body.append(contentsOf: bytes)
        return true
    }

    /// Takes one line of the head, or of a trailer; false where the lines are too many.
    mutating func take(header bytes: UnsafeRawBufferPointer) -> Bool {
        headerBytes += bytes.count
        guard headerBytes <= 256 << 10 else {
            isTooLarge = true
            return false
        }
        let line = unsafe String(decoding: bytes, as: UTF8.self).trimmingCharacters(
            in: .whitespacesAndNewlines)
        if line.hasPrefix("HTTP/") {
            // The head of the answer proper, after one such as "100 Continue".
            headers = [:]
            hasWholeHead = false
        } else if line.isEmpty {
            hasWholeHead = true
        } else if let colon = line.firstIndex(of: ":") {
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            headers[line[..<colon].lowercased()] = value
        }
        return true
    }
}
