import BigInt
package import EthereumTypes

/// What a Safe did in one execution, read out of the transaction that had it do that.
///
/// The call to `execTransaction` may be the transaction itself, or be within it: another Safe that owns this one makes it, or
/// a relayer among other calls. That it is the one is proven by its hash, which the Safe's event has.
package struct SafeExecution: Hashable, Sendable {
    /// With the nonce that its hash proves.
    package let transaction: SafeTransaction
    /// The calls that the Safe makes itself, in their order.
    package let calls: [SafeBatch.Call]
    /// Whether these are all that it does; it may delegate to code that does what no data tell.
    package let isWhole: Bool

    /// Finds an execution; nil where the input has none with that hash.
    ///
    /// - Parameters:
    ///   - input: The transaction's call data.
    ///   - hash: What the event says was executed, the Safe's `safeTxHash`.
    ///   - safe: The Safe.
    ///   - chainID: The chain that it is on.
    ///   - nonces: The Safe's nonces that it may have had; the most likely first.
    package init?(
        in input: [UInt8],
        of hash: Hash,
        by safe: Address,
        on chainID: ChainID,
        nonces: [UInt64]
    ) {
        var rest = input[...]
        while let place = rest.firstRange(of: Self.execTransaction) {
            rest = input[place.upperBound...]
            for nonce in nonces {
                guard let transaction = Self.transaction(rest, nonce: nonce) else { break }
                guard transaction.hashes(of: safe, on: chainID).transaction == hash else { continue }
                self.transaction = transaction
                (calls, isWhole) = Self.calls(of: transaction)
                return
            }
        }
        return nil
    }

    /// The calls of all executions that some call data ask for, whichever of them took place.
    package static func calls(askedFor input: [UInt8]) -> [SafeBatch.Call] {
        var calls: [SafeBatch.Call] = []
        var rest = input[...]
        while let place = rest.firstRange(of: execTransaction) {
            rest = input[place.upperBound...]
            if let transaction = transaction(rest, nonce: 0) { calls += Self.calls(of: transaction).calls }
        }
        return calls
    }

    private static let execTransaction = Selector.of(
        "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)")

    /// What the arguments of `execTransaction` say.
    private static func transaction(_ arguments: ArraySlice<UInt8>, nonce: UInt64) -> SafeTransaction? {
        guard let to = arguments.abiAddress(at: 0), let value = arguments.abiAmount(at: 32),
            let data = arguments.abiBytes(at: 64),
            let operation = arguments.abiAmount(at: 96).flatMap({ UInt8(exactly: $0.value) })
                .flatMap(SafeTransaction.Operation.init(rawValue:))
        else { return nil }
        let terms = arguments.dropFirst(128).prefix(160)
        guard terms.count == 160 else { return nil }
        return SafeTransaction(
            to: to, value: value, data: data, operation: operation, nonce: nonce, terms: Array(terms))
    }

    private static func calls(of transaction: SafeTransaction) -> (calls: [SafeBatch.Call], isWhole: Bool) {
        switch transaction.operation {
        case .call:
            let call = SafeBatch.Call(
                to: transaction.to, value: transaction.value, data: transaction.data)
            return ([call], true)
        case .delegateCall: return SafeBatch.calls(inMultiSend: transaction.data)
        }
    }
}

extension SafeBatch {
    private static let multiSend = Selector.of("multiSend(bytes)")

    /// The calls that call data of `multiSend(bytes)` make, and whether these are all that it does.
    ///
    /// There are several such contracts, one a version and some of wallets' own; all read the same data.
    fileprivate static func calls(inMultiSend data: [UInt8]) -> (calls: [Call], isWhole: Bool) {
        guard data.starts(with: multiSend), let packed = data[4...].abiBytes(at: 0) else {
            return ([], false)
        }
        var calls: [Call] = []
        var isWhole = true
        var rest = packed[...]
        while let operation = rest.first {
            let fields = rest.dropFirst()
            guard fields.count >= 84, let to = Address(bytes: Array(fields.prefix(20))),
                let value = fields.abiAmount(at: 20),
                let length = fields.abiAmount(at: 52).flatMap({ Int(exactly: $0.value) }),
                length <= fields.count - 84
            else { return (calls, false) }
            let data = Array(fields.dropFirst(84).prefix(length))
            rest = fields.dropFirst(84 + length)
            switch SafeTransaction.Operation(rawValue: operation) {
            case .call: calls.append(Call(to: to, value: value, data: data))
            case .delegateCall:
                let inner = Self.calls(inMultiSend: data)
                calls += inner.calls
                isWhole = isWhole && inner.isWhole
            case nil: return (calls, false)
            }
        }
        return (calls, isWhole)
    }
}

extension ArraySlice<UInt8> {
    /// The address in the word at an offset; nil where there is none.
    fileprivate func abiAddress(at offset: Int) -> Address? {
        let word = dropFirst(offset).prefix(32)
        guard word.count == 32, word.prefix(12).allSatisfy({ $0 == 0 }) else { return nil }
        return Address(bytes: Array(word.suffix(20)))
    }

    /// The amount in the word at an offset; nil where there is none, or more than there can be of it.
    fileprivate func abiAmount(at offset: Int) -> Wei? {
        let word = dropFirst(offset).prefix(32)
        guard word.count == 32, word.prefix(16).allSatisfy({ $0 == 0 }) else { return nil }
        return Wei(word.suffix(16).reduce(0) { $0 << 8 | UInt128($1) })
    }
}
