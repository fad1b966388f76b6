package import Model

/// Why a local chain is not there.
package enum DevnetError: Error, Hashable, Sendable {
    /// Neither anvil nor py-evm is installed.
    case noEngine
    case didNotStart(engine: String, lastWords: String)
    case couldNotRun(ToolError)
    /// It runs, but is not the chain that was asked for.
    case wrong(url: String, reason: String)
    case cancelled
}

extension DevnetError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noEngine:
            "there is no local chain on this machine; run 'hyperkit toolchain install', or put anvil on PATH"
        case .didNotStart(let engine, let lastWords):
            "the local chain (\(engine)) did not start" + (lastWords.isEmpty ? "" : ":\n\(lastWords)")
        case .couldNotRun(let error): "the local chain could not be started: \(error)"
        case .wrong(let url, let reason): "the local chain at \(url) cannot be used: \(reason)"
        case .cancelled: "the start of the local chain was interrupted"
        }
    }
}
