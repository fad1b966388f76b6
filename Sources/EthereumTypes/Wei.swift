/// An amount of a chain's own coin in its smallest unit.
///
/// 128 bits hold 340 billion billion coins of 18 decimals; no live chain has issued more.
package struct Wei: Hashable, Comparable, Sendable {
    /// Why a text is not an amount.
    package enum Fault: Error, Hashable, Sendable {
        /// Neither `AMOUNT UNIT` nor a whole number of wei.
        case malformed
        case unknownUnit(String)
        /// More decimal places than the unit has.
        case tooPrecise
        case tooLarge
    }

    package static let zero = Wei(0)

    // Two halves, not one UInt128: the compiler (Swift 6.3) lays out the frame of an async function wrongly when it calls
    // across modules for a value that has a 16-byte alignment inside an optional, and the program jumps to nowhere.
    private let high: UInt64
    private let low: UInt64

    package var value: UInt128 { UInt128(high) << 64 | UInt128(low) }

    package init(_ value: UInt128) {
        high = UInt64(truncatingIfNeeded: value >> 64)
        low = UInt64(truncatingIfNeeded: value)
    }

    /// Reads `0.05 ether`, `30 gwei` or `100 wei`.
    ///
    /// - Throws: ``Fault`` that says what is wrong with the text.
    package init(_ text: String) throws(Fault) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2 else { throw .malformed }
        let places: Int
        switch parts[1] {
        case "wei": places = 0
        case "gwei": places = 9
        case "ether": places = 18
        default: throw .unknownUnit(String(parts[1]))
        }
        let halves = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let isPlain = halves.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }
        guard (1...2).contains(halves.count), isPlain else { throw .malformed }
        let fraction = halves.count == 2 ? halves[1] : ""
        guard fraction.utf8.count <= places else { throw .tooPrecise }
        let padding = String(repeating: "0", count: places - fraction.utf8.count)
        guard let value = UInt128(String(halves[0]) + fraction + padding) else { throw .tooLarge }
        self.init(value)
    }

    package static func < (left: Wei, right: Wei) -> Bool { left.value < right.value }

    /// The sum, held at the largest amount there is.
    package static func + (left: Wei, right: Wei) -> Wei {
        let (sum, overflow) = left.value.addingReportingOverflow(right.value)
        return Wei(overflow ? .max : sum)
    }

    /// The product, held at the largest amount there is.
    package static func * (left: Wei, right: UInt64) -> Wei {
        let (product, overflow) = left.value.multipliedReportingOverflow(by: UInt128(right))
        return Wei(overflow ? .max : product)
    }

    /// The amount in whole coins with as many decimals as it needs, at most `places`, cut not rounded.
    package func ether(places: Int = 18) -> String {
        let unit: UInt128 = 1_000_000_000_000_000_000
        let fraction = String(value % unit)
        let padded = String(repeating: "0", count: 18 - fraction.count) + fraction
        var kept = padded.prefix(places)
        while kept.last == "0" { kept.removeLast() }
        return kept.isEmpty ? String(value / unit) : "\(value / unit).\(kept)"
    }
}

extension Wei: CustomStringConvertible {
    /// The whole number of wei in decimal.
    package var description: String { String(value) }
}
