import EthereumTypes
import Testing

@testable import Ethereum

@Suite struct ABISignatureTests {
    @Test(
        arguments: [
            ("transfer(address,uint256)", "transfer(address,uint256)", "0xa9059cbb"),
            ("transfer(address to, uint amount)", "transfer(address,uint256)", "0xa9059cbb"),
            (
                "function transfer(address payable to, uint256 amount) external returns (bool ok)",
                "transfer(address,uint256)", "0xa9059cbb"
            ),
            ("totalSupply()", "totalSupply()", "0x18160ddd"),
            ("fee()(uint256)", "fee()", "0xddca3f43"),
            (
                "initialize(address,(uint256,string)[])", "initialize(address,(uint256,string)[])",
                "0x878cfa87"
            ),
            ("f(tuple(uint8 a, int b)[2][] memory pairs)", "f((uint8,int256)[2][])", nil),
        ] as [(String, String, String?)])
    func readsSignatures(_ text: String, _ canonical: String, _ selector: String?) throws {
        let function = try ABIFunction(signature: text)
        #expect(function.signature == canonical)
        if let selector { #expect(Hex.prefixed(function.selector) == selector) }
    }

    @Test func keepsNamesOutputsAndMutability() throws {
        let function = try ABIFunction(
            signature:
                "quote(address asset, (uint256 low, uint256 high) range) external view returns (uint256 price)"
        )
        #expect(function.inputs.map(\.name) == ["asset", "range"])
        #expect(
            function.inputs[1].type
                == .tuple([
                    ABIParameter(name: "low", type: .uint256), ABIParameter(name: "high", type: .uint256),
                ])
        )
        #expect(function.outputs == [ABIParameter(name: "price", type: .uint256)])
        #expect(function.mutability == .view)
        #expect(try ABIFunction(signature: "fee()(uint256)").outputs.types == [.uint256])
    }

    @Test(arguments: [
        ("", "'', character 1: a function's name is missing"),
        ("transfer", "'transfer', character 9: '(' is missing"),
        (
            "f(uint7)",
            "'f(uint7)', character 8: 'uint7' is no integer type; widths are 8 to 256 in steps of 8"
        ),
        (
            "f(uint264)",
            "'f(uint264)', character 10: 'uint264' is no integer type; widths are 8 to 256 in steps of 8"
        ),
        (
            "f(uint08)",
            "'f(uint08)', character 9: 'uint08' is no integer type; widths are 8 to 256 in steps of 8"
        ),
        (
            "f(bytes33)",
            "'f(bytes33)', character 10: 'bytes33' is no bytes type; widths are 1 to 32, or plain 'bytes'"
        ),
        (
            "f(bytes0)",
            "'f(bytes0)', character 9: 'bytes0' is no bytes type; widths are 1 to 32, or plain 'bytes'"
        ),
        (
            "f(fixed128x18)",
            "'f(fixed128x18)', character 14: 'fixed128x18' is not supported: no compiler implements fixed-point numbers"
        ),
        ("f(Token t)", "'f(Token t)', character 3: 'Token' is not a type of the ABI"),
        (
            "f(uint256[0])",
            "'f(uint256[0])', character 13: '0' is not the length of an array; write a number from 1"
        ),
        ("f(uint256[)", "'f(uint256[)', character 11: a '[' has no ']'"),
        ("f(uint256", "'f(uint256', character 10: ',' or ')' is missing"),
        ("f(uint256,)", "'f(uint256,)', character 11: '(' is missing"),
        ("f(())", "'f(())', character 5: a tuple has at least one component"),
        ("f() nonsense", "'f() nonsense', character 13: 'nonsense' is not expected behind the parameters"),
    ])
    func saysWhatIsWrongWithASignature(_ text: String, _ message: String) {
        #expect(throws: ABISyntaxError(message)) { try ABIFunction(signature: text) }
    }

    @Test func refusesNestingThatWouldExhaustTheStack() {
        let parentheses = "f" + String(repeating: "(", count: 100_000)
        let brackets = "uint8" + String(repeating: "[]", count: 100_000)
        #expect(throws: ABISyntaxError.self) { try ABIFunction(signature: parentheses) }
        #expect(throws: ABISyntaxError.self) { try ABIType(brackets) }
        #expect(throws: Never.self) { try ABIType("uint8" + String(repeating: "[]", count: 20)) }
    }
}
