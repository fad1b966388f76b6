import EthereumTypes
import Model

extension ManifestBuilder {
    private static let devnetChainID = 31337

    func network(_ entry: CheckedMap.Entry) -> NetworkSpec? {
        guard let map = entry.value.map else { return nil }
        let preset = map.text("preset").flatMap { NetworkPreset.named($0.text) }
        guard let chain = chain(map, preset) else { return nil }
        var values: [String: Interpolated] = [:]
        for value in map.map("values")?.entries ?? [] { values[value.key] = value.value.text?.value }
        let budget = map.map("budget")
        var spec = NetworkSpec(
            name: entry.key,
            location: entry.keyPlace.location,
            chain: chain,
            signer: map.text("signer")?.known,
            policy: map.text("policy")?.known,
            confirmations: confirmations(map) ?? preset?.confirmations ?? .blocks(1),
            fees: fees(map.map("fees"), preset),
            budget: NetworkSpec.Budget(
                transaction: budget?.wei("transaction"),
                run: budget?.wei("run"),
                day: budget?.wei("day")
            ),
            limits: limits(map.map("limits"), preset?.limits ?? NetworkSpec.Limits()),
            inFlight: map.integer("inFlight") ?? 16,
            onUnavailable: map.text("onUnavailable")
                .flatMap { NetworkSpec.WhenUnavailable(rawValue: $0.text) } ?? .fail,
            requestsPerSecond: map.integer("requestsPerSecond"),
            needsApproval: map["approval"] != nil,
            after: map.text("after")?.known,
            blockTime: map.duration("blockTime") ?? preset?.blockTime,
            explorer: map.text("explorer")?.text ?? preset?.explorer,
            values: values
        )
        spec.safeService = preset?.safeService
        spec.owner = map.text("owner")?.known
        spec.verifiers = verifiers(map, preset)
        return spec
    }

    // MARK: Chain

    private func chain(_ map: CheckedMap, _ preset: NetworkPreset?) -> NetworkSpec.Chain? {
        if map["engine"] != nil {
            let number = map.integer("chainId") ?? Self.devnetChainID
            let state = map.text("state").flatMap { NetworkSpec.DevnetState(rawValue: $0.text) }
            return ChainID(UInt64(number)).map { .devnet(state: state ?? .ephemeral, chainID: $0) }
        }
        checkNumber(map, preset)
        let number = preset?.chainNumber ?? map.integer("chainId").map(UInt64.init)
        guard let number, let chainID = ChainID(number), let rpc = map["rpc"] else { return nil }
        let endpoints = endpoints(rpc)
        return endpoints.isEmpty ? nil : .rpc(endpoints, chainID: chainID)
    }

    private func checkNumber(_ map: CheckedMap, _ preset: NetworkPreset?) {
        guard let preset, let text = map.text("chainId"), let number = UInt64(text.text),
            number != preset.chainNumber, !map.isUnknown("preset"), !map.isUnknown("chainId")
        else { return }
        problems.add(
            text.place.error(
                "conflicting-keys",
                "the preset '\(preset.name)' is chain \(preset.chainNumber), and 'chainId' says \(number)",
                hint: "remove 'chainId', or 'preset' where another chain is meant"
            )
        )
    }

    private func endpoints(_ entry: CheckedMap.Entry) -> [NetworkSpec.Endpoint] {
        var first: [NetworkSpec.Endpoint: Place] = [:]
        var endpoints: [NetworkSpec.Endpoint] = []
        for value in entry.value.items ?? [entry.value] {
            guard let endpoint = endpoint(value) else { continue }
            if let other = first.updateValue(value.place, forKey: endpoint) {
                // Where the environment is not there, all that is read from it looks the same.
                guard value.text?.isUnknown != true else { continue }
                problems.add(
                    value.place.error(
                        "wrong-value",
                        "'rpc' names the same endpoint twice",
                        hint:
                            "the first is at \(other.location); a node that fails does not stand in for itself"
                    )
                )
            } else {
                endpoints.append(endpoint)
            }
        }
        return endpoints
    }

    private func endpoint(_ value: Checked) -> NetworkSpec.Endpoint? {
        guard let text = value.text else { return secret(value).map(NetworkSpec.Endpoint.secret) }
        guard let endpoint = try? SecretText.endpoint(text.text) else { return nil }
        guard case .secret(.file(let path)) = endpoint else { return endpoint }
        return .secret(.file(paths.secretFile(path, at: text.place)))
    }

    // MARK: Rules

    private func confirmations(_ map: CheckedMap) -> NetworkSpec.Confirmations? {
        map.text("confirmations").map { text in Int(text.text).map { .blocks($0) } ?? .finalized }
    }

    private func limits(_ map: CheckedMap?, _ preset: NetworkSpec.Limits) -> NetworkSpec.Limits {
        NetworkSpec.Limits(
            maxRuntimeCode: map?.integer("runtimeCodeBytes") ?? preset.maxRuntimeCode,
            maxInitCode: map?.integer("initCodeBytes") ?? preset.maxInitCode,
            maxTransactionGas: map?.integer("transactionGas").map(UInt64.init) ?? preset.maxTransactionGas
        )
    }

    private func fees(_ map: CheckedMap?, _ preset: NetworkPreset?) -> NetworkSpec.Fees {
        var fees = preset?.fees ?? NetworkSpec.Fees()
        guard let map else { return fees }
        fees.maxFeePerGas = map.wei("maxFeePerGas")
        fees.maxPriorityFeePerGas = map.wei("maxPriorityFeePerGas")
        fees.minPriorityFeePerGas = map.wei("minPriorityFeePerGas") ?? fees.minPriorityFeePerGas
        fees.legacy = map.flag("legacy") ?? fees.legacy
        fees.zeroBaseFee = map.flag("zeroBaseFee") ?? fees.zeroBaseFee
        fees.bumpAfter = map.duration("bumpAfter") ?? fees.bumpAfter
        fees.maxBumps = map.integer("maxBumps") ?? fees.maxBumps
        check(fees, map, preset)
        return fees
    }

    private func check(_ fees: NetworkSpec.Fees, _ map: CheckedMap, _ preset: NetworkPreset?) {
        if fees.legacy, let priority = map["maxPriorityFeePerGas"] {
            problems.add(
                priority.keyPlace.error(
                    "conflicting-keys",
                    "a legacy transaction has no priority fee",
                    hint: "remove 'maxPriorityFeePerGas' or 'legacy'"
                )
            )
        }
        if let most = fees.maxFeePerGas, let priority = fees.maxPriorityFeePerGas, priority > most,
            let entry = map["maxPriorityFeePerGas"], !map.isUnknown("maxFeePerGas")
        {
            problems.add(
                entry.value.place.error(
                    "wrong-value", "the priority fee is more than 'maxFeePerGas', which includes it")
            )
        }
        checkMinimum(fees, map, preset)
    }

    /// A cap below what the chain's pools ask for would stop every transaction.
    private func checkMinimum(_ fees: NetworkSpec.Fees, _ map: CheckedMap, _ preset: NetworkPreset?) {
        for (key, cap) in [
            ("maxFeePerGas", fees.maxFeePerGas), ("maxPriorityFeePerGas", fees.maxPriorityFeePerGas),
        ] {
            guard let cap, cap < fees.minPriorityFeePerGas, let entry = map[key], !map.isUnknown(key)
            else { continue }
            let least = "\(fees.minPriorityFeePerGas) wei"
            let who =
                map["minPriorityFeePerGas"] == nil
                ? preset.map { "the preset '\($0.name)'" } ?? "the network" : "'minPriorityFeePerGas'"
            problems.add(
                entry.value.place.error(
                    "wrong-value",
                    "'\(key)' leaves no room for the priority fee of at least \(least) that \(who) asks for",
                    hint: "raise '\(key)', or say otherwise with 'minPriorityFeePerGas'"
                )
            )
        }
    }
}

extension CheckedMap {
    func wei(_ key: String) -> Wei? { text(key).flatMap { try? Wei($0.text) } }

    func isUnknown(_ key: String) -> Bool { text(key)?.isUnknown == true }
}
