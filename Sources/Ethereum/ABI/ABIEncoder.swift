import BigInt
import EthereumTypes

/// The contract ABI's encoding of values.
package enum ABI {
    /// A value that is not of the type it should be encoded as.
    package struct Mismatch: Error, Hashable, Sendable, CustomStringConvertible {
        package let expected: String
        package let seen: String

        package var description: String { "expected \(expected), saw \(seen)" }
    }

    /// Encodes values side by side, as arguments of a call or of a constructor are.
    ///
    /// - Throws: ``Mismatch`` where a value is not of its type or does not fit its width.
    package static func encode(
        _ values: [ABIValue],
        as types: [ABIType]
    ) throws(Mismatch) -> [UInt8] {
        guard values.count == types.count else {
            throw Mismatch(expected: "\(types.count) values", seen: "\(values.count)")
        }
        var heads: [UInt8] = []
        var tails: [UInt8] = []
        let headSize = ABIType.headSize(of: types)
        for (value, type) in zip(values, types) {
            let encoded = try encode(value, as: type)
            if type.isDynamic {
                heads += BigUInt(headSize + tails.count).word
                tails += encoded
            } else {
                heads += encoded
            }
        }
        return heads + tails
    }

    private static func encode(_ value: ABIValue, as type: ABIType) throws(Mismatch) -> [UInt8] {
        switch (type, value) {
        case (.uint(let width), .uint(let number)) where number.bitWidth <= width.bits:
            return number.word
        case (.int(let width), .int(let number)) where number.fits(bits: width.bits):
            return number.twosComplement
        case (.address, .address(let address)):
            return [UInt8](repeating: 0, count: 12) + address.bytes
        case (.bool, .bool(let flag)):
            return BigUInt(flag ? 1 : 0).word
        case (.fixedBytes(let width), .bytes(let bytes)) where bytes.count == width.count:
            return padded(bytes)
        case (.function, .bytes(let bytes)) where bytes.count == 24:
            return padded(bytes)
        case (.bytes, .bytes(let bytes)):
            return BigUInt(bytes.count).word + padded(bytes)
        case (.string, .string(let text)):
            return BigUInt(text.utf8.count).word + padded(Array(text.utf8))
        case (.fixedArray(let element, let count), .array(let values)) where values.count == count.count:
            return try encode(values, as: Array(repeating: element, count: values.count))
        case (.array(let element), .array(let values)):
            let elements = try encode(values, as: Array(repeating: element, count: values.count))
            return BigUInt(values.count).word + elements
        case (.tuple(let components), .tuple(let values)):
            return try encode(values, as: components.types)
        default:
            throw Mismatch(expected: type.description, seen: value.description)
        }
    }

    /// Zeros behind the bytes up to a whole number of words.
    private static func padded(_ bytes: [UInt8]) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: (32 - bytes.count % 32) % 32)
    }
}

extension BigInt {
    /// Whether a signed integer of so many bits holds the number.
    func fits(bits: Int) -> Bool {
        let half = BigInt(1) << (bits - 1)
        return self >= -half && self < half
    }

    /// The number in 32 bytes of two's complement.
    ///
    /// - Precondition: The number fits 256 bits.
    var twosComplement: [UInt8] {
        sign == .plus ? magnitude.word : ((BigUInt(1) << 256) - magnitude).word
    }
}
