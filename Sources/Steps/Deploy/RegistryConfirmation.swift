import Ethereum
import EthereumTypes
import Ledger
import Model

/// What the registry says and the ledger does not know yet is held against the chain before it counts.
extension EffectContext {
    /// Asks the chain whether an entry of the registry is true: the transaction that is to have created it, and the code there.
    ///
    /// What all entries need that are news is asked together. Where the node has the transaction no longer, or it went through a
    /// contract that is not known, init code and arguments are believed, and a warning at the end of the run says so.
    ///
    /// - Returns: What the creation used, where the node has its receipt.
    /// - Throws: ``StepFailure`` of the kind `blocked`: coded `drift` where the code is gone or another,
    ///   `registry-differs` where the transaction says something else.
    func confirm(_ entry: RegistryEntry, on network: OpenNetwork) async throws(StepFailure) -> UInt64? {
        let subject = "\(entry.name)@\(network.spec.name)"
        var gasUsed: UInt64?
        if let hash = entry.transactionHash {
            let record = try await record(of: hash, on: network)
            try Self.compare(entry, record.receipt, subject)
            try await compare(entry, record.transaction, subject, on: network)
            gasUsed = record.receipt?.gasUsed
        }
        try await confirmCode(of: entry, said: "says the registry", on: network)
        return gasUsed
    }

    /// Asks the chain whether the code is there that is on record.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `drift`, where it is gone or another.
    func confirmCode(
        of entry: RegistryEntry,
        said source: String,
        on network: OpenNetwork
    ) async throws(StepFailure) {
        let code = try await codeBefore(at: entry.address, on: network)
        guard code.isEmpty || entry.deployedCodeDigest.map({ $0 != Digest(of: code) }) ?? false else {
            return
        }
        throw StepFailure(
            .blocked,
            code: "drift",
            "\(entry.name)@\(network.spec.name) is at \(entry.address), \(source), and the chain has "
                + (code.isEmpty ? "no code there" : "other code there"),
            hint: "find out what happened to it; nothing was sent"
        )
    }

    /// The entries of the deployments of this plan on a network that are news to the ledger.
    func news(on network: OpenNetwork) throws(StepFailure) -> [RegistryEntry] {
        let spec = network.spec
        guard let file = registry[spec.name] else { return [] }
        let meant = deployments.filter { $0.network.name == spec.name }
        let history = try inLedger { () throws(LedgerError) in
            try ledger.registryHistory(project: project, network: spec.name)
        }
        let known = Dictionary(grouping: history, by: \.key)
        return Set(meant.flatMap { [$0.name] + $0.formerly }).sorted().compactMap { name in
            let key = RegistryEntry.Key(
                project: project, name: name, chainID: spec.chainID, genesisHash: network.genesis)
            guard let entry = file.entry(key), entry.status == .current,
                entry.isNews(to: known[key] ?? [])
            else { return nil }
            return entry
        }
    }

    func record(of hash: Hash, on network: OpenNetwork) async throws(StepFailure) -> TransactionRecord {
        try await hub.record(of: hash, on: network) { () throws(StepFailure) in
            let news = try news(on: network)
            let ofNews = news.compactMap(\.transactionHash) + news.flatMap(\.calls).map(\.transactionHash)
            return Set(ofNews + (try unknownCalls(on: network))).sorted {
                $0.bytes.lexicographicallyPrecedes($1.bytes)
            }
        }
    }

    private static func compare(
        _ entry: RegistryEntry,
        _ receipt: TransactionReceipt?,
        _ subject: String
    ) throws(StepFailure) {
        guard let receipt else { return }
        let isThis =
            receipt.status == .succeeded
            && (receipt.contractAddress == nil || receipt.contractAddress == entry.address)
            && (entry.block == nil || receipt.blockNumber == entry.block)
        guard isThis else { throw differs(entry, subject, "created it at \(entry.address)") }
    }

    private func compare(
        _ entry: RegistryEntry,
        _ transaction: TransactionLookup?,
        _ subject: String,
        on network: OpenNetwork
    ) async throws(StepFailure) {
        let input = transaction?.creation(
            of: entry.address, by: entry.deployer, on: network.spec.chainID)
        switch input {
        case .initCode(let data):
            let arguments = entry.constructorArguments
            guard data.count >= arguments.count, data.suffix(arguments.count) == arguments[...] else {
                throw Self.differs(entry, subject, "created it with its 'constructorArguments'")
            }
            guard Digest(of: data.dropLast(arguments.count)) == entry.initCodeDigest else {
                throw Self.differs(
                    entry, subject,
                    "created it with code of its 'initCodeDigest', and with its 'constructorArguments'")
            }
            if transaction?.to == nil, let deployer = entry.deployer, transaction?.sender != deployer {
                throw Self.differs(entry, subject, "was sent by its 'deployer' \(deployer)")
            }
        case .another:
            throw Self.differs(entry, subject, "created it at \(entry.address)")
        case .untold, nil: await believe(subject, .creations, on: network)
        }
    }

    private static func differs(_ entry: RegistryEntry, _ subject: String, _ claim: String) -> StepFailure {
        let hash = entry.transactionHash?.description ?? "a transaction"
        return StepFailure(
            .blocked,
            code: "registry-differs",
            "the registry says of \(subject) that \(hash) \(claim), and the chain says otherwise",
            hint: "take the registry's file from git again; nothing was sent"
        )
    }

    /// Has it said once, when all is done, what could not be held against the chain.
    func believe(_ subject: String, _ kind: Believed, on network: OpenNetwork) async {
        guard await hub.note(believed: subject, kind, on: network) else { return }
        await hub.atClose { [hub, notice] in
            let all = await hub.believed(kind, on: network)
            let shown = all.prefix(5).joined(separator: ", ")
            let more = all.count > 5 ? " and \(all.count - 5) more" : ""
            notice(
                Diagnostic(
                    .warning,
                    "not-confirmed",
                    "the node of '\(network.spec.name)' does not tell \(kind.words(shown + more))",
                    hint: "a node that keeps old transactions can tell"
                )
            )
        }
    }
}

/// What of a registry is believed though the chain does not tell it.
enum Believed: Hashable, Sendable {
    case creations, calls

    fileprivate func words(_ subjects: String) -> String {
        switch self {
        case .creations:
            "how \(subjects) came there: their code is what the registry says, and their constructor arguments are believed"
        case .calls: "whether \(subjects) was made: the registry is believed"
        }
    }
}
