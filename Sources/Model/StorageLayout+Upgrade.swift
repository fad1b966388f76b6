/// Why code with another storage layout cannot take the place of what is deployed.
package struct LayoutConflict: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case removed, moved, retyped, renamed
        /// It is that of another contract.
        case redeclared
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
    /// and type. Private ones of several contracts can have one name: the contracts tell them apart. New variables may follow,
    /// or stand in bytes that nothing used, such as those of a `__gap`, whose arrays may shrink. Another name is refused, since two
    /// variables that change places look the same; the source allows it by `@custom:oz-renamed-from`. Structs that are not
    /// elements of arrays may grow at their end, enums too. A type of the user's own is what it is of. Internal functions
    /// are refused; that they are set anew the source says by `@custom:oz-upgrades-unsafe-allow internal-function-storage`.
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
            let there = new.namespaces.filter { $0.id == namespace.id }
            if there.isEmpty { found.append(conflict) }
            for other in there {
                found += compare(namespace.type, other.type, mayGrow: true, conflict)
                    .map { there.count > 1 ? $0.said(of: new.types[other.type].label) : $0 }
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
            let heir = heir(of: variable, before, after)
            if let there, there.isCalled(variable.label) {
                if let was = variable.contract, let now = there.contract, was != now, heir != there {
                    conflict.kind = .redeclared
                    conflict.words = Self.words(was, now, heir)
                    found.append(conflict)
                    continue
                }
                found += compare(variable.type, there.type, mayGrow: true, conflict)
                    .filter { $0.kind != .function || !there.setsFunctionsAnew }
                continue
            }
            let type = old.types[variable.type].label
            if let heir {
                conflict.kind = .moved
                conflict.words = "moved to \(heir.place)"
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

    /// What became of a variable, among those that its name can mean; nil where nothing did, or several could have.
    ///
    /// Of several contracts' variables of one name, those of one contract in one file belong together; of the rest, those of
    /// contracts of one name; and where one is left over before and one after, its contract is called otherwise now.
    private func heir(
        of variable: StorageLayout.Variable,
        _ before: [StorageLayout.Variable],
        _ after: [StorageLayout.Variable]
    ) -> StorageLayout.Variable? {
        var old = before.filter { $0.label == variable.label }
        // A former name that the old code had left behind already means nothing.
        var new = after.filter { one in
            one.label == variable.label
                || one.formerName == variable.label && !before.contains { $0.label == one.label }
        }
        let marks: [(StorageLayout.Variable) -> String?] = [
            { $0.contract }, { $0.contract.map(Self.name(ofContract:)) }, { _ in nil },
        ]
        for mark in marks {
            let pairs = old.compactMap { one -> (StorageLayout.Variable, StorageLayout.Variable)? in
                let others = new.filter { mark($0) == mark(one) }
                let isAlone = old.filter { mark($0) == mark(one) }.count == 1
                return isAlone && others.count == 1 ? (one, others[0]) : nil
            }
            if let pair = pairs.first(where: { $0.0 == variable }) { return pair.1 }
            old.removeAll { one in pairs.contains { $0.0 == one } }
            new.removeAll { one in pairs.contains { $0.1 == one } }
        }
        return nil
    }

    private static func words(_ was: String, _ now: String, _ heir: StorageLayout.Variable?) -> String {
        let names = [was, now].map(name(ofContract:))
        let (was, now) = names[0] == names[1] ? (was, now) : (names[0], names[1])
        let own = heir.flatMap { $0.contract.map(name(ofContract:)) == names[0] ? $0 : nil }
        let place = own.map { ", which is at \($0.place) now," } ?? ""
        return "was that of \(was)\(place) and is that of \(now)"
    }

    /// Without the file.
    private static func name(ofContract contract: String) -> String {
        contract.split(separator: ":").last.map(String.init) ?? contract
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

extension StorageLayout.Variable {
    fileprivate func isCalled(_ name: String) -> Bool { label == name || formerName == name }

    fileprivate var place: String { "slot \(slot)" + (offset > 0 ? ", byte \(offset)" : "") }
}

extension LayoutConflict {
    /// Says which of several structs it is about.
    fileprivate func said(of structure: String) -> LayoutConflict {
        var named = self
        named.words += " in \(structure)"
        return named
    }

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
