import Foundation

/// A secret that is looked for in everything that programs leave, in every form that it may take there.
struct Canary: Sendable {
    struct Form: Sendable {
        let name: String
        let bytes: Data
    }

    let name: String
    /// What is given to the program.
    let text: String
    let forms: [Form]

    /// A secret that is a text, such as a password.
    init(_ name: String, text: String) {
        self.name = name
        self.text = text
        forms = Self.forms(of: text)
    }

    /// A private key of 64 digits.
    init(_ name: String, key digits: String) {
        self.name = name
        text = "0x" + digits
        let numbers = stride(from: 0, to: digits.count, by: 2).compactMap { offset in
            UInt8(digits.dropFirst(offset).prefix(2), radix: 16)
        }
        forms =
            Self.forms(of: digits.lowercased()) + Self.forms(of: digits.uppercased())
            + [Form(name: "bytes", bytes: Data(numbers))] + Self.base64(Data(numbers))
    }

    /// The name of the first form that is in some bytes.
    func form(in bytes: Data) -> String? {
        forms.first { bytes.range(of: $0.bytes) != nil }.map { "\(name) as \($0.name)" }
    }

    private static func forms(of text: String) -> [Form] {
        let bytes = Data(text.utf8)
        let hex = bytes.map { String(format: "%02x", $0) }.joined()
        let encoded = text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
        let lazily = text.addingPercentEncoding(withAllowedCharacters: .urlQueryAllowed) ?? text
        let json = (try? JSONEncoder().encode(text)).map { $0.dropFirst().dropLast() } ?? Data()
        let plain = [
            ("text", bytes), ("hex", Data(hex.utf8)), ("upper-case hex", Data(hex.uppercased().utf8)),
            ("URL", Data(encoded.utf8)), ("lower-case URL", Data(encoded.lowercased().utf8)),
            ("query", Data(lazily.utf8)), ("JSON", Data(json)),
        ]
        return plain.map(Form.init) + base64(bytes)
    }

    /// Base 64 in either alphabet, at each of the three places where a text may begin in what is encoded.
    private static func base64(_ bytes: Data) -> [Form] {
        (0..<3).flatMap { offset -> [Form] in
            let whole = Data(repeating: 0, count: offset) + bytes
            // The characters that hold bits of this text and of nothing else.
            let first = (offset * 8 + 5) / 6
            let last = whole.count * 8 / 6
            let text = String(whole.base64EncodedString().prefix(last).dropFirst(first))
            let url = text.replacing("+", with: "-").replacing("/", with: "_")
            return [text, url].map { Form(name: "base64 at \(offset)", bytes: Data($0.utf8)) }
        }
    }
}
