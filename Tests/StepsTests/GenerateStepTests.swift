import Engine
import Foundation
import Model
import Testing

@testable import Steps

@Suite struct GenerateStepTests {
    private let coin = ERC20Options(
        name: "Coin", symbol: "CN", premint: "1000000000000000000000000", mintable: true, access: .ownable)

    private func action(_ name: String, _ options: ERC20Options) throws -> GenerateAction {
        GenerateAction(contract: try #require(ContractName(name)), options: options)
    }

    @Test(arguments: [
        ("Token", "Token"), ("my-token", "MyToken"), ("my_token", "MyToken"), ("contract", "Contract"),
        ("Transfer", "TransferToken"), ("MINTER_ROLE", "MINTERROLE"), ("x", "X"),
    ])
    func namesContractsAsSolidityDoes(_ name: String, _ expected: String) throws {
        let contract = try #require(ContractName(name))
        #expect(GenerateStep.solidityName(for: contract) == expected)
        #expect(GenerateStep.path(for: contract) == "generated/\(name).sol")
    }

    @Test(arguments: [("17", "Drops17"), ("gold.v2-b", "DropsGoldV2B"), ("_", "Drops")])
    func namesMembersAfterTheirSet(_ member: String, _ expected: String) throws {
        let contract = try #require(ContractName(set: "drops", member: member))
        #expect(GenerateStep.solidityName(for: contract) == expected)
        #expect(GenerateStep.path(for: contract) == "generated/drops/\(member).sol")
    }

    @Test func storesTheSourceAndWhatItWasMadeOf() throws {
        let outputs = GenerateStep.perform(try action("Coin", coin))
        #expect(outputs.map(\.name) == ["source.sol", "options.json"])
        let source = ERC20Template.render(options: coin, contractName: "Coin")
        #expect(outputs.first?.bytes == Data(source.utf8))
        let json = String(decoding: try #require(outputs.last).bytes, as: UTF8.self)
        let options =
            #"{"access":"ownable","burnable":false,"decimals":18,"mintable":true,"name":"Coin","#
            + #""premint":"1000000000000000000000000","symbol":"CN"}"#
        #expect(
            json == #"{"contract":"Coin","options":\#(options),"template":"erc20","#
                + #""templateDigest":"\#(ERC20Template.digest)","version":1}"#)
        #expect(GenerateStep.perform(try action("Coin", coin)).map(\.bytes) == outputs.map(\.bytes))
    }

    @Test func everyOptionAndTheNameChangeTheFingerprint() throws {
        let changes: [(inout ERC20Options) -> Void] = [
            { $0.name = "C" }, { $0.symbol = "C" }, { $0.decimals = 6 }, { $0.premint = "1" },
            { $0.cap = "1" },
            { $0.mintable = false }, { $0.burnable = true }, { $0.access = .roles },
        ]
        var digests: Set<Digest> = [GenerateStep.fingerprint(try action("Coin", coin)).digest]
        digests.insert(GenerateStep.fingerprint(try action("Money", coin)).digest)
        for change in changes {
            var options = coin
            change(&options)
            digests.insert(GenerateStep.fingerprint(try action("Coin", options)).digest)
        }
        #expect(digests.count == changes.count + 2)
    }

    @Test func theTemplateIsPartOfTheFingerprint() throws {
        let fields = GenerateStep.fingerprint(try action("Coin", coin)).fields
        #expect(fields.contains { $0.value == ERC20Template.digest.description })
    }
}
