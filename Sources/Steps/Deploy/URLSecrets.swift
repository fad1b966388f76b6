import EthereumTypes
import Foundation

/// The parts of a URL that may be a key, to be kept out of what a server says: some repeat what they were asked by.
struct URLSecrets: Sendable {
    /// As long as the shortest keys of providers; shorter parts are words such as `v3`.
    private static let leastBytes = 8
    private static let mark = Data("<redacted>".utf8)

    /// Longest first, so that none is cut by a part of it.
    private let parts: [Data]

    /// The URL itself, its user and password as they may be spelled, and the longer pieces of its path and query, as written
    /// and decoded.
    init(_ url: String) {
        var texts: Set<String> = [url]
        if let components = URLComponents(string: url) {
            texts.formUnion(components.percentEncodedPath.split(separator: "/").map(String.init))
            texts.formUnion(
                (components.percentEncodedQuery ?? "").split { $0 == "&" || $0 == "=" }.map(String.init))
            texts.formUnion(Self.credentials(of: components))
        }
        texts.formUnion(texts.compactMap(\.removingPercentEncoding))
        parts = texts.map { Data($0.utf8) }.filter { $0.count >= Self.leastBytes }
            .sorted { $0.count > $1.count }
    }

    /// The bytes with every part replaced.
    func removed(from body: Data) -> Data {
        var body = body
        for part in parts {
            var start = body.startIndex
            while let range = body.range(of: part, in: start..<body.endIndex) {
                body.replaceSubrange(range, with: Self.mark)
                start = range.lowerBound + Self.mark.count
            }
        }
        return body
    }

    // MARK: User and password

    /// User and password, each alone where it is long enough for a secret, and both as the header of a request has them.
    private static func credentials(of components: URLComponents) -> [String] {
        let pairs = [
            (components.percentEncodedUser, components.percentEncodedPassword),
            (components.user, components.password),
        ]
        return pairs.filter { $0 != nil || $1 != nil }.flatMap { user, password in
            let alone = [user, password].compactMap { $0 }.filter { $0.utf8.count >= leastBytes }
            return (alone + ["\(user ?? ""):\(password ?? "")"]).flatMap(spellings)
        }
    }

    /// A text as it is, in hexadecimal digits, in both alphabets of Base64 (RFC 4648) without what fills them up, and as a
    /// URL has it.
    private static func spellings(of text: String) -> [String] {
        let bytes = Data(text.utf8)
        let hex = Hex.encode(bytes)
        let base64 = String(bytes.base64EncodedString().prefix { $0 != "=" })
        let base64URL = base64.replacing("+", with: "-").replacing("/", with: "_")
        let inURL = text.addingPercentEncoding(withAllowedCharacters: .alphanumerics)
        return [text, hex, hex.uppercased(), base64, base64URL, inURL ?? text]
    }
}
