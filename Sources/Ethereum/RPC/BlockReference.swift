/// Which block a question is about.
package enum BlockReference: Hashable, Sendable {
    case latest
    /// The latest block with the pool's transactions on top.
    case pending
    case safe
    case finalized
    case earliest
    case number(UInt64)

    var json: JSONValue {
        switch self {
        case .latest: .string("latest")
        case .pending: .string("pending")
        case .safe: .string("safe")
        case .finalized: .string("finalized")
        case .earliest: .string("earliest")
        case .number(let number): RPCReader.quantity(number)
        }
    }
}
