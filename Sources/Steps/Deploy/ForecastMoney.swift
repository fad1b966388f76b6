import EthereumTypes
import Ledger
import Model

/// Whether what a plan would do can be paid for: out of the budgets of its networks, and by its senders.
///
/// What a node estimated or ran, and what the manifest gives, counts. A bound by rule does not say what is needed: where only with
/// those it would be too much, a note says so.
struct ForecastMoney: Sendable {
    private let context: EffectContext

    init(_ context: EffectContext) { self.context = context }

    /// Stops what cannot be paid for.
    func judge(_ forecasts: inout [DeploymentForecast], _ effects: [ForecastEffect]) async {
        for name in Set(effects.map(\.network.spec.name)).sorted() {
            let here = effects.filter { $0.network.spec.name == name }
            budget(here, &forecasts)
            await funds(here, &forecasts)
        }
    }

    /// What one transaction, or several, may cost.
    private struct Cost {
        /// Without the gas that is only bounded by rule.
        var known = Wei.zero
        var most = Wei.zero
        /// What it costs at least when it has ended: its gas is bounded and its price capped with room above what is paid.
        var least = Wei.zero
        /// What of it is sent along and is no fee.
        var value = Wei.zero

        static func + (left: Cost, right: Cost) -> Cost {
            Cost(
                known: left.known + right.known, most: left.most + right.most,
                least: left.least + right.least, value: left.value + right.value)
        }
    }

    /// nil where the chain gave no price, or it will not be sent.
    private func cost(_ effect: ForecastEffect, _ forecasts: [DeploymentForecast]) -> Cost? {
        let forecast = forecasts[effect.deployment]
        guard !forecast.isStuck else { return nil }
        let call = effect.call.map { forecast.calls[$0] }
        let text = call.map(\.maxCostWei) ?? forecast.maxCostWei
        guard let most = text.flatMap({ UInt128($0) }).map({ Wei($0) }) else { return nil }
        let bound = (call.map(\.gasBound) ?? forecast.gasBound) ?? .estimated
        guard bound != .rule else {
            return Cost(known: effect.value, most: most, least: effect.value, value: effect.value)
        }
        // A cap is twice the price and more, so that blocks may become dearer meanwhile.
        let gas = (call.map(\.maxGas) ?? forecast.maxGas) ?? 0
        let fee =
            gas > 0 ? (most.value - effect.value.value) / UInt128(gas) / 2 * UInt128(bound.least(of: gas)) : 0
        return Cost(known: most, most: most, least: effect.value + Wei(fee), value: effect.value)
    }

    private func stop(
        _ effect: ForecastEffect,
        _ failure: StepFailure,
        _ forecasts: inout [DeploymentForecast]
    ) {
        var failure = failure
        if let call = effect.call {
            failure.message = "call \(forecasts[effect.deployment].calls[call].name): \(failure.message)"
        }
        forecasts[effect.deployment].stop(by: failure)
    }

    private func note(_ code: String, _ words: String, _ network: NetworkSpec, isByRule: Bool) {
        context.notice(
            Diagnostic(
                .note,
                code,
                "network '\(network.name)': " + (isByRule ? "with what is bounded by rule alone " : "")
                    + words,
                at: network.location,
                hint: isByRule
                    ? "what it really needs is known when it is sent; 'gasLimit' bounds it before"
                    : "what is on its way counts at its most until it has ended: the run waits for that, and is blocked where it "
                        + "leaves too little"
            )
        )
    }

    // MARK: Budgets

    /// Goes through what is sent as a run reserves it: what is over a budget is left out, and the next is looked at.
    private func budget(_ effects: [ForecastEffect], _ forecasts: inout [DeploymentForecast]) {
        guard let network = effects.first?.network, network.spec.budget != NetworkSpec.Budget() else {
            return
        }
        let budget = network.spec.budget
        // What cannot be read is said when it is reserved.
        let spent = try? context.ledger.spentBefore(
            on: network.spec.name, chainID: network.spec.chainID, genesisHash: network.genesis)
        var run = Cost()
        var noted: Set<OverBudget.Scope> = []
        for effect in effects where effect.payer == .lane {
            guard let cost = cost(effect, forecasts) else { continue }
            let scopes: [(OverBudget.Scope, Wei?, before: Cost, spent: SpentBefore)] = [
                (.transaction, budget.transaction, Cost(), SpentBefore()),
                (.run, budget.run, run, spent?.run ?? SpentBefore()),
                (.day, budget.day, run, spent?.day ?? SpentBefore()),
            ]
            var isOver = false
            for (scope, limit, before, spent) in scopes {
                let asked = before + cost
                guard let limit, !isOver, spent.most + asked.most > limit else { continue }
                let words = Self.words(scope, limit, spent.most)
                // What comes before it may have ended by then, at what it really costs.
                let surely = before.least + cost.known
                if spent.least + surely > limit {
                    isOver = true
                    let needs = "over budget: it needs up to \(surely.ether()) ether"
                    let before =
                        scope == .transaction ? "" : " with the least that what comes before it costs"
                    stop(
                        effect, StepFailure(.blocked, code: "over-budget", "\(needs)\(before), and \(words)"),
                        &forecasts)
                } else if noted.insert(scope).inserted {
                    note(
                        "over-budget", "the plan may need \(asked.most.ether()) ether, and \(words)",
                        network.spec, isByRule: spent.most + asked.known <= limit)
                }
            }
            if !isOver { run = run + cost }
        }
    }

    private static func words(_ scope: OverBudget.Scope, _ limit: Wei, _ spent: Wei) -> String {
        let budget = "the budget allows \(limit.ether()) ether a \(scope.rawValue)"
        return spent > .zero ? "\(budget), of which \(spent.ether()) ether is spent or reserved" : budget
    }

    // MARK: Balances

    private func funds(_ effects: [ForecastEffect], _ forecasts: inout [DeploymentForecast]) async {
        guard let network = effects.first?.network else { return }
        let paid = effects.filter { $0.payer != .somebody }
        let senders = Dictionary(grouping: paid, by: \.sender)
        for (sender, own) in senders.sorted(by: { $0.key.description < $1.key.description }) {
            let sum = own.compactMap { cost($0, forecasts) }.reduce(Cost(), +)
            let balance: Wei
            let signed: Wei
            do throws(StepFailure) {
                balance = try await network.balance(of: sender)
                signed = try onItsWay(from: sender, network)
            } catch {
                // The run asks again.
                continue
            }
            guard balance < signed + sum.most else { continue }
            let names = Set(own.compactMap(\.signer)).sorted().map { "'\($0)'" }.joined(separator: " and ")
            let who = names.isEmpty ? "\(sender)" : "signer \(names) (\(sender))"
            let rest = signed > .zero ? ", \(signed.ether()) ether of it for what is on its way" : ""
            let has = "\(who) has \(balance.ether()) ether on '\(network.spec.name)'\(rest)"
            let missing = Self.missing(sum, besides: signed, balance).ether()
            guard balance < signed + sum.known else {
                note(
                    "insufficient-funds",
                    "the plan may need \(sum.most.ether()) ether, and \(has): \(missing) ether more suffices",
                    network.spec, isByRule: true)
                continue
            }
            let byRule =
                sum.known < sum.most ? ", or \(sum.most.ether()) with what is bounded by rule alone" : ""
            let failure = StepFailure.insufficientFunds(
                "\(has), and the plan needs up to \(sum.known.ether()) ether\(byRule): send it \(missing) ether or more (a "
                    + "quarter of the fees is on top, as gas may become dearer)"
            )
            // It is the same for all of them, calls too.
            for effect in own { forecasts[effect.deployment].stop(by: failure) }
        }
    }

    /// What an account may still be charged for what is signed and in no block: its balance does not show that yet.
    private func onItsWay(from sender: Address, _ network: OpenNetwork) throws(StepFailure) -> Wei {
        let open = try inLedger { () throws(LedgerError) in
            try context.ledger.openOperations(in: network.lane(of: sender))
        }
        return open.filter { [.signed, .sent].contains($0.state) }.reduce(.zero) { sum, operation in
            sum + operation.intent.spendReserved
        }
    }

    /// What suffices for all of it where it is sent some time later: a quarter of the fees is on top, in whole gwei.
    private static func missing(_ sum: Cost, besides signed: Wei, _ balance: Wei) -> Wei {
        let needed = signed + sum.most + Wei((sum.most.value - sum.value.value) / 4)
        let gwei: UInt128 = 1_000_000_000
        return Wei((needed.value - balance.value + gwei - 1) / gwei * gwei)
    }
}
