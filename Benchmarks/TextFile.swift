import Foundation

/// A text that is written in pieces, since graphs are large.
struct TextFile: ~Copyable {
    private let path: String
    private let handle: FileHandle
    private var piece = ""

    /// Starts a file anew, and makes the directories on the way.
    init(_ path: String) throws {
        let directory = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw BenchmarkError("\(path) cannot be written") }
        self.path = path
        self.handle = handle
    }

    mutating func line(_ text: String) throws {
        piece += text
        piece += "\n"
        if piece.utf8.count > 1 << 16 { try flush() }
    }

    /// Puts the rest on the disk; without it the end is missing.
    consuming func end() throws {
        try flush()
        try handle.close()
    }

    private mutating func flush() throws {
        try handle.write(contentsOf: Data(piece.utf8))
        piece.removeAll(keepingCapacity: true)
    }

    /// Writes a whole file.
    static func write(_ path: String, _ text: String) throws {
        var file = try TextFile(path)
        try file.line(text)
        try file.end()
    }
}
