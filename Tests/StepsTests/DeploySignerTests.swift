import Engine
import EthereumTypes
import Foundation
import Ledger
import Model
import Synchronization
import Testing

@testable import Ethereum
@testable import Steps

/// A fake service that signs what it is asked for, or what it should not.
final class FakeSigningService: Sendable {
    private let key: PrivateKey
    private let change: @Sendable (inout [String: JSONValue]) -> Void
    let asked = Mutex<[String]>([])

    init(
        _ key: PrivateKey, changing change: @escaping @Sendable (inout [String: JSONValue]) -> Void = { _ in }
    ) {
        self.key = key
        self.change = change
    }

    func answer(_ request: HTTPRequest) throws(HTTPError) -> HTTPReply {
        asked.withLock { $0.append(request.url) }
        guard let body = try? JSONDecoder().decode(JSONValue.self, from: request.body), let id = body["id"],
            case .object(var members)? = body["params"]?.array?.first
        else { throw HTTPError(.unknown, "this is no request") }
        change(&members)
        let asked = JSONValue.object(members)
        func number(_ name: String) -> UInt64 {
            asked[name]?.string.flatMap { UInt64($0.dropFirst(2), radix: 16) } ?? 0
        }
        guard let chain = ChainID(number("chainId")) else { throw HTTPError(.unknown, "no chain") }
        let transaction = Transaction(
            form: .dynamicFee(
                maxFeePerGas: Wei(UInt128(number("maxFeePerGas"))),
                maxPriorityFeePerGas: Wei(UInt128(number("maxPriorityFeePerGas"))), chainID: chain, []),
            nonce: number("nonce"), gasLimit: number("gas"),
            to: asked["to"]?.string.flatMap { try? Address($0) }, value: Wei(UInt128(number("value"))),
            data: asked["data"]?.string.flatMap { Hex.decode($0) } ?? [])
        let raw = JSONValue.string(Hex.prefixed(transaction.signed(by: key).raw))
        let reply = JSONValue.object(["id": id, "jsonrpc": .string("2.0"), "result": raw])
        return HTTPReply(status: 200, body: (try? JSONEncoder().encode(reply)) ?? Data())
    }
}

@Suite struct DeploySignerTests {
    static let service = "https://signer.example/k/9b1c77e0d2"
    let bench: DeployBench

    init() throws {
        bench = try DeployBench()
        bench.environment.withLock { $0 = ["SIGNER_URL": Self.service, "PASSWORD": "correct horse"] }
    }

    private var remote: SignerSpec {
        SignerSpec(
            name: "remote", location: DeployBench.here,
            form: .remote(.secret(.environment("SIGNER_URL")), bench.key.address))
    }

    private var store: SignerSpec {
        SignerSpec(
            name: "store", location: DeployBench.here,
            form: .keystore(path: "keys/ci.json", password: .environment("PASSWORD")))
    }

    /// The context of a run whose requests to the signing service go to `service`.
    private func context(_ service: FakeSigningService? = nil) throws -> EffectContext {
        var context = try bench.context(try bench.ledger())
        let http = context.world.http
        context.world.http = { request throws(HTTPError) in
            guard request.url == Self.service else { return try await http(request) }
            guard let service else { throw HTTPError(.notSent, "connection refused") }
            return try service.answer(request)
        }
        return context
    }

    private func deploy(
        _ name: String = "token",
        signer: SignerSpec,
        in context: EffectContext
    ) async throws -> Result<Performed, StepFailure> {
        let effect = try bench.deploy(name, signer: signer)
        guard case .deploy(let action) = effect.work else { throw StepFailure(code: "test", "no deployment") }
        let inputs = StepInputs(try DeployBench.pure([effect]))
        do throws(StepFailure) {
            return .success(
                try await DeployStep(context).perform(action, inputs: inputs, progress: StepProgress()))
        } catch {
            return .failure(error)
        }
    }

    private func failure(_ result: Result<Performed, StepFailure>) throws -> StepFailure {
        guard case .failure(let failure) = result else { throw StepFailure(code: "test", "it succeeded") }
        return failure
    }

    // MARK: Remote

    @Test func aServiceSigns() async throws {
        let service = FakeSigningService(bench.key)
        _ = try await deploy(signer: remote, in: try context(service)).get()
        #expect(bench.node.chain.mined.map(\.transaction.sender) == [bench.key.address])
        #expect(service.asked.withLock(\.self) == [Self.service])
    }

    @Test(arguments: ["nonce", "to", "chainId", "data", "gas", "maxFeePerGas"])
    func nothingIsSentThatWasNotAskedFor(_ member: String) async throws {
        let wrong = FakeSigningService(bench.key) { members in
            members[member] = .string(member == "to" ? Address.zero.description : "0x41")
        }
        let failure = try failure(try await deploy(signer: remote, in: try context(wrong)))
        #expect(failure.kind == .blocked && failure.code == "signer-answer")
        #expect(
            failure.message.hasPrefix("signer 'remote': it signed another transaction than was asked for: "))
        #expect(bench.node.sends == 0)
        // The nonce that was set aside is not lost.
        _ = try await deploy(signer: remote, in: try context(FakeSigningService(bench.key))).get()
        #expect(bench.node.chain.mined.map(\.transaction.transaction.nonce) == [0])
    }

    @Test func anotherSignersTransactionIsNotSent() async throws {
        let thief = FakeSigningService(try PrivateKey(hex: String(repeating: "3d", count: 32)))
        let failure = try failure(try await deploy(signer: remote, in: try context(thief)))
        #expect(failure.code == "signer-answer" && failure.message.contains("it signed as 0x"))
        #expect(bench.node.sends == 0)
    }

    @Test func aServiceThatIsDownIsToldWithoutItsURL() async throws {
        let failure = try failure(try await deploy(signer: remote, in: try context()))
        #expect(failure.kind == .environment && failure.code == "signer-unavailable")
        #expect(
            failure.message
                == "the service of signer 'remote' cannot be used: the request was not sent: connection refused"
        )
        #expect(bench.node.sends == 0)
    }

    // MARK: Keystore

    private func close(_ password: String) async throws {
        let keystore = try await Keystore.closing(
            bench.key, password: password, derivation: .scrypt(n: 2, r: 8, p: 1, salt: [7]),
            initialCounter: [UInt8](repeating: 1, count: 16))
        bench.files.withLock { $0["/project/keys/ci.json"] = keystore.json(id: Array(0..<16)) }
    }

    @Test func aKeystoreSignsAndIsOpenedOnceARun() async throws {
        try await close("correct horse")
        let context = try context()
        _ = try await deploy("a", signer: store, in: context).get()
        bench.environment.withLock { $0 = [:] }
        _ = try await deploy("b", signer: store, in: context).get()
        #expect(bench.node.chain.mined.allSatisfy { $0.transaction.sender == bench.key.address })
        #expect(bench.node.sends == 2)
        let other = try failure(try await deploy("c", signer: store, in: try self.context()))
        #expect(other.message == "the password of signer 'store' needs the environment variable PASSWORD")
    }

    @Test func aKeystoresAddressNeedsNoPassword() async throws {
        try await close("correct horse")
        bench.environment.withLock { $0 = [:] }
        #expect(try await context().address(of: store) == bench.key.address)
        #expect(try await context().address(of: remote) == bench.key.address)
    }

    @Test func aKeystoreThatDoesNotOpenIsTheEnvironmentsFault() async throws {
        try await close("battery staple")
        let context = try context()
        let failure = try failure(try await deploy(signer: store, in: context))
        #expect(failure.kind == .environment && failure.code == "bad-keystore")
        #expect(
            failure.message
                == "signer 'store': keystore keys/ci.json: the password is not its password, or the file is damaged"
        )
        // A password that is mended is read again.
        bench.environment.withLock { $0["PASSWORD"] = "battery staple\n" }
        _ = try await deploy(signer: store, in: context).get()
        bench.files.withLock { $0["/project/keys/ci.json"] = Data("{}".utf8) }
        let broken = try self.failure(try await deploy("b", signer: store, in: try self.context()))
        #expect(broken.message.hasSuffix("it is no keystore (Web3 Secret Storage, version 3)"))
    }

    // MARK: Address alone

    @Test func whatNobodyHereCanSignIsWrittenDown() async throws {
        let nobody = SignerSpec(
            name: "nobody", location: DeployBench.here, form: .address(bench.key.address))
        var context = try context()
        let written = Mutex<[String: Data]>([:])
        context.proposals = "/project/reports/run-1"
        context.world.files.write = { path, bytes, _ throws(FileError) in
            written.withLock { $0[path] = bytes }
        }
        let failure = try failure(try await deploy(signer: nobody, in: context))
        #expect(failure.kind == .blocked && failure.code == "unsigned")
        #expect(bench.node.sends == 0)
        let all = written.withLock(\.self)
        let (path, bytes) = try #require(all.first)
        let name = path.dropFirst("/project/reports/run-1/".count)
        #expect(name.hasPrefix("unsigned/11155111-0-") && failure.message.contains(name))
        let members = try JSONDecoder().decode([String: String].self, from: bytes)
        #expect(members["from"] == bench.key.address.description)
        #expect(members["data"] == Hex.prefixed(FakeArtifact().initCode))
        #expect(members["chainId"] == "0xaa36a7" && members["nonce"] == "0x0" && members["value"] == "0x0")
        #expect(failure.creates == Address.created(by: bench.key.address, nonce: 0).description)
        #expect(members["to"] == nil && members["gas"] != nil && members["maxFeePerGas"] != nil)
    }

    @Test func whatOneAddressIsToSignHasNoncesInTheOrderOfThePlan() async throws {
        let nobody = SignerSpec(
            name: "nobody", location: DeployBench.here, form: .address(bench.key.address))
        for _ in 0..<2 {
            var context = try context()
            let written = Mutex<[[String: String]]>([])
            context.world.files.write = { _, bytes, _ throws(FileError) in
                let members = try? JSONDecoder().decode([String: String].self, from: bytes)
                written.withLock { $0.append(members ?? [:]) }
            }
            for name in ["a", "b", "c"] {
                let failure = try failure(try await deploy(name, signer: nobody, in: context))
                #expect(failure.code == "unsigned")
            }
            // The next run suggests the same ones, since nothing was sent.
            #expect(written.withLock { $0.map { $0["nonce"] } } == ["0x0", "0x1", "0x2"])
            await context.hub.close()
        }
        #expect(bench.node.sends == 0)
    }

    /// It may be what was asked for, which somebody sent: under the next nonce it could be sent once more.
    @Test func whatIsInThePoolUnderItsNonceIsNotAskedForUnderAnother() async throws {
        let nobody = SignerSpec(
            name: "nobody", location: DeployBench.here, form: .address(bench.key.address))
        let sent = Transaction(
            form: .legacy(gasPrice: Wei(2_000_000_000), chainID: DeployBench.sepolia.chainID), nonce: 0,
            gasLimit: 60_000, to: nil, value: .zero, data: FakeArtifact().initCode
        ).signed(by: bench.key)
        bench.node.change { $0.minesAtOnce = false }
        for _ in 0..<2 {
            var context = try context()
            let written = Mutex<[String]>([])
            context.world.files.write = { path, _, _ throws(FileError) in
                written.withLock { $0.append(path) }
            }
            #expect(try failure(try await deploy(signer: nobody, in: context)).code == "unsigned")
            #expect(written.withLock { $0.count == 1 && $0[0].contains("unsigned/11155111-0-") })
            bench.node.change { _ = $0.take(sent) }
            await context.hub.close()
        }
    }

    private static func nobody(_ account: Address) -> SignerSpec {
        SignerSpec(name: "nobody", location: DeployBench.here, form: .address(account))
    }

    /// Has a run ask people for the token; the account that it asks.
    private func asked() async throws -> Address {
        let account = try PrivateKey(hex: String(repeating: "5a", count: 32)).address
        bench.node.change { $0.funds[account] = 10_000_000_000_000_000_000 }
        var context = try context()
        context.world.files.write = { _, _, _ throws(FileError) in }
        let ended = try failure(try await deploy(signer: Self.nobody(account), in: context))
        #expect(ended.code == "unsigned")
        await context.hub.close()
        return account
    }

    @Test func whatNobodySignedIsInNobodysWayUnderAnotherSigner() async throws {
        let other = try await asked()
        bench.environment.withLock { $0["CI_KEY"] = DeployBench.keyText }
        #expect(try await bench.run(bench.deploy()).deployment().action == .created)
        let operations = try bench.ledger().operations(
            of: .deploy("token", on: "sepolia"), project: "treasury", chainID: DeployBench.sepolia.chainID,
            genesisHash: bench.node.chain.blocks[0].hash)
        #expect(operations.map(\.state) == [.final])
        #expect(operations.map(\.intent.sender) == [bench.key.address])
        // What was asked for is taken back, so that a late transaction replaces nothing.
        let lane = ChainOperation.Lane(
            chainID: DeployBench.sepolia.chainID, genesisHash: bench.node.chain.blocks[0].hash,
            sender: other)
        #expect(try bench.ledger().openProposals(in: lane) == [])
    }

    @Test func whatPeopleWereAskedForGoesOnUnderANewName() async throws {
        let account = try await asked()
        let lane = ChainOperation.Lane(
            chainID: DeployBench.sepolia.chainID, genesisHash: bench.node.chain.blocks[0].hash,
            sender: account)
        // The fake world has no folder for what is written down.
        _ = try await bench.run(
            bench.deploy("renamed", signer: Self.nobody(account), formerly: ["token"]))
        let open = try bench.ledger().openProposals(in: lane)
        #expect(open.map(\.intent.step) == [.deploy("renamed", on: "sepolia")])
        #expect(open.map(\.nonce) == [0])
    }

    // MARK: Files

    @Test func aSecretsFileIsItsOwnersAlone() async throws {
        let spec = SignerSpec(name: "ci", location: DeployBench.here, key: .file("keys/ci"))
        let cases: [(PrivateFile, String, String?)] = [
            (
                .open(mode: 0o644), "signer 'ci': others than its owner may use keys/ci (mode 0644)",
                "chmod 600 keys/ci; where that is not yours to choose, cmd:[cat, keys/ci] reads it"
            ),
            (
                .link, "signer 'ci': keys/ci is a symbolic link, which anybody may have put there",
                "name the file itself; where that is not yours to choose, cmd:[cat, keys/ci] reads it"
            ),
            (.other, "signer 'ci': keys/ci is no file", nil),
        ]
        for (found, message, hint) in cases {
            var world = bench.world
            world.files.readPrivate = { _ throws(FileError) in found }
            var context = try context()
            context.secrets = SecretReader(world: world, root: "/project")
            let failure = try failure(try await deploy(signer: spec, in: context))
            #expect(failure.kind == .environment && failure.code == "no-secret")
            #expect(failure.message == message && failure.hint == hint)
            // A keystore is named by its path, which no command can stand for.
            let reader = SecretReader(world: world, root: "/project")
            let closed = #expect(throws: StepFailure.self) {
                try reader.keystore("keys/ci", for: "signer 'ci'")
            }
            #expect(closed?.message == message)
            #expect(closed?.hint == hint.map { String($0.prefix { $0 != ";" }) })
        }
    }

    // MARK: Redaction

    /// Some servers repeat the URL that they were asked by.
    @Test func whatANodeRepeatsOfItsURLIsNotToldOn() async throws {
        bench.environment.withLock { $0["CI_KEY"] = DeployBench.keyText }
        let url = "https://u5er-name:pa55-word@node.example/v3/9b1c77e0d2?apikey=k%2D00aa11bb"
        let network = NetworkSpec(
            name: "sepolia", location: DeployBench.here,
            chain: .rpc([.url(url)], chainID: try #require(ChainID(11_155_111))), signer: "ci")
        let words = "no such key: \(url), 9b1c77e0d2, k%2D00aa11bb, k-00aa11bb, u5er-name, pa55-word"
        bench.node.plan(.refuse(code: -32_000, words), on: "eth_chainId")
        let run = try await bench.run(bench.deploy(network: network))
        let message = try #require(run.failures.first?.message)
        #expect(message.contains("<redacted>, <redacted>, <redacted>"))
        for part in ["9b1c77e0d2", "00aa11bb", "u5er", "pa55"] { #expect(!message.contains(part)) }
    }
}
