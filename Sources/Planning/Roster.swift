import Model

/// Every contract of a project by name, members of sets included.
struct Roster {
    /// One contract with what its steps need to know.
    struct Entry {
        enum Origin {
            case file(path: String, contract: String?)
            case template(ERC20Options)
        }

        var name: ContractName
        var location: FileLocation
        var origin: Origin
        var compiler: String
        var policy: String?
    }

    private(set) var entries: [Entry] = []
    /// Member contracts of each set, in order.
    private(set) var members: [String: [ContractName]] = [:]
    private(set) var notes: [Diagnostic] = []

    init(_ manifest: Manifest, _ snapshot: Snapshot, problems: inout [Diagnostic]) {
        for contract in manifest.contracts {
            guard let origin = origin(of: contract, problems: &problems) else { continue }
            entries.append(
                Entry(
                    name: contract.name,
                    location: contract.location,
                    origin: origin,
                    compiler: contract.compiler,
                    policy: contract.policy
                )
            )
        }
        for set in manifest.sets {
            let before = entries.count
            switch set.origin {
            case .glob:
                addDeclared(in: snapshot.globs[set.name] ?? [], of: set, snapshot, problems: &problems)
            case .rows(_, let key, let generate):
                guard let table = snapshot.rows[set.name] else { continue }
                addRows(of: table, key: key, generate: generate, set: set, problems: &problems)
            }
            members[set.name] = entries[before...].map(\.name)
        }
    }

    private mutating func origin(of contract: ContractSpec, problems: inout [Diagnostic]) -> Entry.Origin? {
        switch contract.origin {
        case .source(let path, let name): return .file(path: path.value, contract: name)
        case .template(let generate):
            let parsed = ERC20Options.parse(generate.options, location: generate.template.location)
            take(parsed.diagnostics, problems: &problems)
            return parsed.options.map { .template($0) }
        }
    }

    private mutating func addDeclared(
        in paths: [String],
        of set: SetSpec,
        _ snapshot: Snapshot,
        problems: inout [Diagnostic]
    ) {
        var seen: [String: String] = [:]
        for path in paths {
            for declaration in snapshot.sources[path]?.declarations ?? [] where declaration.kind == .contract
            {
                if let other = seen.updateValue(path, forKey: declaration.name) {
                    problems.append(
                        .error(
                            "duplicate-member",
                            "set '\(set.name)' has two contracts '\(declaration.name)': in \(other) and in \(path)",
                            at: set.location,
                            hint: "rename one, or name them apart under 'contracts'"
                        )
                    )
                    continue
                }
                guard let name = ContractName(set: set.name, member: declaration.name) else {
                    problems.append(Self.badMember(declaration.name, at: set.location))
                    continue
                }
                entries.append(
                    Entry(
                        name: name,
                        location: set.location,
                        origin: .file(path: path, contract: declaration.name),
                        compiler: set.compiler,
                        policy: set.policy
                    )
                )
            }
        }
    }

    private mutating func addRows(
        of table: RowTable,
        key: Interpolated,
        generate: GenerateSpec,
        set: SetSpec,
        problems: inout [Diagnostic]
    ) {
        var seen: [String: FileLocation] = [:]
        for row in table.rows {
            // A column that one row lacks they all lack: it is told once.
            guard let member = Self.filled(key, row, problems: &problems)?.text else { return }
            if let other = seen.updateValue(row.location, forKey: member) {
                problems.append(
                    .error(
                        "duplicate-member",
                        "the key '\(member)' stands in two rows; the other is \(other)",
                        at: row.location,
                        hint: "the key names the member: each row needs its own"
                    )
                )
                continue
            }
            guard let name = ContractName(set: set.name, member: member) else {
                problems.append(Self.badMember(member, at: row.location))
                continue
            }
            let options = generate.options.compactMap { option in
                Self.filled(option.value, row, problems: &problems).map {
                    TemplateOption(name: option.name, value: $0)
                }
            }
            guard options.count == generate.options.count else { return }
            let parsed = ERC20Options.parse(options, location: generate.template.location)
            // What is wrong is in the row: its place says more than the template's, which is the same for all.
            take(parsed.diagnostics.map { Self.moved($0, to: row.location) }, problems: &problems)
            guard let options = parsed.options else { continue }
            entries.append(
                Entry(
                    name: name,
                    location: row.location,
                    origin: .template(options),
                    compiler: set.compiler,
                    policy: set.policy
                )
            )
        }
    }

    private mutating func take(_ diagnostics: [Diagnostic], problems: inout [Diagnostic]) {
        problems += diagnostics.filter { $0.severity == .error }
        notes += diagnostics.filter { $0.severity != .error }
    }

    private static func filled(
        _ text: Interpolated,
        _ row: RowTable.Row,
        problems: inout [Diagnostic]
    ) -> Interpolated? {
        for case .row(let column) in text.references where row.values[column] == nil {
            problems.append(
                .error(
                    "unknown-column",
                    "there is no column '\(column)'",
                    at: text.location,
                    hint: "the file has \(row.values.keys.sorted().joined(separator: ", "))"
                )
            )
            return nil
        }
        return text.resolving { reference in
            guard case .row(let column) = reference, let value = row.values[column] else { return nil }
            return Interpolated(text: value, at: text.location)
        }
    }

    private static func badMember(_ name: String, at location: FileLocation) -> Diagnostic {
        .error(
            "bad-member",
            "'\(name)' cannot name a member of a set",
            at: location,
            hint: "use letters, digits, '_', '-' and '.', at most 100"
        )
    }

    private static func moved(_ diagnostic: Diagnostic, to location: FileLocation) -> Diagnostic {
        var moved = diagnostic
        moved.location = location
        moved.line = nil
        moved.length = 0
        return moved
    }
}
