/// The number of a chain (EIP-155); never zero.
package struct ChainID: Hashable, Sendable {
    package let rawValue: UInt64

    package init?(_ rawValue: UInt64) {
        guard rawValue > 0 else { return nil }
        self.rawValue = rawValue
    }
}

extension ChainID: CustomStringConvertible {
    package var description: String { String(rawValue) }
}
