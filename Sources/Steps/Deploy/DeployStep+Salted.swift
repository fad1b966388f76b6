import Engine
import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model

/// What is peculiar to a contract whose salt says its address: it can be there already, whoever made it.
extension DeployStep {
    /// Looks at the address that a contract would get, before anything is sent to make it.
    ///
    /// - Returns: `decision`, or that what is there already is taken over.
    /// - Throws: ``StepFailure`` of the kind `blocked`: `address-taken` where other code is there, `same-address` where a
    ///   person said that what is there no longer counts, as ``requireOwn(_:_:_:)``, as ``EffectContext/checkFactory(_:on:)`` and as
    ///   ``checkMaker(of:at:_:_:_:_:)``.
    func look(
        _ decision: Decision,
        _ action: DeployAction,
        _ call: ConstructorCall,
        _ creation: Creation,
        _ network: OpenNetwork
    ) async throws(StepFailure) -> Decision {
        switch decision {
        case .keep, .adopt: return decision
        case .create, .replace: break
        }
        guard let address = creation.address else { return decision }
        try await requireOwn(address, action, network)
        let code = try await network.code(of: address)
        let subject = action.step.subject
        switch call.compare(code) {
        case .absent:
            try await context.checkFactory(creation.factory, on: network)
            return decision
        case .identical: break
        case .identicalButMetadata, .different:
            throw StepFailure(
                .blocked,
                code: "address-taken",
                "the salt of \(subject) gives \(address), and other code is there than that of \(action.contract)",
                hint: "find out whose it is, or change the salt; nothing was sent"
            )
        }
        if try isForgotten(address, action, network) {
            throw StepFailure(
                .blocked,
                code: "same-address",
                "\(subject) is forgotten, and its salt gives the address where it is, \(address)",
                hint: "change the salt, or take it back: hyperkit deployments adopt \(subject) \(address)"
            )
        }
        try await checkMaker(of: code, at: address, action, call, creation, network)
        var fact = Self.fact(
            action, .kept, reason: "its code is at the address that its salt gives; it is taken over")
        fact.address = address.description
        fact.codeMatches = true
        fact.constructorArguments = Hex.prefixed(call.arguments)
        var entry = RegistryEntry(
            project: context.project,
            name: action.name,
            contract: action.contract.rawValue,
            chainID: action.network.chainID,
            genesisHash: network.genesis,
            address: address,
            initCodeDigest: call.initCodeDigest,
            runtimeCodeDigest: call.runtimeCodeDigest,
            deployedCodeDigest: Digest(of: code),
            constructorArguments: call.arguments,
            creation: call.record(by: creation.factory),
            run: nil,
            isAdopted: true
        )
        if let kind = call.proxy {
            let state = try await network.proxyState(kind, at: address, since: network.height(.latest))
            entry.proxy = state
            entry.storageLayout = try context.layoutOnRecord(
                of: action.name, at: state.implementation, network)
            fact.implementation = state.implementation.description
        } else {
            entry.storageLayout = call.storageLayout
        }
        return .adopt(entry, fact)
    }

    /// Puts what was found at a salt's address on record, once it is deep enough.
    ///
    /// - Returns: What is there already; nil where it is still to be made.
    func takeOver(_ decision: Decision, _ network: OpenNetwork, _ progress: StepProgress)
        async throws(StepFailure) -> DeploymentFact?
    {
        switch decision {
        case .keep(let fact): return fact
        case .adopt(let entry, let fact):
            try await context.requireDeep(
                entry.address, on: network, "\(entry.name)@\(network.spec.name)", waiting: progress)
            try inLedger { () throws(LedgerError) in
                _ = try context.ledger.adopt(entry, network: network.spec.name, run: context.run)
            }
            return fact
        case .create, .replace: return nil
        }
    }

    /// Whether ledger or registry say of what is at an address that it no longer counts under this name.
    private func isForgotten(
        _ address: Address,
        _ action: DeployAction,
        _ network: OpenNetwork
    ) throws(StepFailure) -> Bool {
        let rows = try inLedger { () throws(LedgerError) in
            try context.ledger.deployments(
                project: context.project, name: action.name, network: action.network.name)
        }
        let key = RegistryEntry.Key(
            project: context.project,
            name: action.name,
            chainID: action.network.chainID,
            genesisHash: network.genesis
        )
        let entries =
            rows.filter { $0.genesisHash == network.genesis }.compactMap(\.registryEntry)
            + [context.registry[action.network.name]?.entry(key)].compactMap { $0 }
        return entries.contains { $0.address == address && $0.status == .forgotten }
    }

    // MARK: The same address everywhere

    /// Compares the address with those of the same deployment on its other networks, before anything is signed for any.
    ///
    /// What takes an address that is not known yet, or a signer whose secret is not at hand, is compared when it is deployed
    /// itself, and so is what a network that cannot be asked has at the address.
    ///
    /// - Throws: ``StepFailure`` coded `address-differs` that lists them, with what makes them differ; of the kind `blocked`,
    ///   where another network of the run has other code there, coded `address-taken`, or cannot have it since its factory is
    ///   not there, coded as ``EffectContext/checkFactory(_:on:)``.
    func checkSameAddress(
        _ action: DeployAction,
        _ creation: Creation,
        _ inputs: StepInputs
    ) async throws(StepFailure) {
        guard !action.twins.isEmpty else { return }
        let compiled = try inputs[action.compile]
        let own = try? await context.resolution(
            of: action.references, on: action.network.name, signers: action.signersRead, inputs: inputs)
        let sender = await sender(action.signer)
        try await checkSameAddress(action, creation, sender, compiled) { twin in
            await self.resolution(twin, action, own, inputs)
        }
    }

    /// As above, with what is known of addresses on another network from elsewhere.
    func checkSameAddress(
        _ action: DeployAction,
        _ creation: Creation,
        _ sender: Address?,
        _ compiled: StoredOutputs,
        known: (DeployAction.Twin) async -> ArgumentResolution
    ) async throws(StepFailure) {
        guard let address = creation.address, let salt = action.creation.salt else { return }
        let mine = SameAddress.Place(
            network: action.network, address: address, sender: sender, data: creation.data)
        var places = [mine]
        var obstacle: StepFailure?
        for twin in action.twins {
            let other = action.on(twin)
            if obstacle == nil { obstacle = await factoryObstacle(action.name, on: twin) }
            let resolution = await known(twin)
            guard resolution.knows(other.references) else { continue }
            let call = try ConstructorCall(other, compiled: compiled, resolution: resolution)
            let from = await self.sender(twin.signer)
            guard let salt = twin.creation.salt,
                let made = try? Creation(
                    initCode: call.data, salt, sender: from, chainID: twin.network.chainID),
                let place = made.address
            else { continue }
            places.append(
                SameAddress.Place(network: twin.network, address: place, sender: from, data: made.data))
            if obstacle == nil, await isTaken(place, for: call, on: twin) {
                obstacle = SameAddress.taken(
                    address, on: twin.network, of: action.name, by: action.contract.rawValue)
            }
        }
        try SameAddress.check(places, of: action.name, salt)
        if let obstacle { throw obstacle }
    }

    /// Whether another network of the run has other code where a deployment is to be; no where it cannot be asked.
    private func isTaken(
        _ address: Address,
        for call: ConstructorCall,
        on twin: DeployAction.Twin
    ) async -> Bool {
        guard twin.isNamed, let network = try? await context.hub.open(twin.network),
            let code = try? await context.hub.codeNow(at: address, on: network)
        else { return false }
        switch call.compare(code) {
        case .absent, .identical: return false
        case .identicalButMetadata, .different: return true
        }
    }

    /// Why the factory of another network of the run makes nothing; nil where it does, or the network cannot be asked.
    private func factoryObstacle(_ name: String, on twin: DeployAction.Twin) async -> StepFailure? {
        guard twin.isNamed, let factory = twin.creation.salt?.factory,
            let network = try? await context.hub.open(twin.network)
        else { return nil }
        do throws(StepFailure) {
            try await context.checkFactory(factory, on: network)
            return nil
        } catch {
            return error.kind == .blocked ? SameAddress.noFactory(error, of: name) : nil
        }
    }

    /// Who signs for a deployment; nil where that is a secret that is not there.
    func sender(_ signer: SignerSpec?) async -> Address? {
        guard let signer else { return DevelopmentAccounts.all.first?.address }
        return try? await context.address(of: signer)
    }

    /// What is known of the addresses that a deployment on another network refers to.
    private func resolution(
        _ twin: DeployAction.Twin,
        _ action: DeployAction,
        _ own: ArgumentResolution?,
        _ inputs: StepInputs
    ) async -> ArgumentResolution {
        var resolution = ArgumentResolution(deployments: [:], signers: [:], network: twin.network.name)
        for case .deploymentAddress(let name, let other) in action.on(twin).references {
            let home = other ?? twin.network.name
            let key = "\(name)@\(home)"
            let fact = try? EffectContext.deployment(name, on: home, inputs)
            resolution.deployments[key] =
                fact.flatMap { try? EffectContext.address(of: $0) } ?? own?.deployments[key]
                ?? context.registered(name, on: home)
        }
        for signer in twin.signersRead {
            resolution.signers[signer.name] = try? await context.address(of: signer)
        }
        return resolution
    }
}

extension EffectContext {
    /// Where the committed registry has a deployment; nil where it does not know it.
    func registered(_ name: String, on network: String) -> Address? {
        let entries = registry[network]?.entries ?? []
        return entries.last { $0.project == project && $0.name == name && $0.status == .current }?.address
    }
}
