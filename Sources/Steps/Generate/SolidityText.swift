/// How values are written in Solidity.
enum SolidityText {
    /// A string literal that ends where it should, whatever `text` holds.
    ///
    /// Text outside ASCII needs a `unicode` literal; anything but printable ASCII and letters beyond it is escaped by
    /// its number, though options that hold such characters are refused before.
    static func literal(_ text: String) -> String {
        var body = ""
        var prefix = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22, 0x5c:
                body += "\\" + String(scalar)
            case 0x20..<0x7f:
                body.unicodeScalars.append(scalar)
            case 0..<0x20, 0x7f..<0xa0, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069:
                body += "\\u" + hexadecimal(scalar.value)
            default:
                prefix = "unicode"
                body.unicodeScalars.append(scalar)
            }
        }
        return "\(prefix)\"\(body)\""
    }

    /// A number as a person reads it: in groups of three digits, with the decimals or long rows of zeros as a power of ten.
    ///
    /// `digits` has no leading zeros; `decimals` is the power of ten to prefer, so that whole tokens stay recognisable.
    static func number(_ digits: String, decimals: Int) -> String {
        guard digits != "0" else { return "0" }
        let zeros = digits.utf8.reversed().prefix { $0 == UInt8(ascii: "0") }.count
        let power = decimals > 0 && zeros >= decimals ? decimals : zeros
        guard power >= 3 else { return grouped(digits) }
        return grouped(String(digits.dropLast(power))) + "e\(power)"
    }

    private static func grouped(_ digits: String) -> String {
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.utf8.count - index).isMultiple(of: 3) { text += "_" }
            text.append(digit)
        }
        return text
    }

    private static func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }
}
