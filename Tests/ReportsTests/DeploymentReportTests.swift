import EthereumTypes
import Foundation
import Model
import Testing

@testable import Reports

@Suite struct DeploymentReportTests {
    static func entry(_ name: String, at byte: UInt8, chain: UInt64, adopted: Bool = false) throws
        -> RegistryEntry
    {
        RegistryEntry(
            project: "treasury", name: name, contract: name == "token" ? "Token" : "Vault",
            chainID: try #require(ChainID(chain)), genesisHash: Keccak256.hash("genesis".utf8),
            address: try #require(Address(bytes: [UInt8](repeating: byte, count: 20))),
            transactionHash: adopted ? nil : Keccak256.hash([byte]), block: adopted ? nil : 4_711,
            deployer: adopted ? nil : try Address("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
            initCodeDigest: Digest(of: Data("init \(name)".utf8)),
            runtimeCodeDigest: Digest(of: Data("runtime \(name)".utf8)),
            deployedCodeDigest: Digest(of: Data("deployed \(name)".utf8)),
            constructorArguments: [0, 1, 255], run: adopted ? nil : "2026-11-22T02-00-07Z-4f1c",
            calls: adopted
                ? []
                : [
                    RegistryCall(
                        name: "setFee", function: "setFee(uint256)", callDataHash: Keccak256.hash([1]),
                        transactionHash: Keccak256.hash([2]), block: 4_712, run: "2026-11-22T02-00-07Z-4f1c")
                ])
    }

    static func listed() throws -> [ListedDeployment] {
        var salted = try entry("pool", at: 0x44, chain: 11_155_111)
        salted.creation = CreationRecord(
            factory: .deterministicProxy,
            libraries: ["contracts/Math.sol:Math": try Address("0x5FbDB2315678afecb367f032d93F642f64180aa3")])
        return [
            ListedDeployment(network: "hoodi", entry: try entry("token", at: 0x11, chain: 560_048)),
            ListedDeployment(network: "sepolia", entry: salted),
            ListedDeployment(network: "sepolia", entry: try entry("token", at: 0x22, chain: 11_155_111)),
            ListedDeployment(
                network: "sepolia", entry: try entry("vaults/17", at: 0x33, chain: 11_155_111, adopted: true)
            ),
        ]
    }

    @Test func theRegistryIsTheSameBytesForTheSameContent() throws {
        var entries = try Self.listed().map(\.entry)
        for byte: UInt8 in [0x66, 0x55] {
            entries[2].remember(try Self.entry("token", at: byte, chain: 11_155_111))
        }
        let file = RegistryFile(network: "sepolia", entries: Array(entries.dropFirst()))
        let text = String(decoding: try RegistryV1(file).json(), as: UTF8.self)
        try expectGolden(text, "registry.json")
        let turned = RegistryFile(network: "sepolia", entries: entries.dropFirst().reversed())
        #expect(try RegistryV1(turned).json() == Data(text.utf8))
    }

    @Test(arguments: DeploymentExport.allCases)
    func exportsAreInTheShapeOfTheTool(_ format: DeploymentExport) throws {
        let files = try format.files(try Self.listed())
        let text = files.map { "== \($0.path)\n" + String(decoding: $0.bytes, as: UTF8.self) }
        try expectGolden(text.joined(separator: "\n"), "export-\(format.rawValue).txt")
    }

    @Test func listsForPeopleAndPrograms() throws {
        try expectGolden(DeploymentText.list(try Self.listed()) + "\n", "deployments.txt")
        let json = try DeploymentListV1(try Self.listed()).json()
        let read = try JSONDecoder().decode(DeploymentListV1.self, from: json)
        #expect(read.deployments.map(\.network) == ["hoodi", "sepolia", "sepolia", "sepolia"])
        #expect(read.deployments.last?.transactionHash.value == nil)
        #expect(String(decoding: json, as: UTF8.self).contains("\"block\" : null"))
    }
}
