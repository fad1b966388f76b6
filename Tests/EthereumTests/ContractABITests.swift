import BigInt
import EthereumTypes
import Foundation
import Testing

@testable import Ethereum

@Suite struct ContractABITests {
    /// As solc spells a contract with every kind of member, a function that takes a storage reference among them.
    private let json = """
        [{"inputs":[{"components":[{"internalType":"address","name":"owner","type":"address"},
            {"internalType":"uint96[2]","name":"fees","type":"uint96[2]"}],"internalType":"struct Vault.Setup[]",
            "name":"setups","type":"tuple[]"}],"stateMutability":"payable","type":"constructor"},
        {"inputs":[{"internalType":"uint256","name":"wanted","type":"uint256"},
            {"internalType":"address","name":"who","type":"address"}],"name":"TooLittle","type":"error"},
        {"anonymous":false,"inputs":[{"indexed":true,"internalType":"address","name":"from","type":"address"},
            {"indexed":false,"internalType":"uint256","name":"value","type":"uint256"}],"name":"Paid","type":"event"},
        {"inputs":[],"name":"fee","outputs":[{"internalType":"uint256","name":"","type":"uint256"}],
            "stateMutability":"view","type":"function"},
        {"inputs":[{"internalType":"uint256","name":"a","type":"uint256"}],"name":"set","outputs":[],
            "stateMutability":"nonpayable","type":"function"},
        {"inputs":[{"internalType":"bool","name":"a","type":"bool"}],"name":"set","outputs":[],
            "stateMutability":"nonpayable","type":"function"},
        {"inputs":[{"name":"self","type":"Lib.Data storage"}],"name":"grow","outputs":[],
            "stateMutability":"nonpayable","type":"function"},
        {"stateMutability":"payable","type":"receive"}]
        """

    private func abi() throws -> ContractABI { try ContractABI(json: Data(json.utf8)) }

    @Test func readsEveryKindOfMember() throws {
        let abi = try abi()
        #expect(abi.constructorInputs.canonical == "((address,uint96[2])[])")
        #expect(abi.isConstructorPayable)
        #expect(abi.functions.map(\.signature) == ["fee()", "set(uint256)", "set(bool)"])
        #expect(abi.functions[0].outputs.types == [.uint256])
        #expect(abi.functions[0].mutability == .view)
        #expect(abi.events.map(\.signature) == ["Paid(address,uint256)"])
        #expect(abi.events[0].isIndexed == [true, false])
        #expect(abi.errors.map(\.signature) == ["TooLittle(uint256,address)"])
        #expect(abi.acceptsValue)
        #expect(abi.unsupported == ["grow: 'Lib.Data storage', character 1: 'Lib' is not a type of the ABI"])
    }

    @Test func aContractWithoutConstructorTakesNothing() throws {
        let abi = try ContractABI(json: Data("[]".utf8))
        #expect(abi.constructorInputs.isEmpty)
        #expect(!abi.isConstructorPayable)
    }

    @Test func findsFunctionsByNameOrSignature() throws {
        let abi = try abi()
        #expect(try abi.function("fee").signature == "fee()")
        #expect(try abi.function("set(bool on)").signature == "set(bool)")
        #expect(throws: ABISyntaxError("'set' is ambiguous; write one of: set(bool), set(uint256)")) {
            try abi.function("set")
        }
        #expect(
            throws: ABISyntaxError(
                "the contract has no function 'set(address)'; it has: set(bool), set(uint256)")
        ) {
            try abi.function("set(address)")
        }
        #expect(
            throws: ABISyntaxError(
                "the contract has no function 'fees'; it has: fee(), set(bool), set(uint256)")
        ) {
            try abi.function("fees")
        }
    }

    @Test(arguments: ["", "{}", "[1]", #"[{"type":"constructor","inputs":[{"type":"tuple"}]}]"#])
    func refusesWhatIsNotAnABI(_ text: String) {
        #expect(throws: ABISyntaxError.self) { try ContractABI(json: Data(text.utf8)) }
    }

    @Test(arguments: [
        ("", "reverted without a reason"),
        ("01", "reverted with 0x01"),
        ("0badf00d" + "00", "reverted with an error that the ABI does not declare, selector 0x0badf00d"),
        (
            "08c379a0" + "0000000000000000000000000000000000000000000000000000000000000020"
                + "0000000000000000000000000000000000000000000000000000000000000003"
                + "6261640000000000000000000000000000000000000000000000000000000000", "reverted: bad"
        ),
        (
            "4e487b71" + "0000000000000000000000000000000000000000000000000000000000000011",
            "panic 0x11: arithmetic overflow or underflow"
        ),
        (
            "4e487b71" + "0000000000000000000000000000000000000000000000000000000000000099",
            "panic 0x99: unknown code"
        ),
        ("08c379a0" + "00", "reverted with an error that the ABI does not declare, selector 0x08c379a0"),
    ])
    func saysWhyACallReverted(_ data: String, _ text: String) throws {
        let data = try #require(Hex.decode(data))
        #expect(RevertReason(data, abi: try abi()).description == text)
    }

    @Test func namesTheValuesOfADeclaredError() throws {
        let abi = try abi()
        let values = [ABIValue.uint(7), .address(.zero)]
        let data = abi.errors[0].selector + (try ABI.encode(values, as: abi.errors[0].inputs.types))
        #expect(
            RevertReason(data, abi: abi).description
                == "reverted with TooLittle(wanted: 7, who: 0x0000000000000000000000000000000000000000)"
        )
        #expect(RevertReason(data) == .unknown(data))
    }
}
