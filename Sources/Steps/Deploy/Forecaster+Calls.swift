import Engine
import Ethereum
import EthereumTypes
import Ledger
import Model

/// What is foreseen of calls to deployments.
extension Forecaster {
    /// The call, where it would be made.
    func call(
        _ action: CallAction,
        _ inputs: StepInputs,
        _ deployment: DeploymentForecast,
        _ view: inout ForecastView
    ) async -> DeploymentForecast.Call? {
        guard ![.blocked, .drift].contains(deployment.action) else { return nil }
        let network = mayAsk(action.network) ? try? await context.hub.open(action.network) : nil
        do throws(StepFailure) {
            let references = action.arguments.references + (action.unless?.equals.references ?? [])
            try await lookElsewhere(references, from: action.network, &view)
        } catch {
            var forecast = CallStep.intent(action, reason: error.message)
            forecast.obstacle = error
            return forecast
        }
        let resolution = await resolution(view, on: action.network, signers: action.signersRead)
        let address = view.addresses["\(action.deployment)@\(action.network.name)"]
        let step = CallStep(context)
        let data = try? step.callData(action, inputs, resolution)
        var settled = SettledCall()
        if let network {
            settled = await settle(action, data, address, network)
            if settled.isMade { return nil }
        }
        var reason = "the contract is new"
        var isTold = false
        var obstacle: StepFailure?
        if [.keep, .upgrade].contains(deployment.action), let network, let address {
            do {
                guard
                    let why = try await step.reason(toMake: action, at: address, network, inputs, resolution)
                else { return nil }
                reason = why
                if let data {
                    switch try await context.unrecorded(action, at: address, data, on: network) {
                    case .made: return nil
                    case .notMade: isTold = true
                    case .untold: break
                    }
                    try await context.requireNotMisplaced(action, data, at: address, on: network)
                }
            } catch {
                // Whether it is needed cannot be told, so a reviewer is told of it.
                reason = error.message
                isTold = error.code == "not-confirmed"
                let stops = LostName.codes.union(["registry-differs"])
                if stops.contains(error.code) { obstacle = error }
            }
        }
        let sender = await sender(action.signer, network)
        let open = network.flatMap { try? context.unfinished(action.step, $0) }
        let payload = data.map { Keccak256.hash($0) }
        let most = min(action.gasLimit?.value ?? .max, action.network.limits.maxTransactionGas)
        let isMovedOn = open.map {
            $0.isTakenBack(by: payload, with: action.value, most: most) || $0.content?.to != address
        }
        let signed = isMovedOn == false ? open : nil
        let isOpen = signed != nil
        do throws(StepFailure) {
            try open?.requireSender(sender)
        } catch {
            reason = error.message
            obstacle = obstacle ?? error
        }
        if obstacle == nil, !isOpen, !isTold, [.keep, .upgrade].contains(deployment.action), let network,
            let address
        {
            do throws(StepFailure) {
                try await context.checkHistory(
                    ahead: try context.onceOnly(action, at: address, on: network), by: sender, on: network)
                if action.unless == nil, action.signer?.isPeoples != true {
                    let block = try context.blockOfCreation(of: action.deployment, at: address, on: network)
                    try await requireLook(
                        at: sender, since: block, on: network,
                        for: data.map { CallStep.request(action, to: address, $0) }, &view)
                }
                let check = LiveFirstCheck(context, action.liveFirst, before: action.network)
                try await require(check, nil, action.compile, inputs, view)
            } catch {
                reason = error.message
                obstacle = error
            }
        }
        if let signed, let network, obstacle == nil {
            view.nextSigned = ForecastSigned(operation: signed, network: network)
        }
        if !isOpen {
            let start = (try? await firstNonce(of: sender, network)) ?? nil
            _ = next(action.network, sender, start: start, &view)
            if let network, let sender {
                view.next = ForecastEffect(
                    network: network,
                    sender: sender,
                    start: start,
                    to: address,
                    data: address == nil ? nil : data,
                    value: action.value,
                    standsAlone: deployment.action == .keep,
                    gasLimit: action.gasLimit,
                    asked: CallStep.request(action, to: address ?? .zero, data ?? [])
                )
            }
        }
        var forecast = CallStep.intent(action, reason: reason)
        forecast.values = try? CallStep.words(
            action.function, action.arguments, try inputs[action.compile], resolution
        ).values
        // What an earlier run signed is taken to its end, whoever would sign now.
        forecast.sender = (signed?.intent.sender ?? sender)?.description
        forecast.to = address?.description
        forecast.data = data.map { Hex.prefixed($0) }
        forecast.obstacle = obstacle
        forecast.signers = await signers(
            in: action.arguments.references + (action.unless?.equals.references ?? []),
            action.signersRead, on: action.network)
        forecast.deployments = Self.deployments(
            in: action.arguments.references + (action.unless?.equals.references ?? []),
            on: action.network, view)
        if let network, let address {
            do throws(StepFailure) {
                let abi = try EffectContext.abi(try inputs[action.compile])
                let function = try CallStep.function(action.function, abi).signature
                forecast.past = PastCall.sorted(
                    settled.other + (try context.past(action, function, data, at: address, on: network)))
            } catch {
                forecast.reason = error.message
                forecast.obstacle = forecast.obstacle ?? error
            }
        }
        if let open = settled.open { Self.note(open, &forecast) }
        return forecast
    }

    /// Looks once at what an account did that is on no record, where a network is changed by approved plans alone.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`: `may-be-done` where one may be the call that is asked for, `unknown-history` where it
    ///   may have made a call to what was created in a block, and not all of that could be looked at.
    private func requireLook(
        at account: Address?,
        since block: UInt64?,
        on network: OpenNetwork,
        for request: TransactionRequest?,
        _ view: inout ForecastView
    ) async throws(StepFailure) {
        guard let account, network.spec.needsApproval, !network.spec.isDevnet else { return }
        let lane = network.lane(of: account)
        let strangers: LaneStrangers
        if let looked = view.looks[lane] {
            strangers = looked
        } else {
            strangers = try await context.look(at: account, on: network)
            view.looks[lane] = strangers
        }
        if let request, let doubt = strangers.doubt(about: request, on: MarkRoom(network.spec)) {
            throw doubt
        }
        guard strangers.isIncomplete(since: block) else { return }
        throw .unknownHistory(of: account, on: network.spec.name)
    }
}
