/// What a chain's rules say of gas and of code sizes at one fork.
///
/// The numbers move with forks, so they are data; a network that differs brings its own.
package struct GasRules: Hashable, Sendable {
    /// What every transaction costs.
    package var transaction: UInt64 = 21_000
    /// What creating a contract costs on top.
    package var creation: UInt64 = 32_000
    package var zeroByte: UInt64 = 4
    package var nonZeroByte: UInt64 = 16
    /// For every 32 bytes of init code, begun ones included (EIP-3860).
    package var initCodeWord: UInt64 = 2
    package var accessListAddress: UInt64 = 2_400
    package var accessListSlot: UInt64 = 1_900
    /// The least for a token of data, where a byte other than zero is four (EIP-7623); 0 before it.
    package var floorPerToken: UInt64 = 0
    /// The largest init code in bytes (EIP-3860).
    package var maxInitCode = 49_152
    /// The largest runtime code in bytes (EIP-170).
    package var maxRuntimeCode = 24_576
    /// The most that one transaction may use (EIP-7825); nil before it.
    package var maxTransactionGas: UInt64?

    package static let shanghai = GasRules()
    package static let prague = GasRules(floorPerToken: 10)
    package static let osaka = GasRules(floorPerToken: 10, maxTransactionGas: 16_777_216)

    /// The gas below which no node takes the transaction, whatever its code does.
    package func intrinsicGas(of transaction: Transaction) -> UInt64 {
        let zeros = UInt64(transaction.data.count { $0 == 0 })
        let others = UInt64(transaction.data.count) - zeros
        var gas = self.transaction + zeros * zeroByte + others * nonZeroByte
        if transaction.to == nil {
            gas += creation + UInt64((transaction.data.count + 31) / 32) * initCodeWord
        }
        switch transaction.form {
        case .legacy: break
        case .accessList(_, _, let list), .dynamicFee(_, _, _, let list):
            for entry in list {
                gas += accessListAddress + UInt64(entry.storageKeys.count) * accessListSlot
            }
        }
        return max(gas, self.transaction + floorPerToken * (zeros + 4 * others))
    }
}
