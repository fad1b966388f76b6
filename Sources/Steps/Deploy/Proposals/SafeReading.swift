import Ethereum
import EthereumTypes
import Model

/// What a Safe says of itself on its chain, and what it has executed.
struct SafeReading: Sendable {
    /// Blocks that are asked for at once, and how few are asked for where a node refuses more.
    private static let range: (most: UInt64, least: UInt64) = (10_000, 100)
    private static let executed = Keccak256.hash("ExecutionSuccess(bytes32,uint256)".utf8)

    let network: OpenNetwork
    let safe: Address

    /// The nonce of the transaction that the Safe executes next.
    func nonce() async throws(StepFailure) -> UInt64 {
        let answer = try await ask("nonce()")
        guard answer.count == 32, answer.prefix(24).allSatisfy({ $0 == 0 }) else { throw notASafe() }
        return answer.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Makes sure that it is a Safe whose hashes are made as ours are.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `no-safe`, where nothing there says that it is a Safe of 1.3.0 or later.
    func check() async throws(StepFailure) {
        let version = ABIFunction(
            name: "VERSION", inputs: [], outputs: [ABIParameter(type: .string)], mutability: .view)
        let answer = try await ask(version.signature)
        guard case .string(let text)? = (try? version.results(answer))?.first else { throw notASafe() }
        let numbers = text.prefix { $0 != "+" }.split(separator: ".").compactMap { Int($0) }
        guard numbers.count == 3, (numbers[0], numbers[1]) >= (1, 3), numbers[0] == 1 else {
            throw notASafe("it says that its version is '\(text)'")
        }
    }

    /// The first of some batches that the Safe executed in some blocks, and the transaction in which it did; nil where it did not.
    func execution(
        ofAnyOf batches: Set<Hash>,
        in blocks: ClosedRange<UInt64>
    ) async throws(StepFailure) -> (batch: Hash, transaction: Hash)? {
        var start = blocks.lowerBound
        var length = Self.range.most
        while start <= blocks.upperBound {
            let end = min(blocks.upperBound, start + length - 1)
            let events: [LoggedEvent]
            do throws(RPCFailure) {
                events = try await network.rpc.logs(of: safe, topic: Self.executed, in: start...end)
            } catch {
                guard case .node = error, length > Self.range.least else {
                    throw StepFailure(error, on: network.spec)
                }
                length /= 10
                continue
            }
            for event in events {
                // Since 1.4.1 the hash is a topic; before, it is the first word of the data.
                let hash = event.log.topics.dropFirst().first ?? Hash(bytes: Array(event.log.data.prefix(32)))
                if let hash, batches.contains(hash) { return (hash, event.transactionHash) }
            }
            start = end + 1
        }
        return nil
    }

    private func ask(_ signature: String) async throws(StepFailure) -> [UInt8] {
        do throws(RPCFailure) {
            return try await network.rpc.call(CallRequest(to: safe, data: Selector.of(signature)))
        } catch {
            if case .node(let fault) = error, fault.kind == .reverted || fault.revertData != nil {
                throw notASafe()
            }
            throw StepFailure(error, on: network.spec)
        }
    }

    private func notASafe(_ detail: String = "what is there does not answer as one does") -> StepFailure {
        StepFailure(
            .blocked,
            code: "no-safe",
            "\(safe) on '\(network.spec.name)' is no Safe of version 1.3.0 or later: \(detail)",
            hint: "check the address and the network; nothing was proposed"
        )
    }
}
