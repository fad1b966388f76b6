/// Where a secret can be read; never the secret.
package enum SecretReference: Hashable, Sendable {
    case environment(String)
    /// A file's path, absolute or relative to the project's root.
    case file(String)
    /// A program and its arguments; its standard output without the last line break is the secret.
    case command([String])
}

extension SecretReference: CustomStringConvertible {
    /// The reference as a manifest writes it.
    package var description: String {
        switch self {
        case .environment(let name): "env:\(name)"
        case .file(let path): "file:\(path)"
        case .command(let arguments): "cmd:[\(arguments.joined(separator: ", "))]"
        }
    }
}

/// A secret in memory; whatever prints it prints `<redacted>`.
package struct Secret: Sendable {
    private let text: String

    package init(_ text: String) { self.text = text }

    /// The secret itself, for the one who needs it now; not to be kept.
    package func reveal() -> String { text }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
