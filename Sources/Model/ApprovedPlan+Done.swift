/// What a plan has that a run would not do now: an interrupted application of the plan did it, or it is a departure.
extension DeploymentForecast {
    /// Why what is kept now is not what an application of this plan made; nil where it is, or this plan creates nothing.
    ///
    /// What stands there must be of the account that the plan has create it. Its address says nothing: it may be that of a later
    /// nonce.
    package func departure(keeping now: DeploymentForecast) -> String? {
        guard isCreation, now.action == .keep else { return nil }
        let place = now.address ?? "an address that nothing tells"
        let why = now.reason.isEmpty ? "" : " (\(now.reason))"
        if let replaces, replaces == now.address {
            // Without the address of a signer a plan foresees other arguments than those that are there.
            guard signers.allSatisfy({ $0.address != nil }) else { return nil }
            return "planned \(action.rawValue), now keep of what it was to replace at \(place)\(why)"
        }
        let sender = sender ?? now.sender
        let words = "planned \(action.rawValue)\(sender.map { " by \($0)" } ?? "")"
        guard let maker = now.madeBy else {
            return "\(words), now keep of what is at \(place), and no record says who made that\(why)"
        }
        guard let sender, sender != maker else { return nil }
        return "\(words), now keep of what \(maker) made at \(place)\(why)"
    }

    /// The calls of this plan that a run would not make now, and why that is another intent.
    ///
    /// One that was made, or whose `unless` holds by now, is still in the manifests, as it was approved.
    func departures(ofCallsLeftOut now: DeploymentForecast) -> [String] {
        guard !now.isStuck else { return [] }
        let wanted = Set(now.calls.map(\.name))
        return calls.filter { !$0.isUpgrade && !wanted.contains($0.name) }.flatMap { planned -> [String] in
            guard let done = now.notNeeded.first(where: { $0.name == planned.name }) else {
                return ["call \(planned.name): the manifests no longer have it"]
            }
            return planned.changes(to: done).map { "call \(planned.name): \($0)" }
        }
    }
}

extension DeploymentForecast.Call {
    /// Whether it is the upgrade of a proxy, which has the name of its function: no name of a manifest has brackets.
    package var isUpgrade: Bool { name.contains("(") }

    /// What the manifests say of it now that is not what was approved.
    func changes(to now: Self) -> [String] {
        var found: [String] = []
        if function != now.function { found.append("\(function) → \(now.function)") }
        if arguments != now.arguments { found.append("arguments \(arguments) → \(now.arguments)") }
        if valueWei != now.valueWei { found.append("value \(valueWei) → \(now.valueWei) wei") }
        if unless != now.unless { found.append("unless \(unless ?? "nothing") → \(now.unless ?? "nothing")") }
        if formerly != now.formerly {
            // What was made under another name is not made.
            found.append("formerly \(Self.list(formerly)) → \(Self.list(now.formerly))")
        }
        return found
    }

    private static func list(_ names: [String]) -> String {
        names.isEmpty ? "nothing" : names.joined(separator: ", ")
    }
}
