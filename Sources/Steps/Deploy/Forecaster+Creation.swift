import Engine
import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model

/// What is known of a creation before a run.
extension Forecaster {
    /// Puts the digests of the code into the forecast; that of linked code only where its libraries' addresses are known.
    ///
    /// - Throws: ``StepFailure`` where a library is missing or one is not needed.
    func describe(
        _ action: DeployAction,
        _ call: ConstructorCall?,
        _ compiled: StoredOutputs,
        _ forecast: inout DeploymentForecast
    ) throws(StepFailure) {
        let compilation = try CompilationV1.read(compiled)
        let isLinked = try !LinkedCode.libraries(of: compilation, action).isEmpty
        let digest = compiled.digest(CompileOutput.initCode)
        forecast.initCodeDigest = call?.initCodeDigest ?? (isLinked ? nil : digest)
        forecast.unlinkedCodeDigest = isLinked ? digest : nil
        forecast.values = call?.values
    }

    /// Who created what stands there already; nil where nothing is on record.
    func deployer(_ action: DeployAction, _ network: OpenNetwork?) throws(StepFailure) -> Address? {
        guard let network,
            case .known(let known) = try context.knowledge(
                of: action.name, formerly: action.formerly, on: network)
        else { return nil }
        return known.entry.deployer
    }

    /// How it would be created; nil where its code or its arguments are not known, or a sender that counts.
    func creation(
        _ action: DeployAction,
        _ call: ConstructorCall?,
        _ sender: Address?
    ) throws(StepFailure) -> Creation? {
        guard let call else { return nil }
        guard let salt = action.creation.salt else { return Creation(initCode: call.data) }
        if salt.factory == .createX, sender == nil { return nil }
        return try Creation(
            initCode: call.data, salt, sender: sender, chainID: action.network.chainID)
    }

    /// Where it would be: by its salt, or by the nonce that it would get.
    static func place(_ action: DeployAction, _ creation: Creation?, _ next: Address?) -> Address? {
        action.creation.salt == nil ? next : creation?.address
    }

    /// The transaction that creates a contract, as far as it is known.
    ///
    /// - Parameters:
    ///   - creation: nil where it is not known.
    ///   - value: What is sent along.
    ///   - sender: Who sends it.
    ///   - start: The sender's next nonce when the plan was begun.
    ///   - network: Where.
    ///   - isReady: Whether the contracts that it relies on are there.
    /// - Returns: What is simulated and estimated; without data where that is not known.
    /// - Throws: ``StepFailure`` where the node does not say whether there is a factory.
    func effect(
        _ creation: Creation?,
        _ value: Wei,
        _ sender: Address,
        _ start: UInt64?,
        _ network: OpenNetwork,
        isReady: Bool = true
    ) async throws(StepFailure) -> ForecastEffect {
        var data = creation?.data
        // A factory that the run is going to put on a devnet cannot be asked yet.
        if let factory = creation?.to, try await network.code(of: factory).isEmpty { data = nil }
        return ForecastEffect(
            network: network,
            sender: sender,
            start: start,
            to: creation?.to,
            data: data,
            value: value,
            // A factory may take what fails within it for done.
            standsAlone: isReady && creation?.to == nil
        )
    }

    /// What a lane would be asked for; nil where it is made anew each time, since it has the mark of the plan that is applied then.
    func asked(
        _ action: DeployAction,
        _ effect: ForecastEffect
    ) throws(StepFailure) -> TransactionRequest? {
        guard action.redeploy != .always else { return nil }
        let step = DeployStep(context)
        return TransactionRequest(
            step: action.step, kind: .deploy, to: effect.to, data: effect.data ?? [], value: effect.value,
            gasLimit: effect.gasLimit, mark: step.mark(of: action, named: action.name),
            formerMarks: action.formerly.map { step.mark(of: action, named: $0) },
            reach: try step.reach(of: action, on: effect.network))
    }

    func checkSameAddress(
        _ action: DeployAction,
        _ creation: Creation?,
        _ sender: Address?,
        _ inputs: StepInputs,
        _ view: ForecastView
    ) async throws(StepFailure) {
        guard let creation, !action.twins.isEmpty else { return }
        try await DeployStep(context).checkSameAddress(
            action, creation, sender, try inputs[action.compile]
        ) { twin in
            var known = await self.resolution(view, on: twin.network, signers: twin.signersRead)
            for case .deploymentAddress(let name, let other) in action.on(twin).references {
                let home = other ?? twin.network.name
                let key = "\(name)@\(home)"
                known.deployments[key] = known.deployments[key] ?? context.registered(name, on: home)
            }
            return known
        }
    }

    /// The code with some address wherever one is not known: it has its size, and its arguments their types.
    func withPlaceholders(
        _ action: DeployAction,
        _ inputs: StepInputs
    ) throws(StepFailure) -> ConstructorCall {
        try ConstructorCall(
            action,
            compiled: try inputs[action.compile],
            resolution: .placeholders(for: action.references, on: action.network)
        )
    }

    /// Decides where an address among the arguments is not known: what is on record under its name is replaced as soon as the
    /// address is another.
    ///
    /// - Returns: Whether it stays as it is.
    func decideUnknown(
        _ action: DeployAction,
        _ network: OpenNetwork,
        _ inputs: StepInputs,
        _ forecast: inout DeploymentForecast
    ) async throws(StepFailure) -> Bool {
        let words = "an address among its arguments is not known before the run"
        let call = try withPlaceholders(action, inputs)
        let creation = Creation(initCode: call.data)
        let knowledge = try context.knowledge(of: action.name, formerly: action.formerly, on: network)
        let decision = try await DeployStep(context)
            .decide(action, call, creation, network, knowledge).decision
        switch decision {
        case .keep(let fact), .adopt(_, let fact):
            forecast.keep(fact, madeBy: decision.maker(knowledge))
            return true
        case .create: forecast.reason = words
        case .replace:
            forecast.action = .replace
            forecast.reason = words
        }
        return false
    }

    /// Whether the same code is live, or will be, on the network that this one comes after, and as its checks say.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked` where it is not.
    func checkLiveFirst(
        _ action: DeployAction,
        behind proxy: ProxyAction?,
        _ call: ConstructorCall,
        _ inputs: StepInputs,
        _ view: ForecastView
    ) async throws(StepFailure) {
        guard let check = LiveFirstCheck(context, action.liveFirst, before: action.network) else { return }
        let step = StepID.placing(action.part, of: action.deployment, on: check.first.network.name)
        switch view.actions[step] {
        // The run puts it there first.
        case .create, .replace, .upgrade: break
        case .drift, .blocked:
            throw StepFailure(.blocked, code: DeploymentForecast.needsOther, "it needs \(step)")
        case .keep, nil:
            if view.actions[step] == nil, !mayAsk(check.first.network) {
                throw check.failure("it is not on '\(check.first.network.name)' yet")
            }
            try await check.requireCode(of: action, call)
        }
        try await require(check, proxy, action.compile, inputs, view)
    }

    /// Whether a deployment is as its checks say on the network that another comes after, and its proxy runs the code there.
    ///
    /// Where the plan changes something on that network, only the run can tell.
    func require(
        _ check: LiveFirstCheck?,
        _ proxy: ProxyAction?,
        _ compile: StepID,
        _ inputs: StepInputs,
        _ view: ForecastView
    ) async throws(StepFailure) {
        guard let check else { return }
        if let stuck = (check.first.places + check.first.calls).first(where: view.isStuck) {
            throw StepFailure(.blocked, code: DeploymentForecast.needsOther, "it needs \(stuck)")
        }
        guard !view.changed.contains(check.first.network.name), mayAsk(check.first.network) else { return }
        if let proxy { try await check.requireRunning(proxy, inputs) }
        var there = check.first
        there.calls = []
        do throws(StepFailure) {
            try await LiveFirstCheck(context, there, before: check.network)?.require(
                inputs, compiledBy: compile)
        } catch {
            // Without its secret a signer that a check names is not known.
            guard error.kind != .environment else { return }
            throw error
        }
    }
}
