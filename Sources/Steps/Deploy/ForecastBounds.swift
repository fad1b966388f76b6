import Ethereum
import EthereumTypes
import Model

/// What each transaction of a plan may use and cost at most.
///
/// The node estimates what can run on the chain as it is. What needs contracts that are not there yet is run behind what comes
/// before it, with `eth_simulateV1`, where the node has that; else it is bounded by rule.
struct ForecastBounds: Sendable {
    private typealias Bound = (gas: UInt64, from: DeploymentForecast.GasBound)

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
                for effect in here where effect.call == nil {
                    forecasts[effect.deployment].action = .blocked
                    forecasts[effect.deployment].reason = error.message
                }
                continue
            }
            var bounds = await estimated(here, network)
            if bounds.contains(where: { $0 == nil }) {
                for (place, ran) in await simulated(here, network).enumerated() where bounds[place] == nil {
                    switch ran {
                    case .ran(let charged):
                        bounds[place] = (DeploymentForecast.GasBound.simulated(charged), .simulated)
                    case .reverted(let words): note(words, here[place], &forecasts)
                    }
                }
            }
            for (effect, bound) in zip(here, bounds) {
                let given: Bound? = effect.gasLimit.map { ($0, .given) }
                set(
                    given ?? bound ?? (network.spec.limits.maxTransactionGas, .rule), price, effect,
                    &forecasts)
            }
        }
    }

    /// What the node estimates with a fifth on top; nil where it cannot, as where a contract that is called is not there yet.
    private func estimated(_ effects: [ForecastEffect], _ network: OpenNetwork) async -> [Bound?] {
        var bounds = [Bound?](repeating: nil, count: effects.count)
        let asked = effects.indices.filter { effects[$0].request != nil && effects[$0].standsAlone }
        let requests = asked.compactMap { effects[$0].request }
        guard !requests.isEmpty, let answers = try? await network.rpc.estimateGas(requests) else {
            return bounds
        }
        for (place, answer) in zip(asked, answers) {
            if let gas = try? answer.get() { bounds[place] = (gas + gas / 5, .estimated) }
        }
        return bounds
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

    private func set(
        _ bound: Bound,
        _ price: GasPrice,
        _ effect: ForecastEffect,
        _ forecasts: inout [DeploymentForecast]
    ) {
        let cost = (price.most * bound.gas + effect.value).description
        if let call = effect.call {
            forecasts[effect.deployment].calls[call].maxGas = bound.gas
            forecasts[effect.deployment].calls[call].maxCostWei = cost
            forecasts[effect.deployment].calls[call].gasBound = bound.from
        } else {
            forecasts[effect.deployment].maxGas = bound.gas
            forecasts[effect.deployment].maxCostWei = cost
            forecasts[effect.deployment].gasBound = bound.from
        }
    }

    private func note(_ words: String, _ effect: ForecastEffect, _ forecasts: inout [DeploymentForecast]) {
        let words = "; simulated behind the rest of the plan it fails: \(words)"
        if let call = effect.call {
            forecasts[effect.deployment].calls[call].reason += words
        } else {
            forecasts[effect.deployment].reason += words
        }
    }
}
