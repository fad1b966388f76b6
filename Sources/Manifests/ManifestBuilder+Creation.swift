import EthereumTypes
import Model

extension ManifestBuilder {
    /// How a deployment's contract is created; what cannot be is a problem.
    func creation(_ map: CheckedMap, of deployment: String) -> CreationSpec {
        CreationSpec(
            libraries: map.map("libraries")?.entries.compactMap(library) ?? [],
            salt: salt(map, of: deployment)
        )
    }

    private func library(_ entry: CheckedMap.Entry) -> LibraryLink? {
        guard let address = entry.value.text else { return nil }
        if let written = address.value.text, !address.isUnknown, (try? Address(written)) == nil {
            problems.add(
                address.place.error(
                    "address",
                    "library '\(entry.key)': '\(written)' is no address",
                    hint: "write ${deployments.NAME.address}, or 0x and 40 hexadecimal digits"
                )
            )
        }
        var name = entry.key
        if let contract = SourceReference.contract(entry.key) {
            guard let path = paths.path(SourceReference.path(entry.key), at: entry.keyPlace) else {
                return nil
            }
            name = "\(path):\(contract)"
        }
        return LibraryLink(
            name: Located(name, at: entry.keyPlace.location), address: address.value)
    }

    private func salt(_ map: CheckedMap, of deployment: String) -> SaltSpec? {
        guard let salt = map.text("salt") else { return nil }
        if let text = salt.value.text, !salt.isUnknown {
            do throws(Salt.Fault) {
                _ = try Salt(text)
            } catch {
                problems.add(salt.place.error("salt", error.message, hint: error.hint))
            }
        }
        if let redeploy = map.text("redeploy"), redeploy.text == DeploymentSpec.Redeploy.always.rawValue {
            problems.add(
                redeploy.place.error(
                    "conflicting-keys",
                    "deployment '\(deployment)' has a salt and 'redeploy: always', and nothing can be made twice at one address",
                    hint:
                        "take one of the two out; with a salt it is made anew where code or arguments change"
                )
            )
        }
        let factory = map.text("factory").flatMap { Create2Factory(rawValue: $0.text) }
        return SaltSpec(
            text: salt.value,
            factory: factory ?? .deterministicProxy,
            isSameEverywhere: map.flag("sameAddress") ?? false
        )
    }
}
