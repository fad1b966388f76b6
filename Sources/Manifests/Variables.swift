import Model

/// What `${var.NAME}` reads.
final class Variables {
    enum Value {
        case text(String)
        /// Not known here, and nobody asked for it: what it stands in passes.
        case unknown
        /// Not known here, though it must be.
        case unset(environment: String)
    }

    private enum Definition {
        case text(String, Place)
        case environment(String, default: (String, Place)?)
        case given(String)
    }

    private enum State {
        case working
        case done(Value)
    }

    private let environment: (String) -> String?
    private let requiresEnvironment: Bool
    private let problems: Problems
    private var definitions: [String: Definition] = [:]
    private var states: [String: State] = [:]
    private var path: [String] = []

    init(environment: @escaping (String) -> String?, requiresEnvironment: Bool, problems: Problems) {
        self.environment = environment
        self.requiresEnvironment = requiresEnvironment
        self.problems = problems
    }

    /// Takes one entry of `variables`; one of the wrong shape is reported where shapes are checked.
    func define(_ entry: YAMLNode.Entry) {
        guard definitions[entry.key] == nil else { return }
        switch entry.value.content {
        case .text(let text, _): definitions[entry.key] = .text(text, entry.value.place)
        case .map:
            guard let name = entry.value["env"]?.value.text else { return }
            let value = entry.value["default"]?.value
            definitions[entry.key] = .environment(
                name,
                default: value.flatMap { node in
                    node.text.map { ($0, node.place) }
                })
        case .list: return
        }
    }

    /// Takes what `--set` says.
    func override(_ values: [String: String]) {
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            if definitions[name] == nil {
                problems.add(
                    .error(
                        "unknown-variable",
                        "--set names '\(name)', which is no variable of the manifest",
                        hint: problems.suggestion(
                            for: name,
                            among: definitions.keys.sorted(),
                            otherwise: "define it under 'variables'"
                        )
                    )
                )
            }
            definitions[name] = .given(value)
        }
    }

    /// Fills in the variables of variables, so that their problems are told once.
    func resolveAll() {
        for name in definitions.keys.sorted() { _ = resolve(name) }
    }

    /// The value of a variable; adds a problem and gives nil where there is none of that name.
    func value(of name: String, at place: Place) -> Value? {
        guard definitions[name] != nil else {
            problems.add(
                place.error(
                    "unknown-variable",
                    "there is no variable '\(name)'",
                    hint: problems.suggestion(
                        for: name,
                        among: definitions.keys.sorted(),
                        otherwise: "define it under 'variables', or give it by --set \(name)=…"
                    )
                )
            )
            return nil
        }
        if case .working? = states[name] {
            let loop = path.drop { $0 != name } + [name]
            problems.add(
                place.error(
                    "cycle",
                    "variables need each other: \(loop.joined(separator: " → "))",
                    hint: "give one of them a text of its own"
                )
            )
            return nil
        }
        let value = resolve(name)
        if case .unset(let variable) = value {
            problems.add(
                place.error(
                    "environment",
                    "the variable '\(name)' has no value: \(variable) is not set",
                    hint: "set \(variable), give the variable a default, or use --set \(name)=…"
                )
            )
            return nil
        }
        return value
    }

    private func resolve(_ name: String) -> Value {
        if case .done(let value)? = states[name] { return value }
        states[name] = .working
        path.append(name)
        defer { path.removeLast() }
        let value = evaluate(name)
        states[name] = .done(value)
        return value
    }

    private func evaluate(_ name: String) -> Value {
        switch definitions[name] {
        case .given(let text): return .text(text)
        case .text(let text, let place): return filled(text, place)
        case .environment(let variable, let fallback):
            if let text = environment(variable) { return .text(text) }
            if let (text, place) = fallback { return filled(text, place) }
            return requiresEnvironment ? .unset(environment: variable) : .unknown
        case nil: return .unknown
        }
    }

    private func filled(_ text: String, _ place: Place) -> Value {
        let filler = Filler(variables: self, problems: problems)
        guard let result = filler.fill(text, at: place, allowed: []), let text = result.value.text,
            !result.isUnknown
        else { return .unknown }
        return .text(text)
    }
}

/// Fills variables into texts and reads the references that stay.
struct Filler {
    /// The longest text that variables may make, in bytes.
    private static let longest = 1 << 20

    let variables: Variables
    let problems: Problems

    /// The text with its variables filled in; nil after adding a problem.
    func fill(_ text: String, at place: Place, allowed: References) -> (value: Interpolated, isUnknown: Bool)?
    {
        guard text.contains("${") else { return (Interpolated(text: text, at: place.location), false) }
        let parts = Interpolation(text)
        var segments: [Interpolated.Segment] = []
        var isUnknown = false
        var isWrong = false
        var size = 0
        func append(_ text: String) {
            size += text.utf8.count
            if case .text(let before)? = segments.last {
                segments[segments.count - 1] = .text(before + text)
            } else {
                segments.append(.text(text))
            }
        }
        for segment in parts.segments {
            switch segment {
            case .text(let text): append(text)
            case .reference(let inner, let offset, let length):
                let place = place.inside(offset: offset, length: length, of: text)
                switch read(inner, at: place, allowed: allowed) {
                case .variable(.text(let text))?: append(text)
                case .variable?: isUnknown = true
                case .reference(let reference)?: segments.append(.reference(reference))
                case nil: isWrong = true
                }
            }
            guard size <= Self.longest else {
                problems.add(
                    place.error(
                        "too-large", "variables make a text of more than \(Self.longest) bytes of this"))
                return nil
            }
        }
        if let open = parts.openEnd {
            problems.add(
                place.inside(offset: open, length: 2, of: text).error(
                    "interpolation",
                    "'${' has no '}'",
                    hint: "close it, or write $${ for a literal ${"
                )
            )
            return nil
        }
        guard !isWrong else { return nil }
        return (Interpolated(segments.isEmpty ? [.text("")] : segments, at: place.location), isUnknown)
    }

    private enum Read {
        case variable(Variables.Value)
        case reference(Interpolated.Reference)
    }

    private func read(_ inner: String, at place: Place, allowed: References) -> Read? {
        do {
            switch try Interpolation.parse(inner) {
            case .variable(let name): return variables.value(of: name, at: place).map(Read.variable)
            case .other(let reference):
                guard let hint = refusal(of: reference, allowed: allowed) else {
                    return .reference(reference)
                }
                problems.add(place.error("interpolation", "'${\(inner)}' cannot be used here", hint: hint))
                return nil
            }
        } catch {
            problems.add(place.error("interpolation", error.message, hint: error.hint))
            return nil
        }
    }

    /// Why a reference may not be here; nil where it may.
    private func refusal(of reference: Interpolated.Reference, allowed: References) -> String? {
        let (needed, rule): (References, String) =
            switch reference {
            case .row: (.row, "row.COLUMN is known in 'key' and 'generate' of a set made of rows")
            case .networkName, .networkChainID:
                (.network, "it is known in arguments of deployments and calls, and in values of networks")
            case .networkValue: (.networkValues, "it is known in arguments of deployments and calls")
            case .deploymentAddress: (.deployments, "it is known in arguments of deployments and calls")
            case .signerAddress:
                (.signers, "it is known in arguments of deployments and calls, and in values of networks")
            }
        guard !allowed.contains(needed) else { return nil }
        return allowed.isEmpty ? "only variables can be used here; \(rule)" : rule
    }
}
