import Engine
import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model
import Synchronization
import Testing

@testable import Steps

@Suite struct DeployArgumentTests {
    let bench: DeployBench

    init() throws { bench = try DeployBench() }

    static func reference(_ reference: Interpolated.Reference, line: Int = 7) -> Argument {
        .text(
            Interpolated(
                [.reference(reference)], at: FileLocation(file: "manifests/a.yaml", line: line, column: 15)))
    }

    static func word(_ address: String) throws -> String {
        String(repeating: "0", count: 24) + Hex.encode(try Address(address).bytes)
    }

    @Test func deploymentsAndSignersAreResolved() async throws {
        let vault = FakeArtifact.withConstructor(
            #"{"name":"asset","type":"address"},{"name":"owner","type":"address"}"#, name: "Vault",
            runtime: [0xfd])
        bench.environment.withLock { $0["DAO_KEY"] = String(repeating: "11", count: 32) }
        let dao = SignerSpec(name: "dao", location: DeployBench.here, key: .environment("DAO_KEY"))
        let deploy = try bench.deploy(
            "vault", vault,
            arguments: .named([
                .init(name: "owner", value: Self.reference(.signerAddress(name: "dao"))),
                .init(name: "asset", value: Self.reference(.deploymentAddress(name: "token", network: nil))),
            ]), signersRead: [dao])
        let run = try await bench.run(bench.deploy(), deploy)
        let owner = try PrivateKey(hex: String(repeating: "11", count: 32)).address.description
        let token = try #require(try run.deployment().address)
        #expect(
            try run.deployment("vault").constructorArguments == "0x" + Self.word(token) + Self.word(owner))
    }

    @Test func aBadArgumentIsToldWithItsOwnPlace() async throws {
        let artifact = FakeArtifact.withConstructor(
            #"{"name":"a","type":"uint8"},{"name":"list","type":"tuple[]","components":[{"name":"x","type":"bool"}]}"#
        )
        let list = Argument.list(
            [
                .map(
                    [.init(name: "x", value: DeployBench.text("maybe", line: 23))],
                    FileLocation(file: "manifests/a.yaml", line: 22, column: 9))
            ], FileLocation(file: "manifests/a.yaml", line: 21, column: 9))
        let positional = Arguments.positional([DeployBench.text("1", line: 20), list])
        let named = Arguments.named([
            .init(name: "a", value: DeployBench.text("1", line: 20)), .init(name: "list", value: list),
        ])
        for arguments in [positional, named] {
            let effect = try bench.deploy("token", artifact, arguments: arguments)
            let failure = try #require(try await bench.run(effect).failures.first)
            #expect(failure.code == "bad-argument")
            #expect(
                failure.diagnostics.map(\.location)
                    == [FileLocation(file: "manifests/a.yaml", line: 23, column: 15)])
        }
        let tooFew = try bench.deploy(
            "token", artifact, arguments: .positional([DeployBench.text("1", line: 20)]))
        let failure = try #require(try await bench.run(tooFew).failures.first)
        #expect(failure.diagnostics.map(\.location?.line) == [20])
        #expect(failure.hint == "write a list of 2 values: a, list")
        // A diagnostic that gives the hint gives it once.
        #expect(failure.diagnostics.map(\.hint) == [failure.hint])
        #expect(failure.diagnostics.allSatisfy { !$0.message.contains("write a list") })
        #expect(failure.ownHint == nil)
        #expect(bench.node.sends == 0)
    }

    // MARK: Keys

    @Test func keysComeFromFilesAndCommandsToo() async throws {
        let file = SignerSpec(name: "ci", location: DeployBench.here, key: .file("keys/ci"))
        let command = SignerSpec(name: "ci", location: DeployBench.here, key: .command(["/bin/pass", "ci"]))
        bench.files.withLock { $0["/project/keys/ci"] = Data("0x\(DeployBench.keyText)\n".utf8) }
        bench.environment.withLock { $0 = [:] }
        _ = try await bench.run(bench.deploy("a", signer: file)).deployment("a")
        bench.toolResult.withLock {
            $0 = ToolResult(
                status: .exited(0), standardOutput: Data("\(DeployBench.keyText)\n".utf8),
                standardError: Data())
        }
        _ = try await bench.run(bench.deploy("b", signer: command)).deployment("b")
        #expect(bench.node.chain.mined.allSatisfy { $0.transaction.sender == bench.key.address })
        bench.toolResult.withLock { $0?.status = .exited(3) }
        let failure = try #require(try await bench.run(bench.deploy("c", signer: command)).failures.first)
        #expect(failure.message == "signer 'ci': '/bin/pass' ended with status 3")
    }

    @Test func aMissingKeyIsTheEnvironmentsFault() async throws {
        bench.environment.withLock { $0 = [:] }
        let failure = try #require(try await bench.run(bench.deploy()).failures.first)
        #expect(failure.kind == .environment)
        #expect(failure.message == "signer 'ci' needs the environment variable CI_KEY")
        let file = SignerSpec(name: "ci", location: DeployBench.here, key: .file("keys/ci"))
        let other = try #require(try await bench.run(bench.deploy("b", signer: file)).failures.first)
        #expect(other.message == "signer 'ci' needs the file keys/ci, which is not there")
        #expect(bench.node.sends == 0)
    }

    @Test func nothingThatIsSaidOrKeptHoldsASecret() async throws {
        bench.knowFees()
        bench.node.plan(.status(503), on: "eth_getBalance", times: 2)
        bench.node.plan(.loseReply, on: "eth_sendRawTransaction")
        var said = ""
        let effects = [try bench.deploy("token", .withFee), try bench.call()]
        dump(try await bench.run(effects), to: &said)
        bench.node.plan(.connectionRefused, on: "eth_chainId", times: 9)
        dump(try await bench.run(effects), to: &said)
        for bad in [
            "zz\(DeployBench.keyText)", DeployBench.keyText + "00", String(repeating: "0", count: 64),
        ] {
            bench.environment.withLock { $0["CI_KEY"] = bad }
            let run = try await bench.run(bench.deploy("other"))
            #expect(run.failures.map(\.code) == ["bad-key"])
            dump(run, to: &said)
        }
        said += bench.said.joined(separator: "\n")
        let secrets = [DeployBench.keyText, DeployBench.keyText.uppercased(), DeployBench.endpoint, "5ec2e7"]
        for secret in secrets { #expect(!said.contains(secret), "what is said holds \(secret)") }
        var kept = Data()
        let names = try FileManager.default.subpathsOfDirectory(atPath: bench.directory.path)
        for name in names {
            kept += FileManager.default.contents(atPath: "\(bench.directory.path)/\(name)") ?? Data()
        }
        #expect(kept.count > 10_000, "the ledger is there")
        let raw = Data(try #require(Hex.decode(DeployBench.keyText)))
        for secret in secrets.map({ Data($0.utf8) }) + [raw, Data(raw.base64EncodedString().utf8)] {
            #expect(kept.firstRange(of: secret) == nil)
        }
    }
}
