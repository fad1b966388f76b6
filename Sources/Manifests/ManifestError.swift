package import Model

/// Why no manifest could be made: every problem at once.
package struct ManifestError: Error, Sendable {
    /// Sorted by file, line and column; notes and warnings are among them.
    package let diagnostics: [Diagnostic]

    package init(diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }
}

extension ManifestError: CustomStringConvertible {
    package var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}
