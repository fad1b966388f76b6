import Ethereum
import EthereumTypes
import Ledger
import Model

/// What is known of a deployment that stands on a chain, before the chain is asked.
struct KnownDeployment: Sendable {
    enum Source: Sendable {
        case ledger
        /// The committed registry knows what this ledger does not.
        case registry
        /// It stands there under a name that it had before; `row` is nil where only the registry knows it.
        case formerName(String, row: DeploymentRow?)
    }

    /// With the name that it stands under.
    var entry: RegistryEntry
    var gasUsed: UInt64?
    var source: Source

    /// ` since run …`; empty where no run made it.
    var since: String { entry.run.map { " since run \($0)" } ?? "" }

    /// ` in run …`; empty where no run made it.
    var inRun: String { entry.run.map { " in run \($0)" } ?? "" }

    /// Where the knowledge is from, for a reason; empty for the ledger.
    var words: String {
        switch source {
        case .ledger: ""
        case .registry: ", says the registry"
        case .formerName(let name, _): "; it was '\(name)' before"
        }
    }
}

/// What ledger and registry together say of one name.
enum DeploymentKnowledge: Sendable {
    case nothing
    /// The registry says that the ledger's row no longer counts.
    case forgotten(DeploymentRow)
    case known(KnownDeployment)

    /// Who made what stands there under this name; nil where no record has it with its transaction, or it got there under another name.
    var maker: Address? {
        guard case .known(let known) = self, known.entry.transactionHash != nil else { return nil }
        switch known.source {
        case .ledger, .registry: return known.entry.deployer
        case .formerName: return nil
        }
    }
}

extension EffectContext {
    /// What stands on a chain under a name, or under one that it had before; asks and writes nothing.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked` where both names stand there, or the old one's transaction is on its way.
    func knowledge(
        of name: String,
        formerly: [String] = [],
        on network: OpenNetwork
    ) throws(StepFailure) -> DeploymentKnowledge {
        let own = try knowledge(under: name, network)
        for former in formerly {
            try refuseUnfinished(former, nowCalled: name, network)
            guard case .known(var old) = try knowledge(under: former, network) else { continue }
            if case .known(let new) = own, !new.entry.isSameInstance(as: old.entry) {
                throw StepFailure(
                    .blocked,
                    code: "former-name",
                    "'\(name)' is on '\(network.spec.name)' at \(new.entry.address), and so is '\(former)', "
                        + "which was its name before, at \(old.entry.address)",
                    hint:
                        "say which no longer counts: hyperkit deployments forget \(former)@\(network.spec.name)"
                )
            }
            var row: DeploymentRow?
            if case .ledger = old.source { row = try current(former, network) }
            // Another ledger renamed it already where the registry has the new name.
            if case .known(let new) = own, case .ledger = new.source { continue }
            old.source = .formerName(former, row: row)
            return .known(old)
        }
        return own
    }

    private func knowledge(under name: String, _ network: OpenNetwork) throws(StepFailure)
        -> DeploymentKnowledge
    {
        let spec = network.spec
        let rows = try inLedger { () throws(LedgerError) in
            try ledger.deployments(project: project, name: name, network: spec.name)
        }.filter { $0.chainID == spec.chainID && $0.genesisHash == network.genesis }
        let row = rows.first { $0.status == .current }
        let key = RegistryEntry.Key(
            project: project,
            name: name,
            chainID: spec.chainID,
            genesisHash: network.genesis
        )
        if let entry = registry[spec.name]?.entry(key), entry.isNews(to: rows.compactMap(\.registryEntry)) {
            if entry.status == .current { return .known(KnownDeployment(entry: entry, source: .registry)) }
            return row.map { .forgotten($0) } ?? .nothing
        }
        guard let row, let entry = row.registryEntry else { return .nothing }
        return .known(KnownDeployment(entry: entry, gasUsed: row.gasUsed, source: .ledger))
    }

    /// What the ledger says is there now under a name.
    func current(_ name: String, _ network: OpenNetwork) throws(StepFailure) -> DeploymentRow? {
        try inLedger { () throws(LedgerError) in
            try ledger.deployment(
                project: project,
                name: name,
                network: network.spec.name,
                chainID: network.spec.chainID,
                genesisHash: network.genesis
            )
        }
    }

    /// A transaction of the old name may still come to its end, and would then be there beside a new one.
    private func refuseUnfinished(
        _ former: String,
        nowCalled name: String,
        _ network: OpenNetwork
    ) throws(StepFailure) {
        for step in StepID.placing(recordedAs: former, on: network.spec.name) {
            guard let open = try unfinished(step, network) else { continue }
            throw StepFailure(
                .blocked,
                code: "former-name",
                "run \(open.intent.run) signed \(step) and ended before it was confirmed, and it is '\(name)' now",
                hint: "run once more with the old name, then rename it"
            )
        }
    }

    /// The operation of a step that an earlier run signed; nil where there is none.
    func unfinished(_ step: StepID, _ network: OpenNetwork) throws(StepFailure) -> ChainOperation? {
        let open = try inLedger { () throws(LedgerError) in
            try ledger.unfinishedOperation(
                of: step,
                project: project,
                chainID: network.spec.chainID,
                genesisHash: network.genesis
            )
        }
        return open.flatMap { $0.attempts.isEmpty ? nil : $0 }
    }

    // MARK: Taken over

    /// Has what stands under a former name go by its name of now, so that what is found of it goes on record there.
    func takeOverFormer(of name: String, _ formerly: [String], on network: OpenNetwork)
        async throws(StepFailure)
    {
        let knowledge = try knowledge(of: name, formerly: formerly, on: network)
        guard case .known(let known) = knowledge, case .formerName = known.source else { return }
        let gasUsed = try await confirmed(known, on: network)
        try takeOver(knowledge, as: name, gasUsed: gasUsed, on: network)
    }

    /// Puts what the ledger does not know yet into it, so that all that follows is the same wherever it was known.
    func takeOver(
        _ knowledge: DeploymentKnowledge,
        as name: String,
        gasUsed: UInt64?,
        on network: OpenNetwork
    ) throws(StepFailure) {
        try inLedger { () throws(LedgerError) in
            switch knowledge {
            case .nothing: break
            case .forgotten(let row): try ledger.forget(row, actor: run)
            case .known(let known):
                switch known.source {
                case .ledger: break
                case .registry:
                    _ = try ledger.adopt(
                        known.entry, network: network.spec.name, run: run, gasUsed: gasUsed)
                case .formerName(_, let row?): _ = try ledger.rename(row, to: name, run: run)
                case .formerName(_, nil):
                    let row = try ledger.adopt(
                        known.entry, network: network.spec.name, run: run, gasUsed: gasUsed)
                    _ = try ledger.rename(row, to: name, run: run)
                }
            }
        }
    }
}

extension DeploymentForecast {
    /// Says whose place is taken where something is replaced.
    mutating func start(from knowledge: DeploymentKnowledge) {
        guard action == .replace, case .known(let known) = knowledge else { return }
        replaces = known.entry.address.description
    }

    /// Says that something is there and stays.
    mutating func keep(_ fact: DeploymentFact, madeBy maker: Address?) {
        action = .keep
        reason = fact.reason
        address = fact.address
        madeBy = maker?.description
    }

    /// Says which code a proxy runs before it is upgraded.
    mutating func start(from state: ProxyState?) {
        replaces = state?.implementation.description
        replacesSince = state?.block
    }
}
