import EthereumTypes
import Model

/// Holds a file against the grammar: keys, types, values, names and references of texts.
struct Checker {
    let filler: Filler
    let problems: Problems
    /// What is defined anywhere in the manifest.
    let names: [Noun: Set<String>]

    /// What of `node` is as it should be; nil after adding a problem.
    ///
    /// Messages call it `what`, and point to `keyPlace` where the value is nothing.
    func check(_ node: YAMLNode, _ shape: Shape, what: String, keyPlace: Place? = nil) -> Checked? {
        switch (shape, node.content) {
        case (.text(let kind), .text(let text, let isPlain)):
            if text.isEmpty, isPlain { return mismatch(node, shape, what, keyPlace) }
            return check(text, kind, at: node.place, what: what).map(Checked.text)
        case (.list(let inner, let mayBeEmpty), .list(let items)):
            guard mayBeEmpty || !items.isEmpty else {
                problems.add(
                    node.place.error("wrong-value", "\(what) is empty", hint: "write at least one element"))
                return nil
            }
            let checked = zip(1..., items).map { number, item in
                check(item, inner, what: "item \(number) of \(what)")
            }
            return .list(checked.compactMap { $0 }, node.place)
        case (.map(let table), .map(let entries)):
            return check(entries, table, what: what, place: keyPlace ?? node.place, node: node)
        case (.named(let noun, let inner), .map(let entries)):
            return check(entries, of: noun, inner, node: node, what: what)
        case (.either(let text, let list, let map), _):
            return checkEither(node, text: text, list: list, map: map, shape: shape, what: what, keyPlace)
        case (.argument(let references), _):
            return checkArgument(node, references, what: what, keyPlace: keyPlace)
        case (.text, _), (.list, _), (.map, _), (.named, _):
            return mismatch(node, shape, what, keyPlace)
        }
    }

    // MARK: Maps

    private func check(
        _ entries: [YAMLNode.Entry],
        _ table: Table,
        what: String,
        place: Place,
        node: YAMLNode
    ) -> Checked {
        var checked: [CheckedMap.Entry] = []
        var hasLater = false
        for entry in entries {
            guard let key = table[entry.key] else {
                hasLater = table.later.contains(entry.key) || hasLater
                problems.add(unknownKey(entry, table, what))
                continue
            }
            let inner = what == Self.wholeManifest ? "'\(key.name)'" : "'\(key.name)' of \(what)"
            if let value = check(entry.value, key.shape, what: inner, keyPlace: entry.keyPlace) {
                checked.append(CheckedMap.Entry(key: entry.key, keyPlace: entry.keyPlace, value: value))
            }
        }
        // A key that comes later or is misspelt explains what is missing; one message is enough.
        let isExplained = hasLater || entries.contains { table[$0.key] == nil }
        checkPresence(entries, table, what: what, place: place, isExplained: isExplained)
        return .map(CheckedMap(entries: checked, place: node.place, isWhole: checked.count == entries.count))
    }

    static let wholeManifest = "the manifest"

    private func unknownKey(_ entry: YAMLNode.Entry, _ table: Table, _ what: String) -> Diagnostic {
        let message = "unknown key '\(entry.key)' in \(what)"
        guard !table.later.contains(entry.key) else {
            return entry.keyPlace.error("unknown-key", message, hint: "it is not available in this version")
        }
        let all = table.keys.map(\.name)
        let hint = problems.suggestion(
            for: entry.key,
            among: all,
            otherwise: "\(all.count == 1 ? "allowed is" : "allowed are") \(all.joined(separator: ", "))"
        )
        return entry.keyPlace.error("unknown-key", message, hint: hint)
    }

    private func checkPresence(
        _ entries: [YAMLNode.Entry],
        _ table: Table,
        what: String,
        place: Place,
        isExplained: Bool
    ) {
        func entry(_ name: String) -> YAMLNode.Entry? { entries.first { $0.key == name } }
        let choice = table.choice(of: entries.map(\.key)).compactMap(entry)
        if choice.count > 1, let second = choice.last {
            let names = choice.map { "'\($0.key)'" }.joined(separator: " and ")
            problems.add(
                second.keyPlace.error(
                    "conflicting-keys", "\(what) has both \(names)", hint: "keep one of them")
            )
        }
        guard !isExplained else { return }
        let missing = table.keys.filter { $0.isRequired && entry($0.name) == nil }
        for key in missing {
            problems.add(place.error("missing-key", "\(what) has no '\(key.name)'", hint: key.about))
        }
        // A key that does not come without one of the choice says which one is missing.
        let needing = table.keys.filter { key in
            entry(key.name) != nil
                && table.needs[key.name]?.contains(where: table.exactlyOne.contains) == true
        }
        if choice.isEmpty, !table.exactlyOne.isEmpty, needing.isEmpty {
            let names = table.exactlyOne.map { "'\($0)'" }.joined(separator: " nor ")
            problems.add(place.error("missing-key", "\(what) has neither \(names)", hint: "add one of them"))
        }
        for key in table.keys {
            guard let given = entry(key.name), choice.count < 2 else { continue }
            for needed in table.needs[key.name] ?? [] where entry(needed) == nil {
                problems.add(
                    given.keyPlace.error(
                        "missing-key",
                        "'\(key.name)' of \(what) needs '\(needed)' beside it",
                        hint: table[needed]?.about
                    )
                )
            }
            let choice = table.needsOneOf[key.name] ?? []
            if !choice.isEmpty, choice.allSatisfy({ entry($0) == nil }) {
                let names = choice.map { "'\($0)'" }.joined(separator: " or ")
                problems.add(
                    given.keyPlace.error(
                        "missing-key",
                        "'\(key.name)' of \(what) needs \(names) beside it",
                        hint: choice.first.flatMap { table[$0]?.about }
                    )
                )
            }
        }
    }

    private func check(
        _ entries: [YAMLNode.Entry],
        of noun: Noun,
        _ inner: Shape,
        node: YAMLNode,
        what: String
    ) -> Checked {
        var checked: [CheckedMap.Entry] = []
        for entry in entries {
            guard noun.isName(entry.key) else {
                problems.add(
                    entry.keyPlace.error("name", "'\(entry.key)' is not a name", hint: noun.nameRule)
                )
                continue
            }
            let owner = noun.section == nil ? what.drop { $0 != " " } : ""
            let name = "\(noun.rawValue) '\(entry.key)'\(owner)"
            guard let value = check(entry.value, inner, what: name, keyPlace: entry.keyPlace) else {
                continue
            }
            checked.append(CheckedMap.Entry(key: entry.key, keyPlace: entry.keyPlace, value: value))
        }
        return .map(CheckedMap(entries: checked, place: node.place, isWhole: checked.count == entries.count))
    }

    // MARK: Either, arguments

    private func checkEither(
        _ node: YAMLNode,
        text: TextKind?,
        list: Shape?,
        map: Shape?,
        shape: Shape,
        what: String,
        _ keyPlace: Place?
    ) -> Checked? {
        let chosen: Shape? =
            switch node.content {
            case .text: text.map(Shape.text)
            case .list: list
            case .map: map
            }
        guard let chosen else { return mismatch(node, shape, what, keyPlace) }
        return check(node, chosen, what: what, keyPlace: keyPlace)
    }

    private func checkArgument(
        _ node: YAMLNode,
        _ references: References,
        what: String,
        keyPlace: Place?
    ) -> Checked? {
        switch node.content {
        case .text(let text, let isPlain):
            if text.isEmpty, isPlain {
                problems.add(
                    (keyPlace ?? node.place).error(
                        "wrong-type",
                        "\(what): expected text, a list or a map, found nothing",
                        hint: "an empty text is written \"\""
                    )
                )
                return nil
            }
            return check(text, .template(references), at: node.place, what: what).map(Checked.text)
        case .list(let items):
            let checked = zip(1..., items).map { number, item in
                checkArgument(item, references, what: "item \(number) of \(what)", keyPlace: nil)
            }
            return .list(checked.compactMap { $0 }, node.place)
        case .map(let entries):
            let checked = entries.compactMap { entry -> CheckedMap.Entry? in
                guard TextKind.isIdentifier(entry.key) else {
                    problems.add(
                        entry.keyPlace.error(
                            "name",
                            "'\(entry.key)' is not a parameter's name",
                            hint: "write arguments without names as a list"
                        )
                    )
                    return nil
                }
                let inner = "'\(entry.key)' of \(what)"
                return checkArgument(entry.value, references, what: inner, keyPlace: entry.keyPlace)
                    .map { CheckedMap.Entry(key: entry.key, keyPlace: entry.keyPlace, value: $0) }
            }
            return .map(
                CheckedMap(entries: checked, place: node.place, isWhole: checked.count == entries.count))
        }
    }

    // MARK: Texts

    private func check(_ text: String, _ kind: TextKind, at place: Place, what: String) -> CheckedText? {
        if kind.isSecret {
            let isReference = ["env:", "file:", "cmd:"].contains(where: text.hasPrefix)
            if !isReference, !text.hasPrefix("${") {
                problems.hideLines(of: place, count: 1 + text.count { $0.isNewline })
            }
        }
        guard let references = kind.references else {
            guard !text.contains("${") else {
                problems.add(
                    place.error(
                        "interpolation", "\(what) is read before variables are known", hint: "write it out")
                )
                return nil
            }
            return passed(
                CheckedText(
                    value: Interpolated(text: text, at: place.location), place: place, isUnknown: false),
                kind, what)
        }
        guard let (value, isUnknown) = filler.fill(text, at: place, allowed: references) else { return nil }
        guard !isUnknown else {
            let stand = Interpolated(text: kind.placeholder, at: place.location)
            return CheckedText(value: stand, place: place, isUnknown: true)
        }
        return passed(CheckedText(value: value, place: place, isUnknown: false), kind, what)
    }

    private func passed(_ text: CheckedText, _ kind: TextKind, _ what: String) -> CheckedText? {
        if case .template(let references) = kind, !references.isEmpty {
            return AddressText.check(text, problems: problems) ? text : nil
        }
        do {
            try kind.check(text.text)
        } catch {
            problems.add(text.place.error(error.code, "\(what): \(error.message)", hint: error.hint))
            return nil
        }
        if case .name(let noun) = kind { return isDefined(text, noun) ? text : nil }
        return text
    }

    private func isDefined(_ text: CheckedText, _ noun: Noun) -> Bool {
        var noun = noun
        var name = text.text
        if noun == .contract, let slash = name.firstIndex(of: "/") {
            noun = .set
            name = String(name[..<slash])
        }
        let known = names[noun] ?? []
        guard !known.contains(name) else { return true }
        problems.add(
            text.place.error(
                "unknown-\(noun.rawValue)",
                "there is no \(noun.rawValue) '\(name)'",
                hint: problems.suggestion(
                    for: name,
                    among: known.sorted(),
                    otherwise: noun.section.map { "define it under '\($0)'" }
                )
            )
        )
        return false
    }

    private func mismatch(_ node: YAMLNode, _ shape: Shape, _ what: String, _ keyPlace: Place?) -> Checked? {
        let isNothing = node.inWords == "nothing"
        let place = isNothing ? keyPlace ?? node.place : node.place
        problems.add(
            place.error(
                "wrong-type",
                "\(what): expected \(shape.inWords), found \(node.inWords)",
                hint: isNothing ? "give it a value or remove the key" : shape.writing
            )
        )
        return nil
    }
}

extension Shape {
    /// What is expected, in words.
    var inWords: String {
        switch self {
        case .text: return "text"
        case .list: return "a list"
        case .map, .named: return "a map"
        case .argument: return "text, a list or a map"
        case .either(let text, let list, let map):
            let all = [text == nil ? nil : "text", list == nil ? nil : "a list", map == nil ? nil : "a map"]
            return all.compactMap { $0 }.joined(separator: " or ")
        }
    }

    /// How it is written, for those who wrote something else.
    var writing: String {
        let list = "a list is written [first, second], also where it has one element"
        let map = "a map is written { key: value }"
        switch self {
        case .text: return "write one value, without brackets or braces"
        case .list: return list
        case .map, .named: return map
        case .argument: return "\(list); \(map)"
        case .either(_, let elements, let entries):
            return [elements == nil ? nil : list, entries == nil ? nil : map].compactMap { $0 }.joined(
                separator: "; ")
        }
    }
}
