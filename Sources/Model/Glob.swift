/// A pattern for paths: `*`, `?`, `[a-z]`, `{a,b}` within a part, `**` for any number of directories.
///
/// A backslash takes the next character as it is. Names that begin with a dot match only a part that does too.
package struct Glob: Sendable {
    /// Why a text is no pattern.
    package struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        package let reason: String

        package var description: String { reason }
    }

    private enum Part: Sendable {
        case literal(String)
        case anyDirectories
        case pattern(NamePattern)
    }

    private static let mostAlternatives = 1000
    private static let deepest = 64

    private let alternatives: [[Part]]

    package init(_ text: String) throws(Fault) {
        var alternatives: [[Part]] = []
        for path in try Self.expandBraces(text) {
            var parts: [Part] = []
            for part in path.split(separator: "/") where part != "." {
                if part == "**" {
                    parts.append(.anyDirectories)
                } else if Self.isPattern(String(part)) || part.contains("\\") {
                    parts.append(.pattern(try NamePattern(String(part))))
                } else {
                    parts.append(.literal(String(part)))
                }
            }
            guard !parts.isEmpty else { throw Fault(reason: "it names no file") }
            alternatives.append(parts)
        }
        self.alternatives = alternatives
    }

    /// Whether the text has any of the characters that make a pattern.
    package static func isPattern(_ text: String) -> Bool {
        text.utf8.contains { "*?[{".utf8.contains($0) }
    }

    /// The text with the characters that make a pattern taken as they are.
    package static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            if "*?[]{},\\".contains(character) { escaped.append("\\") }
            escaped.append(character)
        }
        return escaped
    }

    /// The files below the absolute `directory` that match, relative to it, sorted, each once.
    ///
    /// - Throws: ``FileError`` for a directory that may not be read.
    package func files(under directory: String, in files: FileAccess) throws(FileError) -> [String] {
        var walk = Walk(root: directory, files: files)
        for parts in alternatives {
            walk.entered = []
            try walk.descend(parts[...], at: "", depth: 0)
        }
        return walk.found.sorted()
    }

    private struct Walk {
        let root: String
        let files: FileAccess
        var found: Set<String> = []
        /// Directories that a `**` has entered, by their real path, against links that lead back.
        var entered: Set<String> = []

        init(root: String, files: FileAccess) {
            self.root = root
            self.files = files
        }

        mutating func descend(_ parts: ArraySlice<Part>, at path: String, depth: Int) throws(FileError) {
            guard let part = parts.first, depth < Glob.deepest else { return }
            let rest = parts.dropFirst()
            switch part {
            case .literal(let name):
                try take(name, rest, at: path, depth: depth)
            case .pattern(let pattern):
                for name in try names(in: path) where pattern.matches(name) {
                    try take(name, rest, at: path, depth: depth)
                }
            case .anyDirectories:
                let real = files.resolved(absolute(path)) ?? absolute(path)
                guard entered.insert("\(rest.count)\n\(real)").inserted else { return }
                try descend(rest, at: path, depth: depth + 1)
                for name in try names(in: path) where !name.hasPrefix(".") {
                    let inner = path.isEmpty ? name : path + "/" + name
                    if rest.isEmpty, files.kind(absolute(inner)) == .file { found.insert(inner) }
                    if files.kind(absolute(inner)) == .directory {
                        try descend(parts, at: inner, depth: depth + 1)
                    }
                }
            }
        }

        private mutating func take(
            _ name: String,
            _ rest: ArraySlice<Part>,
            at path: String,
            depth: Int
        ) throws(FileError) {
            let inner = path.isEmpty ? name : path + "/" + name
            switch files.kind(absolute(inner)) {
            case .file: if rest.isEmpty { found.insert(inner) }
            case .directory: try descend(rest, at: inner, depth: depth + 1)
            case .other, .none: break
            }
        }

        private func names(in path: String) throws(FileError) -> [String] { try files.list(absolute(path)) }

        private func absolute(_ path: String) -> String { path.isEmpty ? root : PathText.join(root, path) }
    }

    private static func expandBraces(_ text: String) throws(Fault) -> [String] {
        var done: [String] = []
        var waiting = [text]
        while let next = waiting.popLast() {
            guard done.count + waiting.count < mostAlternatives else {
                throw Fault(reason: "its braces stand for more than \(mostAlternatives) patterns")
            }
            if let choices = try firstBraces(Array(next)) {
                waiting += choices.reversed()
            } else {
                done.append(next)
            }
        }
        return done
    }

    /// The texts that the first group of braces stands for; nil where there is none.
    private static func firstBraces(_ text: [Character]) throws(Fault) -> [String]? {
        var depth = 0
        var open = 0
        var cuts: [Int] = []
        var index = 0
        while index < text.count {
            switch text[index] {
            case "\\": index += 1
            case "{":
                if depth == 0 { open = index }
                depth += 1
            case ",": if depth == 1 { cuts.append(index) }
            case "}" where depth > 0:
                depth -= 1
                guard depth == 0 else { break }
                let bounds = [open] + cuts + [index]
                return zip(bounds, bounds.dropFirst()).map { start, end in
                    String(text[..<open]) + String(text[(start + 1)..<end]) + String(text[(index + 1)...])
                }
            default: break
            }
            index += 1
        }
        guard depth == 0 else { throw Fault(reason: "a '{' has no '}'") }
        return nil
    }
}
