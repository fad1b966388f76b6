import EthereumTypes
import Foundation
import Model
import Testing

@testable import Ethereum
@testable import Ledger
@testable import Steps

/// What goes on record of how a contract came to its address.
@Suite struct DeployCreationRecordTests {
    let bench: DeployBench

    init() throws {
        bench = try DeployBench()
        bench.node.change {
            $0.genesisCode[Create2Factory.deterministicProxy.address] = Create2Factory.proxyCode
        }
    }

    func creation(_ name: String = "token") throws -> CreationRecord {
        let entries = try bench.ledger().registryHistory(project: "treasury", network: "sepolia")
        return try #require(entries.first { $0.name == name }).creation
    }

    @Test func anAccountsOwnCreationIsPlain() async throws {
        #expect(try await bench.run(bench.deploy()).failures.isEmpty)
        #expect(try creation() == .plain)
    }

    @Test func theFactoryThatWasAskedIsOnRecord() async throws {
        let salted = try bench.deploy("token", FakeArtifact(), creation: DeploySaltTests.salt())
        #expect(try await bench.run(salted).failures.isEmpty)
        #expect(try creation() == CreationRecord(factory: .deterministicProxy))
        // What is found by its salt was created by the factory too.
        bench.loseState()
        #expect(try await bench.run(salted).deployment().action == .kept)
        #expect(try creation() == CreationRecord(factory: .deterministicProxy))
    }

    @Test func librariesAreOnRecordByFileAndName() async throws {
        let vault = try bench.deploy(
            "vault", DeployLibraryTests.vault(),
            creation: CreationSpec(libraries: [DeployLibraryTests.toMath]))
        let run = try await bench.run(bench.deploy("math", DeployLibraryTests.math), vault)
        let math = try Address(try #require(try run.deployment("math").address))
        #expect(try creation("vault") == CreationRecord(libraries: ["lib/Math.sol:Math": math]))
    }

    /// Behind the salt that the factory is sent is the init code; what another contract is sent says nothing.
    @Test(arguments: [Create2Factory.deterministicProxy.address, Create2Factory.createX.address, .zero])
    func aBroadcastSaysWhichFactoryWasAsked(_ to: Address) throws {
        let factory = Create2Factory.allCases.first { $0.address == to }
        let data = (factory ?? .createX).callData(
            salt: [UInt8](repeating: 7, count: 32), initCode: [0x60, 0x01])
        let place = "0x5fbdb2315678afecb367f032d93f642f64180aa3"
        let file = """
            {"chain": 1, "transactions": [{"transactionType": "CREATE2", "contractName": "Vault",
            "contractAddress": "\(place)", "transaction": {"to": "\(Hex.prefixed(to.bytes))",
            "input": "\(Hex.prefixed(data))"}}]}
            """
        let found = try #require(try FoundryBroadcast(Data(file.utf8)).creations.first).found
        #expect(found.address == (try Address(place)))
        #expect(found.factory == factory)
        #expect(found.input == (factory == nil ? nil : [0x60, 0x01]))
    }
}
