import EthereumTypes
import Model

extension ManifestBuilder {
    func deployment(_ entry: CheckedMap.Entry) -> DeploymentSpec? {
        guard let map = entry.value.map, var spec = deployment(map, of: entry) else { return nil }
        for override in map.map("overrides")?.entries ?? [] {
            spec.overrides[override.key] = overridden(map, by: override, of: entry)
        }
        return spec
    }

    /// What a map says of the deployment that `entry` names, without what differs anywhere.
    func deployment(_ map: CheckedMap, of entry: CheckedMap.Entry) -> DeploymentSpec? {
        let subject: DeploymentSpec.Subject
        if let contract = map.text("contract") {
            subject = .contract(contract.located)
        } else if let each = map.text("each") {
            subject = .each(each.located)
        } else {
            return nil
        }
        return DeploymentSpec(
            name: entry.key,
            location: entry.keyPlace.location,
            subject: subject,
            networks: networks(map, of: entry),
            arguments: arguments(map),
            value: map.wei("value") ?? .zero,
            gasLimit: map.text("gasLimit").flatMap(gasLimit),
            calls: map.map("calls")?.entries.compactMap(call) ?? [],
            redeploy: map.text("redeploy").flatMap { DeploymentSpec.Redeploy(rawValue: $0.text) } ?? .changed,
            policy: map.text("policy")?.known,
            tags: map.texts("tags")?.map(\.text) ?? [],
            formerly: map.texts("formerly")?.map(\.located) ?? [],
            checks: map.map("checks")?.entries.compactMap(expectation) ?? [],
            creation: creation(map, of: entry.key),
            proxy: map.map("proxy").flatMap(proxy)
        )
    }

    private func gasLimit(_ text: CheckedText) -> Located<UInt64>? {
        UInt64(text.text).map { Located($0, at: text.place.location) }
    }

    private func networks(_ map: CheckedMap, of entry: CheckedMap.Entry) -> [Located<String>] {
        guard case .list(let items, _)? = map["networks"]?.value else { return [] }
        var seen: Set<String> = []
        for item in items.compactMap(\.text) where !item.isUnknown && !seen.insert(item.text).inserted {
            problems.add(item.place.error("duplicate", "network '\(item.text)' is listed twice"))
        }
        return items.compactMap(\.text).filter { !$0.isUnknown }.map(\.located)
    }

    private func call(_ entry: CheckedMap.Entry) -> CallSpec? {
        guard let map = entry.value.map, let function = map.text("function") else { return nil }
        var unless: CallSpec.Unless?
        if let map = map.map("unless"), let read = map.text("read"), let equals = map["equals"] {
            unless = CallSpec.Unless(read: read.located, equals: argument(equals.value))
        }
        var call = CallSpec(
            name: entry.key,
            location: entry.keyPlace.location,
            function: function.located,
            arguments: arguments(map),
            value: map.wei("value") ?? .zero,
            gasLimit: map.text("gasLimit").flatMap(gasLimit),
            unless: unless
        )
        call.by = map.text("by").flatMap { CallSpec.Maker(rawValue: $0.text) } ?? .signer
        call.formerly = map.texts("formerly")?.map(\.located) ?? []
        return call
    }

    private func expectation(_ entry: CheckedMap.Entry) -> Expectation? {
        guard let map = entry.value.map, let read = map.text("read"), let equals = map["equals"] else {
            return nil
        }
        return Expectation(name: entry.key, read: read.located, equals: argument(equals.value))
    }

    func arguments(_ map: CheckedMap) -> Arguments {
        switch map["arguments"]?.value {
        case .list(let items, _): .positional(items.map(argument))
        case .map(let map): .named(fields(map))
        case .text, nil: .none
        }
    }

    private func argument(_ value: Checked) -> Argument {
        switch value {
        case .text(let text): .text(text.value)
        case .list(let items, let place): .list(items.map(argument), place.location)
        case .map(let map): .map(fields(map), map.place.location)
        }
    }

    private func fields(_ map: CheckedMap) -> [Argument.Field] {
        map.entries.map { Argument.Field(name: $0.key, value: argument($0.value)) }
    }
}
