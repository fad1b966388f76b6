import EthereumTypes
import Model

/// What a planned deployment sends, as whoever approves it reads it: the constructor's arguments and each call.
enum PlannedTransactionText {
    /// A line that would be longer has each of its values in a line of its own.
    private static let longestLine = 130
    /// What is longer is cut; the plan file has all of it.
    private static let longestValue = 400
    private static let indent = "      "

    /// Lines for below the deployment; of what is kept only its calls.
    static func lines(of forecast: DeploymentForecast, coin: String) -> [String] {
        let lines = forecast.isCreation ? creation(forecast, coin) + [indent + by(forecast.sender)] : []
        return lines + forecast.calls.flatMap { call($0, of: forecast, coin) } + leftOut(of: forecast)
    }

    /// Whoever approves a plan of a part is told what it is a part of.
    private static func leftOut(of forecast: DeploymentForecast) -> [String] {
        guard !forecast.leftOut.isEmpty else { return [] }
        let calls = forecast.leftOut.count == 1 ? "call" : "calls"
        return [
            "\(indent)without \(calls) \(forecast.leftOut.joined(separator: ", ")), not selected"
                .plainForTerminal
        ]
    }

    private static func creation(_ forecast: DeploymentForecast, _ coin: String) -> [String] {
        let sent = value(forecast.valueWei, coin)
        var lines: [String] = []
        if let values = forecast.values {
            if !values.isEmpty || !sent.isEmpty { lines += fitted("constructor", values, [sent]) }
        } else if forecast.arguments != "[]" || !sent.isEmpty {
            let what =
                switch forecast.step.kind {
                case .proxy: "proxy"
                case .beacon: "beacon"
                default: "constructor"
                }
            lines += fitted("\(what) \(cut(forecast.arguments))", nil, [sent])
        }
        if let libraries = forecast.libraries { lines.append("\(indent)libraries \(cut(libraries))") }
        if let salt = forecast.salt { lines.append("\(indent)salt \(cut(salt))") }
        lines += forecast.signers.map { indent + words($0) }
        lines += places(forecast.deployments, forecast).map { indent + $0 }
        return lines.map(\.plainForTerminal)
    }

    private static func call(
        _ call: DeploymentForecast.Call,
        of forecast: DeploymentForecast,
        _ coin: String
    ) -> [String] {
        // An upgrade has the name of its function.
        let isNamed = call.name != call.function
        let function = call.values == nil ? call.function : String(call.function.prefix { $0 != "(" })
        let written = call.values == nil ? " \(cut(call.arguments))" : ""
        let elsewhere = call.to.flatMap { $0 == forecast.address ? nil : "to \($0)" } ?? ""
        let words = [
            elsewhere, by(call.sender), value(call.valueWei, coin), PlanText.gas(call.maxGas, call.gasBound),
            PlanText.money(call.maxCostWei, coin: coin),
            call.unless.map { "unless \(cut($0))" } ?? "",
            call.obstacle != nil ? "blocked: \(call.reason)" : call.reason,
        ]
        let head = "call \(isNamed ? "\(call.name)  " : "")\(function)\(written)"
        let read = call.signers.map { Self.words($0) } + places(call.deployments, forecast)
        return (fitted(head, call.values, words) + read.map { "\(indent)  \($0)" }).map(\.plainForTerminal)
    }

    /// Where deployments on other networks are; those on its own have a line of the plan.
    private static func places(_ read: [ReadDeployment], _ forecast: DeploymentForecast) -> [String] {
        read.filter { !$0.name.hasSuffix("@\(forecast.network)") }.map { "\($0.name) is at \($0.address)" }
    }

    /// `name(values)  words`, on one line where it fits, else with each value on its own; nil: there are no brackets.
    private static func fitted(_ name: String, _ values: [String]?, _ words: [String]) -> [String] {
        let rest = words.filter { !$0.isEmpty }.map { "  \($0)" }.joined()
        guard let values = values.map({ $0.map(cut) }) else { return ["\(indent)\(name)\(rest)"] }
        let brackets = "(\(values.joined(separator: ", ")))"
        guard name.count + brackets.count > longestLine else { return ["\(indent)\(name)\(brackets)\(rest)"] }
        return ["\(indent)\(name)\(rest)"] + values.map { "\(indent)  \($0)" }
    }

    /// Whose address is meant where the manifest names a signer.
    private static func words(_ signer: ReadSigner) -> String {
        signer.address.map { "signer \(signer.name) is \($0)" }
            ?? "nothing tells the address of signer \(signer.name): this plan is refused when it is applied"
    }

    /// Whose money it is, and whose name the contract sees.
    private static func by(_ sender: String?) -> String {
        "by \(sender ?? "an account that nothing tells")".plainForTerminal
    }

    private static func value(_ wei: String, _ coin: String) -> String {
        guard let amount = UInt128(wei), amount > 0 else { return "" }
        // Every digit of it: this is what is approved.
        return "with \(Wei(amount).ether()) \(coin)"
    }

    private static func cut(_ text: String) -> String {
        guard text.count > longestValue else { return text }
        return
            "\(text.prefix(longestValue))… (\(PlainWords.grouped(text.count)) characters, all of them in the plan file)"
    }
}
