/// Where a file's bytes may spell anchors, aliases and keys that are not text, found in one pass.
///
/// It does not tell text in quotes from the rest, so it sees too much rather than too little. Lines whose first
/// character is a `#` are left out: no token can be on them.
struct AliasScan {
    struct Span {
        let offset: Int
        let length: Int
    }

    private let bytes: [UInt8]
    private var anchors: Set<ArraySlice<UInt8>> = []
    private var candidates: [(span: Span, name: ArraySlice<UInt8>)] = []
    /// Brackets that close in front of a `:`, and question marks that stand alone.
    private var oddKeys: [Span] = []

    /// What may be aliases of anchors that are there.
    private(set) var aliases: [Span] = []
    /// How many lists and maps the file may open.
    private(set) var openers = 0

    /// The first thing that may be a key and not text, where there are aliases.
    var keyThatIsNoText: Span? {
        aliases.isEmpty ? nil : (aliases.filter { isBeforeColon($0) } + oddKeys).min { $0.offset < $1.offset }
    }

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        scan()
        aliases = candidates.filter { anchors.contains($0.name) }.map(\.span)
    }

    private mutating func scan() {
        var index = 0
        var isAtLineStart = true
        var lineStart = 0
        var indent = 0
        /// Of the last `{` of the line, whether a `$` is in front of it.
        var isReference = false
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case 10, 13:
                isAtLineStart = true
                isReference = false
                index += 1
                lineStart = index
                continue
            case 9, 32:
                index += 1
                continue
            case UInt8(ascii: "#") where isAtLineStart:
                index = bytes[index...].firstIndex { $0 == 10 || $0 == 13 } ?? bytes.count
                continue
            default: break
            }
            if isAtLineStart {
                if index - lineStart > indent { openers += 1 }
                indent = index - lineStart
            }
            switch byte {
            case UInt8(ascii: "&") where isBoundary(before: index):
                anchors.insert(name(after: index))
            case UInt8(ascii: "*") where isBoundary(before: index):
                let name = name(after: index)
                if !name.isEmpty { candidates.append((Span(offset: index, length: name.count + 1), name)) }
            case UInt8(ascii: "?") where isBoundary(before: index):
                if index + 1 >= bytes.count || bytes[index + 1] <= 32 {
                    oddKeys.append(Span(offset: index, length: 1))
                }
            case UInt8(ascii: "{"):
                isReference = index > 0 && bytes[index - 1] == UInt8(ascii: "$")
                openers += isReference ? 0 : 1
            case UInt8(ascii: "["), UInt8(ascii: "-"): openers += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                let span = Span(offset: index, length: 1)
                if !(byte == UInt8(ascii: "}") && isReference), isBeforeColon(span) { oddKeys.append(span) }
                isReference = false
            default: break
            }
            isAtLineStart = false
            index += 1
        }
    }

    private func name(after index: Int) -> ArraySlice<UInt8> {
        bytes[(index + 1)...].prefix { $0.isLetter || $0.isDigit || $0 == 45 || $0 == 95 }
    }

    private func isBoundary(before index: Int) -> Bool {
        guard index > 0 else { return true }
        let previous = bytes[index - 1]
        return previous <= 32 || previous >= 0x80 || "[{,:-?".utf8.contains(previous)
    }

    private func isBeforeColon(_ span: Span) -> Bool {
        bytes[(span.offset + span.length)...].first { $0 != 32 && $0 != 9 } == UInt8(ascii: ":")
    }
}
