package import BigInt
package import EthereumTypes

/// A value of an ``ABIType``.
package indirect enum ABIValue: Hashable, Sendable {
    case uint(BigUInt)
    case int(BigInt)
    case address(Address)
    case bool(Bool)
    /// Of `bytes`, `bytesN` and `function`.
    case bytes([UInt8])
    case string(String)
    /// Of arrays, fixed or not.
    case array([ABIValue])
    case tuple([ABIValue])
}

extension ABIValue: CustomStringConvertible {
    /// The value as a person reads it: numbers in decimal, bytes in hexadecimal, texts in quotes.
    package var description: String {
        switch self {
        case .uint(let number): String(number)
        case .int(let number): String(number)
        case .address(let address): address.description
        case .bool(let flag): String(flag)
        case .bytes(let bytes): Hex.prefixed(bytes)
        case .string(let text): text.debugDescription
        case .array(let values): "[" + values.map(\.description).joined(separator: ", ") + "]"
        case .tuple(let values): "(" + values.map(\.description).joined(separator: ", ") + ")"
        }
    }
}
