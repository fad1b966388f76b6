import Foundation
package import Model

/// Finds, installs and checks the tools of the lock; hands each out as a ``Tool``.
///
/// Installed tools live in a folder that all projects of a user share, in directories named by version and pinned
/// digest, so that several versions stand beside each other.
package struct Toolchain: Sendable {
    package enum Status: String, Codable, Hashable, Sendable { case installed, missing, damaged }

    /// One line of `toolchain list`.
    package struct Listed: Codable, Hashable, Sendable {
        package var name: String
        package var version: String
        package var path: String?
        package var digest: Digest?
        package var status: Status
        /// What is wrong, where something is.
        package var reason: String?
    }

    /// Told what is being done, in words for a person.
    package typealias Progress = @Sendable (String) -> Void

    let world: World
    let lock: ToolLock
    let folder: ToolFolder
    /// Instead of the mirror of the lock, for official releases.
    let mirror: String?
    let platform: String
    let requirements: Data

    package init(world: World, mirror: String? = nil) throws(ToolchainError) {
        self.init(
            world: world,
            lock: try ToolLock.builtIn(),
            folder: try Self.folder(world),
            mirror: mirror,
            platform: Self.platform,
            requirements: Data(PackageResources.requirements_txt)
        )
    }

    init(
        world: World,
        lock: ToolLock,
        folder: String,
        mirror: String? = nil,
        platform: String,
        requirements: Data
    ) {
        self.world = world
        self.lock = lock
        self.folder = ToolFolder(root: folder)
        self.mirror = mirror
        self.platform = platform
        self.requirements = requirements
    }

    /// `HYPERKIT_TOOLS`, else `hyperkit/tools` in the user's cache.
    package static func folder(_ world: World) throws(ToolchainError) -> String {
        if let path = world.environment("HYPERKIT_TOOLS"), path.hasPrefix("/") { return path }
        if let path = world.environment("XDG_CACHE_HOME"), path.hasPrefix("/") {
            return "\(path)/hyperkit/tools"
        }
        if let path = world.environment("HOME"), path.hasPrefix("/") {
            return "\(path)/.cache/hyperkit/tools"
        }
        throw .folder(path: "~/.cache/hyperkit/tools", reason: "HOME is not set; set it, or HYPERKIT_TOOLS")
    }

    static var platform: String {
        #if os(macOS)
            let system = "macos"
        #else
            let system = "linux"
        #endif
        #if arch(arm64)
            return "\(system)-arm64"
        #else
            return "\(system)-x86_64"
        #endif
    }

    /// The names of the lock, in its order.
    package var names: [String] { lock.tools.map(\.name) }

    /// The installed tool; sizes are looked at, ``verify()`` hashes.
    package func find(_ name: String) throws(ToolchainError) -> Tool {
        var fault = ToolchainError.notInstalled(name: name)
        for source in try entry(name).sources where source.suits(platform) {
            let directory = try directory(name, source)
            switch folder.inspect(directory) {
            case .whole(let record): return try tool(name, source, record, directory)
            case .damaged(let reason): fault = .damaged(name: name, path: directory, reason: reason)
            case .missing: continue
            }
        }
        throw fault
    }

    /// Every tool of the lock, as far as sizes tell.
    package func list() throws(ToolchainError) -> [Listed] {
        try listed { directory throws(ToolchainError) in folder.inspect(directory) }
    }

    /// Every tool of the lock, with every file hashed.
    @concurrent
    package func verify() async throws(ToolchainError) -> [Listed] {
        try listed { directory throws(ToolchainError) in try folder.verify(directory) }
    }

    func entry(_ name: String) throws(ToolchainError) -> ToolLock.Entry {
        guard let entry = lock.tools.first(where: { $0.name == name }) else {
            throw .unknown(name: name, known: names)
        }
        return entry
    }

    /// Where a source's tool is when it is installed.
    func directory(_ name: String, _ source: ToolSource) throws(ToolchainError) -> String {
        switch source {
        case .release(let release):
            folder.path(name, release.version, try pinned(release.sha256))
        case .wheel(let wheel):
            folder.path(name, wheel.version, try pinned(wheel.sha256))
        case .environment(let environment):
            folder.path(name, environment.version, Digest(of: requirements))
        case .module(let module):
            try directory(module.environment, environmentSource(module.environment))
        }
    }

    func environmentSource(_ name: String) throws(ToolchainError) -> ToolSource {
        for case .environment(let source) in try entry(name).sources { return .environment(source) }
        throw .lock(reason: "'\(name)' is no environment")
    }

    func pinned(_ hex: String) throws(ToolchainError) -> Digest {
        guard let digest = Digest(hex: hex) else { throw .lock(reason: "'\(hex)' is no SHA-256") }
        return digest
    }

    private func tool(
        _ name: String,
        _ source: ToolSource,
        _ record: ToolRecord,
        _ directory: String
    ) throws(ToolchainError) -> Tool {
        var tool = record.tool(in: directory)
        guard case .module(let module) = source else { return tool }
        tool.name = name
        tool.version = module.version
        // The script, not `-m`: that would look for modules in the working directory first.
        tool.leadingArguments = module.module.map { ["-B", "\(directory)/bin/\($0)"] } ?? ["-I", "-B"]
        return tool
    }

    private func listed(
        _ look: (String) throws(ToolchainError) -> Inspection
    ) throws(ToolchainError) -> [Listed] {
        var all: [Listed] = []
        for entry in lock.tools {
            let sources = entry.sources.filter { $0.suits(platform) }
            var line = Listed(name: entry.name, version: sources.first?.version ?? "", status: .missing)
            if sources.isEmpty { line.reason = "there is no build for \(platform)" }
            for source in sources {
                let directory = try directory(entry.name, source)
                switch try look(directory) {
                case .missing: continue
                case .damaged(let reason):
                    line.status = .damaged
                    line.version = source.version
                    line.path = directory
                    line.reason = reason
                    continue
                case .whole(let record):
                    let tool = try tool(entry.name, source, record, directory)
                    line = Listed(
                        name: tool.name, version: tool.version, path: directory, digest: tool.digest,
                        status: .installed
                    )
                }
                break
            }
            all.append(line)
        }
        return all
    }
}
