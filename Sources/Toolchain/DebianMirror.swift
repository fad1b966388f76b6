/// The Debian mirror that this machine is set up with, read from apt's own configuration.
struct DebianMirror: Hashable, Sendable {
    static let keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"

    let uri: String

    /// The first archive in `sources.list` text of either format whose path ends in `/debian`.
    ///
    /// The formats are those of sources.list(5): one line each, and deb822 stanzas.
    static func first(in text: String) -> DebianMirror? {
        for line in text.split(whereSeparator: \.isNewline) {
            var words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let kind = words.first, !kind.hasPrefix("#") else { continue }
            words.removeFirst()
            guard ["deb", "URIs:", "uris:"].contains(kind) else { continue }
            for word in words {
                let uri = word.hasSuffix("/") ? String(word.dropLast()) : word
                guard uri.hasPrefix("http://") || uri.hasPrefix("https://"), uri.hasSuffix("/debian") else {
                    continue
                }
                return DebianMirror(uri: uri)
            }
        }
        return nil
    }

    /// A sources list of one suite of this mirror, whose signatures apt checks.
    func sources(suite: String) -> String {
        """
        Types: deb
        URIs: \(uri)
        Suites: \(suite)
        Components: main
        Signed-By: \(Self.keyring)

        """
    }
}
