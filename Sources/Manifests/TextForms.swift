import Model

/// `env:NAME`, `file:PATH`, `cmd:[program, argument]`: a place where a secret can be read.
enum SecretText {
    static let forms = "write env:NAME, file:PATH or cmd:[program, argument]"

    static func parse(_ text: String) throws(TextKind.Fault) -> SecretReference {
        if looksLikeKey(text) {
            throw TextKind.Fault(
                "a private key is written here",
                hint: "take it out of the file and of its history, move the funds, and \(forms)",
                code: "inline-secret"
            )
        }
        if let name = text.stripping("env:") {
            guard TextKind.isIdentifier(name), !name.contains("$") else {
                throw TextKind.Fault("env: is followed by the name of an environment variable", hint: forms)
            }
            return .environment(name)
        }
        if let path = text.stripping("file:") {
            guard !path.isEmpty else { throw TextKind.Fault("file: is followed by a path", hint: forms) }
            return .file(path)
        }
        if let list = text.stripping("cmd:") { return .command(try words(list)) }
        // What stands here may be the secret itself, so it is not repeated.
        throw TextKind.Fault("a secret is not written here, but where it can be read", hint: forms)
    }

    static func endpoint(_ text: String) throws(TextKind.Fault) -> NetworkSpec.Endpoint {
        if ["env:", "file:", "cmd:"].contains(where: text.hasPrefix) { return .secret(try parse(text)) }
        guard isURL(text) else {
            throw TextKind.Fault(
                "this is neither a URL of a JSON-RPC endpoint nor a reference to one",
                hint: "write http:// or https://, or \(forms.dropFirst(6))"
            )
        }
        return .url(text)
    }

    static func isURL(_ text: String) -> Bool {
        guard let rest = text.stripping("https://") ?? text.stripping("http://"), let first = rest.first
        else { return false }
        return first != "/" && !rest.contains(where: \.isWhitespace)
    }

    static func looksLikeKey(_ text: String) -> Bool {
        let trimmed = text.trimmingPrefix { $0.isWhitespace }
        let digits = trimmed.hasPrefix("0x") || trimmed.hasPrefix("0X") ? trimmed.dropFirst(2) : trimmed
        return digits.utf8.prefix { $0.isHexDigit }.count == 64
    }

    private static func words(_ list: String) throws(TextKind.Fault) -> [String] {
        guard list.hasPrefix("["), list.hasSuffix("]") else {
            throw TextKind.Fault("cmd: is followed by [program, argument, …]", hint: forms)
        }
        let words = list.dropFirst().dropLast().split(separator: ",", omittingEmptySubsequences: false)
            .map { word in String(word.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
        guard !words.contains("") else {
            throw TextKind.Fault("cmd: has an empty program or argument", hint: forms)
        }
        return words
    }
}

/// `30s`, `5m`, `2h`: a whole number of one unit, a day at most.
enum DurationText {
    private static let mostSeconds = 86_400

    static func parse(_ text: String) throws(TextKind.Fault) -> Duration {
        let hint = "write a whole number and s, m or h, such as 90s, 5m or 2h"
        let digits = text.utf8.dropLast()
        guard !digits.isEmpty, digits.first != UInt8(ascii: "0"), digits.allSatisfy(\.isDigit),
            let unit = text.last.flatMap({ ["s": 1, "m": 60, "h": 3_600][$0] })
        else { throw TextKind.Fault("'\(text)' is no duration", hint: hint) }
        guard let number = Int(text.dropLast()), number <= mostSeconds / unit else {
            throw TextKind.Fault("'\(text)' is more than a day", hint: hint)
        }
        return .seconds(number * unit)
    }
}

/// `[context:]prefix=target`.
struct Remapping {
    let context: String
    let prefix: String
    let target: String

    init?(_ text: String) {
        guard let equals = text.firstIndex(of: "=") else { return nil }
        let left = text[..<equals]
        target = String(text[text.index(after: equals)...])
        if let colon = left.firstIndex(of: ":") {
            context = String(left[..<colon])
            prefix = String(left[left.index(after: colon)...])
        } else {
            context = ""
            prefix = String(left)
        }
        guard !prefix.isEmpty else { return nil }
    }
}

/// `path` or `path:Name`.
enum SourceReference {
    /// The path of `path:Name`.
    static func path(_ text: String) -> String {
        guard let colon = text.lastIndex(of: ":") else { return text }
        return String(text[..<colon])
    }

    /// The name of `path:Name`.
    static func contract(_ text: String) -> String? {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        return String(text[text.index(after: colon)...])
    }
}

extension String {
    /// What follows `prefix`; nil where it is not there.
    func stripping(_ prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}
