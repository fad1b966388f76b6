import Foundation

/// The parts of a URL that may be a key, to be kept out of what a server says: some repeat what they were asked by.
struct URLSecrets: Sendable {
    /// As long as the shortest keys of providers; shorter parts are words such as `v3`.
    private static let leastBytes = 8
    private static let mark = Data("<redacted>".utf8)

    /// Longest first, so that none is cut by a part of it.
    private let parts: [Data]

    /// The URL itself, its user and password, and the longer pieces of its path and query, as written and decoded.
    init(_ url: String) {
        var texts: Set<String> = [url]
        if let components = URLComponents(string: url) {
            texts.formUnion(components.percentEncodedPath.split(separator: "/").map(String.init))
            texts.formUnion(
                (components.percentEncodedQuery ?? "").split { $0 == "&" || $0 == "=" }.map(String.init))
            texts.formUnion(
                [components.percentEncodedUser, components.percentEncodedPassword].compactMap { $0 })
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
}
