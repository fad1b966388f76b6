import BigInt
import EthereumTypes
import Testing

@testable import Ethereum

@Suite struct ABIInputTests {
    @Test(arguments: [
        ("uint256", "0", "0"), ("uint256", "1_000", "1000"), ("uint256", "1e18", "1000000000000000000"),
        ("uint256", "2.5e6", "2500000"), ("uint256", "1.50e1", "15"), ("uint256", "0.5e1", "5"),
        ("uint8", "0xFF", "255"), ("uint8", "255", "255"), ("int8", "-128", "-128"),
        ("int8", "-0x80", "-128"),
        ("int256", "-1", "-1"), ("bool", "true", "true"), ("bool", "false", "false"), ("string", "", "\"\""),
        ("string", " no ", "\" no \""), ("bytes", "0x", "0x"), ("bytes", "0xABcd", "0xabcd"),
        ("bytes2", "0x0102", "0x0102"),
        (
            "address", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
        ),
    ])
    func readsTexts(_ type: String, _ text: String, _ shown: String) throws {
        #expect(try ABIType(type).value(from: .text(text), path: "a").description == shown)
    }

    @Test(arguments: [
        ("uint8", "256", "a: expected uint8, saw '256'; write a number from 0 to 255"),
        ("uint256", "-1", "a: expected uint256, saw '-1'; write a number from 0 to 2^256 - 1"),
        (
            "uint256", "1e78",
            "a: expected uint256, saw '1e78'; write a whole number such as 1000, 1_000, 1e18 or 0x3e8"
        ),
        (
            "uint256", "1.5",
            "a: expected uint256, saw '1.5'; write a whole number such as 1000, 1_000, 1e18 or 0x3e8"
        ),
        (
            "uint256", "1.55e1",
            "a: expected uint256, saw '1.55e1'; write a whole number such as 1000, 1_000, 1e18 or 0x3e8"
        ),
        (
            "uint256", "1__0",
            "a: expected uint256, saw '1__0'; write a whole number such as 1000, 1_000, 1e18 or 0x3e8"
        ),
        (
            "uint256", "",
            "a: expected uint256, saw ''; write a whole number such as 1000, 1_000, 1e18 or 0x3e8"
        ),
        (
            "uint256", "٣",
            "a: expected uint256, saw '٣'; write a whole number such as 1000, 1_000, 1e18 or 0x3e8"
        ),
        (
            "uint256", "010",
            "a: expected uint256, saw '010'; leading zeros mean different numbers to different tools; write 10"
        ),
        ("int8", "128", "a: expected int8, saw '128'; write a number from -128 to 127"),
        (
            "int256", "0x8000000000000000000000000000000000000000000000000000000000000000",
            "a: expected int256, saw '0x8000000000000000000000000000000000000000000000000000000000000000'; "
                + "write a number from -2^255 to 2^255 - 1"
        ),
        ("bool", "yes", "a: expected bool, saw 'yes'; write true or false"),
        ("bool", "True", "a: expected bool, saw 'True'; write true or false"),
        ("bytes", "abcd", "a: expected bytes, saw 'abcd'; write 0x and hexadecimal digits, two a byte"),
        ("bytes", "0xabc", "a: expected bytes, saw '0xabc'; write 0x and hexadecimal digits, two a byte"),
        (
            "bytes4", "0xabcd",
            "a: expected bytes4, saw '0xabcd'; these are 2 bytes; write 0x and 8 hexadecimal digits"
        ),
        (
            "address", "0x12",
            "a: expected address, saw '0x12'; these are 2 digits; write 0x and 40 hexadecimal digits"
        ),
        (
            "address", "vitalik.eth",
            "a: expected address, saw 'vitalik.eth'; write 0x and 40 hexadecimal digits"
        ),
        (
            "address", "0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "a: expected address, saw '0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed'; the checksum is wrong; "
                + "if every digit is right, write 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
        ),
        ("uint8[]", "1", "a: expected uint8[], saw '1'; write a list"),
        ("uint8[2]", "1", "a: expected uint8[2], saw '1'; write a list of 2 values"),
    ])
    func saysWhatToWriteInstead(_ type: String, _ text: String, _ message: String) throws {
        let type = try ABIType(type)
        let error = try #require(throws: ABIInputError.self) { try type.value(from: .text(text), path: "a") }
        #expect(error.description == message)
    }

    /// The parameters of `deposit((address owner, uint8 share)[] parts, uint256[2] bounds)`.
    private func parameters() throws -> ABIType {
        .tuple(
            try ABIFunction(signature: "f((address owner, uint8 share)[] parts, uint256[2] bounds)").inputs
        )
    }

    private let owner = ABIInput.text("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed")

    @Test func aTupleIsAListOrAMapInAnyOrder() throws {
        let list = ABIInput.list([
            .list([.list([owner, .text("5")])]), .list([.text("1"), .text("2")]),
        ])
        let map = ABIInput.map([
            .init("bounds", .list([.text("1"), .text("2")])),
            .init("parts", .list([.map([.init("share", .text("5")), .init("owner", owner)])])),
        ])
        let value = try parameters().value(from: list, path: "arguments")
        #expect(value.description == "([(0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed, 5)], [1, 2])")
        #expect(try parameters().value(from: map, path: "arguments") == value)
    }

    @Test func namesThePathOfWhatIsWrong() throws {
        func message(_ input: ABIInput) throws -> String {
            let type = try parameters()
            return try #require(throws: ABIInputError.self) { try type.value(from: input, path: "arguments") }
                .description
        }
        let bounds = ABIInput.list([.text("1"), .text("2")])
        let part = ABIInput.map([.init("owner", owner), .init("share", .text("256"))])
        #expect(
            try message(.map([.init("parts", .list([part])), .init("bounds", bounds)]))
                == "arguments.parts[0].share: expected uint8, saw '256'; write a number from 0 to 255"
        )
        #expect(
            try message(.list([.list([.list([owner])]), bounds]))
                == "arguments[0][0]: expected (address,uint8), saw a list of 1 value; "
                + "write a list of 2 values: owner, share"
        )
        #expect(
            try message(.list([.list([]), .list([.text("1")])]))
                == "arguments[1]: expected uint256[2], saw a list of 1 value; write a list of 2 values"
        )
        #expect(
            try message(.list([.text("x"), bounds]))
                == "arguments[0]: expected (address,uint8)[], saw 'x'; write a list"
        )
        #expect(
            try message(.map([.init("parts", .list([])), .init("bond", bounds)]))
                == "arguments: expected ((address,uint8)[],uint256[2]), saw a map with parts, bond; "
                + "there is no 'bond'; the keys are parts, bounds"
        )
        #expect(
            try message(.map([.init("parts", .list([]))]))
                == "arguments: expected ((address,uint8)[],uint256[2]), saw a map with parts; "
                + "the key 'bounds' is missing"
        )
        #expect(
            try message(
                .map([.init("parts", .list([])), .init("parts", .list([])), .init("bounds", bounds)]))
                == "arguments: expected ((address,uint8)[],uint256[2]), saw a map with parts, parts, bounds; "
                + "the key 'parts' is there twice"
        )
    }

    @Test func aMapNeedsComponentsWithNames() throws {
        let type = ABIType.tuple(try ABIFunction(signature: "f(uint8,uint8 b)").inputs)
        let error = try #require(throws: ABIInputError.self) {
            try type.value(from: .map([.init("b", .text("1"))]), path: "arguments")
        }
        #expect(error.hint == "not every component has a name of its own; write a list of 2 values: uint8, b")
    }

    @Test func nothingIsWrittenAsAnEmptyListOrMap() throws {
        #expect(try ABIType.tuple([]).value(from: .list([]), path: "arguments") == .tuple([]))
        #expect(try ABIType.tuple([]).value(from: .map([]), path: "arguments") == .tuple([]))
        let error = try #require(throws: ABIInputError.self) {
            try ABIType.tuple([]).value(from: .list([.text("1")]), path: "arguments")
        }
        #expect(error.description == "arguments: expected (), saw a list of 1 value; write an empty list")
    }
}
