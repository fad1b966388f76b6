/// The output of one compiler run over many contracts, taken apart into what each would have got alone.
///
/// Where it cannot be told what a contract would have got, there is no answer and it must be compiled alone.
struct SolcBatch: Sendable {
    private struct Source: Sendable {
        var path: String
        var piece: Piece
        var imports: [Int] = []
        var importers: [Int] = []
    }

    private struct Piece: Sendable {
        var whole: ArraySlice<UInt8>
        var sites: [SolcSite]
    }

    private let bytes: ArraySlice<UInt8>
    private let messages: [SolcOutput.Message]
    private let messageTexts: [ArraySlice<UInt8>]
    private var sources: [Source]
    private let numbers: [String: Int]
    private let lastNodes: [Int]
    /// Contracts of a source, by its number.
    private var contracts: [Int: Piece] = [:]
    /// When the compiler came to a source.
    private let turns: [Int]
    /// What follows the JSON.
    private let tail: ArraySlice<UInt8>

    /// Finds every place that depends on who else was compiled, in time linear in the output.
    ///
    /// - Throws: ``JSONTextError`` where the output has a form that is not known.
    init(_ output: SolcOutput) throws(JSONTextError) {
        bytes = output.text.bytes
        messages = output.messages
        messageTexts = try output.errors?.items().map(\.bytes) ?? []
        let end = (bytes.lastIndex(of: UInt8(ascii: "}")) ?? bytes.startIndex) + 1
        tail = bytes[end...]
        guard output.isPlain else { throw Self.unknown("it has members that are not known") }

        var sources: [Source] = []
        var imports: [[String]] = []
        var lastNodes: [Int] = []
        for member in try output.sources?.members() ?? [] {
            var sites: [SolcSite] = []
            for part in try member.value.members() {
                switch part.key {
                case "ast":
                    let tree = try SolcScanner.tree(part.value)
                    let before = lastNodes.last ?? 0
                    guard let nodes = tree.nodes, nodes.lowerBound > before, nodes.upperBound == tree.root
                    else { throw Self.unknown("\(member.key) has other node numbers than it should") }
                    sites += tree.sites
                    imports.append(tree.imports)
                    lastNodes.append(tree.root)
                case "id":
                    guard try part.value.parsed().integer == sources.count else {
                        throw Self.unknown("\(member.key) has another number than it should")
                    }
                    sites.append(.file(part.value.bytes.indices, sources.count))
                default: throw Self.unknown("'\(part.key)' of a source")
                }
            }
            sources.append(Source(path: member.key, piece: Piece(whole: member.whole.bytes, sites: sites)))
        }
        guard lastNodes.count == sources.count else { throw Self.unknown("a source has no tree") }
        numbers = Dictionary(
            sources.enumerated().map { ($1.path, $0) }, uniquingKeysWith: { first, _ in first })
        for (number, paths) in imports.enumerated() {
            for path in paths {
                guard let imported = numbers[path] else { throw Self.unknown("an import of \(path)") }
                sources[number].imports.append(imported)
                sources[imported].importers.append(number)
            }
        }
        guard let order = SolcOrder(of: Array(sources.indices), imports: sources.map(\.imports)) else {
            throw Self.unknown("its imports")
        }
        var turns = Array(repeating: 0, count: sources.count)
        for (turn, source) in order.sources.enumerated() { turns[source] = turn }
        self.turns = turns
        self.sources = sources
        self.lastNodes = lastNodes
        for member in try output.contracts?.members() ?? [] {
            guard let number = numbers[member.key] else { throw Self.unknown("contracts of \(member.key)") }
            var sites: [SolcSite] = []
            for contract in try member.value.members() { sites += try Self.sites(of: contract.value) }
            contracts[number] = Piece(whole: member.whole.bytes, sites: sites)
        }
        // All of it, put together again, must be as long as it was: no blanks, nothing overlooked.
        let all = text(Array(sources.indices), messageTexts, asItStands: true)
        guard all?.count == bytes.count else { throw Self.unknown("its layout") }
    }

    private static func sites(of contract: JSONSlice) throws(JSONTextError) -> [SolcSite] {
        var sites: [SolcSite] = []
        for part in try contract.members() {
            if part.key == "storageLayout" { sites += try SolcScanner.layout(part.value) }
            guard part.key == "evm" else { continue }
            for code in try part.value.members() where code.key.hasSuffix("ytecode") {
                for field in try code.value.members() {
                    if field.key == "sourceMap" {
                        sites.append(.map(field.value.bytes.dropFirst().dropLast().indices))
                    }
                    if field.key == "immutableReferences" {
                        sites.append(try SolcScanner.immutables(field.value))
                    }
                }
            }
        }
        return sites
    }

    private static func unknown(_ what: String) -> JSONTextError {
        JSONTextError(message: "the output of the batch is not known: \(what)", offset: 0)
    }
}

extension SolcBatch {
    /// What the compiler would have written for the sources of one contract alone; nil where that cannot be told.
    func output(of paths: some Sequence<String>) -> [UInt8]? {
        var kept: [Int] = []
        for path in paths {
            guard let number = numbers[path] else { return nil }
            kept.append(number)
        }
        kept.sort()
        guard let order = SolcOrder(of: kept, imports: sources.map(\.imports)),
            let texts = messages(of: Set(kept), order)
        else { return nil }
        return text(kept, texts)
    }

    /// The texts of the messages that a contract would have got, in their order.
    private func messages(of kept: Set<Int>, _ order: SolcOrder) -> [ArraySlice<UInt8>]? {
        // What a source sees of others in a cycle of imports depends on which was first.
        if order.hasCycle, !isInTurn(order.sources) { return nil }
        var texts: [ArraySlice<UInt8>] = []
        var speakers: Set<Int> = []
        for (message, text) in zip(messages, messageTexts) {
            guard let path = message.path else {
                // Of its own kind, the same in every run; what else has no place cannot be told apart.
                guard message.errorCode == SolcMessages.preRelease else { return nil }
                texts.append(text)
                continue
            }
            guard let source = numbers[path] else { return nil }
            guard kept.contains(source) else { continue }
            guard message.otherPaths.allSatisfy({ numbers[$0].map(kept.contains) ?? false }) else {
                return nil
            }
            if !SolcMessages.isOfItsPlace(message.errorCode), isSeen(source, fromOutside: kept) { return nil }
            texts.append(text)
            speakers.insert(source)
        }
        return isInTurn(order.sources.filter(speakers.contains)) ? texts : nil
    }

    private func isInTurn(_ sources: [Int]) -> Bool {
        zip(sources, sources.dropFirst()).allSatisfy { turns[$0] < turns[$1] }
    }

    /// Whether a source that is not kept imports `source`, however far off.
    private func isSeen(_ source: Int, fromOutside kept: Set<Int>) -> Bool {
        var seen: Set<Int> = [source]
        var waiting = [source]
        while let next = waiting.popLast() {
            for importer in sources[next].importers where seen.insert(importer).inserted {
                guard kept.contains(importer) else { return true }
                waiting.append(importer)
            }
        }
        return false
    }

    /// The compiler's output for some of the sources.
    private func text(
        _ kept: [Int],
        _ messages: [ArraySlice<UInt8>],
        asItStands: Bool = false
    ) -> [UInt8]? {
        let numbers = SolcNumbers(lastNodes: lastNodes, kept: kept)
        var out: [UInt8] = []
        out.reserveCapacity(kept.reduce(1024) { $0 + sources[$1].piece.whole.count * 2 })
        func add(_ pieces: [Piece]) -> Bool {
            for (position, piece) in pieces.enumerated() {
                if position > 0 { out.append(UInt8(ascii: ",")) }
                let sites = asItStands ? [] : piece.sites
                guard numbers.copy(piece.whole.indices, of: bytes, sites, to: &out) else { return false }
            }
            return true
        }
        out += "{".utf8
        let contracts = kept.compactMap { self.contracts[$0] }
        if !contracts.isEmpty {
            out += #""contracts":{"#.utf8
            guard add(contracts) else { return nil }
            out += "},".utf8
        }
        if !messages.isEmpty {
            out += #""errors":["#.utf8
            out += messages.joined(separator: ",".utf8)
            out += "],".utf8
        }
        out += #""sources":{"#.utf8
        guard add(kept.map { sources[$0].piece }) else { return nil }
        out += "}}".utf8
        return out + tail
    }
}
