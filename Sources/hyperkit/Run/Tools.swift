import Foundation
import Model
import Steps
import Toolchain

/// The tools that a run may use, found once; what is missing is told by the step that needs it.
struct RunTools {
    var compilers: Compilers
    var slither: Result<Tool, ToolchainError>
    /// The Python that the local chain runs in, where `anvil` is not on PATH.
    var python: Result<Tool, ToolchainError>

    /// What is started of each tool that was found; a script behind an interpreter counts.
    var files: [String] {
        let found = compilers.all + [slither.tool, python.tool].compactMap(\.self)
        return found.flatMap { [$0.program] + $0.leadingArguments.filter { $0.hasPrefix("/") } }
    }

    /// Finds pinned tools, and asks compilers that the manifest names by path for their version.
    static func find(for manifest: Manifest, world: World) async throws -> RunTools {
        let toolchain = try Toolchain(world: world)
        var missing = ""
        var pinned: [Tool] = []
        do {
            pinned = [try toolchain.find("solc")]
        } catch ToolchainError.notInstalled {
            // The step that needs it says what to do.
        } catch {
            missing = "\(error)"
        }
        var byPath: [String: Tool] = [:]
        for settings in manifest.compilers.values {
            guard case .path(let path) = settings.solc else { continue }
            byPath[path] = await compiler(at: path, world: world)
        }
        return RunTools(
            compilers: Compilers(pinned: pinned, byPath: byPath, missing: missing),
            slither: found("slither", toolchain),
            python: found("py-evm", toolchain)
        )
    }

    private static func found(_ name: String, _ toolchain: Toolchain) -> Result<Tool, ToolchainError> {
        do {
            return .success(try toolchain.find(name))
        } catch {
            return .failure(error)
        }
    }

    /// nil where there is no compiler that says its version.
    private static func compiler(at path: String, world: World) async -> Tool? {
        guard let bytes = try? world.files.read(path) else { return nil }
        let invocation = ToolInvocation(
            program: path,
            arguments: ["--version"],
            limits: ToolInvocation.Limits(deadline: .seconds(20), outputBytes: 1 << 16)
        )
        guard let result = try? await world.runTool(invocation), result.status == .exited(0) else {
            return nil
        }
        let said = String(decoding: result.standardOutput, as: UTF8.self)
        guard let start = said.range(of: "Version: ")?.upperBound else { return nil }
        // As in standard JSON's metadata: without the platform that the command adds.
        let version = said[start...].prefix { !$0.isWhitespace }.components(separatedBy: ".Linux").first ?? ""
        return Tool(name: "solc", version: version, program: path, digest: Digest(of: bytes))
    }
}
