import EthereumTypes
import Model

extension ManifestBuilder {
    private static let devnetChainID = 31337

    func network(_ entry: CheckedMap.Entry) -> NetworkSpec? {
        guard let map = entry.value.map, let chain = chain(map) else { return nil }
        var values: [String: Interpolated] = [:]
        for value in map.map("values")?.entries ?? [] { values[value.key] = value.value.text?.value }
        return NetworkSpec(
            name: entry.key,
            location: entry.keyPlace.location,
            chain: chain,
            signer: map.text("signer")?.known,
            policy: map.text("policy")?.known,
            confirmations: confirmations(map),
            fees: map.map("fees").map(fees) ?? NetworkSpec.Fees(),
            values: values
        )
    }

    private func chain(_ map: CheckedMap) -> NetworkSpec.Chain? {
        if map["engine"] != nil {
            let number = map.integer("chainId") ?? Self.devnetChainID
            let state = map.text("state").flatMap { NetworkSpec.DevnetState(rawValue: $0.text) }
            return ChainID(UInt64(number)).map { .devnet(state: state ?? .ephemeral, chainID: $0) }
        }
        guard let number = map.integer("chainId"), let chainID = ChainID(UInt64(number)),
            let rpc = map["rpc"], let endpoint = endpoint(rpc)
        else { return nil }
        return .rpc(endpoint, chainID: chainID)
    }

    private func endpoint(_ entry: CheckedMap.Entry) -> NetworkSpec.Endpoint? {
        switch entry.value {
        case .text(let text):
            guard let endpoint = try? SecretText.endpoint(text.text) else { return nil }
            guard case .secret(.file(let path)) = endpoint else { return endpoint }
            return .secret(.file(paths.secretFile(path, at: text.place)))
        case .map: return secret(entry.value).map(NetworkSpec.Endpoint.secret)
        case .list(let items, _):
            if items.count > 1 {
                problems.add(
                    items[1].place.error(
                        "wrong-value",
                        "several endpoints of a network are not available in this version of hyperkit",
                        hint: "keep one"
                    )
                )
            } else if items.isEmpty {
                problems.add(entry.keyPlace.error("wrong-value", "'rpc' names no endpoint"))
            }
            guard items.count == 1, let only = items.first else { return nil }
            return endpoint(CheckedMap.Entry(key: entry.key, keyPlace: entry.keyPlace, value: only))
        }
    }

    private func confirmations(_ map: CheckedMap) -> NetworkSpec.Confirmations {
        guard let text = map.text("confirmations") else { return .blocks(1) }
        return Int(text.text).map(NetworkSpec.Confirmations.blocks) ?? .finalized
    }

    private func fees(_ map: CheckedMap) -> NetworkSpec.Fees {
        let fees = NetworkSpec.Fees(
            maxFeePerGas: map.wei("maxFeePerGas"),
            maxPriorityFeePerGas: map.wei("maxPriorityFeePerGas"),
            legacy: map.flag("legacy") ?? false
        )
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
            let entry = map["maxPriorityFeePerGas"]
        {
            problems.add(
                entry.value.place.error(
                    "wrong-value", "the priority fee is more than 'maxFeePerGas', which includes it")
            )
        }
        return fees
    }
}

extension CheckedMap {
    func wei(_ key: String) -> Wei? { text(key).flatMap { try? Wei($0.text) } }
}
