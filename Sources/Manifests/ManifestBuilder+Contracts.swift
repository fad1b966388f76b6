import Model

extension ManifestBuilder {
    func contract(_ entry: CheckedMap.Entry) -> ContractSpec? {
        guard let map = entry.value.map, let name = ContractName(entry.key) else { return nil }
        let origin: ContractSpec.Origin
        if let source = map.text("source") {
            guard let path = paths.path(SourceReference.path(source.text), at: source.place) else {
                return nil
            }
            origin = .source(
                path: Located(path, at: source.place.location),
                contract: SourceReference.contract(source.text)
            )
        } else {
            guard let generate = generate(map) else { return nil }
            checkOptions(of: map, generate)
            origin = .template(generate)
        }
        return ContractSpec(
            name: name,
            location: entry.keyPlace.location,
            origin: origin,
            compiler: map.text("compiler")?.known ?? "default",
            policy: map.text("policy")?.known
        )
    }

    func set(_ entry: CheckedMap.Entry) -> SetSpec? {
        guard let map = entry.value.map, let origin = origin(map) else { return nil }
        return SetSpec(
            name: entry.key,
            location: entry.keyPlace.location,
            origin: origin,
            compiler: map.text("compiler")?.known ?? "default",
            policy: map.text("policy")?.known
        )
    }

    private func origin(_ map: CheckedMap) -> SetSpec.Origin? {
        if let sources = map.text("sources") {
            guard let pattern = paths.pattern(sources.text, at: sources.place) else { return nil }
            return .glob(Located(pattern, at: sources.place.location))
        }
        guard let rows = map.text("rows"), let key = map.text("key"), let generate = generate(map),
            let path = paths.path(rows.text, at: rows.place)
        else { return nil }
        return .rows(path: Located(path, at: rows.place.location), key: key.value, generate: generate)
    }

    private func generate(_ map: CheckedMap) -> GenerateSpec? {
        guard let generate = map.map("generate"), let template = generate.text("template") else { return nil }
        let options = generate.map("options")?.entries ?? []
        return GenerateSpec(
            template: template.located,
            options: options.compactMap { entry in
                entry.value.text.map { text in
                    TemplateOption(
                        name: Located(entry.key, at: entry.keyPlace.location),
                        value: text.value
                    )
                }
            }
        )
    }

    /// Reports what the template says of its options, where all of them are known.
    private func checkOptions(of map: CheckedMap, _ generate: GenerateSpec) {
        let options = map.map("generate")?.map("options")
        let texts = options?.entries.compactMap(\.value.text) ?? []
        guard options?.isWhole != false, !texts.contains(where: \.isUnknown) else { return }
        let places = texts.map(\.place) + (options?.entries.map(\.keyPlace) ?? [])
        let template = map.map("generate")?.text("template")?.place
        let parsed = ERC20Options.parse(generate.options, location: generate.template.location)
        for var diagnostic in parsed.diagnostics {
            let place = (places + [template].compactMap { $0 }).first { $0.location == diagnostic.location }
            diagnostic.line = place?.lineText
            diagnostic.length = place?.length ?? 0
            problems.add(diagnostic)
        }
    }
}

extension CheckedText {
    /// The name that the text is; nil where it is not known without the environment.
    var known: String? { isUnknown ? nil : text }
}
