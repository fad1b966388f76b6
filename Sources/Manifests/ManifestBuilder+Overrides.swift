import Model

extension ManifestBuilder {
    /// A deployment as it is on the one network that `override` names.
    func overridden(
        _ map: CheckedMap,
        by override: CheckedMap.Entry,
        of entry: CheckedMap.Entry
    ) -> DeploymentSpec? {
        guard let differing = override.value.map else { return nil }
        let whole = map.merged(with: differing)
        if map.isWhole, differing.isWhole {
            checkPresence(in: whole, differing, "override '\(override.key)' of deployment '\(entry.key)'")
        }
        var spec = deployment(whole, of: entry)
        spec?.networks = [Located(override.key, at: override.keyPlace.location)]
        return spec
    }

    /// What only the override has must be complete, since it is merged with nothing.
    private func checkPresence(in whole: CheckedMap, _ differing: CheckedMap, _ owner: String) {
        for (key, table, noun) in [
            ("calls", Grammar.call, Noun.call), ("checks", Grammar.expectation, .expectation),
        ] {
            for entry in differing.map(key)?.entries ?? [] {
                let what = "\(noun.rawValue) '\(entry.key)' of \(owner)"
                let merged = whole.map(key)?.map(entry.key)
                checkPresence(in: merged, table, entry.keyPlace, what)
                guard let unless = entry.value.map?["unless"] else { continue }
                checkPresence(
                    in: merged?.map("unless"), Grammar.unless, unless.keyPlace, "'unless' of \(what)")
            }
        }
    }

    private func checkPresence(in map: CheckedMap?, _ table: Table, _ place: Place, _ what: String) {
        for key in table.keys where key.isRequired && map?[key.name] == nil {
            problems.add(place.error("missing-key", "\(what) has no '\(key.name)'", hint: key.about))
        }
    }
}

extension CheckedMap {
    /// Keys whose values mean something only as a whole.
    private static let undivided: Set = ["arguments", "equals"]

    /// Maps merge by key; whatever else `other` says takes the place of what is here.
    func merged(with other: CheckedMap) -> CheckedMap {
        var merged = entries
        for entry in other.entries {
            guard let position = merged.firstIndex(where: { $0.key == entry.key }) else {
                merged.append(entry)
                continue
            }
            guard !Self.undivided.contains(entry.key), let mine = merged[position].value.map,
                let theirs = entry.value.map
            else {
                merged[position] = entry
                continue
            }
            merged[position] = Entry(
                key: entry.key, keyPlace: merged[position].keyPlace, value: .map(mine.merged(with: theirs)))
        }
        return CheckedMap(entries: merged, place: place, isWhole: isWhole && other.isWhole)
    }
}
