package import Ethereum
package import EthereumTypes
import Ledger
package import Model

/// A chain that was reached and is the one that the manifest means; what it says of itself, as steps ask for it.
package struct OpenNetwork: Sendable {
    package let spec: NetworkSpec
    package let endpoints: NetworkEndpoints
    /// Asks whichever endpoint does well.
    package let rpc: EthereumRPC
    package let genesis: Hash
    /// The newest block when it was opened; nil where no node said it.
    package let head: UInt64?
    /// Who signs where the manifest names nobody: the devnet's first funded account.
    package let devnetKey: PrivateKey?

    package init(
        spec: NetworkSpec, endpoints: NetworkEndpoints, genesis: Hash, head: UInt64? = nil,
        devnetKey: PrivateKey?
    ) {
        self.spec = spec
        self.endpoints = endpoints
        self.genesis = genesis
        self.head = head
        self.devnetKey = devnetKey
        rpc = endpoints.rpc
    }

    /// The transactions of an account on this chain.
    func lane(of sender: Address) -> ChainOperation.Lane {
        ChainOperation.Lane(chainID: spec.chainID, genesisHash: genesis, sender: sender)
    }

    /// Which endpoint is asked now, by its place in the manifest's list; what a transaction keeps to be looked up there.
    package var currentEndpoint: Int { endpoints.current }

    /// Asks one endpoint alone; where it is not in use, as where the manifest changed since, whichever does well.
    package func endpoint(at index: Int) -> EthereumRPC { endpoints.pinned(index) ?? rpc }

    /// Makes sure, in one exchange, that an endpoint still is the chain that was opened; for the moment before a send.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `wrong-chain`, where it is another; what its node says where
    ///   it does not answer.
    package func stillIs(at index: Int) async throws(StepFailure) {
        let found: ChainOrigin
        do throws(RPCFailure) {
            found = try await endpoint(at: index).origin()
        } catch {
            throw StepFailure(error, on: spec)
        }
        guard found.chainID != spec.chainID || found.genesis != genesis else { return }
        throw StepFailure(
            .blocked,
            code: "wrong-chain",
            "\(endpoints.name(of: index)) of network '\(spec.name)' is another chain than before: chain id "
                + "\(found.chainID), block 0 \(found.genesis.short)",
            hint: "find out what answers there; nothing was sent to it"
        )
    }

    /// How many transactions of an account are in blocks, how many with the pool's, and its balance; in one exchange.
    func account(of address: Address) async throws(StepFailure) -> AccountState {
        do { return try await rpc.account(of: address) } catch { throw StepFailure(error, on: spec) }
    }

    /// The same of every endpoint that does well, each asked once at the same time; those that do not answer are left out.
    func accounts(of address: Address) async -> [AccountAnswer] {
        await endpoints.all { (rpc) throws(RPCFailure) in try await rpc.account(of: address) }
            .map { AccountAnswer(endpoint: endpoints.name(of: $0.index), state: $0.answer) }
    }

    func code(of address: Address) async throws(StepFailure) -> [UInt8] {
        do { return try await rpc.code(of: address) } catch { throw StepFailure(error, on: spec) }
    }

    /// The code that an address had in a block; where the node has that block's state no more, what it has now.
    func code(of address: Address, at block: UInt64?) async throws(StepFailure) -> [UInt8] {
        guard let block else { return try await code(of: address) }
        do throws(RPCFailure) { return try await rpc.code(of: address, at: .number(block)) } catch {
            guard case .node = error else { throw StepFailure(error, on: spec) }
            return try await code(of: address)
        }
    }

    /// The code at many addresses, in as few exchanges as may be; `last`: behind all other questions that a node limits.
    func codes(
        of addresses: [Address],
        at block: BlockReference = .latest,
        last isLast: Bool = false
    ) async -> Result<[Address: [UInt8]], StepFailure> {
        do throws(RPCFailure) {
            let codes = try await (isLast ? endpoints.patientRPC : rpc).codes(of: addresses, at: block)
            return .success(Dictionary(zip(addresses, codes)) { first, _ in first })
        } catch {
            return .failure(StepFailure(error, on: spec))
        }
    }

    /// What many calls give at a block, in as few exchanges as may be; one that fails is left out, for whoever asks it alone.
    func answers(to requests: [CallRequest], at block: BlockReference) async -> [CallRequest: [UInt8]] {
        guard let answers = try? await rpc.call(requests, at: block) else { return [:] }
        var found: [CallRequest: [UInt8]] = [:]
        for (request, answer) in zip(requests, answers) { found[request] = try? answer.get() }
        return found
    }

    func balance(of address: Address) async throws(StepFailure) -> Wei {
        do { return try await rpc.balance(of: address) } catch { throw StepFailure(error, on: spec) }
    }

    func transactionCount(of address: Address, at block: BlockReference) async throws(StepFailure) -> UInt64 {
        do { return try await rpc.transactionCount(of: address, at: block) } catch {
            throw StepFailure(error, on: spec)
        }
    }

    /// How many transactions of an account are in blocks, and how many with the pool's; in one exchange.
    func transactionCounts(
        of address: Address
    ) async throws(StepFailure) -> (latest: UInt64, pending: UInt64) {
        do { return try await rpc.transactionCounts(of: address) } catch {
            throw StepFailure(error, on: spec)
        }
    }

    /// How many transactions of an account blocks had at some of them, in as few exchanges as may be; nil where the node does not
    /// tell.
    func transactionCounts(
        of address: Address,
        at blocks: [UInt64]
    ) async throws(StepFailure) -> [UInt64?] {
        var counts: [UInt64: UInt64] = [:]
        do {
            let told = try await rpc.transactionCounts(of: address, at: blocks)
            for case (let block, let count?) in zip(blocks, told) { counts[block] = count }
        } catch {
            throw StepFailure(error, on: spec)
        }
        let untold = blocks.filter { counts[$0] == nil }
        if !untold.isEmpty {
            // Another endpoint may keep older states.
            let others = await endpoints.all { (rpc) throws(RPCFailure) in
                try await rpc.transactionCounts(of: address, at: untold)
            }
            for other in others {
                for case (let block, let count?) in zip(untold, other.answer) { counts[block] = count }
            }
        }
        return blocks.map { counts[$0] }
    }

    func call(
        _ request: CallRequest,
        at block: BlockReference = .latest
    ) async throws(StepFailure) -> [UInt8] {
        do { return try await rpc.call(request, at: block) } catch { throw StepFailure(error, on: spec) }
    }

    /// The 32 bytes of one slot of a contract's storage.
    func storage(of address: Address, slot: Hash) async throws(StepFailure) -> [UInt8] {
        do { return try await rpc.storage(of: address, slot: slot) } catch {
            throw StepFailure(error, on: spec)
        }
    }

    func receipt(_ hash: Hash) async throws(StepFailure) -> TransactionReceipt? {
        do { return try await rpc.receipt(hash) } catch { throw StepFailure(error, on: spec) }
    }

    /// What the node still has of some transactions, in as few exchanges as may be.
    func records(_ hashes: [Hash]) async -> Result<[Hash: TransactionRecord], StepFailure> {
        do throws(RPCFailure) {
            return .success(try await rpc.records(hashes))
        } catch {
            return .failure(StepFailure(error, on: spec))
        }
    }

    /// How far the chain is and which transactions blocks have, in one exchange.
    func look(
        _ hashes: [Hash],
        wantsHead: Bool,
        wantsFinalized: Bool,
        countOf sender: Address?,
        behind block: Hash?
    ) async throws(StepFailure) -> ChainLook {
        do throws(RPCFailure) {
            return try await rpc.look(
                hashes, wantsHead: wantsHead, wantsFinalized: wantsFinalized, countOf: sender, behind: block)
        } catch {
            throw StepFailure(error, on: spec)
        }
    }

    /// What an account sent that a block has.
    func transactions(of sender: Address, in block: UInt64) async throws(StepFailure) -> [SentTransaction] {
        do {
            return try await rpc.transactions(of: sender, in: block)
        } catch {
            throw StepFailure(error, on: spec)
        }
    }

    /// The number of a block; 0 where the chain has none of that kind yet.
    func height(_ block: BlockReference) async throws(StepFailure) -> UInt64 {
        do { return try await rpc.block(block)?.number ?? 0 } catch { throw StepFailure(error, on: spec) }
    }
}
