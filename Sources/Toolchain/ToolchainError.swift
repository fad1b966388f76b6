/// Why a tool cannot be had.
package enum ToolchainError: Error, Hashable, Sendable {
    /// One place that was tried, and what came of it.
    package struct Attempt: Hashable, Sendable {
        package var source: String
        package var reason: String
    }

    case unknown(name: String, known: [String])
    case notInstalled(name: String)
    case damaged(name: String, path: String, reason: String)
    case cannotInstall(name: String, attempts: [Attempt])
    case folder(path: String, reason: String)
    case lock(reason: String)
    /// Why one source did not give a tool; callers see it inside ``cannotInstall(name:attempts:)``.
    case source(reason: String)
    case cancelled
}

extension ToolchainError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknown(let name, let known):
            "there is no tool '\(name)'; those that hyperkit knows are \(known.joined(separator: ", "))"
        case .notInstalled(let name):
            "\(name) is not installed; run 'hyperkit toolchain install'"
        case .damaged(let name, let path, let reason):
            "\(name) in \(path) is damaged (\(reason)); run 'hyperkit toolchain install \(name)'"
        case .cannotInstall(let name, let attempts):
            "\(name) could not be installed"
                + attempts.map { "\n  \($0.source): \($0.reason)" }.joined()
                + "\n  look at the network, a proxy or a mirror, then run 'hyperkit toolchain install \(name)'"
        case .folder(let path, let reason):
            "the folder of tools cannot be used: \(path): \(reason)"
        case .lock(let reason):
            "the lock of tools in this binary cannot be read: \(reason)"
        case .source(let reason):
            reason
        case .cancelled:
            "the installation was interrupted; what was there before is untouched"
        }
    }
}
