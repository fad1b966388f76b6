package import BigInt

/// Recursive length prefix, the form of transactions (yellow paper, appendix B).
package enum RLP {
    /// What can be encoded: a string of bytes or a list of items.
    package indirect enum Item: Hashable, Sendable {
        case bytes([UInt8])
        case list([Item])

        /// A number without leading zeros; zero is the empty string.
        package static func integer(_ value: BigUInt) -> Item { .bytes(value.bigEndian) }

        /// A number without leading zeros; zero is the empty string.
        package static func integer(_ value: UInt64) -> Item { .integer(BigUInt(value)) }
    }

    /// Why bytes are not the one encoding of an item, and at which offset.
    package enum Fault: Error, Hashable, Sendable {
        /// The input ends inside an item.
        case truncated(offset: Int)
        /// There are bytes behind the item.
        case trailing(offset: Int)
        /// A shorter encoding of the same item exists, or a length has leading zeros.
        case notCanonical(offset: Int)
        /// Lists are nested more than ``RLP/deepest`` times.
        case tooDeep(offset: Int)
    }

    /// How many lists may lie within each other; transactions need three.
    package static let deepest = 64

    package static func encode(_ item: Item) -> [UInt8] {
        switch item {
        case .bytes(let bytes):
            if bytes.count == 1 && bytes[0] < 0x80 { return bytes }
            return prefix(short: 0x80, long: 0xb7, count: bytes.count) + bytes
        case .list(let items):
            let payload = items.flatMap(encode)
            return prefix(short: 0xc0, long: 0xf7, count: payload.count) + payload
        }
    }

    /// Reads the one item that `bytes` spell, and nothing but its one encoding.
    package static func decode(_ bytes: [UInt8]) throws(Fault) -> Item {
        var reader = Reader(bytes: bytes)
        let item = try reader.item(before: bytes.count, depth: 0)
        guard reader.position == bytes.count else { throw .trailing(offset: reader.position) }
        return item
    }

    private static func prefix(short: UInt8, long: UInt8, count: Int) -> [UInt8] {
        if count <= 55 { return [short + UInt8(count)] }
        let length = BigUInt(count).bigEndian
        return [long + UInt8(length.count)] + length
    }
}

extension RLP.Fault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .truncated(let offset): "it ends within the item at byte \(offset)"
        case .trailing(let offset): "it goes on behind its end, at byte \(offset)"
        case .notCanonical(let offset): "what is at byte \(offset) is not written in the one way it may be"
        case .tooDeep(let offset): "its lists are nested too deep at byte \(offset)"
        }
    }
}

extension RLP {
    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        mutating func item(before end: Int, depth: Int) throws(Fault) -> Item {
            let start = position
            guard start < end else { throw .truncated(offset: start) }
            let first = bytes[start]
            position += 1
            switch first {
            case 0..<0x80:
                return .bytes([first])
            case 0x80...0xb7:
                let content = try take(Int(first - 0x80), before: end)
                if content.count == 1 && content[0] < 0x80 { throw .notCanonical(offset: start) }
                return .bytes(content)
            case 0xb8...0xbf:
                return .bytes(try take(try length(of: Int(first - 0xb7), before: end), before: end))
            case 0xc0...0xf7:
                return .list(try items(Int(first - 0xc0), before: end, depth: depth))
            default:
                return .list(
                    try items(try length(of: Int(first - 0xf7), before: end), before: end, depth: depth))
            }
        }

        private mutating func items(_ count: Int, before end: Int, depth: Int) throws(Fault) -> [Item] {
            guard depth < RLP.deepest else { throw .tooDeep(offset: position) }
            guard count <= end - position else { throw .truncated(offset: position) }
            let close = position + count
            var items: [Item] = []
            while position < close { items.append(try item(before: close, depth: depth + 1)) }
            return items
        }

        private mutating func length(of count: Int, before end: Int) throws(Fault) -> Int {
            let start = position
            let digits = try take(count, before: end)
            let value = digits.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard digits.first != 0, value > 55 else { throw .notCanonical(offset: start) }
            guard value <= UInt64(end - position) else { throw .truncated(offset: start) }
            return Int(value)
        }

        private mutating func take(_ count: Int, before end: Int) throws(Fault) -> [UInt8] {
            guard count <= end - position else { throw .truncated(offset: position) }
            defer { position += count }
            return Array(bytes[position..<position + count])
        }
    }
}
