/// Finds the sites in a syntax tree or a storage layout without reading it into values.
///
/// A number under a name that is not known, or a place of another form, is refused: what cannot be told apart must be
/// compiled alone. Names are those of solc's ASTJsonExporter and StorageLayout up to 0.8.29.
struct SolcScanner {
    /// What the members of a name hold.
    private enum Kind {
        case other, node, type, place
        /// A number that counts something else.
        case count
        /// An object of node numbers, by names of the user's.
        case exported
        /// An object by node numbers.
        case dispatch
        /// An object by types.
        case types
        case path
    }

    private enum Text { case tree, layout }

    private let bytes: ArraySlice<UInt8>
    private var position: Int
    private(set) var sites: [SolcSite] = []
    /// Paths of the files that a tree's source imports, in the order of the source.
    private(set) var imports: [String] = []
    /// The number of a tree's root.
    private(set) var root = 0
    /// The numbers of a tree's own nodes are among them.
    private(set) var nodes: ClosedRange<Int>?

    /// Reads the tree of a source.
    static func tree(_ slice: JSONSlice) throws(JSONTextError) -> SolcScanner {
        var scanner = SolcScanner(slice.bytes)
        try scanner.scan(.tree)
        return scanner
    }

    /// Reads a contract's storage layout.
    static func layout(_ slice: JSONSlice) throws(JSONTextError) -> [SolcSite] {
        var scanner = SolcScanner(slice.bytes)
        try scanner.scan(.layout)
        return scanner.sites
    }

    /// Reads an object whose names are node numbers.
    static func immutables(_ slice: JSONSlice) throws(JSONTextError) -> SolcSite {
        var members: [SolcSite.Member] = []
        for member in try slice.members() {
            let whole = member.whole.bytes
            members.append(.init(range: whole.indices, sites: try numbers(whole, name: member.key)))
        }
        return .members(members)
    }

    private init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    private mutating func scan(_ text: Text) throws(JSONTextError) {
        var kinds: [Kind] = []
        var kind = Kind.other
        var name = bytes[position..<position]
        while position < bytes.endIndex {
            switch bytes[position] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                kinds.append(kind)
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard let last = kinds.popLast() else { throw failure("a bracket is missing") }
                kind = last
                position += 1
            case UInt8(ascii: "\""):
                let word = try string()
                skipBlanks()
                if position < bytes.endIndex, bytes[position] == UInt8(ascii: ":") {
                    position += 1
                    name = word
                    kind = kinds.last == .exported ? .node : Self.kind(word, text)
                    if kind == .dispatch || kind == .types { try members(kind) }
                } else {
                    try value(word, kind, text, depth: kinds.count)
                }
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                try number(kind, name, depth: kinds.count)
            default: position += 1
            }
        }
    }

    private static func kind(_ name: ArraySlice<UInt8>, _ text: Text) -> Kind {
        switch text {
        case .tree:
            treeKinds[name] ?? (name.hasSuffix("ocation") || name.hasSuffix("ocations") ? .place : .other)
        case .layout: layoutKinds[name] ?? .other
        }
    }

    private static let treeKinds = kinds([
        .node: [
            "assignments", "baseFunctions", "baseModifiers", "contractDependencies", "declaration",
            "function",
            "functionReturnParameters", "id", "linearizedBaseContracts", "overloadedDeclarations",
            "referencedDeclaration", "scope", "sourceUnit", "usedErrors", "usedEvents",
        ],
        .count: ["valueSize"], .exported: ["exportedSymbols"], .dispatch: ["internalFunctionIDs"],
        .type: ["typeIdentifier"], .place: ["src", "nativeSrc"], .path: ["absolutePath"],
        .other: ["storageLocation"],
    ])

    private static let layoutKinds = kinds([
        .node: ["astId"], .count: ["offset"], .type: ["base", "key", "type", "value"], .types: ["types"],
    ])

    private static func kinds(_ names: [Kind: [String]]) -> [ArraySlice<UInt8>: Kind] {
        var kinds: [ArraySlice<UInt8>: Kind] = [:]
        for (kind, names) in names {
            for name in names { kinds[Array(name.utf8)[...]] = kind }
        }
        return kinds
    }
}

extension SolcScanner {
    private mutating func number(
        _ kind: Kind,
        _ name: ArraySlice<UInt8>,
        depth: Int
    ) throws(JSONTextError) {
        let start = position
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        let range = digits()
        // Builtins have negative numbers, the same in every run.
        guard kind != .count, kind != .node || range.lowerBound == start else { return }
        guard kind == .node, let number = Self.value(bytes[range]) else {
            throw failure("a number under '\(String(decoding: name, as: UTF8.self))' is not known")
        }
        sites.append(.node(range, number))
        guard name.elementsEqual("id".utf8) else { return }
        if depth == 1 { root = number }
        let known = nodes ?? number...number
        nodes = min(known.lowerBound, number)...max(known.upperBound, number)
    }

    private mutating func value(
        _ word: ArraySlice<UInt8>,
        _ kind: Kind,
        _ text: Text,
        depth: Int
    ) throws(JSONTextError) {
        switch kind {
        case .type:
            switch text {
            case .tree: sites += SolcTypeName.sites(word, .identifier)
            case .layout: sites += SolcTypeName.sites(word, .storage)
            }
        case .place: try place(word)
        case .path where depth == 3:
            // Directives are members of the root's list of nodes, and no other node there has a path.
            imports.append(try JSONSlice(bytes[word.startIndex - 1..<word.endIndex + 1]).parsed().text ?? "")
        case .path, .other, .node, .count, .exported, .dispatch, .types: break
        }
    }

    /// `start:length:source`.
    private mutating func place(_ word: ArraySlice<UInt8>) throws(JSONTextError) {
        let parts = word.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 3, let number = Int(String(decoding: parts[2], as: UTF8.self)) else {
            throw failure("a place is not known")
        }
        if number >= 0 { sites.append(.file(parts[2].indices, number)) }
    }

    /// Members whose names hold numbers; `position` is ahead of the object.
    private mutating func members(_ kind: Kind) throws(JSONTextError) {
        var reader = JSONReader(bytes[position...])
        let (members, end) = try reader.leadingMembers()
        position = end
        var found: [SolcSite.Member] = []
        for member in members {
            let whole = member.whole.bytes
            if kind == .types {
                let name = whole[(whole.startIndex + 1)...].prefix { $0 != UInt8(ascii: "\"") }
                let sites = SolcTypeName.sites(name, .storage) + (try Self.layout(member.value))
                found.append(.init(range: whole.indices, sites: sites))
            } else {
                found.append(.init(range: whole.indices, sites: try Self.numbers(whole, name: member.key)))
            }
        }
        sites.append(.members(found))
    }

    private static func numbers(
        _ member: ArraySlice<UInt8>,
        name: String
    ) throws(JSONTextError) -> [SolcSite] {
        guard let number = Int(name) else {
            throw JSONTextError(message: "'\(name)' is no number", offset: member.startIndex)
        }
        let start = member.startIndex + 1
        return [.node(start..<start + name.utf8.count, number)]
    }

    /// The text between quotes, escapes and all; `position` comes to stand behind it.
    private mutating func string() throws(JSONTextError) -> ArraySlice<UInt8> {
        position += 1
        let start = position
        while position < bytes.endIndex {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return bytes[start..<position - 1]
            case UInt8(ascii: "\\"): position += 2
            default: position += 1
            }
        }
        throw failure("a text does not end")
    }

    private mutating func digits() -> Range<Int> {
        let start = position
        while position < bytes.endIndex, (48...57).contains(bytes[position]) { position += 1 }
        return start..<position
    }

    private mutating func skipBlanks() {
        while position < bytes.endIndex, [32, 10, 13, 9].contains(bytes[position]) { position += 1 }
    }

    private static func value(_ digits: ArraySlice<UInt8>) -> Int? {
        Int(String(decoding: digits, as: UTF8.self))
    }

    private func failure(_ message: String) -> JSONTextError {
        JSONTextError(message: message, offset: position)
    }
}

extension ArraySlice<UInt8> {
    fileprivate func hasSuffix(_ text: StaticString) -> Bool {
        let end = text.description.utf8
        return suffix(end.count).elementsEqual(end)
    }
}
