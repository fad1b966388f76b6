import Foundation
import Model
import Synchronization

@testable import Toolchain

/// A machine without network or programs: replies, runs and a real temporary folder are all that a test gives it.
final class FakeMachine: Sendable {
    /// The folder of tools; removed with the machine.
    let folder = FileManager.default.temporaryDirectory
        .appending(path: "fake-machine-\(UUID().uuidString)").path
    private let requested = Mutex<[String]>([])
    private let started = Mutex<[[String]]>([])
    let environment: [String: String]
    let reply: @Sendable (String) async throws(HTTPError) -> HTTPReply
    let run: @Sendable (ToolInvocation) throws(ToolError) -> ToolResult

    init(
        environment: [String: String] = [:],
        reply: @escaping @Sendable (String) async throws(HTTPError) -> HTTPReply = { _ throws(HTTPError) in
            throw HTTPError(.notSent, "the fake machine has no network")
        },
        run: @escaping @Sendable (ToolInvocation) throws(ToolError) -> ToolResult = {
            invocation throws(ToolError) in
            throw .notFound(program: invocation.program)
        }
    ) {
        self.environment = environment
        self.reply = reply
        self.run = run
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var requests: [String] { requested.withLock(\.self) }
    var runs: [[String]] { started.withLock(\.self) }

    /// The names in the folder of tools that are not tools: what an installer left behind.
    var leftovers: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasPrefix(".") }
    }

    func toolchain(_ lock: String, requirements: String = "", platform: String = "linux-x86_64") throws
        -> Toolchain
    {
        Toolchain(
            world: world,
            lock: try ToolLock.decode(Data(lock.utf8)),
            folder: folder,
            platform: platform,
            requirements: Data(requirements.utf8)
        )
    }

    var world: World {
        World(
            now: { Timestamp(milliseconds: 0) },
            elapsed: { .zero },
            sleep: { _ throws(CancellationError) in },
            randomBytes: { [UInt8](repeating: 7, count: $0) },
            environment: { [environment] in environment[$0] },
            files: .fakeMachine,
            runTool: { [self] invocation throws(ToolError) in
                started.withLock { $0.append([invocation.program] + invocation.arguments) }
                return try run(invocation)
            },
            startService: { invocation throws(ToolError) in throw .notFound(program: invocation.program) },
            http: { [self] request throws(HTTPError) in
                requested.withLock { $0.append(request.url) }
                return try await reply(request.url)
            }
        )
    }
}

extension FileAccess {
    /// The real disk, for reading only.
    fileprivate static let fakeMachine = FileAccess(
        read: { path throws(FileError) in try? Data(contentsOf: URL(filePath: path)) },
        write: { path, _, _ throws(FileError) in
            throw FileError(path: path, reason: "not on the fake machine")
        },
        kind: { path in
            switch (try? FileManager.default.attributesOfItem(atPath: path))?[.type] as? FileAttributeType {
            case FileAttributeType.typeRegular: .file
            case FileAttributeType.typeDirectory: .directory
            case nil: nil
            default: .other
            }
        },
        list: { path throws(FileError) in
            ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
        },
        remove: { path throws(FileError) in throw FileError(path: path, reason: "not on the fake machine") },
        resolved: { URL(filePath: $0).resolvingSymlinksInPath().path }
    )
}

/// A small "compiler" and the texts around it.
enum FakeCompiler {
    static let version = "0.8.29+commit.fake"
    static let bytes = Data("fake compiler\n".utf8)

    static func source(mirror: String, digest: Digest = Digest(of: bytes)) -> String {
        """
        { "kind": "release", "platform": "linux-x86_64", "version": "\(version)", "mirror": "\(mirror)",
          "directory": "linux-amd64", "file": "fake-solc", "sha256": "\(digest.hex)" }
        """
    }

    static func lock(_ sources: String...) -> String {
        """
        { "version": 1,
          "tools": [{ "name": "solc", "summary": "a fake", "sources": [\(sources.joined(separator: ","))] }] }
        """
    }

    static func list(digest: Digest = Digest(of: bytes)) -> Data {
        Data(
            """
            { "builds": [
              { "path": "older", "longVersion": "0.8.28+commit.fake", "sha256": "0x00" },
              { "path": "fake-solc", "longVersion": "\(version)", "sha256": "0x\(digest.hex)", "urls": [] } ],
              "releases": {} }
            """.utf8
        )
    }

    /// Serves the list and the bytes on one host, as the mirror of releases does.
    static func mirror(_ host: String, bytes: Data = bytes)
        -> @Sendable (String) throws(HTTPError) -> HTTPReply
    {
        { url throws(HTTPError) in
            switch url {
            case "https://\(host)/linux-amd64/list.json": HTTPReply(status: 200, body: list())
            case "https://\(host)/linux-amd64/fake-solc": HTTPReply(status: 200, body: bytes)
            default: HTTPReply(status: 404, body: Data())
            }
        }
    }

    /// Answers `--version` as the compiler does.
    static func run(_ invocation: ToolInvocation) throws(ToolError) -> ToolResult {
        ToolResult(
            status: .exited(0),
            standardOutput: Data("fake, the compiler\nVersion: \(version).Linux.g++\n".utf8),
            standardError: Data()
        )
    }
}
