/// A type of the contract ABI specification, as version 2 of Solidity's coder has them.
///
/// `fixed` and `ufixed` are not here: no compiler produces code for them.
package indirect enum ABIType: Hashable, Sendable {
    /// Eight to 256 bits, in whole bytes.
    package struct IntegerWidth: Hashable, Sendable {
        package let bits: Int

        package init?(bits: Int) {
            guard (8...256).contains(bits), bits.isMultiple(of: 8) else { return nil }
            self.bits = bits
        }

        private init() { bits = 256 }

        /// The width that plain `uint` and `int` stand for.
        package static let full = IntegerWidth()
    }

    /// One to 32 bytes.
    package struct BytesWidth: Hashable, Sendable {
        package let count: Int

        package init?(count: Int) {
            guard (1...32).contains(count) else { return nil }
            self.count = count
        }
    }

    /// The length of a fixed array: at least one element, at most 2^32.
    package struct ArrayCount: Hashable, Sendable {
        package let count: Int

        package init?(_ count: Int) {
            guard (1...(1 << 32)).contains(count) else { return nil }
            self.count = count
        }
    }

    case uint(IntegerWidth)
    case int(IntegerWidth)
    case address
    case bool
    case fixedBytes(BytesWidth)
    case bytes
    case string
    /// An address and a selector in 24 bytes.
    case function
    case fixedArray(of: ABIType, ArrayCount)
    case array(of: ABIType)
    case tuple([ABIParameter])

    package static let uint256 = ABIType.uint(.full)
    package static let int256 = ABIType.int(.full)
}

/// A type with the name that a contract gives it, which may be empty.
package struct ABIParameter: Hashable, Sendable {
    package let name: String
    package let type: ABIType

    package init(name: String = "", type: ABIType) {
        self.name = name
        self.type = type
    }
}

extension ABIType: CustomStringConvertible {
    /// The canonical spelling, from which selectors are made.
    package var description: String {
        switch self {
        case .uint(let width): "uint\(width.bits)"
        case .int(let width): "int\(width.bits)"
        case .address: "address"
        case .bool: "bool"
        case .fixedBytes(let width): "bytes\(width.count)"
        case .bytes: "bytes"
        case .string: "string"
        case .function: "function"
        case .fixedArray(let element, let count): "\(element)[\(count.count)]"
        case .array(let element): "\(element)[]"
        case .tuple(let components): components.canonical
        }
    }
}

extension [ABIParameter] {
    /// The types in parentheses, without names.
    package var canonical: String { "(" + map(\.type.description).joined(separator: ",") + ")" }

    package var types: [ABIType] { map(\.type) }
}

extension ABIType {
    /// Whether the encoding's place is taken by an offset to where it is.
    package var isDynamic: Bool {
        switch self {
        case .uint, .int, .address, .bool, .fixedBytes, .function: false
        case .bytes, .string, .array: true
        case .fixedArray(let element, _): element.isDynamic
        case .tuple(let components): components.contains { $0.type.isDynamic }
        }
    }

    /// The bytes that the type takes among its neighbours; the largest integer where that is more.
    package var headSize: Int {
        if isDynamic { return 32 }
        switch self {
        case .uint, .int, .address, .bool, .fixedBytes, .function, .bytes, .string, .array:
            return 32
        case .fixedArray(let element, let count):
            let (size, overflow) = element.headSize.multipliedReportingOverflow(by: count.count)
            return overflow ? .max : size
        case .tuple(let components):
            return Self.headSize(of: components.types)
        }
    }

    /// The bytes that several types take side by side; the largest integer where that is more.
    static func headSize(of types: [ABIType]) -> Int {
        types.reduce(0) { sum, type in
            let (size, overflow) = sum.addingReportingOverflow(type.headSize)
            return overflow ? .max : size
        }
    }
}
