import Foundation
import Model
import Testing

@testable import Toolchain

@Suite struct DamageTests {
    let machine: FakeMachine
    let toolchain: Toolchain
    let directory: String

    init() throws {
        let mirror = FakeCompiler.mirror("one.test")
        machine = FakeMachine(reply: { url throws(HTTPError) in try mirror(url) }, run: FakeCompiler.run)
        toolchain = try machine.toolchain(
            FakeCompiler.lock(FakeCompiler.source(mirror: "https://one.test"))
        )
        directory = "\(machine.folder)/solc/\(FakeCompiler.version)-\(Digest(of: FakeCompiler.bytes).short)"
    }

    func replace(_ name: String, with text: String) throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: "\(directory)/\(name)"))
    }

    func expectMended() async throws {
        let tool = try await toolchain.install("solc") { _ in }
        #expect(FileManager.default.contents(atPath: tool.program) == FakeCompiler.bytes)
        #expect(try await toolchain.verify().map(\.status) == [.installed])
        #expect(machine.leftovers.isEmpty)
    }

    @Test func aHalfWrittenInstallationCountsForNothing() async throws {
        try replace("solc", with: "half")
        #expect(
            throws: ToolchainError.damaged(name: "solc", path: directory, reason: "tool.json is missing")
        ) { try toolchain.find("solc") }
        #expect(try toolchain.list().map(\.status) == [.damaged])
        try await expectMended()
    }

    @Test func aShortenedProgramIsNoticedWhenItIsLookedFor() async throws {
        _ = try await toolchain.install("solc") { _ in }
        try replace("solc", with: "short")
        #expect(
            throws: ToolchainError.damaged(
                name: "solc", path: directory, reason: "solc has 5 bytes instead of 14"
            )
        ) { try toolchain.find("solc") }
        try await expectMended()
    }

    @Test func aChangedByteIsNoticedByVerify() async throws {
        _ = try await toolchain.install("solc") { _ in }
        try replace("solc", with: "fake compiler!")
        #expect(try toolchain.list().map(\.status) == [.installed], "a list looks at sizes only")
        #expect(try await toolchain.verify().map(\.reason) == ["solc was changed"])
        try await expectMended()
    }

    @Test func anAddedFileIsNoticedByVerify() async throws {
        _ = try await toolchain.install("solc") { _ in }
        try replace("extra.py", with: "import os")
        #expect(try await toolchain.verify().map(\.reason) == ["extra.py was added"])
        try await expectMended()
    }

    @Test func whatAKilledInstallerLeftHidesNothing() async throws {
        try FileManager.default.createDirectory(
            atPath: "\(machine.folder)/.staging-of-the-dead", withIntermediateDirectories: true
        )
        _ = try await toolchain.install("solc") { _ in }
        #expect(try toolchain.list().map(\.status) == [.installed])
    }
}
