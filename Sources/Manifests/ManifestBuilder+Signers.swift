import EthereumTypes
import Model

extension ManifestBuilder {
    /// All signers, each Safe with who proposes to it.
    func signers() -> [SignerSpec] {
        let entries = section(.signer)
        let signers = entries.compactMap(signer)
        let byName = Dictionary(signers.map { ($0.name, $0) }) { first, _ in first }
        let maps = Dictionary(entries.map { ($0.key, $0.value.map) }) { first, _ in first }
        return signers.map { spec in
            var spec = spec
            if let map = maps[spec.name] ?? nil { spec.proposer = proposer(map, byName) }
            return spec
        }
    }

    private func proposer(_ map: CheckedMap, _ signers: [String: SignerSpec]) -> SafeProposer? {
        guard let text = map.text("proposer"), !text.isUnknown, let signer = signers[text.text] else {
            return nil
        }
        switch signer.form {
        case .key, .keystore, .remote: break
        case .address, .safe:
            problems.add(
                text.place.error(
                    "wrong-value",
                    "signer '\(text.text)' signs nothing here, and a proposer signs what it proposes",
                    hint: "name a signer with a key, a keystore or a service"
                )
            )
            return nil
        }
        return SafeProposer(
            name: text.text,
            form: signer.form,
            keyAddress: signer.keyAddress,
            service: map["service"].flatMap { proposalService($0.value) },
            apiKey: map["apiKey"].flatMap { secret($0.value) }
        )
    }

    /// A URL that is written down goes through the same check as that of a verifier.
    private func proposalService(_ value: Checked) -> NetworkSpec.Endpoint? {
        guard let endpoint = service(value) else { return nil }
        guard case .url = endpoint, let text = value.text else { return endpoint }
        return serviceURL(text, handed: "proposals").map { .url($0) }
    }

    private func signer(_ entry: CheckedMap.Entry) -> SignerSpec? {
        guard let map = entry.value.map, map.isWhole, let form = form(map) else { return nil }
        var spec = SignerSpec(name: entry.key, location: entry.keyPlace.location, form: form)
        switch form {
        case .key, .keystore: spec.keyAddress = map.text("address").flatMap { try? Address($0.text) }
        case .remote, .address, .safe: break
        }
        return spec
    }

    /// The form that the grammar has found to be the only one.
    private func form(_ map: CheckedMap) -> SignerSpec.Form? {
        if let key = map["key"] { return secret(key.value).map(SignerSpec.Form.key) }
        if let keystore = map.text("keystore") {
            guard let password = map["password"].flatMap({ secret($0.value) }) else { return nil }
            return .keystore(path: paths.secretFile(keystore.text, at: keystore.place), password: password)
        }
        if let text = map.text("safe") {
            let multiSend = map.text("multiSend").flatMap { try? Address($0.text) }
            return (try? Address(text.text)).map { .safe($0, multiSend: multiSend) }
        }
        guard let text = map.text("address"), let address = try? Address(text.text) else { return nil }
        guard let rpc = map["rpc"] else { return .address(address) }
        return service(rpc.value).map { .remote($0, address) }
    }

    private func service(_ value: Checked) -> NetworkSpec.Endpoint? {
        guard let text = value.text else { return secret(value).map(NetworkSpec.Endpoint.secret) }
        guard let endpoint = try? SecretText.endpoint(text.text) else { return nil }
        guard case .secret(.file(let path)) = endpoint else { return endpoint }
        return .secret(.file(paths.secretFile(path, at: text.place)))
    }

    /// A secret's reference, as text or as a map with `cmd`.
    func secret(_ value: Checked) -> SecretReference? {
        if let map = value.map {
            let words = map.texts("cmd") ?? []
            guard !words.isEmpty else {
                if map["cmd"] != nil {
                    problems.add(value.place.error("wrong-value", "'cmd' names no program"))
                }
                return nil
            }
            return .command(words.map(\.text))
        }
        guard let text = value.text, let reference = try? SecretText.parse(text.text) else { return nil }
        guard case .file(let path) = reference else { return reference }
        return .file(paths.secretFile(path, at: text.place))
    }
}
