import Engine
import Ethereum
import EthereumTypes
import Foundation
import Model
import Testing

@testable import Steps

/// hyperkit's own proxies: their slots, their source and what the compiler makes of it.
@Suite struct ProxyContractTests {
    /// As EIP-1967 writes them.
    private static let slots = [
        "implementation": "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc",
        "admin": "0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103",
        "beacon": "0xa3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50",
    ]

    @Test func slotsAreThoseOfTheStandard() {
        #expect(ERC1967.implementation.description == Self.slots["implementation"])
        #expect(ERC1967.admin.description == Self.slots["admin"])
        #expect(ERC1967.beacon.description == Self.slots["beacon"])
        for slot in Self.slots.values { #expect(ProxySource.text.contains(slot)) }
    }

    @Test func theSourceCompilesAlikeEachTimeWithoutAWarning() async throws {
        let bench = try CompileBench()
        let actions = ProxyContract.allCases.map { contract in
            CompileAction(
                contract: contract.name, source: .proxies, contractInFile: contract.rawValue,
                settings: ProxyContract.settings, pragmas: [])
        }
        let together = await bench.together(actions)
        let alone = await bench.alone(actions)
        #expect(differences(actions, together, alone) == [])
        for result in together {
            let outputs = stored(
                Dictionary(uniqueKeysWithValues: try result.get().outputs.map { ($0.name, $0.bytes) }))
            let compilation = try CompilationV1.read(outputs)
            // That the compiler is no release is all that it says.
            #expect(compilation.warnings.allSatisfy { $0.code == "3805" }, "\(compilation.warnings)")
            #expect(try StorageLayout(compiled: outputs).variables.allSatisfy { $0.label.hasPrefix("_") })
        }
    }

    @Test func constructorsAreThoseThatToolsKnow() async throws {
        let bench = try CompileBench()
        let shapes = [
            ProxyContract.erc1967Proxy: "(address,bytes)",
            .transparentUpgradeableProxy: "(address,address,bytes)",
            .upgradeableBeacon: "(address,address)", .beaconProxy: "(address,bytes)",
        ]
        for (contract, shape) in shapes {
            let performed = try await bench.step.perform(
                CompileAction(
                    contract: contract.name, source: .proxies, contractInFile: contract.rawValue,
                    settings: ProxyContract.settings, pragmas: []),
                inputs: StepInputs([:]))
            let abi = try ContractABI(
                json: try #require(performed.outputs.first { $0.name == CompileOutput.abi }).bytes)
            let inputs = ABIFunction(name: "", inputs: abi.constructorInputs)
            #expect(inputs.signature == shape)
        }
    }

    @Test func anUpgradeIsReadBackFromItsTransaction() throws {
        let place = { (byte: UInt8) in try #require(Address(bytes: [UInt8](repeating: byte, count: 20))) }
        for kind in ProxyKind.allCases {
            let state = ProxyState(kind: kind, implementation: try place(1), controller: try place(2))
            let upgrade = try Upgrade(of: try place(3), state, to: try place(4))
            #expect(upgrade.to == (kind == .uups ? try place(3) : try place(2)))
            let transaction = Transaction(
                form: .legacy(gasPrice: .zero, chainID: nil), nonce: 0, gasLimit: 0, to: upgrade.to,
                value: .zero, data: upgrade.data)
            #expect(Upgrade.implementation(in: transaction) == (try place(4)))
        }
        let other = Transaction(
            form: .legacy(gasPrice: .zero, chainID: nil), nonce: 0, gasLimit: 0, to: nil, value: .zero,
            data: [1, 2, 3, 4])
        #expect(Upgrade.implementation(in: other) == nil)
    }
}
