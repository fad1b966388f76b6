import BigInt
import EthereumTypes

extension ABI {
    /// Why bytes are not an encoding of the expected types, and at which offset.
    package enum DecodingError: Error, Hashable, Sendable {
        /// The data ends before the value does.
        case truncated(offset: Int)
        /// A word holds a value that the type cannot have, such as 2 for `bool`.
        case invalid(type: String, offset: Int)
        /// The bytes of a `string` are not UTF-8.
        case notText(offset: Int)
        /// The values take more room than the data has: parts of it are referred to again and again.
        case overlapping(offset: Int)
    }

    /// Decodes values that lie side by side, as call data behind the selector and returned data do.
    ///
    /// Bytes behind the values are left alone, and so is what pads `bytes` and `string`; contracts accept both.
    ///
    /// - Throws: ``DecodingError``; memory and time stay in proportion to the size of the data.
    package static func decode(
        _ data: some Sequence<UInt8>,
        as types: [ABIType]
    ) throws(DecodingError) -> [ABIValue] {
        let bytes = Array(data)
        var decoder = Decoder(data: bytes, budget: bytes.count)
        return try decoder.sequence(of: types, base: 0)
    }
}

extension ABI.DecodingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .truncated(let offset): "it ends, or points behind its end, at byte \(offset)"
        case .invalid(let type, let offset): "what is at byte \(offset) is no \(type)"
        case .notText(let offset): "the text at byte \(offset) is not UTF-8"
        case .overlapping(let offset): "it has less room than its values take, as seen at byte \(offset)"
        }
    }
}

private struct Decoder {
    let data: [UInt8]
    /// Bytes that may yet be read; an encoding without overlaps reads each at most once.
    var budget: Int

    mutating func sequence(of types: [ABIType], base: Int) throws(ABI.DecodingError) -> [ABIValue] {
        var values: [ABIValue] = []
        values.reserveCapacity(types.count)
        var head = base
        for type in types {
            values.append(try element(type, base: base, head: &head))
        }
        return values
    }

    private mutating func elements(
        _ count: Int,
        of type: ABIType,
        base: Int
    ) throws(ABI.DecodingError) -> [ABIValue] {
        let (size, overflow) = max(type.headSize, 1).multipliedReportingOverflow(by: count)
        guard !overflow, size <= data.count - base else { throw .truncated(offset: base) }
        var values: [ABIValue] = []
        values.reserveCapacity(count)
        var head = base
        for _ in 0..<count { values.append(try element(type, base: base, head: &head)) }
        return values
    }

    /// The value whose head is at `head`, which moves behind it; offsets count from `base`.
    private mutating func element(
        _ type: ABIType,
        base: Int,
        head: inout Int
    ) throws(ABI.DecodingError) -> ABIValue {
        guard type.headSize <= data.count - head else { throw .truncated(offset: head) }
        let start = head
        head += type.headSize
        guard type.isDynamic else { return try value(type, at: start) }
        let offset = try count(at: start)
        guard offset <= data.count - base else { throw .truncated(offset: start) }
        return try value(type, at: base + offset)
    }

    private mutating func value(_ type: ABIType, at start: Int) throws(ABI.DecodingError) -> ABIValue {
        switch type {
        case .uint(let width):
            let number = BigUInt(bigEndian: try word(at: start))
            guard number.bitWidth <= width.bits else { throw invalid(type, start) }
            return .uint(number)
        case .int(let width):
            let word = try word(at: start)
            let magnitude = BigInt(BigUInt(bigEndian: word))
            let number = word[word.startIndex] < 0x80 ? magnitude : magnitude - (BigInt(1) << 256)
            guard number.fits(bits: width.bits) else { throw invalid(type, start) }
            return .int(number)
        case .address:
            let word = try word(at: start)
            guard word.prefix(12).allSatisfy({ $0 == 0 }),
                let address = Address(bytes: Array(word.suffix(20)))
            else { throw invalid(type, start) }
            return .address(address)
        case .bool:
            let word = try word(at: start)
            guard word.dropLast().allSatisfy({ $0 == 0 }), let last = word.last, last < 2 else {
                throw invalid(type, start)
            }
            return .bool(last == 1)
        case .fixedBytes(let width):
            return .bytes(try leading(width.count, of: type, at: start))
        case .function:
            return .bytes(try leading(24, of: type, at: start))
        case .bytes:
            return .bytes(try content(at: start))
        case .string:
            guard let text = String(validating: try content(at: start), as: UTF8.self) else {
                throw .notText(offset: start)
            }
            return .string(text)
        case .fixedArray(let element, let count):
            return .array(try elements(count.count, of: element, base: start))
        case .array(let element):
            return .array(try elements(try count(at: start), of: element, base: start + 32))
        case .tuple(let components):
            return .tuple(try sequence(of: components.types, base: start))
        }
    }

    private mutating func leading(
        _ count: Int,
        of type: ABIType,
        at start: Int
    ) throws(ABI.DecodingError) -> [UInt8] {
        let word = try word(at: start)
        guard word.dropFirst(count).allSatisfy({ $0 == 0 }) else { throw invalid(type, start) }
        return Array(word.prefix(count))
    }

    /// The bytes behind their length.
    private mutating func content(at start: Int) throws(ABI.DecodingError) -> [UInt8] {
        let length = try count(at: start)
        return Array(try read(length, at: start + 32))
    }

    /// A length or an offset; none can be larger than the data.
    private mutating func count(at start: Int) throws(ABI.DecodingError) -> Int {
        let word = try word(at: start)
        guard word.prefix(25).allSatisfy({ $0 == 0 }) else { throw .truncated(offset: start) }
        let value = word.suffix(7).reduce(0) { $0 << 8 | Int($1) }
        guard value <= data.count else { throw .truncated(offset: start) }
        return value
    }

    private mutating func word(at start: Int) throws(ABI.DecodingError) -> ArraySlice<UInt8> {
        try read(32, at: start)
    }

    private mutating func read(_ count: Int, at start: Int) throws(ABI.DecodingError) -> ArraySlice<UInt8> {
        guard start <= data.count, count <= data.count - start else { throw .truncated(offset: start) }
        guard count <= budget else { throw .overlapping(offset: start) }
        budget -= count
        return data[start..<start + count]
    }

    private func invalid(_ type: ABIType, _ offset: Int) -> ABI.DecodingError {
        .invalid(type: type.description, offset: offset)
    }
}
