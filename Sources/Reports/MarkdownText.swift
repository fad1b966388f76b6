/// Untrusted text as Markdown that says nothing but the text (CommonMark 0.31 with GitHub's tables and links).
enum MarkdownText {
    /// Text within a line or a table's cell: no markup, no HTML, no link, no line break.
    static func prose(_ text: String) -> String {
        if isPlain(text) { return text }
        var escaped = ""
        for character in oneLine(text) {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            // GitHub makes links and mentions of these after it has taken backslashes away.
            case "@": escaped += "&#64;"
            case "\\", "`", "*", "_", "[", "]", "|", "~", "#", "!", "$": escaped += "\\\(character)"
            default: escaped.append(character)
            }
        }
        return escaped.replacing("://", with: "&#58;//").replacing("www.", with: "www&#46;")
    }

    /// Text as code within a line.
    static func code(_ text: String) -> String {
        if isPlainCode(text) { return "`\(text)`" }
        let plain = oneLine(text)
        guard !plain.isEmpty else { return "" }
        let fence = String(repeating: "`", count: longestRun(of: "`", in: plain) + 1)
        // One space is taken away on each side where there is one on both.
        let isPadded = plain.hasPrefix("`") || plain.hasSuffix("`") || plain.hasPrefix(" ")
        return isPadded ? "\(fence) \(plain) \(fence)" : "\(fence)\(plain)\(fence)"
    }

    /// Text as code within a table's cell, where a bar ends the cell even in code.
    static func cellCode(_ text: String) -> String {
        isPlainCode(text) ? "`\(text)`" : code(text).replacing("|", with: "\\|")
    }

    /// Lines of code in a fence that nothing in them can close.
    static func block(_ text: String, language: String = "text") -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { scrubbed(String($0)) }
        let body = lines.joined(separator: "\n")
        let fence = String(repeating: "`", count: max(3, longestRun(of: "`", in: body) + 1))
        return "\(fence)\(language)\n\(body)\n\(fence)"
    }

    /// Whether a text is code within a line as it is: visible ASCII, spaces alone between words, no bar and no backtick.
    ///
    /// Nearly all are, and each of a report's tens of thousands is looked at byte by byte, not by its properties in Unicode.
    private static func isPlainCode(_ text: String) -> Bool {
        var last = UInt8(ascii: " ")
        for byte in text.utf8 {
            guard byte >= UInt8(ascii: " "), byte <= UInt8(ascii: "~"), byte != UInt8(ascii: "|"),
                byte != UInt8(ascii: "`"), byte != UInt8(ascii: " ") || last != byte
            else { return false }
            last = byte
        }
        return last != UInt8(ascii: " ")
    }

    /// Whether a text means itself: such code, of letters, digits and marks that mean nothing, and without `www.`.
    private static func isPlain(_ text: String) -> Bool {
        guard isPlainCode(text) else { return false }
        var last: UInt8 = 0
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: " "), UInt8(ascii: ","),
                UInt8(ascii: "-"),
                UInt8(ascii: "+"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "'"), UInt8(ascii: "/"):
                break
            case UInt8(ascii: ".") where last != UInt8(ascii: "w"): break
            default: return false
            }
            last = byte
        }
        return true
    }

    private static func oneLine(_ text: String) -> String {
        scrubbed(text.split(whereSeparator: \.isWhitespace).joined(separator: " "))
    }

    /// Replaces what is not seen: control, format, and line-separating characters, bidirectional ones among them.
    private static func scrubbed(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control where scalar == "\t": " "
                    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate,
                        .unassigned:
                        "\u{fffd}"
                    default: scalar
                    }
                }
            )
        )
    }

    private static func longestRun(of character: Character, in text: String) -> Int {
        var longest = 0
        var run = 0
        for other in text {
            run = other == character ? run + 1 : 0
            longest = max(longest, run)
        }
        return longest
    }
}
