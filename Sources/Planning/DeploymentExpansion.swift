import EthereumTypes
import Model

/// Every deployment on every one of its networks, with the values of the network filled in.
struct DeploymentExpansion {
    /// One deployment on one network.
    struct Instance {
        var spec: DeploymentSpec
        /// The deployment's name, `NAME/MEMBER` for a member of a set.
        var name: String
        var contract: ContractName
        var network: NetworkSpec
        var signer: SignerSpec?
        /// Who owns what is there; nil where that is whoever signs.
        var owner: SignerSpec?
        /// The network that this one comes after.
        var liveFirst: LiveFirst?
        var arguments: Arguments
        var creation: CreationSpec
        var calls: [CallSpec]
        /// Names that it had before, each with the member of its set.
        var formerly: [String]
        var expectations: [Expectation]
        var proxy: ProxySpec?
        /// The deployments that have a proxy, by name.
        var proxied: Set<String>
        /// The networks whose deployments outlast a run, by name.
        var recorded: Set<String>
        /// All signers that may be read for an address, by name.
        var signers: [String: SignerSpec]

        /// The step that its address comes from.
        var step: StepID { .placing(proxy == nil ? .contract : .proxy, of: name, on: network.name) }

        var planned: PlannedDeployment {
            PlannedDeployment(
                name: name,
                contract: contract.rawValue,
                network: network.name,
                chainID: network.chainID.rawValue
            )
        }
    }

    private(set) var instances: [Instance] = []
    /// Those whose address must be the same on all networks, by name.
    private let sameEverywhere: [String: [Instance]]

    init(_ manifest: Manifest, _ roster: Roster, problems: inout [Diagnostic]) {
        let networks = Dictionary(
            manifest.networks.map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let signers = Dictionary(
            manifest.signers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let known = Set(roster.entries.map(\.name))
        let recorded = Set(manifest.networks.filter(\.isRecorded).map(\.name))
        let proxied = Set(manifest.deployments.filter { $0.proxy != nil }.map(\.name))
        for spec in manifest.deployments {
            for (name, contract) in Self.subjects(of: spec, roster) where known.contains(contract) {
                for network in spec.networks.compactMap({ networks[$0.value] }) {
                    let liveFirst = network.after.flatMap { networks[$0] }.map {
                        Self.liveFirst(spec, name, on: $0, signers)
                    }
                    let spec = spec.on(network.name)
                    let fill = { (text: Interpolated) in Self.filled(text, network) }
                    instances.append(
                        Instance(
                            spec: spec,
                            name: name,
                            contract: contract,
                            network: network,
                            signer: network.signer.flatMap { signers[$0] },
                            owner: network.owner.flatMap { $0 == network.signer ? nil : signers[$0] },
                            liveFirst: liveFirst,
                            arguments: spec.arguments.mapping(fill),
                            creation: spec.creation.mapping(fill),
                            calls: spec.calls.map { call in
                                var call = call
                                call.arguments = call.arguments.mapping(fill)
                                if let unless = call.unless {
                                    call.unless = CallSpec.Unless(
                                        read: unless.read,
                                        equals: unless.equals.mapping(fill)
                                    )
                                }
                                return call
                            },
                            formerly: Self.formerly(spec, name),
                            expectations: Self.expectations(spec, network),
                            proxy: spec.proxy?.mapping(fill),
                            proxied: proxied,
                            recorded: recorded,
                            signers: signers
                        )
                    )
                }
            }
        }
        sameEverywhere = Dictionary(
            grouping: instances.filter { $0.creation.salt?.isSameEverywhere == true }, by: \.name)
        problems += Self.lostValues(instances)
        problems += SaltCheck(instances).problems + OneAddressCheck.problems(of: instances)
    }

    /// What must hold of a deployment on the network that another comes after.
    private static func liveFirst(
        _ spec: DeploymentSpec,
        _ name: String,
        on network: NetworkSpec,
        _ signers: [String: SignerSpec]
    ) -> LiveFirst {
        let isThere = spec.networks.contains { $0.value == network.name }
        let expectations = isThere ? expectations(spec.on(network.name), network) : []
        let read = expectations.flatMap(\.equals.references).compactMap { reference -> String? in
            if case .signerAddress(let name) = reference { name } else { nil }
        }
        return LiveFirst(
            network: network,
            deployment: name,
            formerly: formerly(spec, name),
            expectations: expectations,
            signersExpected: Set(read).sorted().compactMap { signers[$0] }
        )
    }

    private static func expectations(_ spec: DeploymentSpec, _ network: NetworkSpec) -> [Expectation] {
        spec.checks.map { check in
            Expectation(
                name: check.name, read: check.read, equals: check.equals.mapping { filled($0, network) })
        }
    }

    private static func formerly(_ spec: DeploymentSpec, _ name: String) -> [String] {
        spec.formerly.map { $0.value + name.dropFirst(spec.name.count) }
    }

    /// The names that deployments have and had, by network.
    var names: [String: Set<String>] {
        instances.reduce(into: [:]) { names, instance in
            names[instance.network.name, default: []].formUnion([instance.name] + instance.formerly)
        }
    }

    /// The same deployment on its other networks, where its address must be the same on all of them.
    func twins(of instance: Instance) -> [Instance] {
        (sameEverywhere[instance.name] ?? []).filter { $0.step != instance.step }
    }

    private static func subjects(of spec: DeploymentSpec, _ roster: Roster) -> [(String, ContractName)] {
        switch spec.subject {
        case .contract(let name):
            return ContractName(name.value).map { [(spec.name, $0)] } ?? []
        case .each(let set):
            return (roster.members[set.value] ?? []).map { member in
                let suffix = member.rawValue.dropFirst(set.value.count + 1)
                return ("\(spec.name)/\(suffix)", member)
            }
        }
    }

    /// Fills in what the network says; its values may themselves name the network and signers.
    private static func filled(_ text: Interpolated, _ network: NetworkSpec) -> Interpolated {
        let resolve = { (reference: Interpolated.Reference) -> Interpolated? in
            switch reference {
            case .networkName: Interpolated(text: network.name, at: text.location)
            case .networkChainID: Interpolated(text: network.chainID.description, at: text.location)
            case .networkValue(let key): network.values[key]
            case .row, .deploymentAddress, .signerAddress: nil
            }
        }
        var text = text
        // Each pass goes one value deeper; with more passes than values, one that is left leads back to itself.
        for _ in 0...network.values.count {
            let filled = text.resolving(resolve)
            guard filled != text else { break }
            text = filled
        }
        return text
    }

    /// A value that one network has and another has not is found out only here, as is one that leads back to itself.
    private static func lostValues(_ instances: [Instance]) -> [Diagnostic] {
        var problems: [Diagnostic] = []
        for instance in instances {
            let references =
                instance.arguments.located + (instance.proxy?.located ?? [])
                + instance.creation.texts.flatMap { text in text.references.map { ($0, text.location) } }
                + instance.calls.flatMap { call in
                    call.arguments.located + (call.unless.map { $0.equals.located } ?? [])
                } + instance.expectations.flatMap(\.equals.located)
            for (reference, location) in references {
                guard case .networkValue(let key) = reference else { continue }
                guard instance.network.values[key] == nil else {
                    problems.append(
                        .error(
                            "cyclic-value",
                            "value '\(key)' of network '\(instance.network.name)' leads back to itself",
                            at: location,
                            hint: "write out what it should be"
                        )
                    )
                    continue
                }
                let has = instance.network.values.keys.sorted().joined(separator: ", ")
                problems.append(
                    .error(
                        "unknown-value",
                        "network '\(instance.network.name)' has no value '\(key)'",
                        at: location,
                        hint: has.isEmpty ? "add it under the network's 'values'" : "it has \(has)"
                    )
                )
            }
        }
        return problems
    }
}

extension NetworkSpec {
    /// Whether what is on it is worth a record: a devnet that starts empty takes all of it along.
    package var isRecorded: Bool { !startsEmpty }
}

extension Argument {
    /// Each reference with the place of the text that holds it.
    var located: [(Interpolated.Reference, FileLocation)] {
        switch self {
        case .text(let text): text.references.map { ($0, text.location) }
        case .list(let items, _): items.flatMap(\.located)
        case .map(let fields, _): fields.flatMap(\.value.located)
        }
    }
}

extension Arguments {
    var located: [(Interpolated.Reference, FileLocation)] {
        switch self {
        case .positional(let items): items.flatMap(\.located)
        case .named(let fields): fields.flatMap(\.value.located)
        }
    }
}

extension ProxySpec {
    var located: [(Interpolated.Reference, FileLocation)] {
        (initialize?.arguments.located ?? []) + (owner.map { Argument.text($0).located } ?? [])
    }
}
