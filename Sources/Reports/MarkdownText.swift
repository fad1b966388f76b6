/// Untrusted text as Markdown that says nothing but the text (CommonMark 0.31 with GitHub's tables and links).
enum MarkdownText {
    /// Text within a line or a table's cell: no markup, no HTML, no link, no line break.
    static func prose(_ text: String) -> String {
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
        let plain = oneLine(text)
        guard !plain.isEmpty else { return "" }
        let fence = String(repeating: "`", count: longestRun(of: "`", in: plain) + 1)
        // One space is taken away on each side where there is one on both.
        let isPadded = plain.hasPrefix("`") || plain.hasSuffix("`") || plain.hasPrefix(" ")
        return isPadded ? "\(fence) \(plain) \(fence)" : "\(fence)\(plain)\(fence)"
    }

    /// Text as code within a table's cell, where a bar ends the cell even in code.
    static func cellCode(_ text: String) -> String { code(text).replacing("|", with: "\\|") }

    /// Lines of code in a fence that nothing in them can close.
    static func block(_ text: String, language: String = "text") -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { scrubbed(String($0)) }
        let body = lines.joined(separator: "\n")
        let fence = String(repeating: "`", count: max(3, longestRun(of: "`", in: body) + 1))
        return "\(fence)\(language)\n\(body)\n\(fence)"
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
