package import Engine
import Ethereum
import EthereumTypes
import Foundation
import Ledger
package import Model

/// Says what effects a plan would have, without having any.
///
/// Walks the plan's effects in order as a run would: addresses of contracts that are not there yet are computed from the
/// nonces that they would get.
package struct Forecaster: Sendable {
    let context: EffectContext
    /// Whether a chain may be asked; a devnet that starts empty is not.
    let mayAsk: @Sendable (NetworkSpec) -> Bool
    private let recorded: RecordedSenders

    package init(_ context: EffectContext, mayAsk: @escaping @Sendable (NetworkSpec) -> Bool) {
        self.context = context
        self.mayAsk = mayAsk
        recorded = RecordedSenders(context)
    }

    /// The forecast of each deployment of `plan`, in plan order.
    ///
    /// - Parameters:
    ///   - plan: The plan.
    ///   - outcome: How its pure steps ended.
    ///   - inputs: What they stored.
    ///   - countsMoney: Whether what cannot be paid for comes to nothing. Not where a plan is applied: it has its bounds, prices
    ///     have moved since, and the run looks again before each transaction.
    /// - Returns: What a run would do.
    package func forecast(
        _ plan: Plan<Action>,
        outcome: [StepID: Outcome],
        inputs: StepInputs,
        countsMoney: Bool = true
    ) async -> [DeploymentForecast] {
        var view = ForecastView()
        var forecasts: [DeploymentForecast] = []
        for step in plan.steps {
            switch step.work {
            case .generate, .compile, .audit, .check, .factory, .verify: continue
            case .deploy(let action):
                let forecast = await forecast(action, behind: nil, outcome, inputs, &view)
                forecasts.append(
                    view.noting(await naming(forecast, action, action.references, view), as: action.name))
                view.note(forecasts.count - 1, by: action.signer)
            case .implementation(let action, let proxy):
                let forecast = await forecast(action, behind: proxy, outcome, inputs, &view)
                forecasts.append(
                    view.noting(await naming(forecast, action, action.references, view), as: action.name))
                view.note(forecasts.count - 1, by: action.signer)
            case .beacon(let action):
                let forecast = await forecastBeacon(action, outcome, inputs, &view)
                let beacon = action.beaconDeployment(compiledBy: action.proxyCompile)
                forecasts.append(
                    view.noting(await naming(forecast, beacon, of: action, view), as: beacon.name))
                view.note(forecasts.count - 1, by: action.deployment.signer)
            case .proxy(let action):
                let forecast = await forecastProxy(action, outcome, inputs, &view)
                forecasts.append(
                    view.noting(await naming(forecast, action.deployment, of: action, view), as: action.name))
                let signer = forecast.action == .upgrade ? action.upgrader : action.deployment.signer
                view.note(forecasts.count - 1, by: signer)
            case .call(let action):
                guard let position = forecasts.firstIndex(where: { $0.step == action.deploy })
                else { continue }
                guard let call = await call(action, inputs, forecasts[position], &view) else {
                    forecasts[position].notNeeded.append(CallStep.intent(action, reason: ""))
                    continue
                }
                forecasts[position].calls.append(call)
                view.note(position, call: forecasts[position].calls.count - 1, by: action.signer)
                view.noting(call, action)
            }
        }
        await noteUnbounded(plan, &forecasts)
        Self.noteLeftOut(plan, &forecasts)
        let kept = Set(forecasts.filter { $0.action == .keep }.map(\.step))
        await ForecastBounds(context).fill(&forecasts, view.effects)
        await ForecastBounds(context).fill(&forecasts, view.signed)
        Self.stopDependents(in: plan, of: kept, &forecasts)
        if countsMoney {
            await ForecastMoney(context).judge(&forecasts, view.effects)
            Self.stopDependents(in: plan, of: kept, &forecasts)
        }
        // Nothing is called where nothing comes to be, and nothing of it is approved.
        for position in forecasts.indices where forecasts[position].isStuck { forecasts[position].calls = [] }
        noteUnknown(plan, forecasts)
        return forecasts
    }

    /// The forecast with the contract whose place is taken.
    func replacing(_ forecast: DeploymentForecast, _ action: DeployAction) async -> DeploymentForecast {
        guard forecast.action == .replace, forecast.replaces == nil, mayAsk(action.network),
            let network = try? await context.hub.open(action.network),
            let knowledge = try? context.knowledge(of: action.name, formerly: action.formerly, on: network)
        else { return forecast }
        var replacing = forecast
        replacing.start(from: knowledge)
        return replacing
    }

    /// Stops what needs a contract that comes to nothing; one of `kept` is there all the same.
    private static func stopDependents(
        in plan: Plan<Action>,
        of kept: Set<StepID>,
        _ forecasts: inout [DeploymentForecast]
    ) {
        let places = Dictionary(
            forecasts.enumerated().map { ($1.step, $0) }, uniquingKeysWith: { first, _ in first })
        for step in plan.steps {
            guard let place = places[step.id], forecasts[place].action != .keep else { continue }
            let stuck = (step.needs + (step.work.liveFirst?.places ?? [])).filter { need in
                places[need].map { forecasts[$0].isStuck && !kept.contains(need) } ?? false
            }
            let unavailable = stuck.first { need in
                places[need].map { forecasts[$0].isUnavailable } ?? false
            }
            if let unavailable { forecasts[place].stop(withUnavailable: unavailable) }
            guard let stuck = stuck.first else { continue }
            forecasts[place].stop(
                by: StepFailure(.blocked, code: DeploymentForecast.needsOther, "it needs \(stuck)"))
        }
    }

    private func forecast(
        _ action: DeployAction,
        behind proxy: ProxyAction?,
        _ outcome: [StepID: Outcome],
        _ inputs: StepInputs,
        _ view: inout ForecastView
    ) async -> DeploymentForecast {
        var forecast = DeploymentForecast(
            step: action.step,
            network: action.network.name,
            action: .create,
            reason: "",
            arguments: action.arguments.spelling,
            valueWei: action.value.description,
            libraries: action.creation.librariesSpelling,
            salt: action.creation.saltSpelling
        )
        do throws(StepFailure) {
            let needs = [action.compile, action.audit] + action.checks
            if let reason = blocked(needs, action.references, on: action.network, outcome, view) {
                throw StepFailure(.blocked, code: DeploymentForecast.needsOther, reason)
            }
            try await lookElsewhere(action.references, from: action.network, &view)
            try DeployStep.judge(action, inputs)
            try InterfaceCheck.check(proxy?.deployment ?? action, behind: proxy?.spec, inputs)
            let network = mayAsk(action.network) ? try await context.hub.open(action.network) : nil
            let sender = await sender(action.signer, network)
            forecast.sender = sender?.description
            let call = try await call(action, inputs, view)
            try describe(action, call, try inputs[action.compile], &forecast)
            // What stands there needs no key to be recognised.
            let deployer = sender == nil ? try deployer(action, network) : nil
            let creation = try creation(action, call, sender ?? deployer)
            try await checkSameAddress(action, creation, sender, inputs, view)
            guard let network else {
                forecast.reason = "an ephemeral devnet starts empty each time"
                let address = next(action.network, sender, start: 0, &view)
                forecast.address = Self.place(action, creation, address)?.description
                return forecast
            }
            try await decide(
                action, behind: proxy, call, creation, network, sender, inputs, &forecast, &view)
        } catch {
            forecast.stop(by: error)
        }
        return forecast
    }

    private func decide(
        _ action: DeployAction,
        behind proxy: ProxyAction?,
        _ call: ConstructorCall?,
        _ creation: Creation?,
        _ network: OpenNetwork,
        _ sender: Address?,
        _ inputs: StepInputs,
        _ forecast: inout DeploymentForecast,
        _ view: inout ForecastView
    ) async throws(StepFailure) {
        let proposed = try await settle(action, call, creation, network, &forecast)
        if case .there = proposed { return }
        let open = try context.unfinished(action.step, network)
        try open?.requireSender(sender)
        let most = min(action.gasLimit?.value ?? .max, network.spec.limits.maxTransactionGas)
        if let open, !open.isTakenBack(by: creation?.payloadHash, with: action.value, most: most) {
            // The run first takes it to its end.
            forecast.reason = "run \(open.intent.run) signed it and ended before it was confirmed"
            forecast.address = open.attempts.first?.predictedAddress?.description
            forecast.sender = open.intent.sender.description
            if open.state == .blocked {
                throw StepFailure(.blocked, code: "lane-blocked", open.error ?? forecast.reason)
            }
            if case .known = try context.knowledge(of: action.name, formerly: action.formerly, on: network) {
                forecast.action = .replace
            }
            guard let creation, open.intent.payloadHash != creation.payloadHash else {
                view.nextSigned = ForecastSigned(operation: open, network: network)
                return
            }
            forecast.action = .replace
            forecast.replaces = open.attempts.first?.predictedAddress?.description
            forecast.reason += "; code or arguments changed since"
        } else if case .sentOther(nil) = proposed {
            // What it replaces goes on record first.
        } else if let call, let creation {
            let recorded = try context.knowledge(of: action.name, formerly: action.formerly, on: network)
            let knowledge = proposed.knowledge ?? recorded
            let decision = try await DeployStep(context)
                .decide(action, call, creation, network, knowledge).decision
            switch decision {
            case .keep(let fact), .adopt(_, let fact):
                forecast.keep(fact, madeBy: decision.maker(knowledge))
                return
            case .create(let reason): forecast.reason = reason
            case .replace(let reason):
                forecast.action = .replace
                forecast.reason = reason
                forecast.start(from: knowledge)
            }
        } else if try await decideUnknown(action, network, inputs, &forecast) {
            return
        }
        var deeds = [try context.onceOnly(action, made: call, inputs, on: network)]
        if let proxy { deeds.insert(try await context.onceOnly(proxyOf: proxy, inputs, on: network), at: 0) }
        for deed in deeds {
            try await context.checkHistory(
                ahead: deed, by: sender, on: network, besides: Set(view.addresses.values))
        }
        let known: ConstructorCall
        if let call { known = call } else { known = try withPlaceholders(action, inputs) }
        try DeployStep.checkSizes(known, action)
        try await checkLiveFirst(action, behind: proxy, known, inputs, view)
        if let proxy {
            let upgrader = await self.sender(proxy.upgrader, network)
            try await ProxyStep(context).admitCode(for: proxy, network, inputs) {
                () async throws(StepFailure) in upgrader
            }
        }
        defer { if case .open(let open) = proposed { note(open, creation, &forecast) } }
        guard let sender else {
            forecast.address = creation?.address?.description
            return
        }
        if let other = view.claim(network.lane(of: sender), for: network.spec.name) {
            throw StepFailure.sharedLane(of: sender, network.spec.name, other)
        }
        try await context.requireApart(sender, on: network)
        let count = try await firstNonce(of: sender, network)
        let address = next(action.network, sender, start: count, &view)
        forecast.address = Self.place(action, creation, address)?.description
        var effect = try await effect(creation, action.value, sender, count, network)
        effect.gasLimit = action.gasLimit
        effect.asked = try asked(action, effect)
        view.next = effect
    }

    /// Why it cannot be deployed whatever the chain says; nil where nothing stands in its way.
    func blocked(
        _ needs: [StepID],
        _ references: [Interpolated.Reference],
        on network: NetworkSpec,
        _ outcome: [StepID: Outcome],
        _ view: ForecastView
    ) -> String? {
        for need in needs {
            switch outcome[need] {
            case .succeeded, .reused, .proposed: continue
            case .refused(let reason): return reason
            case .failed(let failure), .blocked(let failure), .unavailable(let failure):
                return "\(need): \(failure.message)"
            case .skipped(let after): return "\(after) did not succeed"
            case .cancelled, nil: return "\(need) was not done"
            }
        }
        for case .deploymentAddress(let name, let other) in references {
            for part in [DeploymentPart.contract, .proxy] {
                let step = StepID.placing(part, of: name, on: other ?? network.name)
                if view.isStuck(step) { return "it needs \(step)" }
            }
        }
        return nil
    }

    /// The creation with its arguments; nil where an address among them is not known.
    private func call(
        _ action: DeployAction,
        _ inputs: StepInputs,
        _ view: ForecastView
    ) async throws(StepFailure) -> ConstructorCall? {
        let resolution = await resolution(view, on: action.network, signers: action.signersRead)
        guard resolution.knows(action.references) else { return nil }
        return try ConstructorCall(action, compiled: try inputs[action.compile], resolution: resolution)
    }

    /// What is known now of the addresses that arguments refer to; a signer whose secret is not there is left out.
    func resolution(_ view: ForecastView, on network: NetworkSpec, signers: [SignerSpec]) async
        -> ArgumentResolution
    {
        var resolution = ArgumentResolution(
            deployments: view.addresses,
            signers: [:],
            network: network.name
        )
        for signer in signers {
            resolution.signers[signer.name] = await address(of: signer, read: network)
        }
        return resolution
    }

    /// The address of a signer that something on a network reads; nil where nothing tells it.
    func address(of signer: SignerSpec, read network: NetworkSpec) async -> Address? {
        let isLaneSender = signer.name == network.signer && mayAsk(network)
        return await sender(signer, isLaneSender ? try? await context.hub.open(network) : nil)
    }

    /// Who would sign; where that is a secret that is not there, as on a pull request, who sent what is on record of the network.
    ///
    /// - Returns: nil where nothing tells.
    func sender(_ signer: SignerSpec?, _ network: OpenNetwork?) async -> Address? {
        if let signer {
            if let address = try? await context.address(of: signer) { return address }
            guard let network, network.spec.signer == signer.name else { return nil }
            return await recorded.sender(on: network)
        }
        return (network?.devnetKey ?? DevelopmentAccounts.all.first)?.address
    }

    /// Takes the next nonce of a sender and says what it would create with it.
    func next(
        _ network: NetworkSpec,
        _ sender: Address?,
        start: UInt64?,
        _ view: inout ForecastView
    ) -> Address? {
        guard let sender else { return nil }
        let lane = "\(network.name)/\(sender)"
        guard let nonce = view.nonces[lane] ?? start else { return nil }
        view.nonces[lane] = nonce + 1
        return Address.created(by: sender, nonce: nonce)
    }

    /// The nonce that the sender's next transaction would get: behind all that is sent, pending or signed.
    func firstNonce(of sender: Address?, _ network: OpenNetwork?) async throws(StepFailure) -> UInt64? {
        guard let sender, let network else { return nil }
        let pending = try await network.transactionCount(of: sender, at: .pending)
        let lane = network.lane(of: sender)
        let open = try inLedger { () throws(LedgerError) in try context.ledger.openOperations(in: lane) }
        let signed = open.filter { !$0.attempts.isEmpty }.compactMap(\.nonce)
        return max(pending, signed.max().map { $0 + 1 } ?? 0)
    }
}
