import Engine
import Ethereum
import EthereumTypes
import Ledger
import Model

extension ProxyStep {
    /// What is to be done with a proxy.
    enum Decision: Sendable {
        case keep(DeploymentFact)
        case create(reason: String)
        case replace(reason: String)
        case upgrade(KnownDeployment, reason: String)

        var forecast: (action: DeploymentForecast.Action, reason: String) {
            switch self {
            case .keep(let fact): (.keep, fact.reason)
            case .create(let reason): (.create, reason)
            case .replace(let reason): (.replace, reason)
            case .upgrade(_, let reason): (.upgrade, reason)
            }
        }
    }

    func placeProxy(
        _ action: ProxyAction,
        _ network: OpenNetwork,
        _ inputs: StepInputs,
        _ progress: StepProgress
    ) async throws(StepFailure) -> DeploymentFact {
        let implementation = try implementation(of: action, inputs)
        if let open = try context.unfinished(action.step, network),
            let settled = try await settleEarlier(open, action, implementation, network, inputs, progress),
            try await runs(implementation, settled, action, network)
        {
            return settled
        }
        if let settled = try await settleProposed(action, implementation, network, inputs),
            try await runs(implementation, settled, action, network)
        {
            return settled
        }
        let knowledge = try context.knowledge(
            of: action.name, formerly: action.deployment.formerly, on: network)
        let (decision, gasUsed) = try await decide(
            action, implementation, network, knowledge,
            making: { () async throws(StepFailure) in
                try ProxyMaking(
                    action, inputs, try await resolution(of: action, action.references(of: .proxy), inputs))
            })
        try context.takeOver(knowledge, as: action.name, gasUsed: gasUsed, on: network)
        let creation: DeployStep.Decision
        var intent = try Self.intent(action, .proxy, decision.forecast, inputs)
        switch decision {
        case .keep(let fact):
            try context.admit(.keep(fact), of: action.creation, knowledge)
            try context.takeBackUnneeded(action.step, on: network)
            return fact
        case .create(let reason): creation = .create(reason: reason)
        case .replace(let reason): creation = .replace(reason: reason)
        case .upgrade(let known, let reason):
            try await checkLiveFirst(action, inputs)
            intent.start(from: known.entry.proxy)
            return try await upgrade(
                action, known, to: implementation, reason, try context.allowance(intent), network, inputs,
                progress)
        }
        let sender = try await context.address(of: action.deployment.signer, on: network)
        let call = try await creationOfProxy(action, inputs, sender: sender)
        let place = try await context.creation(of: call.data, action.creation, on: network)
        let deploy = DeployStep(context)
        let looked = try await deploy.look(creation, action.creation, call, place, network)
        try Self.requireCode(at: implementation, behind: looked, action)
        try context.admit(looked, of: action.creation, knowledge)
        if let there = try await deploy.takeOver(looked, network, progress) {
            try context.takeBackUnneeded(action.step, on: network)
            return there
        }
        try await checkLiveFirst(action, inputs)
        try await context.checkHistory(
            ahead: try await context.onceOnly(proxyOf: action, inputs, on: network), on: network, progress)
        intent.start(from: knowledge)
        let allowance = try context.allowance(intent)
        var fact = try await deploy.create(
            action.creation, call, place, creation, allowance, network: network, inputs: inputs, progress)
        fact.implementation = implementation.description
        return fact
    }

    /// Whether what an earlier run or people made runs the code that is wanted: a beacon of earlier code says another.
    private func runs(
        _ implementation: Address,
        _ settled: DeploymentFact,
        _ action: ProxyAction,
        _ network: OpenNetwork
    ) async throws(StepFailure) -> Bool {
        guard action.spec.kind == .beacon, let address = settled.address.flatMap({ try? Address($0) }) else {
            return true
        }
        let state = try await context.stateNow(
            .beacon, at: address, since: settled.blockNumber, on: network)
        return state.implementation == implementation
    }

    /// - Throws: As ``LiveFirstCheck/requireRunning(_:_:)`` and ``LiveFirstCheck/require(_:compiledBy:)``.
    func checkLiveFirst(_ action: ProxyAction, _ inputs: StepInputs) async throws(StepFailure) {
        let check = LiveFirstCheck(context, action.deployment.liveFirst, before: action.network)
        try await check?.requireRunning(action, inputs)
        try await check?.require(inputs, compiledBy: action.deployment.compile)
    }

    /// Looks at what is on record of a proxy and at what the chain has there; sends and writes nothing.
    ///
    /// - Parameters:
    ///   - action: The deployment.
    ///   - implementation: The code that it shall run; nil: other code than any that is there.
    ///   - network: Where.
    ///   - knowledge: What is on record.
    ///   - making: What it would be made with now.
    /// - Returns: The decision, and what the creation used where that is news to the ledger.
    /// - Throws: ``StepFailure`` of the kind `blocked` where record and chain differ, or it is on record as another kind.
    func decide(
        _ action: ProxyAction,
        _ implementation: Address?,
        _ network: OpenNetwork,
        _ knowledge: DeploymentKnowledge,
        making: () async throws(StepFailure) -> ProxyMaking
    ) async throws(StepFailure) -> (decision: Decision, gasUsed: UInt64?) {
        let known: KnownDeployment
        switch knowledge {
        case .nothing:
            return (.create(reason: try DeployStep(context).reasonToCreate(action.deployment, network)), nil)
        case .forgotten(let row):
            let place = row.address?.description ?? "?"
            return (.create(reason: "what was at \(place) is forgotten, says the registry"), nil)
        case .known(let found): known = found
        }
        let gasUsed = try await context.confirmed(known, on: network)
        guard try !context.isWantedAnew(action.deployment, known.entry, on: network) else {
            return (.replace(reason: "redeploy: always"), gasUsed)
        }
        let state = try await UpgradeCheck(context: context, action: action, network: network).state(
            of: known)
        guard state.implementation == implementation else {
            let target = implementation.map { " to that at \($0)" } ?? ""
            let reason = "its code changed, from that at \(state.implementation)\(target)"
            return (.upgrade(known, reason: reason), gasUsed)
        }
        var reason = "it runs the same code at \(state.implementation)\(known.since)\(known.words)"
        if let before = known.entry.initializeData {
            let making = try await making()
            if let now = making.initializeData, before != now {
                reason +=
                    "; what 'initialize' says changed, and it is called once only, when the proxy is made"
            }
            reason += try await ownerNote(of: known.entry, action, now: making.owner, on: network)
        }
        let value = action.deployment.value
        reason += try await context.valueNote(of: known.entry, now: value, asks: value > .zero, on: network)
        return (
            .keep(Self.kept(action.deployment, known, gasUsed: gasUsed, reason: reason)),
            gasUsed
        )
    }

    /// Makes sure that a proxy which was found at its salt's address runs the manifest's code: what it ran before, and who
    /// changed that, is on no record.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `drift`, where it runs other code by now.
    static func requireCode(
        at implementation: Address?,
        behind found: DeployStep.Decision,
        _ action: ProxyAction
    ) throws(StepFailure) {
        guard case .adopt(let entry, _) = found, let state = entry.proxy,
            state.implementation != implementation
        else { return }
        let subject = action.step.subject
        throw StepFailure(
            .blocked,
            code: "drift",
            "\(subject) is where its salt gives it, at \(entry.address), and runs the code at \(state.implementation), of which "
                + "nothing is on record; the manifest's is at \(implementation?.description ?? "no address yet")",
            hint:
                "bring back the state directory or the registry; or check out the sources of what runs there, and: "
                + "hyperkit deployments adopt \(subject) \(entry.address); nothing was sent"
        )
    }

    // MARK: Creation

    /// The creation of a beacon with its arguments.
    func creation(
        of beacon: DeployAction,
        _ action: ProxyAction,
        _ inputs: StepInputs,
        sender: Address
    ) async throws(StepFailure) -> ConstructorCall {
        try Self.creation(
            of: beacon, action, ProxyParts(implementation: try implementation(of: action, inputs)), inputs,
            try await resolution(of: action, action.references(of: .beacon), inputs), sender: sender)
    }

    /// The same, with what is known of addresses from elsewhere.
    static func creation(
        of beacon: DeployAction,
        _ action: ProxyAction,
        _ parts: ProxyParts,
        _ inputs: StepInputs,
        _ resolution: ArgumentResolution,
        sender: Address
    ) throws(StepFailure) -> ConstructorCall {
        var beacon = beacon
        beacon.arguments = .positional([
            action.argument(parts.implementation.description),
            try owner(of: action, resolution, sender: sender),
        ])
        return try ConstructorCall(
            beacon, compiled: try inputs[beacon.compile], resolution: .nothing(on: action.network))
    }

    /// The creation of a proxy with its arguments, the call that initializes it among them.
    func creationOfProxy(
        _ action: ProxyAction,
        _ inputs: StepInputs,
        sender: Address
    ) async throws(StepFailure) -> ConstructorCall {
        var parts = ProxyParts(implementation: try implementation(of: action, inputs))
        if let beacon = action.beacon {
            parts.beacon = try Self.address(
                of: beacon, DeploymentPart.beacon.recordName(of: action.name), inputs)
        }
        return try Self.creationOfProxy(
            action, parts, inputs, try await resolution(of: action, action.references(of: .proxy), inputs),
            sender: sender)
    }

    /// The same, with what is known of addresses from elsewhere.
    static func creationOfProxy(
        _ action: ProxyAction,
        _ parts: ProxyParts,
        _ inputs: StepInputs,
        _ resolution: ArgumentResolution,
        sender: Address
    ) throws(StepFailure) -> ConstructorCall {
        let data = action.argument(Hex.prefixed(try initializeData(action, inputs, resolution)))
        var creation = action.creation
        let implementation = action.argument(parts.implementation.description)
        switch action.spec.kind {
        case .uups: creation.arguments = .positional([implementation, data])
        case .transparent:
            creation.arguments = .positional([
                implementation, try owner(of: action, resolution, sender: sender), data,
            ])
        case .beacon:
            let beacon = action.argument((parts.beacon ?? .zero).description)
            creation.arguments = .positional([beacon, data])
        }
        var call = try ConstructorCall(
            creation, compiled: try inputs[action.proxyCompile], resolution: .nothing(on: action.network))
        let compiled = try inputs[action.deployment.compile]
        call.proxy = action.spec.kind
        call.storageLayout = try StorageLayout(compiled: compiled)
        // What goes wrong in it goes wrong in the implementation.
        call.abi = try EffectContext.abi(compiled)
        if let initialize = action.spec.initialize {
            let (function, values) = try CallStep.words(
                initialize.function, initialize.arguments, compiled, resolution)
            // The last argument is that call, and its bytes alone say nothing to a reviewer.
            call.values[call.values.count - 1] = "\(function.name)(\(values.joined(separator: ", ")))"
        }
        return call
    }

    /// Who may upgrade.
    private static func owner(
        of action: ProxyAction,
        _ resolution: ArgumentResolution,
        sender: Address
    ) throws(StepFailure) -> Argument {
        guard let owner = action.spec.owner, case .text(let text) = try resolution.input(.text(owner)) else {
            return action.argument(sender.description)
        }
        return .text(Interpolated(text: text, at: owner.location))
    }

    /// The call data that initializes a proxy; nothing where it is not called.
    static func initializeData(
        _ action: ProxyAction,
        _ inputs: StepInputs,
        _ resolution: ArgumentResolution
    ) throws(StepFailure) -> [UInt8] {
        guard let initialize = action.spec.initialize else { return [] }
        return try CallStep.callData(
            initialize.function, initialize.arguments, try inputs[action.deployment.compile], resolution)
    }

    private func resolution(
        of action: ProxyAction,
        _ references: [Interpolated.Reference],
        _ inputs: StepInputs
    ) async throws(StepFailure) -> ArgumentResolution {
        try await context.resolution(
            of: references,
            on: action.network.name,
            signers: action.deployment.signersRead,
            inputs: inputs
        )
    }

    func implementation(of action: ProxyAction, _ inputs: StepInputs) throws(StepFailure) -> Address {
        try Self.address(of: action.implementation, action.name, inputs)
    }

    private static func address(
        of step: StepID,
        _ name: String,
        _ inputs: StepInputs
    ) throws(StepFailure) -> Address {
        let bytes = try inputs[step].bytes(EffectOutput.deployment)
        return try EffectContext.address(of: try WireJSON.decode(DeploymentFact.self, from: bytes))
    }

    // MARK: Plans

    /// What is about to be done, as a plan would say it.
    static func intent(
        _ action: ProxyAction,
        _ part: DeploymentPart,
        _ decision: (action: DeploymentForecast.Action, reason: String),
        _ inputs: StepInputs
    ) throws(StepFailure) -> DeploymentForecast {
        let compile = part == .beacon ? action.beaconCompile ?? action.proxyCompile : action.proxyCompile
        let owner = action.spec.owner.map { Arguments.positional([.text($0)]).spelling } ?? "the sender"
        return DeploymentForecast(
            step: .placing(part, of: action.name, on: action.network.name),
            network: action.network.name,
            action: decision.action,
            reason: decision.reason,
            initCodeDigest: try inputs[compile].digest(CompileOutput.initCode),
            arguments: part == .beacon ? "owner \(owner)" : action.spec.spelling,
            valueWei: part == .beacon ? "0" : action.deployment.value.description,
            salt: action.deployment.creation.saltSpelling
        )
    }
}

/// Where the contracts behind a proxy are.
struct ProxyParts: Hashable, Sendable {
    var implementation: Address
    /// nil where its kind has none.
    var beacon: Address?
}

extension ProxyAction {
    /// The contract at the deployment's address, without its arguments.
    var creation: DeployAction {
        var creation = deployment
        creation.compile = proxyCompile
        return creation
    }

    /// What must be known before a part of it is created.
    func references(of part: DeploymentPart) -> [Interpolated.Reference] {
        part == .beacon ? spec.owner?.references ?? [] : spec.references
    }

    /// An argument that hyperkit fills in; it stands where the manifest says what initializes the proxy.
    func argument(_ text: String) -> Argument {
        let place = spec.initialize?.function.location ?? FileLocation(file: "proxy", line: 1, column: 1)
        return .text(Interpolated(text: text, at: place))
    }
}

extension ArgumentResolution {
    /// For arguments in which nothing is left to be known.
    static func nothing(on network: NetworkSpec) -> ArgumentResolution {
        ArgumentResolution(deployments: [:], signers: [:], network: network.name)
    }
}

extension RegistryEntry {
    /// The call that initialized a proxy, behind the other arguments of its constructor; nil where they are not on record.
    var initializeData: [UInt8]? {
        guard let proxy, !constructorArguments.isEmpty else { return nil }
        let types: [ABIType] =
            switch proxy.kind {
            case .uups, .beacon: [.address, .bytes]
            case .transparent: [.address, .address, .bytes]
            }
        guard case .bytes(let data)? = try? ABI.decode(constructorArguments, as: types).last else {
            return nil
        }
        return data
    }
}
