import EthereumTypes
import Model

extension ManifestBuilder {
    func signer(_ entry: CheckedMap.Entry) -> SignerSpec? {
        guard let map = entry.value.map, map.isWhole, let form = form(map) else { return nil }
        return SignerSpec(name: entry.key, location: entry.keyPlace.location, form: form)
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
