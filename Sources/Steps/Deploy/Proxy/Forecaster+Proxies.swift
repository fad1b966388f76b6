import Engine
import Ethereum
import EthereumTypes
import Ledger
import Model

extension Forecaster {
    func forecastBeacon(
        _ action: ProxyAction,
        _ outcome: [StepID: Outcome],
        _ inputs: StepInputs,
        _ view: inout ForecastView
    ) async -> DeploymentForecast {
        guard let compile = action.beaconCompile else {
            return Self.stuck(action, .beacon, StepFailure(code: "no-beacon", "it has no beacon"))
        }
        let beacon = action.beaconDeployment(compiledBy: compile)
        do throws(StepFailure) {
            try admit(action, [compile], action.spec.owner?.references ?? [], outcome, view)
            try await lookElsewhere(action.spec.owner?.references ?? [], from: action.network, &view)
            let network = mayAsk(action.network) ? try await context.hub.open(action.network) : nil
            var decision = DeployStep.Decision.create(reason: Self.newChain)
            var maker: Address?
            if let network, let open = try await unfinished(beacon, action, network, inputs, view) {
                return try unfinished(open, beacon, action, network, inputs, &view)
            }
            if let network {
                let recorded = try context.knowledge(of: beacon.name, formerly: beacon.formerly, on: network)
                let proposed = try await proposed(beacon, action, inputs, network, view)
                if let there = proposed.there { return there }
                let knowledge = proposed.knowledge ?? recorded
                decision = try await ProxyStep(context).decideBeacon(beacon, of: action, network, knowledge) {
                    () async throws(StepFailure) in
                    let sender = await sender(beacon.signer, network)
                    return try await known(beacon, action, inputs, sender, view).call
                }.decision
                maker = decision.maker(knowledge)
            }
            var forecast = try ProxyStep.intent(action, .beacon, decision.forecast, inputs)
            if case .keep(let fact) = decision {
                forecast.keep(fact, madeBy: maker)
                return forecast
            }
            return try await created(
                forecast, decision, beacon, action, inputs, network, &view)
        } catch {
            return Self.stuck(action, .beacon, error)
        }
    }

    func forecastProxy(
        _ action: ProxyAction,
        _ outcome: [StepID: Outcome],
        _ inputs: StepInputs,
        _ view: inout ForecastView
    ) async -> DeploymentForecast {
        do throws(StepFailure) {
            try admit(
                action, [action.deployment.compile, action.proxyCompile], action.spec.references, outcome,
                view)
            try await lookElsewhere(action.spec.references, from: action.network, &view)
            let network = mayAsk(action.network) ? try await context.hub.open(action.network) : nil
            guard let network else {
                let new = DeployStep.Decision.create(reason: Self.newChain)
                return try await created(
                    try ProxyStep.intent(action, .proxy, new.forecast, inputs), new, action.creation, action,
                    inputs, nil, &view)
            }
            if let open = try await unfinished(action.creation, action, network, inputs, view) {
                return try unfinished(open, action.deployment, action, network, inputs, &view)
            }
            let proposed = try await proposed(action.creation, action, inputs, network, view)
            if let there = proposed.there { return there }
            return try await forecastProxy(action, network, proposed.knowledge, inputs, &view)
        } catch {
            return Self.stuck(action, .proxy, error)
        }
    }

    private func forecastProxy(
        _ action: ProxyAction,
        _ network: OpenNetwork,
        _ proposed: DeploymentKnowledge?,
        _ inputs: StepInputs,
        _ view: inout ForecastView
    ) async throws(StepFailure) -> DeploymentForecast {
        let recorded = try context.knowledge(
            of: action.name, formerly: action.deployment.formerly, on: network)
        let knowledge = proposed ?? recorded
        let implementation = view.implementation(of: action)
        let resolution = await resolution(view, on: action.network, signers: action.deployment.signersRead)
        let upgrades = try await withUpgrades(knowledge, action, network)
        let (decision, _) = try await ProxyStep(context).decide(
            action, implementation, network, upgrades.knowledge,
            making: { () async throws(StepFailure) in try ProxyMaking(action, inputs, resolution) })
        var forecast = try ProxyStep.intent(action, .proxy, decision.forecast, inputs)
        switch decision {
        case .keep(let fact):
            forecast.keep(fact, madeBy: upgrades.knowledge.maker)
            forecast.reason = upgrades.made ?? forecast.reason
            return forecast
        case .create(let reason):
            return try await created(
                forecast, .create(reason: reason), action.creation, action, inputs, network, &view)
        case .replace(let reason):
            return try await created(
                forecast, .replace(reason: reason), action.creation, action, inputs, network, &view)
        case .upgrade(let known, let reason):
            let sender = await sender(action.upgrader, network)
            try await UpgradeCheck(context: context, action: action, network: network)
                .all(known, inputs: inputs, sender: sender)
            let check = LiveFirstCheck(context, action.deployment.liveFirst, before: action.network)
            try await require(check, action, action.deployment.compile, inputs, view)
            forecast.sender = sender?.description
            forecast.address = known.entry.address.description
            forecast.start(from: known.entry.proxy)
            let start = try await firstNonce(of: sender, network)
            _ = next(action.network, sender, start: start, &view)
            guard let state = known.entry.proxy else { return forecast }
            let upgrade = try Upgrade(of: known.entry.address, state, to: implementation ?? .zero)
            if let sender {
                view.next = ForecastEffect(
                    network: network,
                    sender: sender,
                    start: start,
                    to: upgrade.to,
                    data: implementation.map { _ in upgrade.data },
                    value: .zero,
                    standsAlone: view.actions[action.implementation] == .keep,
                    asked: TransactionRequest(
                        step: action.step, kind: .call, to: upgrade.to, data: upgrade.data, value: .zero,
                        mark: ProxyStep(context).mark(ofUpgrade: action), reach: .thisRun)
                )
            }
            var call = DeploymentForecast.Call(
                name: upgrade.function,
                function: upgrade.function,
                arguments: "its implementation",
                sender: sender?.description,
                to: upgrade.to.description,
                data: implementation.map { _ in Hex.prefixed(upgrade.data) },
                valueWei: "0",
                reason: reason
            )
            call.values = implementation.map { _ in upgrade.values }
            forecast.calls = [call]
            if let open = upgrades.open {
                let isThis = open.intent.payloadHash == Keccak256.hash(upgrade.data)
                forecast.reason += Self.words(open, isThis: isThis)
                if isThis { forecast.proposedIn = open.intent.run }
            }
            return forecast
        }
    }

    private static let newChain = "an ephemeral devnet starts empty each time"

    /// The forecast of a contract that is created with the sender's next nonce, or where its salt says.
    private func created(
        _ forecast: DeploymentForecast,
        _ decision: DeployStep.Decision,
        _ part: DeployAction,
        _ action: ProxyAction,
        _ inputs: StepInputs,
        _ network: OpenNetwork?,
        _ view: inout ForecastView
    ) async throws(StepFailure) -> DeploymentForecast {
        var forecast = forecast
        let sender = await sender(action.deployment.signer, network)
        forecast.sender = sender?.description
        let (call, creation) = try await known(part, action, inputs, sender, view)
        forecast.values = call?.values
        if let call, let creation, let network {
            let looked = try await DeployStep(context).look(decision, part, call, creation, network)
            try ProxyStep.requireCode(at: view.implementation(of: action), behind: looked, action)
            if case .adopt(_, let fact) = looked {
                forecast.keep(fact, madeBy: nil)
                return forecast
            }
        }
        if let network {
            let check = LiveFirstCheck(context, part.liveFirst, before: part.network)
            try await require(check, action, action.deployment.compile, inputs, view)
            if part.part == .beacon { try await ProxyStep(context).admitBeacon(for: action, network) }
            var deeds = [try await context.onceOnly(proxyOf: action, inputs, on: network)]
            if part.part == .beacon { deeds.append(try context.onceOnly(part, inputs, on: network)) }
            for deed in deeds {
                try await context.checkHistory(
                    ahead: deed, by: sender, on: network, besides: Set(view.addresses.values))
            }
        }
        let start = network == nil ? 0 : try await firstNonce(of: sender, network)
        let next = next(action.network, sender, start: start, &view)
        forecast.address = Self.place(part, creation, next)?.description
        if let network, let sender {
            let behind =
                [action.implementation] + (part.part == .proxy ? [action.beacon].compactMap(\.self) : [])
            var effect = try await effect(
                creation, part.value, sender, start, network,
                isReady: behind.allSatisfy { view.actions[$0] == .keep })
            effect.asked = try asked(part, effect)
            view.next = effect
        }
        // What takes another's place is asked for by its own step alone.
        let content =
            decision.isReplacement ? nil : creation.map { SafeAttribution.Operation($0, value: part.value) }
        if let network,
            case .waits(let open) = try await context.proposalState(
                of: part.step, like: content, on: network, seen: true)
        {
            note(open, creation, &forecast)
        }
        return forecast
    }

    /// What became of a beacon or a proxy that people were asked for: what a plan says of it where that is all, and what a run knows
    /// when it decides otherwise.
    private func proposed(
        _ part: DeployAction,
        _ action: ProxyAction,
        _ inputs: StepInputs,
        _ network: OpenNetwork,
        _ view: ForecastView
    ) async throws(StepFailure) -> (there: DeploymentForecast?, knowledge: DeploymentKnowledge?) {
        let open = try context.openProposal(of: part.step, on: network)
        guard open?.isCreation ?? true,
            let here = try await ProxyStep(context).asked(open, part, on: network)
        else { return (nil, nil) }
        let (call, creation) = try await known(part, action, inputs, here, view)
        let new = DeployStep.Decision.create(reason: "")
        let place: DeploymentPart = part.part == .beacon ? .beacon : .proxy
        var forecast = try ProxyStep.intent(action, place, new.forecast, inputs)
        let proposed = try await settle(part, call, creation, network, &forecast)
        switch proposed {
        case .nothing, .open, .sentOther(.some): return (nil, proposed.knowledge)
        case .there: break
        case .sentOther(nil):
            forecast.action = place == .beacon ? .keep : .upgrade
            forecast.replaces = nil
            if place == .proxy, let address = forecast.address.flatMap({ try? Address($0) }) {
                forecast.start(from: try await network.proxyState(at: address, since: nil))
            }
        }
        return (forecast, nil)
    }

    /// How a part of a proxy would be created; nil where something is not known yet.
    private func known(
        _ part: DeployAction,
        _ action: ProxyAction,
        _ inputs: StepInputs,
        _ sender: Address?,
        _ view: ForecastView
    ) async throws(StepFailure) -> (call: ConstructorCall?, creation: Creation?) {
        let needsSender =
            part.creation.salt?.factory == .createX
            || (action.spec.kind != .uups && action.spec.owner == nil)
        let resolution = await resolution(view, on: action.network, signers: action.deployment.signersRead)
        let place = { (part: DeploymentPart) in
            view.addresses["\(part.recordName(of: action.name))@\(action.network.name)"]
        }
        guard let implementation = place(.implementation),
            resolution.knows(action.references(of: part.part)),
            sender != nil || !needsSender
        else { return (nil, nil) }
        let parts = ProxyParts(implementation: implementation, beacon: place(.beacon))
        let from = sender ?? .zero
        let call: ConstructorCall
        if part.part == .beacon {
            call = try ProxyStep.creation(of: part, action, parts, inputs, resolution, sender: from)
        } else {
            guard parts.beacon != nil || action.beacon == nil else { return (nil, nil) }
            call = try ProxyStep.creationOfProxy(action, parts, inputs, resolution, sender: from)
        }
        guard let salt = part.creation.salt else { return (call, Creation(initCode: call.data)) }
        let creation = try Creation(
            initCode: call.data, salt, sender: sender, chainID: action.network.chainID)
        return (call, creation)
    }

    /// What an earlier run signed for a part and did not see through; nil where a run does not send it, since other code, arguments or
    /// another value are wanted now.
    private func unfinished(
        _ part: DeployAction,
        _ action: ProxyAction,
        _ network: OpenNetwork,
        _ inputs: StepInputs,
        _ view: ForecastView
    ) async throws(StepFailure) -> ChainOperation? {
        guard let open = try context.unfinished(part.step, network) else { return nil }
        guard open.intent.kind == .call else {
            try open.requireSender(await sender(part.signer, network))
            let (_, creation) = try await known(part, action, inputs, open.intent.sender, view)
            let most = min(part.gasLimit?.value ?? .max, network.spec.limits.maxTransactionGas)
            return open.isTakenBack(by: creation?.payloadHash, with: part.value, most: most) ? nil : open
        }
        try open.requireSender(await sender(action.upgrader, network))
        let most = network.spec.limits.maxTransactionGas
        let isWanted =
            open.content.flatMap(Upgrade.implementation(in:)) == view.implementation(of: action)
            && !open.needsMoreGas(than: most)
        guard !open.isUsedUp else { return nil }
        return isWanted || [.included, .blocked].contains(open.state) ? open : nil
    }

    /// The run first takes it to its end.
    private func unfinished(
        _ open: ChainOperation,
        _ part: DeployAction,
        _ action: ProxyAction,
        _ network: OpenNetwork,
        _ inputs: StepInputs,
        _ view: inout ForecastView
    ) throws(StepFailure) -> DeploymentForecast {
        let reason = "run \(open.intent.run) signed it and ended before it was confirmed"
        if open.state == .blocked {
            throw StepFailure(.blocked, code: "lane-blocked", open.error ?? reason)
        }
        let knowledge = try context.knowledge(of: part.name, formerly: part.formerly, on: network)
        var what = DeploymentForecast.Action.create
        if case .known = knowledge { what = .replace }
        if open.intent.kind == .call { what = .upgrade }
        var forecast = try ProxyStep.intent(action, part.part, (action: what, reason: reason), inputs)
        forecast.start(from: knowledge)
        forecast.sender = open.intent.sender.description
        forecast.address = open.attempts.first?.predictedAddress?.description
        if open.intent.kind == .call, case .known(let known) = knowledge {
            forecast.address = known.entry.address.description
            forecast.start(from: known.entry.proxy)
            if let target = open.content.flatMap(Upgrade.implementation(in:)),
                target != view.implementation(of: action)
            {
                // What was sent goes on record first, and the code that is wanted now takes its place.
                forecast.replaces = target.description
                forecast.replacesSince = nil
            }
        }
        view.nextSigned = ForecastSigned(operation: open, network: network)
        return forecast
    }

    /// - Throws: ``StepFailure`` of the kind `blocked` where something that it needs comes to nothing.
    private func admit(
        _ action: ProxyAction,
        _ needs: [StepID],
        _ references: [Interpolated.Reference],
        _ outcome: [StepID: Outcome],
        _ view: ForecastView
    ) throws(StepFailure) {
        let stuck = [action.implementation, action.beacon].compactMap(\.self).first(where: view.isStuck)
        let reason =
            stuck.map { "it needs \($0)" } ?? blocked(needs, references, on: action.network, outcome, view)
        if let reason { throw StepFailure(.blocked, code: DeploymentForecast.needsOther, reason) }
    }

    private static func stuck(
        _ action: ProxyAction,
        _ part: DeploymentPart,
        _ failure: StepFailure
    ) -> DeploymentForecast {
        var forecast = DeploymentForecast(
            step: .placing(part, of: action.name, on: action.network.name),
            network: action.network.name,
            action: .create,
            reason: "",
            arguments: action.spec.spelling,
            valueWei: action.deployment.value.description
        )
        forecast.stop(by: failure)
        return forecast
    }
}
