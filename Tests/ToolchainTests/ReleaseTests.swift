import Foundation
import Model
import Synchronization
import Testing

@testable import Toolchain

@Suite struct ReleaseTests {
    let digest = Digest(of: FakeCompiler.bytes)

    func machine(_ host: String = "one.test", bytes: Data = FakeCompiler.bytes) -> FakeMachine {
        let mirror = FakeCompiler.mirror(host, bytes: bytes)
        return FakeMachine(reply: { url throws(HTTPError) in try mirror(url) }, run: FakeCompiler.run)
    }

    @Test func aReleaseIsInstalledOnceAndFoundAfterwards() async throws {
        let machine = machine()
        let toolchain = try machine.toolchain(
            FakeCompiler.lock(FakeCompiler.source(mirror: "https://one.test"))
        )
        #expect(throws: ToolchainError.notInstalled(name: "solc")) { try toolchain.find("solc") }
        let tool = try await toolchain.install("solc") { _ in }
        let directory = "\(machine.folder)/solc/\(FakeCompiler.version)-\(digest.short)"
        #expect(
            tool
                == Tool(
                    name: "solc", version: FakeCompiler.version, program: "\(directory)/solc", digest: digest
                )
        )
        #expect(FileManager.default.isExecutableFile(atPath: tool.program))
        #expect(try toolchain.find("solc") == tool)
        #expect(try await toolchain.install("solc") { _ in } == tool)
        #expect(
            machine.requests == [
                "https://one.test/linux-amd64/list.json", "https://one.test/linux-amd64/fake-solc",
            ]
        )
        #expect(machine.leftovers.isEmpty)
    }

    @Test func otherBytesThanThoseOfTheLockAreRefused() async throws {
        let machine = machine(bytes: Data("another compiler\n".utf8))
        let toolchain = try machine.toolchain(
            FakeCompiler.lock(FakeCompiler.source(mirror: "https://one.test"))
        )
        let error = await #expect(throws: ToolchainError.self) {
            try await toolchain.install("solc") { _ in }
        }
        let other = Digest(of: Data("another compiler\n".utf8))
        #expect(
            error?.description == """
                solc could not be installed
                  official release: https://one.test/linux-amd64/fake-solc has the SHA-256 \(other.hex), \
                not \(digest.hex)
                  look at the network, a proxy or a mirror, then run 'hyperkit toolchain install solc'
                """
        )
        #expect(machine.runs.isEmpty, "nothing that was not checked is started")
        #expect(machine.leftovers.isEmpty)
    }

    @Test func aListThatDisagreesWithTheLockIsRefused() async throws {
        let machine = machine()
        let pinned = Digest(of: Data("what the lock pins".utf8))
        let toolchain = try machine.toolchain(
            FakeCompiler.lock(FakeCompiler.source(mirror: "https://one.test", digest: pinned))
        )
        let error = await #expect(throws: ToolchainError.self) {
            try await toolchain.install("solc") { _ in }
        }
        #expect(
            error?.description.contains("says that the SHA-256 is 0x\(digest.hex), not 0x\(pinned.hex)")
                == true)
        #expect(machine.requests == ["https://one.test/linux-amd64/list.json"])
    }

    @Test func sourcesAreTriedInTheOrderOfTheLockAndEachFailureIsKept() async throws {
        let machine = machine("three.test")
        let toolchain = try machine.toolchain(
            FakeCompiler.lock(
                FakeCompiler.source(mirror: "https://one.test"),
                FakeCompiler.source(mirror: "https://two.test")
            )
        )
        await #expect(
            throws: ToolchainError.cannotInstall(
                name: "solc",
                attempts: [
                    .init(
                        source: "official release",
                        reason: "https://one.test/linux-amd64/list.json: HTTP status 404"
                    ),
                    .init(
                        source: "official release",
                        reason: "https://two.test/linux-amd64/list.json: HTTP status 404"
                    ),
                ]
            )
        ) { try await toolchain.install("solc") { _ in } }
        let longer = try machine.toolchain(
            FakeCompiler.lock(
                FakeCompiler.source(mirror: "https://one.test"),
                FakeCompiler.source(mirror: "https://three.test")
            )
        )
        #expect(try await longer.install("solc") { _ in }.digest == digest)
    }

    @Test func anInterruptionEndsTheAttemptsAtOnce() async throws {
        let machine = FakeMachine(reply: { _ throws(HTTPError) in throw HTTPError(.cancelled, "interrupted") }
        )
        let toolchain = try machine.toolchain(
            FakeCompiler.lock(
                FakeCompiler.source(mirror: "https://one.test"),
                FakeCompiler.source(mirror: "https://two.test")
            )
        )
        await #expect(throws: ToolchainError.cancelled) { try await toolchain.install("solc") { _ in } }
        #expect(machine.requests == ["https://one.test/linux-amd64/list.json"])
        #expect(machine.leftovers.isEmpty)
    }

    @Test func aMachineWithoutABuildIsTold() async throws {
        let toolchain = try machine().toolchain(
            FakeCompiler.lock(FakeCompiler.source(mirror: "https://one.test")),
            platform: "linux-arm64"
        )
        let error = await #expect(throws: ToolchainError.self) {
            try await toolchain.install("solc") { _ in }
        }
        #expect(error?.description.contains("linux-arm64: there is no build for it") == true)
        #expect(try toolchain.list().first?.reason == "there is no build for linux-arm64")
    }

    @Test(.timeLimit(.minutes(10))) func twoInstallersAtOnceDoNoHarm() async throws {
        let meeting = Meeting(of: 2)
        let mirror = FakeCompiler.mirror("one.test")
        let machine = FakeMachine(
            reply: { url throws(HTTPError) in
                // Both are in the middle of it before either goes on.
                if url.hasSuffix("fake-solc") { await meeting.arrive() }
                return try mirror(url)
            },
            run: FakeCompiler.run
        )
        let toolchain = try machine.toolchain(
            FakeCompiler.lock(FakeCompiler.source(mirror: "https://one.test"))
        )
        async let first = toolchain.install("solc") { _ in }
        async let second = toolchain.install("solc") { _ in }
        let tools = try await [first, second]
        #expect(tools[0] == tools[1])
        #expect(try await toolchain.verify().map(\.status) == [.installed])
        #expect(machine.leftovers.isEmpty)
    }
}

/// Holds whoever arrives until all are there.
private actor Meeting {
    private let size: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(of size: Int) { self.size = size }

    func arrive() async {
        await withCheckedContinuation { continuation in
            waiting.append(continuation)
            guard waiting.count == size else { return }
            for one in waiting { one.resume() }
        }
    }
}
