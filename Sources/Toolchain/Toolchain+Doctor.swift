import Model

extension Toolchain {
    /// One thing that a run needs or is glad of, and whether this machine has it.
    package struct Check: Codable, Hashable, Sendable {
        package enum Result: String, Codable, Hashable, Sendable {
            case ready
            /// A run can do without.
            case absent
            case missing
        }

        package var name: String
        package var result: Result
        /// What was found: a path, a version, or what is wrong.
        package var detail: String
        /// How to get it, where it is not ready.
        package var remedy: String?
    }

    /// Everything `hyperkit doctor` looks at, in the order in which it can be mended.
    package func checks() async throws(ToolchainError) -> [Check] {
        var checks: [Check] = []
        for entry in lock.tools {
            for case .environment(let source) in entry.sources { checks += await pythonChecks(source.python) }
        }
        checks.append(
            program("git", absence: .missing, remedy: "install git with your system's package manager")
        )
        checks.append(
            program(
                "anvil", absence: .absent, remedy: "the local chain runs on py-evm; Foundry's anvil is faster"
            )
        )
        for tool in try list() {
            let isInstalled = tool.status == .installed
            checks.append(
                Check(
                    name: tool.name,
                    result: isInstalled ? .ready : .missing,
                    detail: isInstalled
                        ? "\(tool.version) in \(tool.path ?? "")" : tool.reason ?? "not installed",
                    remedy: isInstalled ? nil : "hyperkit toolchain install \(tool.name)"
                )
            )
        }
        return checks
    }

    private func program(_ name: String, absence: Check.Result, remedy: String) -> Check {
        guard let path = onPath(name) else {
            return Check(name: name, result: absence, detail: "not on PATH", remedy: remedy)
        }
        return Check(name: name, result: .ready, detail: path)
    }

    private func pythonChecks(_ range: ToolSource.Environment.Range) async -> [Check] {
        let remedy = "install python3 and python3-venv with your system's package manager"
        do {
            let python = try await python(range)
            let found = Check(name: "python", result: .ready, detail: "\(python.version) in \(python.path)")
            do {
                _ = try await run(
                    python.path, ["-I", "-c", "import ensurepip, venv"], deadline: .seconds(60))
                return [found, Check(name: "python venv", result: .ready, detail: "there")]
            } catch {
                return [
                    found, Check(name: "python venv", result: .missing, detail: "not there", remedy: remedy),
                ]
            }
        } catch {
            return [Check(name: "python", result: .missing, detail: error.description, remedy: remedy)]
        }
    }
}
