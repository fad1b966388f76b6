package import Foundation

/// A source file's bytes with its lines found: turns a compiler's offsets into places.
package struct SourceText: Sendable {
    private let bytes: Data
    /// The offset of each line's first byte.
    private let starts: [Int]

    package init(_ bytes: Data) {
        self.bytes = Data(bytes)
        var starts = [0]
        for (offset, byte) in self.bytes.enumerated() where byte == UInt8(ascii: "\n") {
            starts.append(offset + 1)
        }
        self.starts = starts
    }

    /// Line and column, counted from one, of a byte offset; held within the text.
    package func place(of offset: Int) -> (line: Int, column: Int) {
        let offset = min(max(offset, 0), bytes.count)
        var (low, high) = (0, starts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle } else { high = middle }
        }
        return (low + 1, offset - starts[low] + 1)
    }

    /// The text of a line, counted from one, without its line break.
    package func line(_ number: Int) -> String {
        guard starts.indices.contains(number - 1) else { return "" }
        let end = number < starts.count ? starts[number] - 1 : bytes.count
        var text = bytes[starts[number - 1]..<max(end, starts[number - 1])]
        if text.last == UInt8(ascii: "\r") { text.removeLast() }
        return String(decoding: text, as: UTF8.self)
    }
}
