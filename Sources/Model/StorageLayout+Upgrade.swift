/// Why code with another storage layout cannot take the place of what is deployed.
package struct LayoutConflict: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case removed, moved, retyped, renamed
        /// It holds a place in the old code. That is none in any other code, and the same in the same.
        case function
    }

    package var kind: Kind
    /// The variable, with the way into it where it is a member: `positions[].owner`.
    package var variable: String
    /// Of the state variable, in decimal.
    package var slot: String
    /// The namespace that it is in; its slot and offset say nothing then.
    package var namespace: String?
    /// Bytes from the slot's low end.
    package var offset: Int
    /// What was there, and what is there now.
    package var words: String
}

extension LayoutConflict: CustomStringConvertible {
    package var description: String {
        let place =
            namespace.map { "in \($0)" }
            ?? (offset == 0 ? "at slot \(slot)" : "at slot \(slot), byte \(offset)")
        return "'\(variable)' \(place) \(words)"
    }
}

extension StorageLayout {
    /// What stands against running code of the layout `new` on storage that code of this layout wrote; empty where nothing does.
    ///
    /// The rule is that of OpenZeppelin's upgrades plugins: what a variable wrote must be read by the variable of the same name
    /// and type. New variables may follow, or stand in bytes that nothing used, such as those of a `__gap`, whose arrays
    /// may shrink. Another name is refused, since two variables that change places look the same; the source allows it
    /// by `@custom:oz-renamed-from`. Structs that are not elements of arrays may grow at their end, enums too. A type of
    /// the user's own is what it is of. Internal functions are refused; that they are set anew the source says by
    /// `@custom:oz-upgrades-unsafe-allow internal-function-storage`.
    package func conflicts(upgradingTo new: StorageLayout) -> [LayoutConflict] {
        var comparison = Comparison(old: self, new: new)
        return comparison.conflicts()
    }

    /// Room that a contract keeps for variables to come.
    fileprivate func isGap(_ variable: Variable) -> Bool {
        (variable.label == "__gap" || variable.label.hasPrefix("__gap_")) && types[variable.type].base != nil
            && types[variable.type].encoding == "inplace"
    }
}

/// Walks through two layouts at once.
private struct Comparison {
    private struct Pair: Hashable {
        let old: Int
        let new: Int
        let mayGrow: Bool
    }

    let old: StorageLayout
    let new: StorageLayout
    /// Types that are being compared: structs can hold mappings to themselves.
    private var open: Set<Pair> = []

    init(old: StorageLayout, new: StorageLayout) {
        self.old = old
        self.new = new
    }

    mutating func conflicts() -> [LayoutConflict] {
        var found = compare(old.variables, new.variables, within: nil)
        for namespace in old.namespaces {
            var conflict = LayoutConflict(
                kind: .removed, variable: old.types[namespace.type].name, slot: "0", offset: 0,
                words: "is gone")
            conflict.namespace = namespace.id
            if let there = new.namespaces.first(where: { $0.id == namespace.id }) {
                found += compare(namespace.type, there.type, mayGrow: true, conflict)
            } else {
                found.append(conflict)
            }
        }
        return found
    }

    private mutating func compare(
        _ before: [StorageLayout.Variable],
        _ after: [StorageLayout.Variable],
        within root: LayoutConflict?
    ) -> [LayoutConflict] {
        var found: [LayoutConflict] = []
        for variable in before where !old.isGap(variable) {
            var conflict = LayoutConflict(
                kind: .removed,
                variable: (root.map { "\($0.variable)." } ?? "") + variable.label,
                slot: root?.slot ?? variable.slot,
                offset: root?.offset ?? variable.offset,
                words: ""
            )
            conflict.namespace = root?.namespace
            let there = after.first { $0.slot == variable.slot && $0.offset == variable.offset }
            if let there, [there.label, there.formerName].contains(variable.label) {
                found += compare(variable.type, there.type, mayGrow: true, conflict)
                    .filter { $0.kind != .function || !there.setsFunctionsAnew }
                continue
            }
            let type = old.types[variable.type].label
            if let other = elsewhere(variable, before, after) {
                conflict.kind = .moved
                conflict.words =
                    "moved to slot \(other.slot)" + (other.offset > 0 ? ", byte \(other.offset)" : "")
            } else if let there, !new.isGap(there) {
                let isSame = compare(variable.type, there.type, mayGrow: true, conflict)
                    .allSatisfy { $0.kind == .function }
                conflict.kind = isSame ? .renamed : .removed
                conflict.words =
                    isSame
                    ? "is called '\(there.label)' now"
                    : "(\(type)) is gone: '\(there.label)' (\(new.types[there.type].label)) is there now"
            } else {
                conflict.words = "(\(type)) is gone"
            }
            found.append(conflict)
        }
        return found
    }

    /// The variable of the same name at another place, unless that is the place of one of that name before.
    private func elsewhere(
        _ variable: StorageLayout.Variable,
        _ before: [StorageLayout.Variable],
        _ after: [StorageLayout.Variable]
    ) -> StorageLayout.Variable? {
        after.first { other in
            other.label == variable.label
                && !before.contains {
                    $0.label == other.label && $0.slot == other.slot && $0.offset == other.offset
                }
        }
    }

    private mutating func compare(
        _ before: Int,
        _ after: Int,
        mayGrow: Bool,
        _ place: LayoutConflict
    ) -> [LayoutConflict] {
        let pair = Pair(old: before, new: after, mayGrow: mayGrow)
        guard open.insert(pair).inserted else { return [] }
        defer { open.remove(pair) }
        let (was, now) = (old.types[before], new.types[after])
        var retyped = place
        retyped.kind = .retyped
        retyped.words = "was \(was.words) and is \(now.words)"
        guard was.encoding == now.encoding else { return [retyped] }
        if let key = was.key, let value = was.value {
            guard let newKey = now.key, let newValue = now.value else { return [retyped] }
            if let other = compare(key, newKey, mayGrow: false, place).first {
                if was.label == now.label { retyped.words = "has other keys: what \(other.words)" }
                return [retyped]
            }
            return compare(value, newValue, mayGrow: true, place.below("[]"))
        }
        if let base = was.base {
            guard let newBase = now.base, was.length == now.length else { return [retyped] }
            return compare(base, newBase, mayGrow: false, place.below("[]"))
        }
        if let members = was.members {
            guard let newMembers = now.members else { return [retyped] }
            let found = compare(members, newMembers, within: place)
            guard found.allSatisfy({ $0.kind == .function }), !mayGrow, was.bytes != now.bytes else {
                return found
            }
            retyped.words = "is an element of an array and grew from \(was.bytes) to \(now.bytes) bytes"
            return found + [retyped]
        }
        if let values = was.values {
            guard let newValues = now.values else { return [retyped] }
            guard was.bytes == now.bytes else {
                retyped.words =
                    "is of \(now.label), whose values grew from \(was.bytes) to \(now.bytes) bytes"
                return [retyped]
            }
            guard !newValues.starts(with: values) else { return [] }
            retyped.words =
                "was \(was.label) { \(values.joined(separator: ", ")) } and is { "
                + "\(newValues.joined(separator: ", ")) }"
            return [retyped]
        }
        guard now.members == nil, now.values == nil, now.base == nil, was.bytes == now.bytes,
            was.meansTheSame(as: now)
        else { return [retyped] }
        guard was.isInternalFunction else { return [] }
        var function = place
        function.kind = .function
        function.words = "holds a function of the old code (\(was.label)), which is none in other code"
        return [function]
    }
}

extension LayoutConflict {
    fileprivate func below(_ step: String) -> LayoutConflict {
        var deeper = self
        deeper.variable += step
        return deeper
    }
}

extension StorageLayout.Shape {
    /// What is between the last brackets: the length of an array, nothing for one of any length.
    package var length: Substring {
        guard label.last == "]", let open = label.lastIndex(of: "[") else { return "" }
        return label[label.index(after: open)...].dropLast()
    }

    /// Whether bytes of it can be read as another type.
    ///
    /// What was written down without what it is of goes by its name.
    fileprivate func meansTheSame(as new: Self) -> Bool {
        Self.meaning(underlying ?? label) == Self.meaning(new.underlying ?? new.label)
            || underlying == nil && Self.meaning(label) == Self.meaning(new.label)
    }

    /// What bytes mean: names without the contract that declares them; every kind of address is the same.
    private static func meaning(_ label: String) -> String {
        if label == "address payable" || label.hasPrefix("contract ") { return "address" }
        return label.split(separator: " ").map { $0.split(separator: ".").last.map(String.init) ?? "" }
            .joined(separator: " ")
    }

    /// Its name without the contract that declares it.
    fileprivate var name: String { Self.meaning(label).split(separator: " ").last.map(String.init) ?? "" }

    /// As a person reads it, with what a type of the user's own is of.
    fileprivate var words: String { label + (underlying.map { " (\($0))" } ?? "") }

    /// One of the code itself; the external ones, an address and a selector, have 24 bytes.
    fileprivate var isInternalFunction: Bool { label.hasPrefix("function (") && bytes == "8" }
}
