import Model

/// Checks that what texts refer to is there, on the networks where it is needed, and that nothing needs itself.
struct ReferenceCheck {
    private let manifest: Manifest
    private let sources: [String: SourceText]
    private let problems: Problems
    private let networks: [String: NetworkSpec]
    private let deployments: [String: DeploymentSpec]
    /// What is defined, also where its value is wrong.
    private let names: [Noun: Set<String>]
    /// Whether values are missing because they are wrong: then nothing is said of what has none.
    private let isPartial: Bool

    init(
        _ manifest: Manifest,
        names: [Noun: Set<String>],
        sources: [SourceText],
        problems: Problems
    ) {
        self.manifest = manifest
        self.names = names
        isPartial = problems.hasErrors
        self.problems = problems
        self.sources = Dictionary(sources.map { ($0.name, $0) }) { first, _ in first }
        networks = Dictionary(manifest.networks.map { ($0.name, $0) }) { first, _ in first }
        deployments = Dictionary(manifest.deployments.map { ($0.name, $0) }) { first, _ in first }
    }

    func run() {
        for network in manifest.networks {
            for value in network.values.sorted(by: { $0.key < $1.key }).map(\.value) {
                for reference in value.references { checkSigner(reference, in: value) }
            }
        }
        for network in manifest.networks { checkOrder(of: network) }
        for deployment in manifest.deployments { check(deployment) }
        checkFormerNames()
        DeploymentCycles(manifest, place: place, problems: problems).run()
    }

    /// A network cannot come after itself.
    private func checkOrder(of network: NetworkSpec) {
        var path = [network.name]
        while let next = networks[path[path.count - 1]]?.after, next != network.name {
            guard !path.contains(next) else { return }
            path.append(next)
        }
        guard networks[path[path.count - 1]]?.after == network.name else { return }
        report(
            "cycle",
            "network '\(network.name)' comes after itself: \((path + [network.name]).joined(separator: " → "))",
            at: network.location,
            length: network.name.utf8.count,
            hint: "take one 'after' out"
        )
    }

    private func check(_ deployment: DeploymentSpec) {
        if deployment.networks.isEmpty, !isPartial {
            report(
                "missing-value", "deployment '\(deployment.name)' names no network", at: deployment.location)
        }
        for named in deployment.networks {
            guard let network = networks[named.value], network.signer == nil, !network.isDevnet, !isPartial
            else { continue }
            report(
                "missing-signer",
                "network '\(network.name)' has no signer, and '\(deployment.name)' is deployed on it",
                at: named.location,
                length: named.value.utf8.count,
                hint: "add 'signer: NAME' to the network at \(network.location)"
            )
        }
        checkOverrides(of: deployment)
        for variant in deployment.variants {
            for text in texts(of: variant) {
                for reference in text.references { check(reference, in: text, of: variant) }
            }
        }
    }

    /// What differs on a network differs nowhere where the deployment is not on it.
    private func checkOverrides(of deployment: DeploymentSpec) {
        let places = deployment.networks.map(\.value)
        for override in deployment.overrides.values.flatMap(\.networks) where !places.contains(override.value)
        {
            let isNetwork = names[.network]?.contains(override.value) == true
            // A network that is named by something unknown yet is none of those that are seen here.
            guard !isNetwork || !isPartial else { continue }
            let near = problems.suggestion(
                for: override.value, among: isNetwork ? [] : places,
                otherwise:
                    "it is on \(places.joined(separator: ", ")); add the network there, or take this out")
            report(
                isNetwork ? "not-deployed" : "unknown-network",
                isNetwork
                    ? "'\(deployment.name)' is not deployed on \(override.value), so nothing of it differs there"
                    : "there is no network '\(override.value)'",
                at: override.location,
                length: override.value.utf8.count,
                hint: near
            )
        }
    }

    /// A name that is in use, or that two deployments had, does not say which of them is meant.
    private func checkFormerNames() {
        var first: [String: DeploymentSpec] = [:]
        for deployment in manifest.deployments {
            for former in deployment.formerly {
                if names[.deployment]?.contains(former.value) == true {
                    report(
                        "former-name",
                        "'\(former.value)' is a deployment of this manifest, so it is no former name",
                        at: former.location,
                        length: former.value.utf8.count,
                        hint:
                            "take it away where that is another deployment; where two change their names, do it in two runs: give both new "
                            + "names first, each with its old one as 'formerly', and then the names wanted, each with the new one as "
                            + "'formerly': without that what is there is replaced"
                    )
                } else if let other = first[former.value] {
                    report(
                        "former-name",
                        "'\(former.value)' is a former name of '\(other.name)' too",
                        at: former.location,
                        length: former.value.utf8.count,
                        hint: "say which of the two it became"
                    )
                }
                first[former.value] = first[former.value] ?? deployment
            }
            checkFormerCalls(of: deployment)
        }
    }

    /// The same of the calls of a deployment; what no network has otherwise is said once.
    ///
    /// What was made under a name stays on record under that, with its arguments. So a call may have the name that another had, where
    /// that one says which it had itself.
    private func checkFormerCalls(of deployment: DeploymentSpec) {
        var said: Set<FileLocation> = []
        for variant in deployment.variants {
            var first: [String: CallSpec] = [:]
            for call in variant.calls {
                for former in call.formerly {
                    let other = first.updateValue(first[former.value] ?? call, forKey: former.value)
                    let isTaken = variant.calls.contains {
                        $0.name == former.value && ($0.formerly.isEmpty || $0.name == call.name)
                    }
                    guard isTaken || other != nil, said.insert(former.location).inserted else { continue }
                    report(
                        "former-name",
                        isTaken
                            ? "'\(former.value)' is a call of '\(deployment.name)', so it is no former name"
                            : "'\(former.value)' is a former name of call '\(other?.name ?? call.name)' too",
                        at: former.location,
                        length: former.value.utf8.count,
                        hint: isTaken
                            ? "take it away where that is another call; where its name changed too, say so there: formerly"
                            : "say which of the two it became"
                    )
                }
            }
        }
    }

    private func texts(of deployment: DeploymentSpec) -> [Interpolated] {
        let calls = deployment.calls.flatMap { call in
            call.arguments.texts + (call.unless?.equals.texts ?? [])
        }
        return deployment.arguments.texts + deployment.creation.texts + (deployment.proxy?.texts ?? [])
            + calls
            + deployment.checks.flatMap(\.equals.texts)
    }

    private func check(
        _ reference: Interpolated.Reference,
        in text: Interpolated,
        of deployment: DeploymentSpec
    ) {
        switch reference {
        case .row, .networkName, .networkChainID: break
        case .signerAddress: checkSigner(reference, in: text)
        case .networkValue(let key): checkValue(key, reference, in: text, of: deployment)
        case .deploymentAddress(let name, let network):
            checkDeployment(name, network, reference, in: text, of: deployment)
        }
    }

    private func checkSigner(_ reference: Interpolated.Reference, in text: Interpolated) {
        let signers = names[.signer] ?? []
        guard case .signerAddress(let name) = reference, !signers.contains(name) else { return }
        report(
            "unknown-signer",
            "there is no signer '\(name)'",
            at: reference,
            in: text,
            hint: problems.suggestion(
                for: name, among: signers.sorted(), otherwise: "define it under 'signers'")
        )
    }

    private func checkValue(
        _ key: String,
        _ reference: Interpolated.Reference,
        in text: Interpolated,
        of deployment: DeploymentSpec
    ) {
        for name in deployment.networks.map(\.value) {
            guard let network = networks[name], network.values[key] == nil, !isPartial else { continue }
            report(
                "unknown-value",
                "network '\(name)' has no value '\(key)'",
                at: reference,
                in: text,
                hint: problems.suggestion(
                    for: key,
                    among: network.values.keys.sorted(),
                    otherwise: "add it to the 'values' of the network at \(network.location)"
                )
            )
        }
    }

    private func checkDeployment(
        _ name: String,
        _ other: String?,
        _ reference: Interpolated.Reference,
        in text: Interpolated,
        of deployment: DeploymentSpec
    ) {
        if let other, names[.network]?.contains(other) != true {
            let hint = problems.suggestion(for: other, among: (names[.network] ?? []).sorted())
            report("unknown-network", "there is no network '\(other)'", at: reference, in: text, hint: hint)
        }
        guard let target = deployments[name] else {
            guard names[.deployment]?.contains(name) != true else { return }
            let isMember = name.contains("/")
            report(
                "unknown-deployment",
                isMember
                    ? "the address of one member of a set cannot be read in this version of hyperkit"
                    : "there is no deployment '\(name)'",
                at: reference,
                in: text,
                hint: isMember
                    ? "deploy the contract under a name of its own"
                    : problems.suggestion(
                        for: name,
                        among: (names[.deployment] ?? []).sorted(),
                        otherwise: "define it under 'deployments'"
                    )
            )
            return
        }
        if case .each = target.subject {
            report(
                "unknown-deployment",
                "'\(name)' deploys each member of a set and has no single address",
                at: reference,
                in: text,
                hint: "deploy the contract that is meant under a name of its own"
            )
            return
        }
        guard !isPartial else { return }
        let there = Set(target.networks.map(\.value))
        let needed = other.map { [$0] } ?? deployment.networks.map(\.value)
        let missing = needed.filter { !there.contains($0) && networks[$0] != nil }
        guard !missing.isEmpty else { return }
        let places = target.networks.map(\.value).joined(separator: ", ")
        report(
            "not-deployed",
            "'\(name)' is not deployed on \(missing.joined(separator: ", "))",
            at: reference,
            in: text,
            hint: "it is on \(places)"
                + (other == nil ? "; deployments.\(name)@NETWORK.address reads another network's" : "")
        )
    }

    // MARK: Places

    private func report(
        _ code: String,
        _ message: String,
        at reference: Interpolated.Reference,
        in text: Interpolated,
        hint: String?
    ) {
        guard let place = place(of: reference, in: text) else {
            return problems.add(.error(code, message, at: text.location, hint: hint))
        }
        problems.add(place.error(code, message, hint: hint))
    }

    private func report(
        _ code: String,
        _ message: String,
        at location: FileLocation,
        length: Int = 0,
        hint: String? = nil
    ) {
        guard let source = sources[location.file] else {
            return problems.add(.error(code, message, at: location, hint: hint))
        }
        let place = Place(source: source, line: location.line, column: location.column, length: length)
        problems.add(place.error(code, message, hint: hint))
    }

    /// Where a text spells a reference; the text's own place where that is not on its first line.
    func place(of reference: Interpolated.Reference, in text: Interpolated) -> Place? {
        guard let source = sources[text.location.file] else { return nil }
        let spelling = Array("${\(reference.spelling)}".utf8)
        let line = source.line(text.location.line).dropFirst(text.location.column - 1)
        for start in line.indices where line[start...].starts(with: spelling) {
            return Place(
                source: source,
                line: text.location.line,
                column: text.location.column + start - line.startIndex,
                length: spelling.count
            )
        }
        return Place(source: source, line: text.location.line, column: text.location.column, length: 0)
    }
}

extension Argument {
    var texts: [Interpolated] {
        switch self {
        case .text(let text): [text]
        case .list(let items, _): items.flatMap(\.texts)
        case .map(let fields, _): fields.flatMap(\.value.texts)
        }
    }
}

extension Arguments {
    var texts: [Interpolated] {
        switch self {
        case .positional(let items): items.flatMap(\.texts)
        case .named(let fields): fields.flatMap(\.value.texts)
        }
    }
}

extension ProxySpec {
    var texts: [Interpolated] { (initialize?.arguments.texts ?? []) + [owner].compactMap(\.self) }
}
