import EthereumTypes
package import Model

/// The plan as a person reads it.
package enum PlanText {
    /// More are only counted, by their reasons.
    private static let mostRunsNamed = 20

    /// The deployments with what would be done to each, then how many steps would run and why, then the costs.
    ///
    /// - Parameters:
    ///   - steps: Every step of the plan.
    ///   - forecasts: Every deployment of it.
    ///   - chains: Which chain each network is; those that were asked, or have a deployment, are told.
    /// - Returns: Lines, the last with a line break too.
    package static func render(
        steps: [PlanV2.Step],
        forecasts: [DeploymentForecast],
        chains: [PlannedChain]
    ) -> String {
        let numbers = Dictionary(chains.map { ($0.network, $0.chainID.rawValue) }) { first, _ in first }
        var lines: [String] = []
        if !forecasts.isEmpty {
            lines.append("deployments")
            lines += aligned(forecasts.map { row($0, coin: coin($0.network, numbers)) }, forecasts) {
                PlannedTransactionText.lines(of: $0, coin: coin($0.network, numbers))
            }
            lines.append("")
        }
        let runs = steps.filter { $0.action == "run" }
        let reuses = steps.count { $0.action == "reuse" }
        let others = steps.filter { !["run", "reuse"].contains($0.action) && !$0.id.kind.isEffect }
        var head = "steps   \(PlainWords.grouped(reuses)) reuse · \(PlainWords.grouped(runs.count)) run"
        let why = reasons(of: runs)
        if runs.count > mostRunsNamed, !why.isEmpty { head += " (\(why))" }
        for action in Set(others.map(\.action)).sorted() {
            head += " · \(others.count { $0.action == action }) \(action)"
        }
        lines.append(head.plainForTerminal)
        if runs.count <= mostRunsNamed {
            for step in runs {
                lines.append("  \(step.id)  \(step.reasons.joined(separator: ", "))".plainForTerminal)
            }
        }
        for step in others {
            let reason = step.reasons.joined(separator: ", ")
            lines.append("  \(step.id)  \(step.action): \(reason)".plainForTerminal)
        }
        lines += Self.chains(chains, forecasts)
        let costs = costs(forecasts, numbers)
        if !costs.isEmpty { lines.append("cost    \(costs)".plainForTerminal) }
        return lines.joined(separator: "\n") + "\n"
    }

    /// `contracts/Vault.sol changed: 3, it has not been done before: 8`: the most frequent first.
    private static func reasons(of steps: [PlanV2.Step]) -> String {
        let counts = Dictionary(grouping: steps) { $0.reasons.joined(separator: ", ") }.mapValues(\.count)
        let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let rest = sorted.dropFirst(4).reduce(0) { $0 + $1.value }
        let shown = sorted.prefix(4).map { "\($0.key): \($0.value)" } + (rest > 0 ? ["other: \(rest)"] : [])
        return shown.joined(separator: ", ")
    }

    /// `chain   sepolia: chain id 11155111, block 0 0x25a5…`, a line for each network.
    private static func chains(_ known: [PlannedChain], _ forecasts: [DeploymentForecast]) -> [String] {
        PlanV2.chains(known, of: forecasts).map { chain in
            let block = chain.genesis.map { ", block 0 \($0)" } ?? ""
            return "chain   \(chain.network): chain id \(chain.chainID)\(block)".plainForTerminal
        }
    }

    /// What each network would cost at most, as far as it could be asked.
    private static func costs(_ forecasts: [DeploymentForecast], _ chains: [String: UInt64]) -> String {
        var sums: [String: Wei] = [:]
        for forecast in forecasts {
            for text in [forecast.maxCostWei] + forecast.calls.map(\.maxCostWei) {
                guard let cost = text.flatMap({ UInt128($0) }), cost > 0 else { continue }
                sums[forecast.network] = (sums[forecast.network] ?? .zero) + Wei(cost)
            }
        }
        return sums.sorted { $0.key < $1.key }
            .map { "\($0.key) ≤ \(PlainWords.money($0.value, coin: coin($0.key, chains)))" }
            .joined(separator: " · ")
    }

    /// The deployments that a command leaves out since it does not name their networks; empty where it leaves out none.
    package static func leftOut(_ deployments: Int, on networks: [String]) -> String {
        guard deployments > 0 else { return "" }
        let names = networks.map { "--network \($0)" }.joined(separator: " ")
        let places = networks.count == 1 ? "a network that is" : "networks that are"
        return
            "left    \(PlainWords.count(deployments, "deployment")) on \(places) not named: \(names), or --all-networks"
            .plainForTerminal + "\n"
    }

    private static func coin(_ network: String, _ chains: [String: UInt64]) -> String {
        KnownChain.coin(of: chains[network] ?? 0)
    }

    private static func row(_ forecast: DeploymentForecast, coin: String) -> [String] {
        let mark =
            switch forecast.action {
            case .create: "+"
            case .keep: "="
            case .replace, .upgrade: "~"
            case .drift: "!"
            case .blocked: "✗"
            }
        return [
            "  \(mark) \(forecast.step.placed)", forecast.action.rawValue, forecast.address ?? "",
            gas(forecast.maxGas, forecast.gasBound),
            money(forecast.maxCostWei, coin: coin), forecast.reason,
        ]
    }

    /// A bound that nobody could run is said to be one.
    static func gas(_ most: UInt64?, _ bound: DeploymentForecast.GasBound?) -> String {
        most.map { "\(PlainWords.grouped($0)) gas\(bound == .rule ? " at most, by rule" : "")" } ?? ""
    }

    /// `≤ 0.0181 ETH`; empty where it is not known.
    static func money(_ most: String?, coin: String) -> String {
        most.flatMap { UInt128($0) }.map { "≤ \(PlainWords.money(Wei($0), coin: coin))" } ?? ""
    }

    /// Columns as wide as their widest cell, what is sent below each deployment.
    ///
    /// A column that is empty everywhere is left out.
    private static func aligned(
        _ rows: [[String]],
        _ forecasts: [DeploymentForecast],
        _ below: (DeploymentForecast) -> [String]
    ) -> [String] {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return zip(rows, forecasts).flatMap { row, forecast in
            let cells = zip(row, widths).enumerated().compactMap { column, cell -> String? in
                guard cell.1 > 0 else { return nil }
                let isLast = column == row.count - 1
                return isLast ? cell.0 : cell.0 + String(repeating: " ", count: cell.1 - cell.0.count)
            }
            return [cells.joined(separator: "  ").plainForTerminal] + below(forecast)
        }
    }
}
