package import EthereumTypes

/// The code of many contracts.
extension EthereumRPC {
    /// The runtime code at many addresses, in as few exchanges as may be, in their order.
    ///
    /// Where a node limits questions one stands for many addresses (``CodesProgram``). What that does not tell, and where a node
    /// does not run it all, each is asked for.
    package func codes(
        of addresses: [Address],
        at block: BlockReference = .latest
    ) async throws(RPCFailure) -> [[UInt8]] {
        var codes = together < Self.mostTogether ? await codesByProgram(of: addresses, at: block) : [:]
        let left = addresses.filter { codes[$0] == nil }
        let answers = try await askTogether(
            left.map { Question("eth_getCode", [.string($0.description), block.json]) }, inOrder: false)
        for (address, answer) in zip(left, answers) { codes[address] = try answer.get().bytes() }
        return addresses.map { codes[$0] ?? [] }
    }

    /// From so many on they are asked for in one question.
    private static let manyCodes = 3

    /// The codes that a node tells so, asked once: whatever goes wrong only leaves some out.
    private func codesByProgram(of addresses: [Address], at block: BlockReference) async -> [Address: [UInt8]]
    {
        var codes: [Address: [UInt8]] = [:]
        var left = addresses[...]
        while left.count >= Self.manyCodes {
            let asked = left.prefix(Self.mostTogether)
            let program = CallRequest(to: nil, data: CodesProgram.reading(asked))
            guard let result = try? await call("eth_call", [program.json, block.json]),
                let answer = try? RPCReader(method: "eth_call", value: result).bytes(),
                let told = CodesProgram.codes(answer), told.count > 1, told.count <= asked.count
            else { break }
            for (address, code) in zip(asked, told) where CodesProgram.isWhole(code) { codes[address] = code }
            left = left.dropFirst(told.count)
        }
        return codes
    }
}
