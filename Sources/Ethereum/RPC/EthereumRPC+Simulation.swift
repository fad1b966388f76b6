package import EthereumTypes

/// How a call went that a node ran behind others.
package struct SimulatedCall: Hashable, Sendable {
    package let succeeded: Bool
    /// What it would be charged, after what is given back.
    package let gasUsed: UInt64
    /// What it returned, or reverted with.
    package let returned: [UInt8]
    /// The node's words for why it failed; empty where it did not.
    package let message: String

    init(_ reader: RPCReader) throws(RPCFailure) {
        succeeded = try reader.member("status").number() == 1
        gasUsed = try reader.member("gasUsed").number()
        returned = try reader.member("returnData").bytes()
        message = try reader.optional("error")?.member("message").text() ?? ""
    }
}

extension EthereumRPC {
    /// What code gives that is run as if it were at an address whose storage is empty, without mining it.
    ///
    /// Init code gives the runtime code that it would leave there, with its immutables.
    ///
    /// - Throws: ``RPCFailure``; also where the node takes no state overrides.
    package func call(
        _ address: Address,
        from sender: Address,
        running code: [UInt8]
    ) async throws(RPCFailure) -> [UInt8] {
        let there: JSONValue = .object(["code": .string(Hex.prefixed(code)), "state": .object([:])])
        return try await ask(
            "eth_call",
            [
                CallRequest(from: sender, to: address).json, BlockReference.latest.json,
                .object([address.description: there]),
            ]
        ).bytes()
    }

    /// Runs calls on the newest block, each on what those before it left, without mining them (`eth_simulateV1`).
    ///
    /// Each has a block of its own. Fees are not asked for, and nonces are counted from the newest block.
    ///
    /// - Returns: As many as there are calls, in their order.
    /// - Throws: ``RPCFailure``; of the kind `methodNotFound` where the node cannot.
    package func simulate(_ requests: [CallRequest]) async throws(RPCFailure) -> [SimulatedCall] {
        let blocks = requests.map { JSONValue.object(["calls": .array([$0.json])]) }
        let reader = try await ask(
            "eth_simulateV1",
            [.object(["blockStateCalls": .array(blocks)]), BlockReference.latest.json]
        )
        var calls: [SimulatedCall] = []
        for block in try reader.elements() {
            for call in try block.member("calls").elements() { calls.append(try SimulatedCall(call)) }
        }
        guard calls.count == requests.count else {
            throw reader.malformed("it has \(calls.count) calls, not \(requests.count)")
        }
        return calls
    }
}
