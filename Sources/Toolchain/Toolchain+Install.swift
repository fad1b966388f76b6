import Foundation
package import Model

extension Toolchain {
    /// Installs every tool of the lock that is missing or damaged.
    package func installAll(progress: Progress) async throws(ToolchainError) -> [Tool] {
        var tools: [Tool] = []
        for entry in lock.tools {
            // An environment is installed, and hashed, once; its modules are then there.
            if case .module = entry.sources.first, let tool = try? find(entry.name) {
                tools.append(tool)
            } else {
                tools.append(try await install(entry.name, progress: progress))
            }
        }
        return tools
    }

    /// The tool, installed from the first source that can give it; nothing is done where it is whole.
    ///
    /// - Throws: ``ToolchainError/cannotInstall(name:attempts:)`` with what came of each source.
    package func install(_ name: String, progress: Progress) async throws(ToolchainError) -> Tool {
        let sources = try entry(name).sources.filter { $0.suits(platform) }
        var damaged: Set<String> = []
        for source in sources {
            let directory = try directory(name, source)
            switch try await verified(directory) {
            case .whole: return try find(name)
            case .damaged(let reason):
                progress("\(name) in \(directory) is damaged (\(reason)) and is installed again")
                damaged.insert(directory)
            case .missing: continue
            }
        }
        var attempts: [ToolchainError.Attempt] = []
        for source in sources {
            do {
                let directory = try directory(name, source)
                try await install(
                    name, source, at: directory, isDamaged: damaged.contains(directory), progress)
                return try find(name)
            } catch .cancelled {
                throw .cancelled
            } catch {
                progress("\(name): \(source.label): \(error)")
                attempts.append(.init(source: source.label, reason: error.description))
            }
        }
        if attempts.isEmpty {
            attempts = [
                .init(source: platform, reason: "there is no build for it; name a solc in the manifest")
            ]
        }
        throw .cannotInstall(name: name, attempts: attempts)
    }

    @concurrent
    private func verified(_ directory: String) async throws(ToolchainError) -> Inspection {
        try folder.verify(directory)
    }

    private func install(
        _ name: String,
        _ source: ToolSource,
        at directory: String,
        isDamaged: Bool,
        _ progress: Progress
    ) async throws(ToolchainError) {
        if case .module(let module) = source {
            _ = try await install(module.environment, progress: progress)
            return
        }
        let staging = try folder.staging()
        do {
            let record: ToolRecord
            switch source {
            case .release(let release): record = try await make(name, release, in: staging, progress)
            case .wheel(let wheel): record = try await make(name, wheel, in: staging, progress)
            case .environment(let environment):
                record = try await make(name, environment, in: staging, progress)
            case .module: return
            }
            try folder.seal(staging, record)
            try folder.publish(staging, as: directory, replacing: isDamaged)
            progress("\(name) \(record.toolVersion) is installed in \(directory)")
        } catch {
            folder.discard(staging)
            throw error
        }
    }

    /// Runs a program to its end; anything but exit code 0 is a fault with its last words.
    func run(
        _ program: String,
        _ arguments: [String],
        in directory: String? = nil,
        environment: [String: String]? = nil,
        deadline: Duration = .seconds(1800)
    ) async throws(ToolchainError) -> ToolResult {
        let result: ToolResult
        do {
            result = try await world.runTool(
                ToolInvocation(
                    program: program,
                    arguments: arguments,
                    environment: environment ?? installerEnvironment,
                    workingDirectory: directory,
                    limits: .init(deadline: deadline, outputBytes: 16 << 20)
                )
            )
        } catch .cancelled {
            throw .cancelled
        } catch {
            throw .source(reason: "\(program): \(error)")
        }
        guard result.status == .exited(0) else {
            throw .source(
                reason: "\(program) \(arguments.prefix(3).joined(separator: " ")): \(result.lastWords())")
        }
        return result
    }

    /// What installers may see: where programs are, and how this machine reaches the network.
    var installerEnvironment: [String: String] {
        let names = [
            "PATH", "HOME", "TMPDIR", "XDG_CONFIG_HOME", "http_proxy", "https_proxy", "no_proxy",
            "HTTP_PROXY",
            "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "all_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR",
            "REQUESTS_CA_BUNDLE", "PIP_CERT", "PIP_CONFIG_FILE", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL",
            "PIP_FIND_LINKS", "PIP_NO_INDEX", "PIP_TRUSTED_HOST", "PIP_CACHE_DIR", "PIP_DEFAULT_TIMEOUT",
        ]
        var environment = ["LC_ALL": "C.UTF-8"]
        for name in names { environment[name] = world.environment(name) }
        return environment
    }

    /// The program of that name in `PATH`.
    package func onPath(_ name: String) -> String? {
        for directory in (world.environment("PATH") ?? "").split(separator: ":")
        where directory.hasPrefix("/") {
            let path = "\(directory)/\(name)"
            if world.files.kind(path) == .file, FileManager.default.isExecutableFile(atPath: path) {
                return path
            }
        }
        return nil
    }
}
