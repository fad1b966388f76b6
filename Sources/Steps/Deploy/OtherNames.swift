import EthereumTypes
import Ledger
import Model

/// What is about to be created and is on record of the same chain under a name that the manifest has no longer: of its network or
/// of its project.
///
/// Records go by names, and a name that was changed would have all deployed again.
struct OtherNames: Sendable {
    enum Name: Hashable, Sendable {
        case network(String)
        case project(String)
    }

    let name: Name
    let address: Address
    let deed: OnceOnly
    /// The run that signed what creates it, where no block that stays has that.
    var signedIn: String?

    private var history: String {
        let place =
            signedIn.map {
                "run \($0) signed the creation of \(deed.subject) at \(address) of the same chain, which is on its way"
            }
            ?? "\(deed.subject) is on record at \(address) of the same chain"
        return switch name {
        case .network(let old): "\(place), on a network '\(old)' that the manifest does not have"
        case .project(let old): "\(place), as a deployment of project '\(old)'"
        }
    }

    private var remedy: String {
        let back =
            switch name {
            case .network(let old): "give the network its name '\(old)' again"
            case .project(let old): "give the project its name '\(old)' again"
            }
        let first = signedIn == nil ? "" : " when it is there"
        return "\(back), or take over what is there under the new one\(first): hyperkit deployments adopt "
            + "\(deed.subject) \(address)"
    }

    static let code = "recorded-elsewhere"

    var failure: StepFailure {
        StepFailure(
            .blocked,
            code: Self.code,
            "\(history): it may be the same under a new name",
            hint:
                "\(remedy); where it is another's, say so once it is taken over: hyperkit deployments forget \(deed.subject) "
                + "--yes; nothing was sent"
        )
    }

    var warning: Diagnostic {
        Diagnostic(.warning, Self.code, "\(history): it is deployed again", hint: remedy)
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
            let other = try otherNames(of: deed, by: account, on: network)
        else { return }
        if network.spec.needsApproval { throw other.failure }
        if await hub.isFirstWord(of: "names of \(deed.subject)", on: network) { notice(other.warning) }
    }

    private func otherNames(
        of deed: OnceOnly,
        by account: Address?,
        on network: OpenNetwork
    ) throws(StepFailure) -> OtherNames? {
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
        return try onItsWay(deed, by: account, on: network)
    }

    /// What an earlier run signed under a name that the manifest has no longer, and no block that stays has.
    private func onItsWay(
        _ deed: OnceOnly,
        by account: Address?,
        on network: OpenNetwork
    ) throws(StepFailure) -> OtherNames? {
        let open = try inLedger { () throws(LedgerError) in
            try ledger.signedOperations(on: network.spec.chainID, genesisHash: network.genesis)
        }
        for operation in open where operation.intent.kind == .deploy {
            let intent = operation.intent
            let isOther = intent.project != project
            guard [.deploy, .proxy].contains(intent.step.kind),
                deed.names.contains(LeftPlace(intent.step).name), account == nil || intent.sender == account,
                isGone(intent.network, network.spec) || isOther && intent.network == network.spec.name,
                let address = operation.attempts.first?.predictedAddress ?? intent.creates
            else { continue }
            return OtherNames(
                name: isOther ? .project(intent.project) : .network(intent.network), address: address,
                deed: deed,
                signedIn: intent.run)
        }
        return nil
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
