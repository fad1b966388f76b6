import BigInt
import EthereumTypes
import Testing

@testable import Ethereum

@Suite struct ABIDecoderTests {
    private static func words(_ numbers: [Int]) -> [UInt8] { numbers.flatMap { BigUInt($0).word } }

    @Test(arguments: [
        ("uint256", [UInt8](repeating: 0, count: 31), ABI.DecodingError.truncated(offset: 0)),
        ("uint8", words([256]), .invalid(type: "uint8", offset: 0)),
        ("int8", words([128]), .invalid(type: "int8", offset: 0)),
        ("bool", words([2]), .invalid(type: "bool", offset: 0)),
        ("address", [UInt8](repeating: 1, count: 32), .invalid(type: "address", offset: 0)),
        ("bytes4", [UInt8](repeating: 1, count: 32), .invalid(type: "bytes4", offset: 0)),
        ("function", [UInt8](repeating: 1, count: 32), .invalid(type: "function", offset: 0)),
        ("bytes", words([32, 5]), .truncated(offset: 64)),
        ("bytes", words([64, 0]), .truncated(offset: 64)),
        ("bytes", words([1 << 60, 0]), .truncated(offset: 0)),
        ("bytes", [UInt8](repeating: 255, count: 64), .truncated(offset: 0)),
        ("string", words([32, 1]) + [UInt8](repeating: 0xff, count: 32), .notText(offset: 32)),
        ("uint256[]", words([32, 2, 1]), .truncated(offset: 64)),
        ("uint256[4294967296][4294967296]", words([1]), .truncated(offset: 0)),
        ("string[4294967296]", words([32, 1]), .truncated(offset: 32)),
    ])
    func refusesWhatIsNotAnEncoding(_ type: String, _ data: [UInt8], _ error: ABI.DecodingError) throws {
        let type = try ABIType(type)
        #expect(throws: error) { try ABI.decode(data, as: [type]) }
    }

    @Test func saysWhyInWords() {
        #expect("\(ABI.DecodingError.truncated(offset: 4))" == "it ends, or points behind its end, at byte 4")
        #expect("\(ABI.DecodingError.invalid(type: "bool", offset: 0))" == "what is at byte 0 is no bool")
        #expect(
            "\(TransactionError.notRLP(.trailing(offset: 2)))".hasSuffix(
                "RLP: it goes on behind its end, at byte 2"))
    }

    /// Each level refers to the next one many times over; what it unfolds to grows with the power of the depth.
    @Test func refusesDataThatUnfoldsWithoutLimit() throws {
        let width = 20
        var data = Self.words([32])
        for _ in 0..<6 {
            data += Self.words([width])
            data += Self.words(Array(repeating: width * 32, count: width))
        }
        data += Self.words([0])
        let type = try ABIType("uint256[][][][][][][]")
        let error = try #require(throws: ABI.DecodingError.self) { try ABI.decode(data, as: [type]) }
        guard case .overlapping = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test func aListOfEmptyTuplesTakesNoMoreRoomThanTheDataHas() {
        let type = ABIType.array(of: .tuple([]))
        #expect(throws: ABI.DecodingError.truncated(offset: 64)) {
            try ABI.decode(Self.words([32, 50]), as: [type])
        }
    }

    @Test func leavesAloneWhatContractsPadTheirDataWith() throws {
        let data = Self.words([32, 2]) + [1, 2]
        #expect(try ABI.decode(data, as: [.bytes]) == [.bytes([1, 2])])
        #expect(try ABI.decode(data + [9, 9, 9], as: [.bytes]) == [.bytes([1, 2])])
    }

    @Test(arguments: [
        (ABIType.uint256, ABIValue.int(1)),
        (.uint256, .uint(BigUInt(1) << 256)),
        (.int256, .int(BigInt(1) << 255)),
        (.bytes, .string("x")),
        (.function, .bytes([1])),
        (.array(of: .bool), .tuple([.bool(true)])),
        (.tuple([ABIParameter(type: .bool)]), .tuple([])),
    ])
    func refusesToEncodeAValueOfAnotherType(_ type: ABIType, _ value: ABIValue) {
        #expect(throws: ABI.Mismatch.self) { try ABI.encode([value], as: [type]) }
    }
}
