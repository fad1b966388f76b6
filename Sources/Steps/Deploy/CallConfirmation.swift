import Ethereum
import EthereumTypes
import Ledger
import Model

/// What a node tells of a call that only a registry says was made.
enum CallEvidence: Hashable, Sendable {
    case made
    /// Why the transaction did not make it.
    case notMade(String)
    /// The node has the transaction no longer, or it went through a contract that is not known.
    case untold

    /// - Parameters:
    ///   - call: What is said.
    ///   - entry: Whose contract it is said to have been made to, with all calls on record; those of the same kind in that transaction
    ///     are told apart by their number alone.
    ///   - record: What the node has of its transaction.
    init(of call: RegistryCall, in entry: RegistryEntry, _ record: TransactionRecord) {
        self = Self.read(call, entry, record)
    }

    private static func read(
        _ call: RegistryCall,
        _ entry: RegistryEntry,
        _ record: TransactionRecord
    ) -> CallEvidence {
        if let receipt = record.receipt {
            guard receipt.status != .reverted else { return .notMade("it reverted") }
            guard receipt.blockNumber == call.block else {
                return .notMade("block \(receipt.blockNumber) has it, not block \(call.block)")
            }
        }
        guard let transaction = record.transaction else { return .untold }
        guard let target = transaction.to else { return .notMade("it creates a contract") }
        let count = record.calls(to: entry.address, call.callDataHash)
        if count > 0 { return made(count, call, entry) }
        guard record.mayBeSafes(to: entry.address) else {
            return .notMade(
                target == entry.address ? "it calls that with other data" : "it calls \(target)")
        }
        return .untold
    }

    /// What it tells that a transaction did it so many times.
    private static func made(_ count: Int, _ call: RegistryCall, _ entry: RegistryEntry) -> CallEvidence {
        let claims = entry.calls.count {
            $0.transactionHash == call.transactionHash && $0.callDataHash == call.callDataHash
        }
        return claims <= count ? .made : .notMade("it makes \(count) such, and \(claims) are on record of it")
    }
}

/// What the registry says of calls and the ledger does not know yet is held against their transactions before it counts.
extension EffectContext {
    /// Asks the chain whether the calls of an entry that is news were made.
    ///
    /// - Throws: As ``confirm(_:of:on:)``.
    func confirmCalls(of entry: RegistryEntry, on network: OpenNetwork) async throws(StepFailure) {
        for call in try unknown(entry.calls, to: entry.address, on: network) {
            try await confirm(call, of: entry, on: network)
        }
    }

    /// Asks the chain whether a call was made; where the node does not tell it is believed, and a warning at the end says so.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `registry-differs`, where its transaction did something else.
    func confirm(
        _ call: RegistryCall,
        of entry: RegistryEntry,
        on network: OpenNetwork
    ) async throws(StepFailure) {
        let step = StepID.call(call.name, of: entry.name, on: network.spec.name)
        let record = try await record(of: call.transactionHash, on: network)
        // What the ledger counted a transaction for it is not counted for again.
        var all = entry
        all.remember(
            try inLedger { () throws(LedgerError) in
                try ledger.calls(
                    to: entry.address, on: network.spec.chainID, genesisHash: network.genesis)
            })
        switch CallEvidence(of: call, in: all, record) {
        case .made: return
        case .untold: await believe(step.rawValue, .calls, on: network)
        case .notMade(let why):
            throw StepFailure(
                .blocked,
                code: "registry-differs",
                "the registry says of \(step) that \(call.transactionHash) made it to \(entry.address), and the chain says "
                    + "otherwise: \(why)",
                hint:
                    "take the registry's file from git again, or put right what it says of the call: one that is in no file may be made "
                    + "again; nothing was sent"
            )
        }
    }

    /// The transactions of calls that the registries have of the contracts of this plan and the ledger has not.
    func unknownCalls(on network: OpenNetwork) throws(StepFailure) -> [Hash] {
        let called = Set(calls.filter { $0.network.name == network.spec.name }.map(\.deployment))
        var hashes: [Hash] = []
        for name in called {
            guard case .known(let known) = try knowledge(of: name, on: network) else { continue }
            let address = known.entry.address
            let all = registered(at: address, on: network).flatMap(\.calls)
            hashes += try unknown(all, to: address, on: network).map(\.transactionHash)
        }
        return hashes
    }

    func unknown(
        _ calls: [RegistryCall],
        to address: Address,
        on network: OpenNetwork
    ) throws(StepFailure) -> [RegistryCall] {
        guard !calls.isEmpty else { return [] }
        let known = try inLedger { () throws(LedgerError) in
            try ledger.calls(to: address, on: network.spec.chainID, genesisHash: network.genesis)
        }
        return calls.filter { call in
            !known.contains { $0.name == call.name && $0.callDataHash == call.callDataHash }
        }
    }
}
