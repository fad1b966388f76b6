import Ethereum
import EthereumTypes
import Model

/// What each transaction of a plan may use and cost at most.
///
/// The node estimates what can run on the chain as it is. What needs contracts that are not there yet is run behind what comes
/// before it, with `eth_simulateV1`, where the node has that; else it is bounded by rule. People are asked for
/// one before and after they have sent another that comes before it, so that it may use what either needs.
struct ForecastBounds: Sendable {
    /// `needed`: what it needs at least.
    typealias Bound = (gas: UInt64, from: DeploymentForecast.GasBound, needed: UInt64)

    /// geth simulates no more blocks at once; each transaction has one of its own, so that none is short of gas.
    private static let mostSimulated = 256

    private let context: EffectContext

    init(_ context: EffectContext) { self.context = context }

    /// Fills in the bounds; those of a network that cannot be asked stay empty.
    func fill(_ forecasts: inout [DeploymentForecast], _ effects: [ForecastEffect]) async {
        for name in Set(effects.map(\.network.spec.name)).sorted() {
            let here = effects.filter { $0.network.spec.name == name }
            guard let network = here.first?.network else { continue }
            let price: GasPrice
            do throws(StepFailure) {
                price = try await GasPrice.now(network)
            } catch {
                for effect in here { forecasts[effect.deployment].stop(by: error) }
                continue
            }
            let (estimates, revert) = await estimated(here, network)
            // What an earlier run signed and nobody confirmed yet may change what the first one does.
            if let revert, await startsHere(here.prefix(1), network) { note(revert, here[0], &forecasts) }
            var bounds = estimates
            let asked = here.indices.filter { isAsked($0, of: here) }
            if !asked.isEmpty || bounds.contains(where: { $0 == nil }) {
                for (place, ran) in await simulated(here, network).enumerated() {
                    switch ran {
                    case .ran(let charged) where bounds[place] == nil || asked.contains(place):
                        bounds[place] = greater(bounds[place], charged)
                    case .reverted(let words) where bounds[place] == nil:
                        note(
                            "simulated behind the rest of the plan it fails: \(words)", here[place],
                            &forecasts)
                    case .ran, .reverted: continue
                    }
                }
            }
            for place in asked where estimates[place] == nil && bounds[place] != nil {
                guard let charged = await withoutAsked(place, here, network) else { continue }
                bounds[place] = greater(bounds[place], charged)
            }
            for (effect, bound) in zip(here, bounds) {
                // Of what is known to fail a bound by rule says nothing.
                if bound == nil, forecasts[effect.deployment].isStuck { continue }
                let needed = bound?.needed ?? 0
                let given: Bound? = effect.gasLimit.map { ($0.value, .given, needed) }
                let most = given ?? bound ?? (network.spec.limits.maxTransactionGas, .rule, needed)
                set(
                    most, price.most * most.gas + effect.value, effect.deployment, effect.call,
                    &forecasts)
                if let needed = bound?.needed, let refusal = unmarked(effect, needed, price, network.spec) {
                    stop(effect, await doubt(effect) ?? refusal, &forecasts)
                }
            }
        }
    }

    /// What the node estimates with a fifth on top; nil where it cannot, as where a contract that is called is not there yet.
    ///
    /// Where the very first reverts, no other can be the reason: the words say why.
    private func estimated(
        _ effects: [ForecastEffect],
        _ network: OpenNetwork
    ) async -> (bounds: [Bound?], revert: String?) {
        var bounds = [Bound?](repeating: nil, count: effects.count)
        var revert: String?
        let asked = effects.indices.filter { effects[$0].request != nil && effects[$0].standsAlone }
        let requests = asked.compactMap { effects[$0].request }
        guard !requests.isEmpty, let answers = try? await network.rpc.estimateGas(requests) else {
            return (bounds, nil)
        }
        for (place, answer) in zip(asked, answers) {
            switch answer {
            case .success(let gas):
                bounds[place] = (DeploymentForecast.GasBound.estimated(gas), .estimated, gas)
            case .failure(.node(let fault)) where place == 0 && fault.isRevert:
                revert = "it would revert: \(RevertReason(fault.revertData ?? []))"
            case .failure: continue
            }
        }
        return (bounds, revert)
    }

    /// The greater of a bound and that for what a simulation charged.
    private func greater(_ bound: Bound?, _ charged: UInt64) -> Bound {
        let other = DeploymentForecast.GasBound.simulated(charged)
        return bound.flatMap { $0.gas < other ? nil : $0 } ?? (other, .simulated, charged)
    }

    /// Whether one is asked for, of people with a key, behind another that people are asked for: a run asks for both at once, and looks
    /// then what it needs without the other.
    private func isAsked(_ place: Int, of effects: [ForecastEffect]) -> Bool {
        effects[place].payer == .sender && effects[..<place].contains { $0.payer != .lane }
    }

    /// What one was charged behind all that is signed before it and nothing that people are asked for; nil where that cannot be run.
    private func withoutAsked(
        _ place: Int,
        _ effects: [ForecastEffect],
        _ network: OpenNetwork
    ) async -> UInt64? {
        let those = effects[..<place].filter { $0.payer == .lane } + [effects[place]]
        let runs = await simulated(those, network)
        guard runs.count == those.count, case .ran(let charged)? = runs.last else { return nil }
        return charged
    }

    private enum Run {
        /// What it was charged.
        case ran(UInt64)
        case reverted(String)
    }

    /// How each went behind all before it; those behind the first that is not known, or cannot be simulated, are left out.
    private func simulated(_ effects: [ForecastEffect], _ network: OpenNetwork) async -> [Run] {
        var requests: [CallRequest] = []
        for effect in effects.prefix(Self.mostSimulated) {
            guard let request = effect.request else { break }
            requests.append(request)
        }
        guard await startsHere(effects.prefix(requests.count), network),
            let ran = try? await network.rpc.simulate(requests)
        else { return [] }
        var runs: [Run] = []
        for one in ran {
            guard one.succeeded else {
                // What comes behind it ran on a chain that will not be.
                return runs + [.reverted(one.message)]
            }
            runs.append(.ran(one.gasUsed))
        }
        return runs
    }

    /// Whether contracts get the addresses in a simulation that they would get: it counts nonces from the newest block, and
    /// knows nothing of what waits.
    private func startsHere(_ effects: ArraySlice<ForecastEffect>, _ network: OpenNetwork) async -> Bool {
        guard !effects.isEmpty else { return false }
        let starts = Dictionary(effects.map { ($0.sender, $0.start) }) { first, _ in first }
        for (sender, start) in starts {
            guard let start, let count = try? await network.transactionCount(of: sender, at: .latest),
                count == start
            else { return false }
        }
        return true
    }

    func set(
        _ bound: Bound,
        _ most: Wei,
        _ deployment: Int,
        _ call: Int?,
        _ forecasts: inout [DeploymentForecast]
    ) {
        if let call {
            forecasts[deployment].calls[call].maxGas = bound.gas
            forecasts[deployment].calls[call].maxCostWei = most.description
            forecasts[deployment].calls[call].gasBound = bound.from
        } else {
            forecasts[deployment].maxGas = bound.gas
            forecasts[deployment].maxCostWei = most.description
            forecasts[deployment].gasBound = bound.from
        }
    }

    /// Why a run would not sign it, as far as what it needs is known: there is no room for its mark.
    private func unmarked(
        _ effect: ForecastEffect,
        _ needed: UInt64,
        _ price: GasPrice,
        _ network: NetworkSpec
    ) -> StepFailure? {
        let room = MarkRoom(network)
        let most = effect.gasLimit?.value ?? min(DeploymentForecast.GasBound.estimated(needed), room.gas)
        // What is too little is another matter.
        guard effect.payer == .lane, let mark = effect.asked?.mark, needed <= most else { return nil }
        return room.refusal(
            of: mark, price, gasLimit: mark.gasLimit(atMost: most, needed: needed), given: effect.gasLimit)
    }

    /// Why it may be done already: who makes room for its mark would not be told of that any more.
    private func doubt(_ effect: ForecastEffect) async -> StepFailure? {
        guard effect.data != nil, let asked = effect.asked,
            let strangers = try? await context.look(at: effect.sender, on: effect.network)
        else { return nil }
        return strangers.doubt(about: asked, on: MarkRoom(effect.network.spec))
    }

    private func stop(
        _ effect: ForecastEffect,
        _ failure: StepFailure,
        _ forecasts: inout [DeploymentForecast]
    ) {
        guard let call = effect.call else { return forecasts[effect.deployment].stop(by: failure) }
        guard forecasts[effect.deployment].calls[call].obstacle == nil else { return }
        forecasts[effect.deployment].calls[call].obstacle = failure
        forecasts[effect.deployment].calls[call].reason = failure.message
    }

    private func note(_ words: String, _ effect: ForecastEffect, _ forecasts: inout [DeploymentForecast]) {
        let name = effect.call.map { "call \(forecasts[effect.deployment].calls[$0].name): " } ?? ""
        forecasts[effect.deployment].stop(
            by: StepFailure(.blocked, code: GasEstimates.wouldRevert, name + words))
    }
}
