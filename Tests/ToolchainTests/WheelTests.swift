import Foundation
import Model
import Testing

@testable import Toolchain

@Suite struct WheelTests {
    static let wheel = Data("a fake wheel".utf8)

    /// Takes the part of Python and pip: "downloads" the wheel and "unpacks" the compiler.
    static func runPython(_ invocation: ToolInvocation) throws(ToolError) -> ToolResult {
        let arguments = invocation.arguments
        if let index = arguments.firstIndex(of: "--dest") {
            write(wheel, to: "\(arguments[index + 1])/fake-1.whl")
        } else if let index = arguments.firstIndex(of: "-e") {
            write(FakeCompiler.bytes, to: "\(arguments[index + 2])/deps/solc")
        } else if arguments.contains("-c") {
            return ToolResult(
                status: .exited(0), standardOutput: Data("3.11.7\n".utf8), standardError: Data())
        }
        return try FakeCompiler.run(invocation)
    }

    private static func write(_ bytes: Data, to path: String) {
        let url = URL(filePath: path)
        try? FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true
        )
        try? bytes.write(to: url)
    }

    func lock(wheel: Digest = Digest(of: Self.wheel), program: Digest = Digest(of: FakeCompiler.bytes))
        -> String
    {
        """
        { "version": 1, "tools": [
          { "name": "python-tools", "summary": "", "sources": [
            { "kind": "environment", "version": "1", "requirements": "requirements.txt",
              "python": { "oldest": "3.10", "newest": "3.13" } } ] },
          { "name": "solc", "summary": "", "sources": [
            \(FakeCompiler.source(mirror: "https://unreachable.test")),
            { "kind": "wheel", "platform": "linux-x86_64", "version": "\(FakeCompiler.version)",
              "requirement": "fake==1", "wheelSHA256": "\(wheel.hex)", "member": "deps/solc",
              "sha256": "\(program.hex)",
              "libraries": { "suite": "trixie", "packages": [], "directory": "usr/lib", "loader": "ld", "files": {} } }
          ] } ] }
        """
    }

    /// A machine with a `python3` on its path that only the fake answers for.
    func machine() throws -> FakeMachine {
        let bin = FileManager.default.temporaryDirectory.appending(path: "fake-bin-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: bin, withIntermediateDirectories: true)
        let created = FileManager.default.createFile(
            atPath: bin.appending(path: "python3").path, contents: nil, attributes: [.posixPermissions: 0o755]
        )
        try #require(created)
        return FakeMachine(environment: ["PATH": bin.path], run: Self.runPython)
    }

    @Test func aProgramComesOutOfAWheelWhereTheReleaseIsOutOfReach() async throws {
        let machine = try machine()
        let toolchain = try machine.toolchain(lock())
        let tool = try await toolchain.install("solc") { _ in }
        #expect(tool.digest == Digest(of: FakeCompiler.bytes))
        #expect(tool.leadingArguments.isEmpty)
        #expect(machine.requests == ["https://unreachable.test/linux-amd64/list.json"])
        #expect(machine.leftovers.isEmpty)
    }

    @Test func aWheelWithOtherBytesIsRefused() async throws {
        let other = Digest(of: Data("the wheel of the lock".utf8))
        let machine = try machine()
        let error = await #expect(throws: ToolchainError.self) {
            try await machine.toolchain(lock(wheel: other)).install("solc") { _ in }
        }
        #expect(error?.description.contains("fake-1.whl has the SHA-256") == true)
        #expect(error?.description.contains("the fake machine has no network") == true)
        #expect(
            !machine.runs.contains { $0.contains("zipfile") }, "a wheel that was not checked is not unpacked")
        #expect(machine.leftovers.isEmpty)
    }

    @Test func aProgramWithOtherBytesIsRefused() async throws {
        let other = Digest(of: Data("the program of the lock".utf8))
        let machine = try machine()
        let error = await #expect(throws: ToolchainError.self) {
            try await machine.toolchain(lock(program: other)).install("solc") { _ in }
        }
        #expect(error?.description.contains("deps/solc has the SHA-256") == true)
        #expect(!machine.runs.contains { $0.last == "--version" })
    }

    @Test(arguments: [
        ("deb http://mirror.test/debian bookworm main\n", "http://mirror.test/debian"),
        (
            "# deb http://no.test/debian x main\ndeb [arch=amd64 signed-by=/k] https://a.test/debian/ x main",
            "https://a.test/debian"
        ),
        ("Types: deb\nURIs: http://b.test/debian\nSuites: bookworm\n", "http://b.test/debian"),
        ("deb http://packages.test/cloud x main\nURIs: https://c.test/x/debian", "https://c.test/x/debian"),
    ])
    func theMirrorIsReadFromTheMachinesOwnLists(_ text: String, _ uri: String) {
        #expect(DebianMirror.first(in: text)?.uri == uri)
    }

    @Test(arguments: ["", "deb http://archive.test/ubuntu noble main", "deb-src http://d.test/debian x main"])
    func aMachineWithoutADebianMirrorHasNone(_ text: String) {
        #expect(DebianMirror.first(in: text) == nil)
    }
}
