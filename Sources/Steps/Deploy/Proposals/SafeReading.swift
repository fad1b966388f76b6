import Ethereum
import EthereumTypes
import Model

/// What a Safe says of itself on its chain, and what it has executed.
struct SafeReading: Sendable {
    /// Blocks that are asked for at once, and how few are asked for where a node refuses more.
    private static let range: (most: UInt64, least: UInt64) = (10_000, 100)
    private static let mostPieces = 400
    /// How far from its place a nonce may be where events are missing.
    private static let nearNonces: Int64 = 16
    private static let executed = Keccak256.hash("ExecutionSuccess(bytes32,uint256)".utf8)
    private static let failed = Keccak256.hash("ExecutionFailure(bytes32,uint256)".utf8)
    private static let byModule = Keccak256.hash("ExecutionFromModuleSuccess(address)".utf8)

    let network: OpenNetwork
    let safe: Address

    /// Whether an event is that of a Safe that did something.
    static func saysThatOneActed(_ log: TransactionReceipt.Log) -> Bool {
        log.topics.first.map { $0 == executed || $0 == byModule } ?? false
    }

    /// The nonce of the transaction that the Safe executes next.
    func nonce() async throws(StepFailure) -> UInt64 { try await nonce(at: .latest, of: network.rpc) }

    /// The same as it was in a block, of which the node may have no state any more.
    func nonce(at block: UInt64) async throws(StepFailure) -> UInt64 {
        try await nonce(at: .number(block), of: network.rpc)
    }

    private func nonce(at block: BlockReference, of rpc: EthereumRPC) async throws(StepFailure) -> UInt64 {
        let answer = try await ask("nonce()", at: block, of: rpc)
        guard answer.count == 32, answer.prefix(24).allSatisfy({ $0 == 0 }) else { throw notASafe() }
        return answer.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Makes sure that it is a Safe whose hashes are made as ours are.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `no-safe`, where nothing there says that it is a Safe of 1.3.0 or later.
    func check() async throws(StepFailure) {
        let version = ABIFunction(
            name: "VERSION", inputs: [], outputs: [ABIParameter(type: .string)], mutability: .view)
        let answer = try await ask(version.signature, of: network.rpc)
        guard case .string(let text)? = (try? version.results(answer))?.first else { throw notASafe() }
        let numbers = text.prefix { $0 != "+" }.split(separator: ".").compactMap { Int($0) }
        guard numbers.count == 3, (numbers[0], numbers[1]) >= (1, 3), numbers[0] == 1 else {
            throw notASafe("it says that its version is '\(text)'")
        }
    }

    /// Where the Safe is now: its nonce at a numbered block, both by one endpoint.
    ///
    /// Behind one address there may be several nodes, of which one has not heard yet of the block that another names: an older
    /// block does as well, since what is asked for at its nonce is not executed a second time.
    func moment() async throws(StepFailure) -> SafeHistory {
        let rpc = network.endpoint(at: network.currentEndpoint)
        let head: UInt64
        do throws(RPCFailure) { head = try await rpc.blockNumber() } catch {
            throw StepFailure(error, on: network.spec)
        }
        var refusal: StepFailure?
        for behind: UInt64 in [0, 1, 4] where behind <= head {
            do throws(StepFailure) {
                let block = head - behind
                return SafeHistory(
                    nonce: try await nonce(at: .number(block), of: rpc),
                    at: block,
                    hasModules: try await hasModules(at: .number(block), of: rpc))
            } catch {
                refusal = refusal ?? error
            }
        }
        throw refusal ?? notASafe()
    }

    /// Whether the Safe has modules now: the first page of its list says it.
    private func hasModules(at block: BlockReference, of rpc: EthereumRPC) async throws(StepFailure) -> Bool {
        // One of them, from the mark that the list begins with.
        let one = [UInt8](repeating: 0, count: 31) + [1]
        let answer = try await ask("getModulesPaginated(address,uint256)", one + one, at: block, of: rpc)
        // An offset, where the next page begins, and how many there are.
        guard answer.count >= 96 else { throw notASafe() }
        return answer[64..<96].contains { $0 != 0 }
    }

    /// How far back a history is wanted.
    struct Reach: Hashable, Sendable {
        /// The first block.
        let block: UInt64
        /// Where so many executions are known those before do not matter; nil: all do.
        let executions: UInt64?

        func isReached(by history: SafeHistory) -> Bool {
            history.start <= block || executions.map { history.executions.count >= $0 } ?? false
        }
    }

    /// Reads what the Safe executed before what is known of it, from the newest on.
    ///
    /// - Returns: The history, which reaches so far.
    /// - Throws: ``StepFailure`` where the node does not say it.
    func history(_ known: SafeHistory, back reach: Reach) async throws(StepFailure) -> SafeHistory {
        let rpc = network.endpoint(at: network.currentEndpoint)
        var history = known
        var length = Self.range.most
        var pieces = 0
        while !reach.isReached(by: history) {
            let end = history.start - 1
            let start = max(reach.block, end - min(end, length - 1))
            pieces += 1
            guard pieces <= Self.mostPieces else { throw tooFar(back: reach.block) }
            do throws(RPCFailure) {
                let topics = [Self.executed, Self.failed, Self.byModule]
                try await add(
                    try await rpc.logs(of: safe, topics: topics, in: start...end), to: &history, rpc)
            } catch {
                guard case .node = error, length > Self.range.least else {
                    throw StepFailure(error, on: network.spec)
                }
                length /= 10
                continue
            }
            history.start = start
        }
        return history
    }

    /// Puts what some events tell ahead of what is known.
    private func add(
        _ events: [LoggedEvent],
        to history: inout SafeHistory,
        _ rpc: EthereumRPC
    ) async throws(RPCFailure) {
        guard !events.isEmpty else { return }
        let records = try await rpc.records(Array(Set(events.map(\.transactionHash))))
        let modules = events.filter { $0.log.topics.first == Self.byModule }.map {
            SafeHistory.Module(transaction: $0.transactionHash, block: $0.blockNumber)
        }
        history.modules = modules + history.modules
        var executions: [SafeHistory.Execution] = []
        // The nonce follows from the place, counted from the newest; it is proven by the hash.
        var nonce = Int64(history.nonce) - Int64(history.executions.count)
        for event in events.reversed() where event.log.topics.first != Self.byModule {
            nonce -= 1
            // Since 1.4.1 the hash is a topic; before, it is the first word of the data.
            let word = event.log.topics.dropFirst().first ?? Hash(bytes: Array(event.log.data.prefix(32)))
            guard let hash = word else { continue }
            let record = records[event.transactionHash]
            let near = [nonce] + (1...Self.nearNonces).flatMap { [nonce - $0, nonce + $0] }
            executions.append(
                SafeHistory.Execution(
                    hash: hash,
                    transaction: event.transactionHash,
                    block: event.blockNumber,
                    succeeded: event.log.topics.first == Self.executed,
                    content: record?.transaction.flatMap {
                        SafeExecution(
                            in: $0.input, of: hash, by: safe, on: network.spec.chainID,
                            nonces: near.compactMap { UInt64(exactly: $0) })
                    },
                    receipt: record?.receipt
                ))
        }
        history.executions = executions.reversed() + history.executions
    }

    private func tooFar(back block: UInt64) -> StepFailure {
        StepFailure(
            .blocked,
            code: "not-found",
            "what Safe \(safe) executed since block \(block) on '\(network.spec.name)' takes more than "
                + "\(Self.mostPieces) questions",
            hint: "ask a node that gives events of more blocks at once"
        )
    }

    private func ask(
        _ signature: String,
        _ arguments: [UInt8] = [],
        at block: BlockReference = .latest,
        of rpc: EthereumRPC
    ) async throws(StepFailure) -> [UInt8] {
        do throws(RPCFailure) {
            return try await rpc.call(
                CallRequest(to: safe, data: Selector.of(signature) + arguments), at: block)
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
