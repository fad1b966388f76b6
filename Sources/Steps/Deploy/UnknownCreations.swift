import Engine
import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model

/// What an account created with transactions of which nothing here is on record.
///
/// Whatever it creates by its nonce is at an address that follows from account and nonce, so that it can be looked for. Only where
/// code is and how long it is are kept: an account may have created thousands of contracts.
struct UnknownCreations: Sendable {
    /// Contracts that have the same code to the byte.
    struct Copies: Sendable {
        let length: Int
        /// By nonce.
        var addresses: [Address]
    }

    enum Extent: Sendable {
        /// As it is in a block that has all that was counted.
        case looked([Copies], block: UInt64)
        case tooMany
        /// The node's words.
        case notRead(String)
    }

    /// So many transactions are looked at.
    ///
    /// Each is a question, a hundred of them an exchange: at 50 questions a second, which free endpoints take, ten thousand are some
    /// three minutes. An account with more that nobody has on record is no deployer of this project's.
    static let most = 10_000

    /// How many codes are held at once: 24 MiB at the most of EIP-170.
    fileprivate static let together = 1_000

    /// How many transactions nothing is on record of.
    let transactions: UInt64
    /// How many more of those wait for a block.
    let waiting: UInt64
    let extent: Extent

    /// Where it created anything, by those with the same code.
    var copies: [Copies] { if case .looked(let copies, _) = extent { copies } else { [] } }
}

/// The code that an artifact leaves on a chain, whatever its constructor writes into it and wherever its libraries are.
struct ArtifactCode: Sendable {
    let bytes: [UInt8]
    private let masked: [Range<Int>]

    init(compiled: StoredOutputs) throws(StepFailure) {
        let compilation = try CompilationV1.read(compiled)
        bytes = Array(try compiled.bytes(CompileOutput.runtimeCode))
        let links = compilation.links.flatMap(\.runtimeCode)
        masked = (compilation.immutables + links).map { $0.start..<($0.start + $0.length) }
    }

    func isSame(as onChain: [UInt8]) -> Bool {
        CodeComparison(onChain: onChain, artifact: bytes, masked: masked) == .identical
    }
}

extension EffectContext {
    /// What an account created that neither the ledger nor a registry knows; looked at once a run.
    ///
    /// - Parameters:
    ///   - account: Who created it.
    ///   - network: Where.
    ///   - say: Hears what is waited for; nil: nothing is.
    /// - Returns: What is there, and how much waits.
    /// - Throws: ``StepFailure`` where the node cannot be spoken to, or the run is interrupted.
    func unknownCreations(
        of account: Address,
        on network: OpenNetwork,
        waiting say: (@Sendable (String) -> Void)?
    ) async throws(StepFailure) -> UnknownCreations {
        let count: SentCount
        if let known = await hub.sentCount(of: account, on: network) {
            count = known
        } else {
            // Not in the look that steps share: who is interrupted ends its own wait alone.
            count = try await sentCount(of: account, on: network, waiting: say)
            await hub.note(count, of: account, on: network)
        }
        return try await hub.unknownCreations(of: account, on: network) {
            await look(at: account, count, on: network)
        }
    }

    private func look(
        at account: Address,
        _ sent: SentCount,
        on network: OpenNetwork
    ) async -> Result<UnknownCreations, StepFailure> {
        do throws(StepFailure) {
            guard let unknown = try unknownAddresses(of: account, sent.inBlocks, on: network) else {
                return .success(
                    UnknownCreations(
                        transactions: sent.inBlocks, waiting: sent.unknownWaiting, extent: .tooMany))
            }
            let extent = try await read(unknown, of: account, sent.inBlocks, on: network)
            return .success(
                UnknownCreations(
                    transactions: UInt64(unknown.count), waiting: sent.unknownWaiting, extent: extent))
        } catch {
            return .failure(error)
        }
    }

    /// Where the transactions of an account would have created what is on no record; nil where they are too many.
    private func unknownAddresses(
        of account: Address,
        _ count: UInt64,
        on network: OpenNetwork
    ) throws(StepFailure) -> [Address]? {
        let lane = network.lane(of: account)
        let nonces = try inLedger { () throws(LedgerError) in try ledger.nonces(of: lane) }
        let recorded = try recordedAddresses(on: network)
        // Hashes are made of no more than need be.
        guard count <= UInt64(nonces.count + recorded.count + UnknownCreations.most) else { return nil }
        let unknown = (0..<count).filter { !nonces.contains($0) }
            .map { Address.created(by: account, nonce: $0) }.filter { !recorded.contains($0) }
        return unknown.count > UnknownCreations.most ? nil : unknown
    }

    /// What is at some addresses; behind all other questions where the node limits them.
    ///
    /// It is asked of one block in which the account has sent all that was counted: a node that lags behind the one that counted
    /// would not have the newest.
    private func read(
        _ addresses: [Address],
        of account: Address,
        _ count: UInt64,
        on network: OpenNetwork
    ) async throws(StepFailure) -> UnknownCreations.Extent {
        var copies: [UnknownCreations.Copies] = []
        guard !addresses.isEmpty else { return .looked(copies, block: 0) }
        var newest: UInt64 = 0
        var places: [Digest: Int] = [:]
        for start in stride(from: 0, to: addresses.count, by: UnknownCreations.together) {
            let some = Array(addresses[start...].prefix(UnknownCreations.together))
            let codes: [Address: [UInt8]]
            do throws(StepFailure) {
                if start == 0 { newest = try await block(with: count, of: account, on: network) }
                codes = try await now(on: network, since: newest) { (block) async throws(StepFailure) in
                    try await network.codes(of: some, at: block, last: true).get()
                }
            } catch {
                guard error.code == "node-refused" else { throw error }
                return .notRead(error.message)
            }
            for address in some {
                guard let code = codes[address], !code.isEmpty else { continue }
                let digest = Digest(of: code)
                if let place = places[digest] {
                    copies[place].addresses.append(address)
                } else {
                    places[digest] = copies.count
                    copies.append(.init(length: code.count, addresses: [address]))
                }
            }
        }
        return .looked(copies, block: newest)
    }

    /// The newest block, once it has as many transactions of an account as were counted.
    private func block(
        with count: UInt64,
        of account: Address,
        on network: OpenNetwork
    ) async throws(StepFailure) -> UInt64 {
        let block = try await untilSeen { () async throws(StepFailure) -> UInt64? in
            let head = max(try await network.height(.latest), try lastBlock(on: network))
            do throws(StepFailure) {
                let seen = try await network.transactionCount(of: account, at: .number(head))
                return seen >= count ? head : nil
            } catch {
                guard error.code == StepFailure.missingBlock else { throw error }
                return nil
            }
        }
        guard let block else {
            throw StepFailure(
                code: StepFailure.missingBlock,
                "no node of '\(network.spec.name)' has a block with the \(count) transactions that \(account) has sent",
                recurrence: .passing
            )
        }
        return block
    }

    /// Where an artifact's code is among contracts of an account; what has been taken on record since is none of them.
    func addresses(
        of code: ArtifactCode,
        among creations: UnknownCreations,
        on network: OpenNetwork
    ) async throws(StepFailure) -> [Address] {
        guard case .looked(let copies, let seenIn) = creations.extent else { return [] }
        let fitting = copies.filter { $0.length == code.bytes.count }
        guard !fitting.isEmpty else { return [] }
        let codes = try await now(on: network, since: seenIn) { (block) async throws(StepFailure) in
            try await network.codes(of: fitting.map { $0.addresses[0] }, at: block).get()
        }
        let recorded = try recordedAddresses(on: network)
        return fitting.filter { copies in codes[copies.addresses[0]].map(code.isSame(as:)) ?? false }
            .flatMap(\.addresses).filter { !recorded.contains($0) }
    }

    /// Every address that ledger or registries have of a chain, of whatever project and status.
    func recordedAddresses(on network: OpenNetwork) throws(StepFailure) -> Set<Address> {
        let rows = try inLedger { () throws(LedgerError) in
            try ledger.addresses(on: network.spec.chainID, genesisHash: network.genesis)
        }
        return registered(onChainOf: network).reduce(into: rows) { $0.formUnion($1.addresses) }
    }

    /// What the registries that are read have of a network's chain, of any project: two networks of the manifest may be one chain.
    func registered(onChainOf network: OpenNetwork) -> [RegistryEntry] {
        registry.values.flatMap(\.entries).filter { $0.isOn(network) }
    }

    /// What the committed registry has of a network, of any project.
    func registered(on network: OpenNetwork) -> [RegistryEntry] {
        (registry[network.spec.name]?.entries ?? []).filter { $0.isOn(network) }
    }
}

extension RegistryEntry {
    /// Whether it is on the chain that a network is.
    func isOn(_ network: OpenNetwork) -> Bool {
        chainID == network.spec.chainID && genesisHash == network.genesis
    }
}
