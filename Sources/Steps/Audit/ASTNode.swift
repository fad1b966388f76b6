/// A node of the compiler's syntax tree, of any kind.
///
/// Solidity and Yul nodes alike; what hangs on a node is reached by the name of its attribute in the compiler's JSON.
package final class ASTNode: Sendable {
    /// -1 for Yul nodes, which have none.
    package let id: Int
    package let kind: String
    /// Bytes from the start of the file.
    package let start: Int
    package let length: Int
    /// The compiler's number of the file.
    package let file: Int
    /// Every node below, in the order of the source text.
    package let children: [ASTNode]
    /// What is no node: names, flags, references.
    private let attributes: [String: ParsedJSON]
    private let branches: [String: [ASTNode?]]

    /// Reads a node; nil where the value is none.
    package init?(_ json: ParsedJSON) {
        guard let kind = json["nodeType"]?.text else { return nil }
        let place = (json["src"]?.text ?? "").split(separator: ":").map { Int($0) ?? -1 }
        self.kind = kind
        id = json["id"]?.integer ?? -1
        start = place.first ?? -1
        length = place.count > 1 ? place[1] : 0
        file = place.count > 2 ? place[2] : -1
        var attributes: [String: ParsedJSON] = [:]
        var branches: [String: [ASTNode?]] = [:]
        for (key, value) in json.members {
            switch value {
            case .object:
                if let node = ASTNode(value) { branches[key] = [node] } else { attributes[key] = value }
            case .array(let items):
                let nodes = items.map { ASTNode($0) }
                if nodes.contains(where: { $0 != nil }) {
                    branches[key] = nodes
                } else {
                    attributes[key] = value
                }
            case .null, .bool, .number, .string: attributes[key] = value
            }
        }
        self.attributes = attributes
        self.branches = branches
        children = branches.values.flatMap { $0 }.compactMap { $0 }
            .sorted { ($0.start, $0.id) < ($1.start, $1.id) }
    }

    package subscript(attribute: String) -> ParsedJSON? { attributes[attribute] }

    package func node(_ role: String) -> ASTNode? { branches[role]?.first ?? nil }

    package func nodes(_ role: String) -> [ASTNode] { (branches[role] ?? []).compactMap { $0 } }

    /// The places of a list, some of which may be empty: `(, bytes memory data) = …`.
    package func slots(_ role: String) -> [ASTNode?] { branches[role] ?? [] }

    package var name: String { attributes["name"]?.text ?? "" }

    /// The declaration that a name stands for.
    package var reference: Int? { attributes["referencedDeclaration"]?.integer }

    /// The compiler's spelling of an expression's type, such as `t_function_barecall_payable$…`.
    package var type: String {
        attributes["typeDescriptions"]?["typeIdentifier"]?.text ?? ""
    }

    /// The type of an expression or of a type's name as a person reads it, such as `mapping(address => uint256)`.
    package var typeText: String? { attributes["typeDescriptions"]?["typeString"]?.text }

    package var end: Int { start + length }

    package func holds(_ other: ASTNode) -> Bool {
        file == other.file && start <= other.start && other.end <= end
    }

    /// This node and all below it, each before what is below it.
    package func forEach(_ body: (ASTNode) -> Void) {
        body(self)
        for child in children { child.forEach(body) }
    }

    package func all(where matches: (ASTNode) -> Bool) -> [ASTNode] {
        var found: [ASTNode] = []
        forEach { if matches($0) { found.append($0) } }
        return found
    }

    package func contains(where matches: (ASTNode) -> Bool) -> Bool {
        matches(self) || children.contains { $0.contains(where: matches) }
    }
}
