import Model

extension ManifestBuilder {
    func check(_ entry: CheckedMap.Entry) -> CheckSpec? {
        guard let map = entry.value.map, let words = map.texts("run"), let inputs = map.texts("inputs"),
            let first = words.first
        else { return nil }
        // Both before either stops us, so that all that is wrong is said.
        let program = program(first, of: entry.key)
        // What a pattern that is not known without the environment matches is not known either.
        let patterns = inputs.filter { !$0.isUnknown }.compactMap { input in
            paths.pattern(input.text, at: input.place).map { Located($0, at: input.place.location) }
        }
        guard let program else { return nil }
        var check = CheckSpec(
            name: entry.key,
            location: entry.keyPlace.location,
            program: program,
            arguments: words.dropFirst().map(\.text),
            inputs: patterns,
            environment: Set(map.texts("environment")?.map(\.text) ?? [])
        )
        if let gates = map.texts("gates") {
            check.gates = Set(gates.compactMap { CheckSpec.Gate(rawValue: $0.text) })
        }
        check.deadline = map.duration("deadline") ?? check.deadline
        return check
    }

    /// A name is looked for on PATH when the check runs; what has a `/` is a file of the project.
    private func program(_ text: CheckedText, of check: String) -> CheckSpec.Program? {
        guard !text.isUnknown else { return .named(text.text) }
        guard !text.text.isEmpty else {
            problems.add(
                text.place.error(
                    "wrong-value",
                    "'run' of check '\(check)' names no program",
                    hint: "the first element is a name on PATH or a path relative to this file"
                )
            )
            return nil
        }
        guard text.text.contains("/") else { return .named(text.text) }
        return paths.program(text.text, at: text.place).map(CheckSpec.Program.file)
    }
}

extension CheckedMap {
    /// A duration, which was checked to be one.
    func duration(_ key: String) -> Duration? { text(key).flatMap { try? DurationText.parse($0.text) } }
}
