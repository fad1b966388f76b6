import EthereumTypes
import Foundation
import Manifests
import Model
import Testing

@Suite struct ProxyRegistryTests {
    static let layout = StorageLayout(
        variables: [.init(label: "_fees", slot: "3", offset: 0, type: 0, contract: "Vault.sol:Vault")],
        types: [
            .init(label: "mapping(address => enum Kind)", encoding: "mapping", bytes: "32", key: 1, value: 2),
            .init(label: "address", encoding: "inplace", bytes: "20"),
            .init(label: "enum Kind", encoding: "inplace", bytes: "1", values: ["A", "B"]),
            .init(label: "Price", encoding: "inplace", bytes: "16", underlying: "uint128"),
        ],
        namespaces: [.init(id: "erc7201:vault.main", type: 0)])

    static let layoutText = """
        { "types" : [
            { "bytes" : "32", "encoding" : "mapping", "key" : 1, "label" : "mapping(address => enum Kind)", "value" : 2 },
            { "bytes" : "20", "encoding" : "inplace", "label" : "address" },
            { "bytes" : "1", "encoding" : "inplace", "label" : "enum Kind", "values" : ["A", "B"] },
            { "bytes" : "16", "encoding" : "inplace", "label" : "Price", "underlying" : "uint128" } ],
          "namespaces" : [ { "id" : "erc7201:vault.main", "type" : 0 } ],
          "variables" : [ { "contract" : "Vault.sol:Vault", "label" : "_fees", "offset" : 0, "slot" : "3", "type" : 0 } ] }
        """

    static func file(_ members: String) -> String {
        let deployment = RegistryReaderTests.deployment.replacing(
            "\"project\" : \"treasury\",", with: "\"project\" : \"treasury\",\n\(members),")
        return RegistryReaderTests.file(deployment)
    }

    static let proxy = """
        "proxy" : { "admin" : "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "block" : 9, "kind" : "transparent",
          "implementation" : "0x70997970C51812dc3A010C7d01b50e0d17dc79C8" }
        """

    func read(_ text: String) throws(ManifestError) -> RegistryEntry? {
        try RegistryReader.read(Data(text.utf8), name: "d.json", network: "sepolia").entries.first
    }

    func complaint(_ members: String) -> String {
        do throws(ManifestError) {
            _ = try read(Self.file(members))
            return ""
        } catch {
            return error.description
        }
    }

    @Test func aProxyIsReadWithItsLayout() throws {
        let digest = try #require(Self.layout?.digest)
        let entry = try read(
            Self.file(
                Self.proxy
                    + ",\n\"storageLayout\" : \(Self.layoutText),\n\"storageLayoutDigest\" : \"\(digest)\""))
        #expect(entry?.proxy?.kind == .transparent)
        #expect(entry?.proxy?.implementation.description == "0x70997970C51812dc3A010C7d01b50e0d17dc79C8")
        #expect(entry?.proxy?.controller?.description == "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")
        #expect(entry?.proxy?.block == 9)
        #expect(entry?.storageLayout == Self.layout)
        #expect(try read(RegistryReaderTests.file(RegistryReaderTests.deployment))?.proxy == nil)
    }

    @Test func whatIsNotAsItWasWrittenIsTold() {
        #expect(
            complaint(Self.proxy.replacing("transparent", with: "diamond")).contains(
                "'diamond' is not one of"))
        #expect(
            complaint(Self.proxy.replacing("\"kind\"", with: "\"kin\"")).contains("a proxy has no 'kind'"))
        #expect(complaint("\"proxy\" : 5").contains("a proxy is a map"))
        let other = "sha256:" + String(repeating: "0", count: 64)
        let layout = "\(Self.proxy), \"storageLayout\" : \(Self.layoutText)"
        #expect(
            complaint("\(layout), \"storageLayoutDigest\" : \"\(other)\"")
                .contains("this storage layout is not the one that 'storageLayoutDigest' is of"))
        #expect(
            complaint(layout.replacing("\"value\" : 2", with: "\"value\" : 4"))
                .contains("a type of this storage layout is missing"))
        #expect(
            complaint(layout.replacing("\"slot\" : \"3\"", with: "\"slot\" : \"-3\"")).contains("'-3' is not")
        )
    }
}
