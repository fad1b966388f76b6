extension ApprovedPlan {
    /// In what way what a run would do now comes in another order than was approved.
    ///
    /// What is done already has no place any more, and what is not in the plan is a departure of its own. Networks do not wait for
    /// each other but where one refers to the other.
    ///
    /// - Parameters:
    ///   - forecasts: What a run would do now.
    ///   - now: Every step of it, in order.
    /// - Returns: A line for each network; none where the order is the same.
    package func reorderings(of forecasts: [DeploymentForecast], in now: [StepID]) -> [String] {
        let planned = Set(order)
        var networks: [StepID: String] = [:]
        for forecast in forecasts where !forecast.isStuck {
            for step in forecast.changes where planned.contains(step) { networks[step] = forecast.network }
        }
        let before = Dictionary(grouping: order.filter { networks[$0] != nil }) { networks[$0] ?? "" }
        let after = Dictionary(grouping: now.filter { networks[$0] != nil }) { networks[$0] ?? "" }
        return Set(networks.values).sorted().compactMap { network in
            zip(before[network] ?? [], after[network] ?? []).first { $0 != $1 }.map { first, second in
                "network '\(network)': planned \(first) before \(second), now \(second) comes first"
            }
        }
    }
}

extension ApprovedPlan {
    /// The steps of calls that it was not asked for, so that they are not done when it is applied.
    package var stepsLeftOut: Set<StepID> { Set(forecasts.flatMap(\.stepsLeftOut)) }
}

extension DeploymentForecast {
    /// The steps that would change something.
    fileprivate var changes: [StepID] { (action == .keep ? [] : [step]) + calls.map(step(of:)) }

    /// The step of one of its calls.
    package func step(of call: Call) -> StepID { self.call(call.name) }

    /// The steps of the calls that the manifests have and that were not asked for.
    package var stepsLeftOut: [StepID] { leftOut.map(call) }

    private func call(_ name: String) -> StepID {
        .call(name, of: String(step.subject.dropLast(network.count + 1)), on: network)
    }
}
