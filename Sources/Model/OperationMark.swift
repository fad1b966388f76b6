/// What tells the transactions of one operation from equal ones of others: what they offer for a unit of gas leaves the same rest by
/// 1,048,576 wei, and their gas limits the same rest by 4,096.
///
/// Two deployments may have the same code and arguments, and the same may be paid every month. Another machine, or one that has lost
/// its record, knows by the price what a transaction was for. A wallet that speeds it up changes the price, and leaves it its nonce and the
/// gas limit. On a chain where gas is free the gas limit alone tells.
package struct OperationMark: Hashable, Sendable {
    private static let limits: UInt64 = 4_096
    private static let prices: UInt128 = 1 << 20
    /// So much gas above what is needed is room enough for every mark.
    package static let gasRoom = limits - 1
    /// So many wei above a price are room enough for every mark.
    package static let priceRoom = prices - 1

    private let limitRest: UInt64
    private let priceRest: UInt128

    /// The mark that a digest gives.
    package init(of digest: UInt64) {
        limitRest = digest % Self.limits
        priceRest = UInt128(digest / Self.limits) % Self.prices
    }

    /// The highest limit with this mark that is at most `most`; where that is less than `needed`, `most` without a mark.
    package func gasLimit(atMost most: UInt64, needed: UInt64) -> UInt64 {
        Self.highest(limitRest, by: Self.limits, atMost: most, needed: needed)
    }

    /// The highest price with this mark, in wei, that is at most `most`; where that is less than `needed`, `most` without a mark.
    package func price(atMost most: UInt128, needed: UInt128 = 1) -> UInt128 {
        Self.highest(priceRest, by: Self.prices, atMost: most, needed: max(1, needed))
    }

    /// Whether a transaction carries it, by its price in wei; by its gas limit too where gas is free, the price is not known, or it is the
    /// network's `cap`.
    package func isOn(price: UInt128?, gasLimit: UInt64, cap: UInt128? = nil) -> Bool {
        guard let price, price > 0 else { return isOn(gasLimit: gasLimit) }
        return price % Self.prices == priceRest || price == cap && isOn(gasLimit: gasLimit)
    }

    /// Whether a gas limit carries it.
    package func isOn(gasLimit: UInt64) -> Bool { gasLimit % Self.limits == limitRest }

    // MARK: Of transactions whose mark is known by them alone

    /// Whether two prices have the same mark; nil where one tells none: gas is free, the price is not known, or it is the network's `cap`.
    package static func agree(_ price: UInt128?, _ other: UInt128?, cap: UInt128? = nil) -> Bool? {
        guard let price, let other, ![price, other].contains(where: { $0 == 0 || $0 == cap }) else {
            return nil
        }
        return price % prices == other % prices
    }

    /// Whether two gas limits have the same mark.
    package static func agree(_ limit: UInt64, _ other: UInt64) -> Bool { limit % limits == other % limits }

    private static func highest<Number: UnsignedInteger>(
        _ rest: Number,
        by count: Number,
        atMost most: Number,
        needed: Number
    ) -> Number {
        guard most >= rest else { return most }
        let marked = (most - rest) / count * count + rest
        return marked >= needed ? marked : most
    }
}
