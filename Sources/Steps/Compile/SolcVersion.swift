import Foundation

/// A compiler's version, ordered as solc's own pragma matcher orders: a pre-release comes just before its release.
package struct SolcVersion: Hashable, Comparable, Sendable {
    package let numbers: [Int]
    package let isPrerelease: Bool

    /// Reads `0.8.29` or `0.8.29-develop.2024.11.15+commit.b0d991bd`; nil for any other text.
    package init?(_ text: some StringProtocol) {
        let core = text.prefix { $0 != "-" && $0 != "+" }
        let parts = core.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int($0) }
        guard parts.count == 3, numbers.count == 3, numbers.allSatisfy({ $0 >= 0 }) else { return nil }
        self.numbers = numbers
        isPrerelease = text.dropFirst(core.count).first == "-"
    }

    package static func < (left: SolcVersion, right: SolcVersion) -> Bool {
        if left.numbers != right.numbers { return left.numbers.lexicographicallyPrecedes(right.numbers) }
        return left.isPrerelease && !right.isPrerelease
    }
}

/// The expression behind `pragma solidity`, such as `>=0.8.20 <0.9.0 || ^0.7.6`.
///
/// The grammar is that of solc's SemVerHandler: alternatives by `||`, each a range with `-` or comparators that must all hold.
package struct SolcPragma: Sendable {
    private enum Comparison: String, CaseIterable {
        // The longer spellings stand ahead of those that begin them.
        case atMost = "<="
        case atLeast = ">="
        case below = "<"
        case above = ">"
        case caret = "^"
        case tilde = "~"
        case equal = "="
    }

    private struct Comparator {
        var comparison: Comparison
        /// Up to three; nil for a wildcard.
        var numbers: [Int?]

        func accepts(_ version: SolcVersion) -> Bool {
            switch comparison {
            case .below: order(version) < 0
            case .atMost: order(version) <= 0
            case .atLeast: order(version) >= 0
            case .above: order(version) > 0
            case .equal: order(version) == 0
            case .tilde: order(version) >= 0 && order(version, levels: numbers.count >= 2 ? 2 : 1) <= 0
            case .caret:
                order(version) >= 0
                    && order(version, levels: numbers.first == 0 && numbers.count > 1 ? 2 : 1) <= 0
            }
        }

        /// Whether `version` comes before (negative), with or after (positive) the first `levels` numbers.
        ///
        /// As in solc, a pre-release that agrees in all of them comes before them, be they three or one.
        private func order(_ version: SolcVersion, levels: Int = 3) -> Int {
            var didCompare = false
            for (wanted, has) in zip(numbers.prefix(levels), version.numbers) {
                guard let wanted else { continue }
                didCompare = true
                if has != wanted { return has - wanted }
            }
            return version.isPrerelease && didCompare ? -1 : 0
        }
    }

    private let alternatives: [[Comparator]]

    /// Reads an expression; nil where it is none.
    package init?(_ text: String) {
        var alternatives: [[Comparator]] = []
        for alternative in text.components(separatedBy: "||") {
            guard let comparators = Self.comparators(alternative) else { return nil }
            alternatives.append(comparators)
        }
        self.alternatives = alternatives
    }

    package func accepts(_ version: SolcVersion) -> Bool {
        alternatives.contains { $0.allSatisfy { $0.accepts(version) } }
    }

    private static func comparators(_ text: String) -> [Comparator]? {
        let bare = text.filter { $0 != "\"" && $0 != "'" }
        let ends = bare.components(separatedBy: " - ")
        if ends.count == 2, let from = numbers(ends[0]), let to = numbers(ends[1]) {
            return [
                Comparator(comparison: .atLeast, numbers: from), Comparator(comparison: .atMost, numbers: to),
            ]
        }
        var comparators: [Comparator] = []
        var rest = Substring(bare)
        while true {
            rest = rest.drop(while: \.isWhitespace)
            guard !rest.isEmpty else { break }
            let comparison = Comparison.allCases.first { rest.hasPrefix($0.rawValue) }
            rest = rest.dropFirst(comparison?.rawValue.count ?? 0).drop(while: \.isWhitespace)
            let version = rest.prefix { !$0.isWhitespace && !"<>=^~".contains($0) }
            rest = rest.dropFirst(version.count)
            guard let numbers = numbers(String(version)) else { return nil }
            comparators.append(Comparator(comparison: comparison ?? .equal, numbers: numbers))
        }
        return comparators.isEmpty ? nil : comparators
    }

    private static func numbers(_ text: String) -> [Int?]? {
        var trimmed = text.trimmingCharacters(in: .whitespaces)
        if trimmed.hasPrefix("v") { trimmed.removeFirst() }
        let parts = trimmed.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count) else { return nil }
        var numbers: [Int?] = []
        for part in parts {
            if part == "*" || part == "x" || part == "X" {
                numbers.append(nil)
                continue
            }
            guard let number = Int(part), number >= 0 else { return nil }
            numbers.append(number)
        }
        return numbers
    }
}
