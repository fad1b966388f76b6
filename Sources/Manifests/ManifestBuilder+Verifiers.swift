import Foundation
import Model

extension ManifestBuilder {
    /// The services of a network that are handed its sources, each once.
    func verifiers(_ map: CheckedMap, _ preset: NetworkPreset?) -> [VerifierSpec] {
        var first: [String: Place] = [:]
        var verifiers: [VerifierSpec] = []
        for value in map.items("verify") ?? [] {
            guard let verifier = verifier(value, map, preset) else { continue }
            let name = "\(verifier.service.rawValue) \(verifier.url)"
            if let other = first.updateValue(value.place, forKey: name) {
                problems.add(
                    value.place.error(
                        "duplicate",
                        "'verify' names \(verifier.service.rawValue) twice",
                        hint: "the first is at \(other.location)"
                    )
                )
            } else {
                verifiers.append(verifier)
            }
        }
        return verifiers
    }

    private func verifier(_ value: Checked, _ map: CheckedMap, _ preset: NetworkPreset?) -> VerifierSpec? {
        let entry = value.map?.entries.first
        let name = entry?.key ?? value.text?.known
        guard let service = name.flatMap({ VerifierSpec.Service(rawValue: $0) }) else { return nil }
        let settings = entry?.value.map
        let key = settings?["key"].flatMap { secret($0.value) }
        if service == .etherscan, settings?.isWhole ?? true, settings?["key"] == nil {
            problems.add(
                (entry?.keyPlace ?? value.place).error(
                    "missing-key",
                    "etherscan takes no source without a key",
                    hint: #"write { etherscan: { key: "env:ETHERSCAN_API_KEY" } }"#
                )
            )
            return nil
        }
        if let text = settings?.text("url") {
            guard let url = serviceURL(text, handed: "sources") else { return nil }
            return VerifierSpec(service, url: url, key: key)
        }
        // Where what was written is wrong, something has been said.
        guard settings?.isWhole ?? true else { return nil }
        guard let url = service.usualURL ?? blockscout(map, preset) else {
            problems.add(
                (entry?.keyPlace ?? value.place).error(
                    "missing-value",
                    "no \(service.rawValue) is known of this network",
                    hint: "write { \(service.rawValue): { url: \"https://…/api\" } }"
                )
            )
            return nil
        }
        return VerifierSpec(service, url: url, key: key)
    }

    /// An explorer that the manifest names is taken for a Blockscout where one is asked for.
    private func blockscout(_ map: CheckedMap, _ preset: NetworkPreset?) -> String? {
        guard let explorer = map.text("explorer") else { return preset?.blockscout }
        return serviceURL(explorer, handed: "sources").map { "\($0)/api" }
    }

    /// What a service is handed, and its key, go to nobody in between; and a key in a URL would be in everybody's log.
    func serviceURL(_ text: CheckedText, handed what: String) -> String? {
        let parts = URLComponents(string: text.text)
        let isHere = ["127.0.0.1", "localhost", "[::1]", "::1"].contains(parts?.host?.lowercased() ?? "")
        guard parts?.scheme?.lowercased() == "https" || isHere else {
            problems.add(
                text.place.error(
                    "wrong-value",
                    "a service that is handed \(what) is asked over https",
                    hint: "write https://…; http is for this machine alone"
                )
            )
            return nil
        }
        guard parts?.user == nil, parts?.password == nil, parts?.query == nil, parts?.fragment == nil else {
            problems.hideLines(of: text.place)
            problems.add(
                text.place.error(
                    "wrong-value",
                    "the URL of a service ends with its path",
                    hint: "a key is written as 'key: env:NAME' beside it"
                )
            )
            return nil
        }
        return Self.withoutSlash(text.text)
    }

    private static func withoutSlash(_ url: String) -> String {
        url.hasSuffix("/") ? String(url.dropLast()) : url
    }
}
