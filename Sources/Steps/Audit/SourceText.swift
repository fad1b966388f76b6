package import Model

/// The content of one source file, with its lines found once.
package struct SourceText: Sendable {
    /// Relative to the project's root.
    package let path: String
    package let bytes: [UInt8]
    /// Where each line starts.
    private let lineStarts: [Int]

    package init(path: String, content: String) {
        self.path = path
        let bytes = Array(content.utf8)
        self.bytes = bytes
        lineStarts = [0] + bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
    }

    /// The span of a range of bytes; columns count UTF-8 bytes from one.
    package func span(start: Int, end: Int) -> Finding.Span {
        let start = min(max(start, 0), bytes.count)
        let last = min(max(end - 1, start), bytes.count)
        let line = index(ofLineAt: start)
        return Finding.Span(
            file: path,
            line: line + 1,
            column: start - lineStarts[line] + 1,
            endLine: index(ofLineAt: last) + 1,
            text: text(ofLine: line)
        )
    }

    package func text(start: Int, end: Int) -> String {
        let start = min(max(start, 0), bytes.count)
        return String(decoding: bytes[start..<min(max(end, start), bytes.count)], as: UTF8.self)
    }

    private func text(ofLine line: Int) -> String {
        let next = line + 1 < lineStarts.count ? lineStarts[line + 1] - 1 : bytes.count
        var content = bytes[lineStarts[line]..<next]
        if content.last == UInt8(ascii: "\r") { content.removeLast() }
        return String(decoding: content, as: UTF8.self)
    }

    private func index(ofLineAt offset: Int) -> Int {
        var low = 0
        var high = lineStarts.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle - 1 }
        }
        return low
    }
}
