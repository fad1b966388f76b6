import Model

extension ManifestBuilder {
    /// Every policy with what it extends merged in: the nearer key wins, `refuse` and `ignore` add up.
    func policies() -> [String: Policy] {
        let entries = section(.policy)
        let maps = Dictionary(entries.map { ($0.key, $0) }) { first, _ in first }
        var policies: [String: Policy] = [:]
        var reported: Set<String> = []
        for entry in entries {
            guard let chain = chain(from: entry, in: maps, reported: &reported) else { continue }
            policies[entry.key] = policy(entry, chain: chain.compactMap(\.value.map))
        }
        return policies
    }

    /// The policy and what it extends, nearest first; nil where that leads back to itself.
    private func chain(
        from entry: CheckedMap.Entry,
        in maps: [String: CheckedMap.Entry],
        reported: inout Set<String>
    ) -> [CheckedMap.Entry]? {
        var chain = [entry]
        var seen: Set = [entry.key]
        while let parent = chain.last?.value.map?.text("extends"), let next = maps[parent.text] {
            guard seen.insert(next.key).inserted else {
                let names = chain.map(\.key)
                let loop = Array(names.drop { $0 != next.key })
                if !loop.contains(where: reported.contains) {
                    let text = (loop + [next.key]).joined(separator: " → ")
                    problems.add(
                        parent.place.error(
                            "cycle",
                            "policies extend each other: \(text)",
                            hint: "remove one 'extends'"
                        )
                    )
                }
                reported.formUnion(loop)
                return nil
            }
            chain.append(next)
        }
        return chain
    }

    private func policy(_ entry: CheckedMap.Entry, chain: [CheckedMap]) -> Policy {
        func nearest(_ key: String) -> CheckedMap.Entry? { chain.lazy.compactMap { $0[key] }.first }
        let tools = nearest("tools")?.value.items?.compactMap(\.text?.text) ?? Policy.builtIn.tools
        let required = nearest("require")
        let requiredTexts = required?.value.items?.compactMap(\.text)
        for text in requiredTexts ?? [] where !tools.contains(text.text) {
            let own = entry.value.map?["require"] != nil
            let place = own ? text.place : entry.value.map?["tools"]?.keyPlace ?? entry.keyPlace
            problems.add(
                place.error(
                    "policy",
                    "policy '\(entry.key)' requires '\(text.text)', which is not among its tools",
                    hint: "its tools are \(tools.joined(separator: ", "))"
                )
            )
        }
        var refusals: [Policy.Refusal] = []
        if let failOn = nearest("failOn")?.value.text {
            refusals.append(Policy.Refusal(severity: Severity(rawValue: failOn.text)))
        }
        refusals += chain.reversed().flatMap { $0.items("refuse")?.compactMap(refusal) ?? [] }
        let saysNothing = nearest("failOn") == nil && nearest("refuse") == nil
        return Policy(
            name: entry.key,
            tools: tools,
            required: requiredTexts?.map(\.text),
            refusals: saysNothing ? Policy.builtIn.refusals : refusals,
            ignored: chain.reversed().flatMap { $0.items("ignore")?.compactMap(ignored) ?? [] },
            runtimeCodeBytes: chain.lazy.compactMap { $0.map("limits")?.integer("runtimeCodeBytes") }.first
        )
    }

    private func refusal(_ value: Checked) -> Policy.Refusal? {
        guard let map = value.map, map.isWhole else { return nil }
        guard !map.entries.isEmpty else {
            problems.add(
                value.place.error(
                    "missing-key",
                    "an entry of 'refuse' says nothing and would refuse every finding",
                    hint: "give it a severity, a confidence or a rule"
                )
            )
            return nil
        }
        return Policy.Refusal(
            severity: map.text("severity").flatMap { Severity(rawValue: $0.text) },
            confidence: map.text("confidence").flatMap { Confidence(rawValue: $0.text) },
            rule: map.text("rule")?.text
        )
    }

    private func ignored(_ value: Checked) -> Policy.Ignored? {
        guard let map = value.map, let rule = map.text("rule"), let reason = map.text("reason") else {
            return nil
        }
        return Policy.Ignored(rule: rule.text, reason: reason.text)
    }
}
