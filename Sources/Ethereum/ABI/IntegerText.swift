package import BigInt

/// Whole numbers as a person writes them in a manifest.
package enum IntegerText {
    /// More digits than any 256-bit number has in any spelling; what is longer is not read.
    private static let longest = 110

    /// The number that `text` spells; nil where it is not one.
    ///
    /// Decimal with `_` between digits, `1e18` and `2.5e6` where the result is whole, or `0x` and digits; each perhaps
    /// behind `-`. Leading zeros are refused, because other tools read `010` as eight.
    package static func value(of text: String) -> BigInt? {
        guard text.utf8.count <= longest, text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let isNegative = text.hasPrefix("-")
        let rest = isNegative ? text.dropFirst() : Substring(text)
        guard let magnitude = rest.hasPrefix("0x") ? hexadecimal(rest.dropFirst(2)) : decimal(rest) else {
            return nil
        }
        return isNegative ? -BigInt(magnitude) : BigInt(magnitude)
    }

    /// What to write instead of a text that is not a number.
    static func hint(for text: String) -> String {
        if text.utf8.count <= longest, text.hasPrefix("0"), !text.hasPrefix("0x"), text.allSatisfy(\.isNumber)
        {
            let rest = text.drop { $0 == "0" }
            return
                "leading zeros mean different numbers to different tools; write \(rest.isEmpty ? "0" : rest)"
        }
        return "write a whole number such as 1000, 1_000, 1e18 or 0x3e8"
    }

    private static func hexadecimal(_ digits: Substring) -> BigUInt? {
        guard !digits.isEmpty, digits.allSatisfy(\.isHexDigit) else { return nil }
        return BigUInt(digits, radix: 16)
    }

    private static func decimal(_ text: Substring) -> BigUInt? {
        let halves = text.split(separator: "e", omittingEmptySubsequences: false)
        guard (1...2).contains(halves.count) else { return nil }
        var exponent = 0
        if halves.count == 2 {
            guard isDigits(halves[1]), let value = Int(halves[1]), value <= 77 else { return nil }
            exponent = value
        }
        let parts = halves[0].split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let whole = plain(parts[0]) else { return nil }
        guard whole == "0" || whole.first != "0" else { return nil }
        var fraction = ""
        if parts.count == 2 {
            guard halves.count == 2, let digits = plain(parts[1]) else { return nil }
            fraction = digits
            while fraction.last == "0" { fraction.removeLast() }
        }
        guard fraction.count <= exponent else { return nil }
        return BigUInt(whole + fraction + String(repeating: "0", count: exponent - fraction.count))
    }

    /// Digits without the `_` that stand between them; nil where there is anything else.
    private static func plain(_ text: Substring) -> String? {
        let groups = text.split(separator: "_", omittingEmptySubsequences: false)
        return groups.allSatisfy(isDigits) ? groups.joined() : nil
    }

    private static func isDigits(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) }
    }
}
