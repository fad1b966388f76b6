/// What tells the transactions of one operation from equal ones of others: their gas limits leave the same rest by 4,096.
///
/// Two deployments may have the same code and arguments, and the same may be paid every month. Another machine, or one that has lost
/// its record, knows by the mark what a transaction was for; a wallet that speeds it up leaves it the gas limit.
package struct OperationMark: Hashable, Sendable {
    private static let count: UInt64 = 4_096
    /// So much room above what is needed is enough for every mark.
    package static let room = count - 1

    private let rest: UInt64

    /// The mark that a gas limit carries, or that a digest gives.
    package init(of number: UInt64) { rest = number % Self.count }

    /// The highest limit with this mark that is at most `most`; where that is less than `needed`, `most` without a mark.
    package func gasLimit(atMost most: UInt64, needed: UInt64) -> UInt64 {
        guard most >= rest else { return most }
        let marked = (most - rest) / Self.count * Self.count + rest
        return marked >= needed ? marked : most
    }
}
