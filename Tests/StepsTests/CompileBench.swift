import Engine
import Foundation
import Model
import Support
import Synchronization
import Testing
import Toolchain

@testable import Steps
@testable import hyperkit

/// The real compiler over files in memory, with the fixtures and the contracts of the examples among them.
final class CompileBench: Sendable {
    let files = MemoryFiles()
    let compiler: Tool
    private let live: World
    private let inputs = Mutex<[Data]>([])
    /// A fault that the real compiler cannot be made to show, by what its input holds.
    private let fakeFaults = Mutex<[(text: String, end: Result<ToolResult, ToolError>)]>([])

    init() throws {
        let scratch = NSTemporaryDirectory() + "hyperkit-compile-\(UInt64.random(in: 0 ... .max))"
        live = World.live(scratch: scratch)
        compiler = try Toolchain(world: live).find("solc")
        for folder in ["Tests/Fixtures/compile", "examples", "manifests/contracts"] {
            let url = Self.repository.appending(path: folder)
            for case let file as URL in FileManager.default.enumerator(
                at: url, includingPropertiesForKeys: nil)
                ?? .init()
            where file.pathExtension == "sol" {
                let path = String(file.path.dropFirst(Self.repository.path.count + 1))
                files["/project/\(path)"] = try Data(contentsOf: file)
            }
        }
    }

    private static let repository = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// What the compiler was given, run by run.
    var runs: [Data] { inputs.withLock { $0 } }

    func fakeFault(where text: String, _ fault: ToolError) {
        fakeFaults.withLock { $0.append((text, .failure(fault))) }
    }

    /// The compiler is killed by a signal where its input holds a text.
    func fakeCrash(where text: String) {
        let crash = ToolResult(status: .signalled(11), standardOutput: Data("{".utf8), standardError: Data())
        fakeFaults.withLock { $0.append((text, .success(crash))) }
    }

    var step: CompileStep {
        var world = live
        world.files = files.access
        world.runTool = { [self] invocation throws(ToolError) in
            inputs.withLock { $0.append(invocation.standardInput) }
            let input = String(decoding: invocation.standardInput, as: UTF8.self)
            if let fake = fakeFaults.withLock({ $0.first { input.contains($0.text) } }) {
                return try fake.end.get()
            }
            return try await live.runTool(invocation)
        }
        return CompileStep(world: world, compilers: Compilers(pinned: [compiler]), root: "/project")
    }

    /// The action for a contract, with all that its file imports by relative paths.
    func action(
        _ path: String,
        _ name: String? = nil,
        settings: CompilerSettings = CompilerSettings()
    ) throws -> CompileAction {
        var closure: Set<String> = []
        var waiting = [path]
        while let next = waiting.popLast() {
            guard let bytes = files["/project/\(next)"], closure.insert(next).inserted else { continue }
            let folder = URL(filePath: "/\(next)").deletingLastPathComponent()
            for found in String(decoding: bytes, as: UTF8.self).matches(of: /import[^;]*?"(\.[^"]+)"/) {
                waiting.append(String(folder.appending(path: String(found.1)).standardized.path.dropFirst()))
            }
        }
        let file = URL(filePath: path).deletingPathExtension().lastPathComponent
        let units = closure.sorted().map { path in
            CompileAction.Unit(path: path, digest: Digest(of: files["/project/\(path)"] ?? Data()))
        }
        return CompileAction(
            contract: try #require(ContractName((name ?? file).filter { $0 != "$" })),
            source: .files(entry: path, closure: units), contractInFile: name ?? file, settings: settings,
            pragmas: ["^0.8.20"])
    }

    /// A source that the project gets.
    func add(_ path: String, _ text: String) throws -> CompileAction {
        files.set("/project/\(path)", "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n" + text)
        return try action(path)
    }

    func together(_ actions: [CompileAction]) async -> [Result<Performed, StepFailure>] {
        await step.perform(together: actions.map { ($0, StepInputs([:])) })
    }

    func alone(_ actions: [CompileAction]) async -> [Result<Performed, StepFailure>] {
        var results: [Result<Performed, StepFailure>] = []
        for action in actions { results += await together([action]) }
        return results
    }

    /// Every contract of the fixtures and examples that has code.
    func everything() throws -> [CompileAction] {
        var actions: [CompileAction] = []
        for path in files.paths.map({ String($0.dropFirst("/project/".count)) }) {
            let text = String(decoding: files["/project/\(path)"] ?? Data(), as: UTF8.self)
            for name in text.matches(of: /\n(?:contract|library) ([A-Za-z]+)/) {
                actions.append(try action(path, String(name.1)))
            }
        }
        return actions
    }
}

/// Compares results byte by byte and says which output of which contract differs.
func differences(
    _ actions: [CompileAction],
    _ left: [Result<Performed, StepFailure>],
    _ right: [Result<Performed, StepFailure>]
) -> [String] {
    var differences: [String] = []
    for (action, (left, right)) in zip(actions, zip(left, right)) {
        switch (left, right) {
        case (.failure(let left), .failure(let right)):
            if left != right { differences.append("\(action.contract): \(left) or \(right)") }
        case (.success(let left), .success(let right)):
            for (left, right) in zip(left.outputs, right.outputs) where left.bytes != right.bytes {
                let same = zip(left.bytes, right.bytes).prefix { $0 == $1 }.count
                func around(_ bytes: Data) -> String {
                    String(decoding: bytes.dropFirst(max(same - 60, 0)).prefix(120), as: UTF8.self)
                }
                differences.append(
                    "\(action.contract) \(left.name) at \(same): \(around(left.bytes)) or \(around(right.bytes))"
                )
            }
        case (.success, .failure(let failure)), (.failure(let failure), .success):
            differences.append("\(action.contract): \(failure) in one of the two")
        }
    }
    return differences
}
