/// A number of bytes as people write it: `2 GiB`, `500MiB`, `100 B`.
package struct ByteCount: Hashable, Comparable, Sendable {
    private static let units: [(name: String, bytes: Int64)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
    ]

    /// Never negative.
    package let bytes: Int64

    /// - Precondition: `bytes` is not negative.
    package init(_ bytes: Int64) {
        precondition(bytes >= 0, "a number of bytes is not negative (was \(bytes))")
        self.bytes = bytes
    }

    /// Reads a whole number and its unit, with one space between them or none; nil for any other text.
    package init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        var unit = text.dropFirst(digits.count)
        if unit.first == " " { unit = unit.dropFirst() }
        guard let number = Int64(digits), let scale = Self.units.first(where: { $0.name == unit }) else {
            return nil
        }
        let (bytes, isTooLarge) = number.multipliedReportingOverflow(by: scale.bytes)
        guard !isTooLarge else { return nil }
        self.bytes = bytes
    }

    package static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }
}

extension ByteCount: CustomStringConvertible {
    /// In the largest unit of which there is at least one, with one decimal that is cut, not rounded: `1.9 GiB`.
    package var description: String {
        guard let unit = Self.units.first(where: { bytes >= $0.bytes }), unit.bytes > 1 else {
            return "\(bytes) B"
        }
        let (whole, rest) = bytes.quotientAndRemainder(dividingBy: unit.bytes)
        return "\(whole).\(rest / (unit.bytes / 10 + 1)) \(unit.name)"
    }
}
