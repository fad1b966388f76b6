import Engine
import EthereumTypes
import Model

/// What a deployment on record must have to be the one that is about to be created, under another name.
enum Likeness: Sendable {
    /// The code and the arguments.
    case made(ConstructorCall)
    /// The kind, and the call that initializes it: a proxy's code is exchanged, and it stays the same deployment.
    case proxy(ProxyKind, salted: Create2Factory?, initializeData: [UInt8])
}

extension OnceOnly {
    /// Whether it is what is on record; who created that is another question.
    func isLike(_ entry: RegistryEntry) -> Bool {
        switch likeness {
        case .made(let call):
            return entry.proxy == nil && entry.creation.factory == nil && DeployStep.isMade(entry, with: call)
        case .proxy(let kind, let factory, let data):
            guard entry.proxy?.kind == kind, entry.creation.factory == factory, entry.contract == contract
            else { return false }
            return entry.initializeData.map { $0 == data } ?? true
        case nil: return false
        }
    }
}

extension EffectContext {
    /// What tells a proxy on record under another name; nil where an address that it is initialized with is on no record.
    ///
    /// It is asked for ahead of all that the proxy needs, so that records say these addresses, in runs and in plans.
    func likeness(of action: ProxyAction, _ inputs: StepInputs) async throws(StepFailure) -> Likeness? {
        // The beacon's step has not what it takes, and comes behind that of the code, which asks first.
        guard action.deployment.redeploy != .always, inputs.has(action.deployment.compile) else { return nil }
        let references = action.spec.initialize?.arguments.references ?? []
        var resolution = ArgumentResolution.nothing(on: action.network)
        for case .deploymentAddress(let name, let other) in references {
            let home = other ?? action.network.name
            resolution.deployments["\(name)@\(home)"] = await addressOnRecord(of: name, on: home)
        }
        for signer in action.deployment.signersRead {
            resolution.signers[signer.name] = try? await address(of: signer)
        }
        guard resolution.knows(references) else { return nil }
        return .proxy(
            action.spec.kind,
            salted: action.deployment.creation.salt?.factory,
            initializeData: try ProxyStep.initializeData(action, inputs, resolution))
    }

    /// Where ledger or registry have a deployment, under its name or one that it had before; nil where neither knows it.
    private func addressOnRecord(of name: String, on home: String) async -> Address? {
        guard let network = await hub.opened(home) else { return registered(name, on: home) }
        if case .known(let known)? = try? knowledge(of: name, on: network) { return known.entry.address }
        let formerly = deployments.first { $0.name == name && $0.network.name == home }?.formerly ?? []
        guard case .known(let known)? = try? knowledge(of: name, formerly: formerly, on: network) else {
            return nil
        }
        return known.entry.address
    }
}
