import Model

extension ManifestBuilder {
    func proxy(_ map: CheckedMap) -> ProxySpec? {
        guard let kind = map.text("kind").flatMap({ ProxyKind(rawValue: $0.text) }) else { return nil }
        let owner = map["owner"]
        if let owner, kind == .uups {
            problems.add(
                owner.keyPlace.error(
                    "wrong-value",
                    "a uups proxy has no owner of its own",
                    hint: "its code says who may upgrade it: hand the owner to 'initialize'"
                )
            )
        }
        let initialize = map.map("initialize").flatMap { map in
            map.text("function").map {
                ProxySpec.Initialize(function: $0.located, arguments: arguments(map))
            }
        }
        return ProxySpec(kind: kind, initialize: initialize, owner: owner?.value.text?.value)
    }
}
