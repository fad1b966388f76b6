import Model

/// What is looked for in the bytes of a file before any YAML is parsed.
///
/// The parser follows aliases as it goes, hashes keys and frees its tree recursively, so a small file could cost it
/// any amount of time, memory or stack. What passes here cannot.
enum YAMLGuard {
    static let mostFileBytes = 10 << 20
    static let mostAliases = 100
    /// How deep values may be nested once aliases are followed, before the nesting itself is looked at.
    private static let deepest = 10_000
    /// The parser's own limit for what is written.
    private static let deepestWritten = 1000

    /// How many aliases the file has at most; nil after adding a problem that ends the reading of it.
    static func check(_ source: SourceText, problems: Problems) -> Int? {
        guard source.bytes.count <= mostFileBytes else {
            problems.add(
                source.place(atByte: 0).tooLarge(
                    "the file is \(source.bytes.count) bytes, more than the \(mostFileBytes) that are read",
                    hint: "make rows of a CSV file of it, or split it"
                )
            )
            return nil
        }
        if let offset = firstInvalidByte(source.bytes) {
            problems.add(
                source.place(atByte: offset).error(
                    "utf8",
                    "byte \(offset + 1) of the file is not UTF-8",
                    hint: "save the file as UTF-8"
                )
            )
            return nil
        }
        if let (offset, name) = firstForbiddenCharacter(source.bytes) {
            problems.add(
                source.place(atByte: offset).error(
                    "control-character",
                    "the file holds \(name)",
                    hint: "remove it; a quoted text can hold it as an escape such as \\x00"
                )
            )
            return nil
        }
        return aliases(source, problems: problems)
    }

    private static func firstInvalidByte(_ bytes: [UInt8]) -> Int? {
        guard String(validating: bytes, as: UTF8.self) == nil else { return nil }
        var parser = UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var offset = 0
        while case .valid(let scalar) = parser.parseScalar(from: &iterator) { offset += scalar.count }
        return min(offset, max(0, bytes.count - 1))
    }

    /// YAML allows tab, the line breaks and what can be printed.
    private static func firstForbiddenCharacter(_ bytes: [UInt8]) -> (Int, String)? {
        for (index, byte) in bytes.enumerated() {
            let code: UInt32
            switch byte {
            case 0: return (index, "a NUL byte")
            case 9, 10, 13, 0x20..<0x7f: continue
            case 0..<0x20, 0x7f: code = UInt32(byte)
            case 0xc2 where bytes[index + 1] < 0xa0 && bytes[index + 1] != 0x85:
                code = UInt32(bytes[index + 1])
            case 0xef where bytes[index + 1] == 0xbb && bytes[index + 2] == 0xbf: code = 0xfeff
            case 0xef where bytes[index + 1] == 0xbf && bytes[index + 2] >= 0xbe:
                code = 0xff40 + UInt32(bytes[index + 2])
            default: continue
            }
            let digits = String(code, radix: 16, uppercase: true)
            let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            return (index, "the control character U+\(padded)")
        }
        return nil
    }

    /// Counts what may be an alias and refuses what may be a key made of one.
    private static func aliases(_ source: SourceText, problems: Problems) -> Int? {
        let scan = AliasScan(source.bytes)
        guard scan.aliases.count <= mostAliases else {
            let span = scan.aliases[mostAliases]
            problems.add(
                source.place(atByte: span.offset, length: span.length).tooLarge(
                    "the file has \(scan.aliases.count) aliases, more than the \(mostAliases) that are followed",
                    hint: "write a set or a variable for what repeats"
                )
            )
            return nil
        }
        // Each alias may add what is nested at its anchor, and no more is nested than the file opens.
        if let first = scan.aliases.first,
            min(scan.openers, (scan.aliases.count + 1) * deepestWritten) > deepest
        {
            problems.add(
                source.place(atByte: first.offset, length: first.length).tooLarge(
                    "a file of this size has at most \(deepest / deepestWritten - 1) aliases, and this one has \(scan.aliases.count)",
                    hint: "write a set or a variable for what repeats"
                )
            )
            return nil
        }
        if let span = scan.keyThatIsNoText {
            problems.add(source.place(atByte: span.offset, length: span.length).notAKey)
            return nil
        }
        return scan.aliases.count
    }
}

extension Place {
    fileprivate func tooLarge(_ message: String, hint: String) -> Diagnostic {
        error("too-large", message, hint: hint)
    }

    fileprivate var notAKey: Diagnostic {
        error(
            "yaml",
            "a key is text, not a list, a map or an alias",
            hint: "write the key out; where this is text, put it in quotes and away from the ':'"
        )
    }
}
