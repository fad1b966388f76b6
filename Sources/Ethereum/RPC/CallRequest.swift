package import EthereumTypes

/// A call that a node runs without mining it.
package struct CallRequest: Hashable, Sendable {
    package var from: Address?
    /// Nobody where a contract would be created.
    package var to: Address?
    package var data: [UInt8]
    package var value: Wei
    package var gasLimit: UInt64?

    package init(
        from: Address? = nil,
        to: Address?,
        data: [UInt8] = [],
        value: Wei = .zero,
        gasLimit: UInt64? = nil
    ) {
        self.from = from
        self.to = to
        self.data = data
        self.value = value
        self.gasLimit = gasLimit
    }

    var json: JSONValue {
        // Nodes of old read `data`, those of today `input`; both take `data`.
        var members: [String: JSONValue] = ["data": .string(Hex.prefixed(data))]
        if let from { members["from"] = .string(from.description) }
        if let to { members["to"] = .string(to.description) }
        if value > .zero { members["value"] = RPCReader.quantity(value.value) }
        if let gasLimit { members["gas"] = RPCReader.quantity(gasLimit) }
        return .object(members)
    }
}
