package import Model

/// The compilers that a run may use.
package struct Compilers: Sendable {
    private let pinned: [Tool]
    private let byPath: [String: Tool]
    private let missing: String

    /// - Parameters:
    ///   - pinned: Installed compilers of the toolchain.
    ///   - byPath: Compilers that the manifest names by path, asked for their version.
    ///   - missing: Why a pinned compiler is not there; for the message.
    package init(pinned: [Tool], byPath: [String: Tool] = [:], missing: String = "") {
        self.pinned = pinned
        self.byPath = byPath
        self.missing = missing
    }

    package var all: [Tool] { pinned + byPath.values.sorted { $0.program < $1.program } }

    /// The compiler for a contract: the newest that every pragma accepts, or the one that the settings name.
    ///
    /// - Throws: ``StepFailure`` of the kind `environment`, coded `no-compiler`.
    func choose(_ settings: CompilerSettings, pragmas: [String]) throws(StepFailure) -> Tool {
        switch settings.solc {
        case .path(let path):
            guard let tool = byPath[path] else {
                throw Self.none(
                    "there is no Solidity compiler at \(path)", hint: "mend 'solc' in the manifest")
            }
            return tool
        case .version(let version):
            let fitting = pinned.first { $0.version == version || $0.version.hasPrefix(version + "-") }
            guard let fitting else {
                throw Self.none("solc \(version) is not installed", hint: installed)
            }
            return fitting
        case .auto:
            let ranges = pragmas.map { SolcPragma($0) }
            let fitting = pinned.filter { tool in
                guard let version = SolcVersion(tool.version) else { return false }
                // What we cannot read is left to the compiler to judge.
                return ranges.allSatisfy { $0?.accepts(version) ?? true }
            }
            let newest = fitting.max { left, right in
                guard let a = SolcVersion(left.version), let b = SolcVersion(right.version) else {
                    return false
                }
                return a < b
            }
            guard let newest else {
                let wanted = pragmas.map { "'\($0)'" }.joined(separator: " and ")
                throw Self.none(
                    pinned.isEmpty ? "solc is not installed" : "no installed solc satisfies \(wanted)",
                    hint: installed
                )
            }
            return newest
        }
    }

    private var installed: String {
        guard !pinned.isEmpty else {
            return missing.isEmpty ? "run 'hyperkit toolchain install'" : missing
        }
        let versions = pinned.map(\.version).joined(separator: ", ")
        return "installed: \(versions); or give 'solc' a compiler's path"
    }

    private static func none(_ message: String, hint: String) -> StepFailure {
        StepFailure(.environment, code: "no-compiler", message, hint: hint)
    }
}
