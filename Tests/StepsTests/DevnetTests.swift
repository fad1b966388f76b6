import Ethereum
import EthereumTypes
import Foundation
import Model
import Synchronization
import Testing

@testable import Steps

@Suite struct DevnetTests {
    let python = Tool(
        name: "py-evm", version: "1", program: "/tools/python", leadingArguments: ["-I"],
        digest: Digest(of: Data())
    )
    let genesis = "0x" + String(repeating: "ab", count: 32)

    func chain(_ id: UInt64) throws -> ChainID { try #require(ChainID(id)) }

    @Test func theServerOfPyEVMIsStartedWithItsFilesAndChecked() async throws {
        let fake = FakeNode(lines: [
            #"{"url": "http://127.0.0.1:4711", "chainId": 31337, "genesisHash": "0x"}"#
        ])
        let devnet = try await Devnet.start(
            .pyEVM(python), chainID: chain(31337), stateDirectory: "/state", port: 4711,
            world: fake.world(genesis)
        )
        #expect(devnet.url == "http://127.0.0.1:4711")
        #expect(devnet.genesisHash.description == genesis)
        #expect(devnet.engine == "py-evm")
        let started = try #require(fake.started.first)
        #expect(
            [started.program] + started.arguments == [
                "/tools/python", "-I", "devnet.py", "--chain-id", "31337", "--exit-with-stdin", "--port",
                "4711",
                "--state", "/state",
            ]
        )
        #expect(
            started.inputs.keys.sorted() == [
                "devnet.py", "devnet_chain.py", "devnet_methods.py", "devnet_run.py",
            ])
        #expect(fake.stops == 0)
        await devnet.stop()
        #expect(fake.stops == 1)
    }

    @Test func anotherChainThanWasAskedForIsStopped() async throws {
        let fake = FakeNode(lines: [#"{"url": "http://127.0.0.1:1"}"#])
        let error = await #expect(throws: DevnetError.self) {
            try await Devnet.start(.pyEVM(python), chainID: chain(5), world: fake.world(genesis))
        }
        #expect(
            error?.description
                == "the local chain at http://127.0.0.1:1 cannot be used: its chain id is 31337, not 5"
        )
        #expect(fake.stops == 1)
    }

    @Test func aServerThatEndsAtOnceLeavesItsLastWords() async throws {
        let fake = FakeNode(lines: [nil])
        let error = await #expect(throws: DevnetError.self) {
            try await Devnet.start(.pyEVM(python), chainID: chain(31337), world: fake.world(genesis))
        }
        #expect(error?.description == "the local chain (py-evm) did not start:\nfake last words")
        #expect(fake.stops == 1)
    }

    @Test func anvilGetsAnotherPortWhereItsFirstWasTaken() async throws {
        let fake = FakeNode(lines: [nil, ""])
        let devnet = try await Devnet.start(
            .anvil("/bin/anvil"), chainID: chain(31337), world: fake.world(genesis)
        )
        #expect(devnet.engine == "anvil")
        let ports = fake.started.map { $0.arguments[3] }
        #expect(Set(ports).count == 2)
        #expect(devnet.url == "http://127.0.0.1:\(ports[1])")
    }

    @Test func anvilIsPreferredUnlessTheChainIsToBeKept() {
        let world = FakeNode(lines: []).world(genesis, files: ["/fake/bin/anvil"])
        #expect(Devnet.engine(pyEVM: python, keepsState: false, world: world) == .anvil("/fake/bin/anvil"))
        #expect(Devnet.engine(pyEVM: python, keepsState: true, world: world) == .pyEVM(python))
        #expect(Devnet.engine(pyEVM: nil, keepsState: true, world: world) == .anvil("/fake/bin/anvil"))
        let bare = FakeNode(lines: []).world(genesis)
        #expect(Devnet.engine(pyEVM: nil, keepsState: false, world: bare) == nil)
    }

    @Test func theAccountsAreThoseOfTheWellKnownMnemonic() {
        #expect(DevelopmentAccounts.all.count == 10)
        #expect(
            DevelopmentAccounts.all[0].address.description == "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")
        let server = String(decoding: PackageResources.devnet_chain_py, as: UTF8.self)
        for key in DevelopmentAccounts.all {
            #expect(server.contains(Hex.prefixed(key.address.bytes)), "the server funds \(key.address)")
        }
    }
}

/// A program that says given first lines, one a start, and a node of chain 31337 behind every URL.
private final class FakeNode: Sendable {
    private let state: Mutex<(lines: [String?], started: [ToolInvocation], stops: Int, random: UInt8)>

    init(lines: [String?]) { state = Mutex((lines, [], 0, 0)) }

    var started: [ToolInvocation] { state.withLock(\.started) }
    var stops: Int { state.withLock(\.stops) }

    func world(_ genesis: String, files: Set<String> = []) -> World {
        World(
            now: { Timestamp(milliseconds: 1_700_000_000_000) },
            elapsed: { .zero },
            sleep: { _ throws(CancellationError) in },
            randomBytes: { [self] count in
                state.withLock {
                    $0.random += 1
                    return [UInt8](repeating: $0.random, count: count)
                }
            },
            environment: { $0 == "PATH" ? "/fake/bin" : nil },
            files: FileAccess(
                read: { _ throws(FileError) in nil },
                write: { path, _, _ throws(FileError) in throw FileError(path: path, reason: "a fake") },
                kind: { files.contains($0) ? .file : nil },
                list: { _ throws(FileError) in [] },
                remove: { _ throws(FileError) in },
                resolved: { $0 }
            ),
            runTool: { invocation throws(ToolError) in throw .notFound(program: invocation.program) },
            startService: { [self] invocation throws(ToolError) in
                let line: String? = state.withLock {
                    $0.started.append(invocation)
                    return $0.lines.removeFirst()
                }
                return RunningService(
                    firstLine: { _ in line },
                    lastWords: { "fake last words" },
                    stop: { [self] in state.withLock { $0.stops += 1 } }
                )
            },
            http: { request throws(HTTPError) in
                let body = String(decoding: request.body, as: UTF8.self)
                let id = body.firstMatch(of: /"id":\s*([0-9]+)/).map { String($0.1) } ?? "0"
                let result =
                    body.contains("eth_chainId") ? #""0x7a69""# : FakeNode.block(genesis)
                return HTTPReply(
                    status: 200, body: Data(#"{"jsonrpc":"2.0","id":\#(id),"result":\#(result)}"#.utf8)
                )
            }
        )
    }

    private static func block(_ hash: String) -> String {
        let zero = "0x" + String(repeating: "00", count: 32)
        return
            #"{"number":"0x0","hash":"\#(hash)","parentHash":"\#(zero)","timestamp":"0x1","gasLimit":"0x1c9c380","#
            + #""baseFeePerGas":"0x3b9aca00"}"#
    }
}
