import Model

/// Finds what a plan must know of a Solidity file: pragmas, imports, and what it declares at the top.
///
/// It knows comments, strings and braces, and nothing else of the language: a file that does not compile is scanned too.
struct SolidityScanner {
    private enum Token: Equatable {
        case word(String)
        case string(String)
        case symbol(UInt8)
    }

    private struct Placed {
        var token: Token
        var offset: Int
    }

    private(set) var pragmas: [String] = []
    private(set) var imports: [SourceFile.Import] = []
    private(set) var declarations: [SourceFile.Declaration] = []

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var lineStart = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var depth = 0
        while let placed = next() {
            switch placed.token {
            case .symbol(UInt8(ascii: "{")): depth += 1
            case .symbol(UInt8(ascii: "}")): depth = max(0, depth - 1)
            case .word(let word) where depth == 0: take(word, at: placed.offset)
            case .word, .string, .symbol: break
            }
        }
    }

    /// Reads what a word at the top of the file begins.
    private mutating func take(_ word: String, at offset: Int) {
        switch word {
        case "pragma": takePragma()
        case "import": takeImport(line: line, column: offset - lineStart + 1)
        case "abstract":
            guard next()?.token == .word("contract") else { return }
            declare(.abstractContract)
        case "contract": declare(.contract)
        case "interface": declare(.interface)
        case "library": declare(.library)
        default: break
        }
    }

    private mutating func declare(_ kind: SourceFile.DeclarationKind) {
        let line = line
        guard case .word(let name)? = next()?.token else { return }
        declarations.append(SourceFile.Declaration(kind: kind, name: name, line: line))
    }

    /// The text of a version pragma up to its semicolon, comments left out.
    private mutating func takePragma() {
        guard next()?.token == .word("solidity") else { return }
        var text = ""
        while skipBlanks(), position < bytes.count, bytes[position] != UInt8(ascii: ";") {
            let start = position
            while position < bytes.count, bytes[position] > 32, bytes[position] != UInt8(ascii: ";"),
                !isComment
            {
                position += 1
            }
            if !text.isEmpty { text += " " }
            text += String(decoding: bytes[start..<position], as: UTF8.self)
        }
        pragmas.append(text)
    }

    /// `import "p";`, `import "p" as A;`, `import * as A from "p";`, `import {A as B} from "p";`: the first string is the path.
    private mutating func takeImport(line: Int, column: Int) {
        while let placed = next() {
            switch placed.token {
            case .string(let path):
                imports.append(
                    SourceFile.Import(text: path, line: self.line, column: placed.offset - lineStart + 1)
                )
                return
            case .symbol(UInt8(ascii: ";")): return
            case .word, .symbol: break
            }
        }
    }

    private mutating func next() -> Placed? {
        _ = skipBlanks()
        guard position < bytes.count else { return nil }
        let start = position
        let byte = bytes[position]
        if Self.isWordByte(byte) {
            while position < bytes.count, Self.isWordByte(bytes[position]) { position += 1 }
            return Placed(
                token: .word(String(decoding: bytes[start..<position], as: UTF8.self)), offset: start)
        }
        position += 1
        guard byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") else {
            return Placed(token: .symbol(byte), offset: start)
        }
        return Placed(token: .string(string(endingWith: byte)), offset: start)
    }

    /// The text up to the closing quote, or to the end of the line where there is none.
    private mutating func string(endingWith quote: UInt8) -> String {
        var text: [UInt8] = []
        while position < bytes.count, bytes[position] != quote, bytes[position] != UInt8(ascii: "\n") {
            if bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.count,
                bytes[position + 1] != UInt8(ascii: "\n")
            {
                position += 1
            }
            text.append(bytes[position])
            position += 1
        }
        if position < bytes.count, bytes[position] == quote { position += 1 }
        return String(decoding: text, as: UTF8.self)
    }

    /// Whether a comment starts here.
    private var isComment: Bool {
        guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "/") else { return false }
        return bytes[position + 1] == UInt8(ascii: "/") || bytes[position + 1] == UInt8(ascii: "*")
    }

    /// Skips spaces and comments, counting lines.
    ///
    /// - Returns: Always true, so that it can lead a condition.
    private mutating func skipBlanks() -> Bool {
        while position < bytes.count {
            if bytes[position] <= 32 {
                advance()
            } else if isComment {
                let isBlock = bytes[position + 1] == UInt8(ascii: "*")
                position += 2
                if isBlock { skipBlock() } else { skipLine() }
            } else {
                break
            }
        }
        return true
    }

    private mutating func skipLine() {
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
    }

    private mutating func skipBlock() {
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "*"), position + 1 < bytes.count,
                bytes[position + 1] == UInt8(ascii: "/")
            {
                position += 2
                return
            }
            advance()
        }
    }

    private mutating func advance() {
        if bytes[position] == UInt8(ascii: "\n") {
            line += 1
            lineStart = position + 1
        }
        position += 1
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"):
            true
        default: byte >= 128
        }
    }
}
