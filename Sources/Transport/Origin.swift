internal import Foundation

/// Scheme, host and port of a URL: as much of it as may be shown.
struct Origin: Hashable, Sendable, CustomStringConvertible {
    let scheme: String
    let host: String
    let port: Int

    /// - Returns: nil where the text is not an http or https URL with a host.
    init?(_ url: String) {
        guard
            let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = parts.host, !host.isEmpty
        else { return nil }
        self.scheme = scheme
        self.host = host.lowercased()
        self.port = parts.port ?? (scheme == "https" ? 443 : 80)
    }

    var description: String { "\(host):\(port)" }

    /// Whether it can only be this machine.
    var isLoopback: Bool {
        host == "localhost" || host == "[::1]" || host == "::1"
            || (host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." })
    }
}
