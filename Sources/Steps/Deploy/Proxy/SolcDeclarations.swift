import Foundation
import Model

/// What sources declare that storage is made of.
struct SolcDeclarations {
    private static let kinds: Set = [
        "ContractDefinition", "EnumDefinition", "StructDefinition", "UserDefinedValueTypeDefinition",
        "VariableDeclaration",
    ]

    /// By the numbers of their nodes.
    private(set) var nodes: [Int: ASTNode] = [:]
    /// Contracts by the files that declare them.
    private var contracts: [String: [ASTNode]] = [:]
    /// What declares a state variable, as `path:Name`.
    private var declarers: [Int: String] = [:]
    /// What is written above the members of structs, of which the compiler keeps no documentation.
    private var comments: [Int: String] = [:]

    /// Reads the compiler's output and its input, in which the sources are.
    init(output: Data, input: Data) throws(JSONTextError) {
        var texts: [String: [UInt8]] = [:]
        for source in try JSONSlice(input).member("sources")?.members() ?? [] {
            let content = try source.value.member("content")?.parsed().text
            texts[source.key] = content.map { Array($0.utf8) }
        }
        for source in try JSONSlice(output).member("sources")?.members() ?? [] {
            guard let tree = try source.value.member("ast")?.parsed(), let unit = ASTNode(tree) else {
                continue
            }
            unit.forEach { node in
                guard Self.kinds.contains(node.kind) else { return }
                nodes[node.id] = node
                if node.kind == "ContractDefinition" {
                    contracts[source.key, default: []].append(node)
                    for part in node.nodes("nodes") { declarers[part.id] = "\(source.key):\(node.name)" }
                }
                if node.kind == "StructDefinition" { note(node, texts[source.key] ?? []) }
            }
        }
    }

    private mutating func note(_ structure: ASTNode, _ text: [UInt8]) {
        var end = structure.start
        for member in structure.nodes("members") {
            if end >= 0, member.start >= end, member.end <= text.count {
                comments[member.id] = String(decoding: text[end..<member.start], as: UTF8.self)
            }
            end = member.end
        }
    }

    /// A variable or a member, with what its source says of it.
    func variable(
        _ label: String,
        slot: String,
        offset: Int,
        type: Int,
        declaredBy node: Int?
    ) -> StorageLayout.Variable {
        func words(_ tag: String) -> [String] { node.map { self.words(under: tag, of: $0) } ?? [] }
        return StorageLayout.Variable(
            label: label,
            slot: slot,
            offset: offset,
            type: type,
            contract: node.flatMap { declarers[$0] },
            formerName: words("@custom:oz-renamed-from").first,
            setsFunctionsAnew: words("@custom:oz-upgrades-unsafe-allow").contains("internal-function-storage")
        )
    }

    /// What the documentation of a declaration says under a tag, as OpenZeppelin's upgrades plugins read it.
    private func words(under tag: String, of node: Int) -> [String] {
        let documentation = nodes[node]?.node("documentation")?["text"]?.text ?? comments[node] ?? ""
        let words = documentation.split { $0.isWhitespace }.map(String.init)
        guard let place = words.firstIndex(of: tag) else { return [] }
        return Array(words[(place + 1)...].prefix { !$0.hasPrefix("@") })
    }

    /// The structs of a contract, and of those that it inherits from, that say which name tells their place (ERC-7201).
    func namespaces(of contract: String, in path: String) -> [(id: String, structure: ASTNode)] {
        let own = contracts[path]?.first { $0.name == contract }
        let line = own?["linearizedBaseContracts"]?.items.compactMap(\.integer) ?? []
        return line.compactMap { nodes[$0] }.flatMap { $0.nodes("nodes") }
            .filter { $0.kind == "StructDefinition" }
            .compactMap { structure in
                words(under: "@custom:storage-location", of: structure.id).first.map { ($0, structure) }
            }
    }
}
