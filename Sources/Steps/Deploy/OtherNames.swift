import Ethereum
import EthereumTypes
import Ledger
import Model

/// What is about to be created and is on record of the same chain under a name that the manifest has no longer: its own, that of its
/// network or that of its project.
///
/// Records go by names, and a name that was changed would have all deployed again.
struct OtherNames: Sendable {
    enum Name: Hashable, Sendable {
        case network(String)
        case project(String)
        /// On a network; `former`: how 'formerly' says it, nil where it cannot.
        case deployment(String, on: String, former: String?)
    }

    let name: Name
    let address: Address
    let deed: OnceOnly
    /// What is to bring it there, where no block that stays has that.
    var coming: Coming?

    enum Coming: Sendable {
        /// The run that signed it.
        case signed(in: String)
        /// The run that asked people for it.
        case asked(in: String)

        fileprivate var words: String {
            switch self {
            case .signed(let run): "on its way since run \(run) signed it"
            case .asked(let run): "which run \(run) asked people for"
            }
        }
    }

    private var history: String {
        if case .deployment(let old, let network, _) = name {
            let verb = coming == nil ? "is" : "shall be"
            let way = coming.map { ", \($0.words)" } ?? ""
            return
                "\(deed.subject) would be what '\(old)' \(verb) at \(address)\(way), and the manifest has no deployment '\(old)' on "
                + "'\(network)' any more"
        }
        let place =
            "\(deed.subject) "
            + (coming.map { "shall be at \(address) of the same chain, \($0.words)" }
                ?? "is on record at \(address) of the same chain")
        return switch name {
        case .network(let old): "\(place), on a network '\(old)' that the manifest does not have"
        case .project(let old): "\(place), as a deployment of project '\(old)'"
        case .deployment: place
        }
    }

    /// Only what is on record can be adopted, or forgotten.
    private var once: String { coming == nil ? "" : " when it is there" }

    private var remedy: String {
        let adopt = "\(once): hyperkit deployments adopt \(deed.subject) \(address)"
        let taken = ", or take over what is there under the new one\(adopt)"
        return switch name {
        case .network(let old): "give the network its name '\(old)' again\(taken)"
        case .project(let old): "give the project its name '\(old)' again\(taken)"
        case .deployment(let old, _, _) where coming != nil:
            "where it is the same, give it the name '\(old)' until a block has it"
        case .deployment(_, _, let former?): "where it is the same, say so in it: formerly: [\(former)]"
        case .deployment(_, _, nil): "where it is the same, take it over under its name of now\(adopt)"
        }
    }

    /// What is said where it is another's, or another one.
    private var dismissal: String {
        switch name {
        case .network, .project:
            "where it is another's, say so once it is taken over: hyperkit deployments forget \(deed.subject) --yes"
        case .deployment(let old, let network, _):
            "where it is another one, say that the old one no longer counts\(once): hyperkit deployments forget "
                + "\(old)@\(network) --yes"
        }
    }

    static let code = "recorded-elsewhere"

    var failure: StepFailure {
        StepFailure(
            .blocked,
            code: Self.code,
            "\(history): it may be the same under a new name",
            hint: "\(remedy); \(dismissal); nothing was sent"
        )
    }

    var warning: Diagnostic {
        Diagnostic(.warning, Self.code, "\(history): it is deployed again", hint: remedy)
    }
}

extension OtherNames {
    fileprivate init(_ asked: Proposal, _ name: Name, _ deed: OnceOnly) {
        let intent = asked.intent
        self.init(
            name: name,
            address: intent.creates ?? Address.created(by: intent.lane.sender, nonce: asked.nonce),
            deed: deed,
            coming: .asked(in: intent.run))
    }
}

extension EffectContext {
    /// Looks, ahead of what is created and has nothing on record under its names, whether it is on record of the chain under others.
    ///
    /// What stands behind a proxy is asked for with its proxy.
    ///
    /// - Parameters:
    ///   - deed: What is done once only.
    ///   - account: Who does it; nil where that is not known: then it may be anybody's.
    ///   - network: Where.
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `recorded-elsewhere`, where the network is changed by approved plans
    ///   alone; others are warned once a deployment.
    func checkNames(
        ahead deed: OnceOnly,
        by account: Address?,
        on network: OpenNetwork
    ) async throws(StepFailure) {
        guard deed.before == nil, deed.part == .contract || deed.part == .proxy,
            let other = try await otherNames(of: deed, by: account, on: network)
        else { return }
        if network.spec.needsApproval { throw other.failure }
        if await hub.isFirstWord(of: "names of \(deed.subject)", on: network) { notice(other.warning) }
    }

    private func otherNames(
        of deed: OnceOnly,
        by account: Address?,
        on network: OpenNetwork
    ) async throws(StepFailure) -> OtherNames? {
        for name in deed.names {
            let rows = try inLedger { () throws(LedgerError) in
                try ledger.currentDeployments(
                    named: name, on: network.spec.chainID, genesisHash: network.genesis)
            }
            let gone = rows.filter { isGone($0.network, network.spec) }
            for row in gone where row.project == project {
                guard let address = row.address, try !isDisowned(address, deed, network) else { continue }
                return OtherNames(name: .network(row.network), address: address, deed: deed)
            }
            let here = rows.filter { $0.network == network.spec.name } + gone
            let entries =
                here.compactMap(\.registryEntry)
                + registered(on: network).filter { $0.name == name && $0.status == .current }
            for entry in entries where entry.project != project && entry.contract == deed.contract {
                guard account == nil || entry.deployer == nil || entry.deployer == account,
                    try !isDisowned(entry.address, deed, network)
                else { continue }
                return OtherNames(name: .project(entry.project), address: entry.address, deed: deed)
            }
        }
        for entry in try await standingRecords(on: network).lost where deed.isLike(entry) {
            guard account == nil || entry.deployer == nil || entry.deployer == account,
                try !isDisowned(entry.address, deed, network)
            else { continue }
            return OtherNames(name: lostName(entry.name, deed, network), address: entry.address, deed: deed)
        }
        return try await onItsWay(deed, by: account, on: network)
    }

    /// A name that the manifest has no longer; 'formerly' cannot say one that is in use elsewhere, or that of another member of a set.
    private func lostName(_ old: String, _ deed: OnceOnly, _ network: OpenNetwork) -> OtherNames.Name {
        let split = { (name: String) in name.split(separator: "/", maxSplits: 1) }
        let (parts, now) = (split(old), split(deed.names[0]))
        let isTaken = deploymentNames.values.contains { names in
            names.contains { split($0).first == parts.first }
        }
        let says = !isTaken && parts.dropFirst() == now.dropFirst()
        return .deployment(old, on: network.spec.name, former: says ? parts.first.map(String.init) : nil)
    }

    /// What an earlier run signed under a name that the manifest has no longer, and no block that stays has.
    private func onItsWay(
        _ deed: OnceOnly,
        by account: Address?,
        on network: OpenNetwork
    ) async throws(StepFailure) -> OtherNames? {
        let open = try inLedger { () throws(LedgerError) in
            try ledger.signedOperations(on: network.spec.chainID, genesisHash: network.genesis)
        }
        for operation in open where operation.intent.kind == .deploy {
            let intent = operation.intent
            guard [.deploy, .proxy].contains(intent.step.kind), account == nil || intent.sender == account,
                let name = otherName(of: intent, deed, on: network),
                let address = operation.attempts.first?.predictedAddress ?? intent.creates
            else { continue }
            return OtherNames(name: name, address: address, deed: deed, coming: .signed(in: intent.run))
        }
        return try await askedFor(deed, by: account, on: network)
    }

    /// What people were asked to create and may still send: as a deployment of another project, or a proxy of which the manifest has the
    /// name no longer.
    ///
    /// What asks for just that under a lost name goes on under the new one instead.
    private func askedFor(
        _ deed: OnceOnly,
        by account: Address?,
        on network: OpenNetwork
    ) async throws(StepFailure) -> OtherNames? {
        if case .made(let call)? = deed.likeness {
            let open = try inLedger { () throws(LedgerError) in
                try ledger.openProposals(
                    to: nil, payloadHash: Keccak256.hash(call.data), on: network.spec.chainID,
                    genesisHash: network.genesis)
            }
            let other = open.first { asked in
                asked.intent.project != project
                    && (account == nil || asked.intent.lane.sender == account)
                    && deed.names.contains(LeftPlace(asked.intent.step).name)
            }
            return other.map { OtherNames($0, .project($0.intent.project), deed) }
        }
        guard case .proxy? = deed.likeness, let account else { return nil }
        let open = try inLedger { () throws(LedgerError) in
            try ledger.openProposals(in: network.lane(of: account))
        }
        for asked in open where asked.isCreation && asked.intent.step.kind == .proxy && isLost(asked) {
            // With another transaction in a block that has its nonce it cannot be sent any more.
            guard try await network.account(of: account).latest <= asked.nonce else { continue }
            return OtherNames(asked, lostName(LeftPlace(asked.intent.step).name, deed, network), deed)
        }
        return nil
    }

    /// Which name that the manifest has no longer something was signed under; nil where it was signed for something else.
    private func otherName(
        of intent: ChainOperation.Intent,
        _ deed: OnceOnly,
        on network: OpenNetwork
    ) -> OtherNames.Name? {
        let name = LeftPlace(intent.step).name
        let isHere = intent.network == network.spec.name
        if deed.names.contains(name) {
            if intent.project != project {
                return isHere || isGone(intent.network, network.spec) ? .project(intent.project) : nil
            }
            return isGone(intent.network, network.spec) ? .network(intent.network) : nil
        }
        guard isHere, intent.project == project, case .made(let call)? = deed.likeness,
            intent.payloadHash == Keccak256.hash(call.data), isLost(name, on: network)
        else { return nil }
        return lostName(name, deed, network)
    }

    /// Whether the manifest has no network of that name on the chain of another: two of them may be one chain, and stay apart.
    private func isGone(_ name: String, _ network: NetworkSpec) -> Bool {
        name != network.name && networks[name]?.chainID != network.chainID
    }

    /// Whether a person said of what is at an address that it does not count under the deployment's name.
    private func isDisowned(
        _ address: Address,
        _ deed: OnceOnly,
        _ network: OpenNetwork
    ) throws(StepFailure) -> Bool {
        let rows = try inLedger { () throws(LedgerError) in
            try ledger.deployments(at: address, on: network.spec.chainID, genesisHash: network.genesis)
        }.filter { $0.network == network.spec.name }
        return (rows.compactMap(\.registryEntry) + registered(on: network)).contains {
            $0.address == address && $0.status == .forgotten && $0.project == project
                && deed.names.contains($0.name)
        }
    }
}
