extension Tracer {
    /// Follows the calls of an assembly block.
    ///
    /// What it stores is not followed. A block that asks for `caller()` is taken to check it.
    func assembly(_ node: ASTNode, in frame: Frame) {
        var declarations: [Int: Int] = [:]
        for reference in node["externalReferences"]?.items ?? [] {
            let start = reference["src"]?.text?.split(separator: ":").first.flatMap { Int($0) }
            if let start, let declaration = reference["declaration"]?.integer {
                declarations[start] = declaration
            }
        }
        let tree = node.node("AST") ?? node
        tree.forEach { part in
            guard part.kind == "YulFunctionCall", let name = part.node("functionName")?.name else { return }
            let arguments = part.nodes("arguments").map { argument in
                if argument.kind == "YulLiteral" {
                    return argument["value"]?.text == "0" ? Origin.zero : .fixed
                }
                return declarations[argument.start].flatMap { origin(ofDeclaration: $0, in: frame) }
                    ?? .unknown
            }
            let site = Trace.Site(node: part, name: name, arguments: arguments)
            switch name {
            case "caller": requireAuthority()
            case "selfdestruct":
                trace.destructions.append(Trace.Destruction(node: part, condition: inForce))
            case "delegatecall" where arguments.count > 1:
                leave(at: site, .delegate, to: arguments[1], paying: nil)
            case "call" where arguments.count > 2:
                leave(at: site, .lowLevel, to: arguments[1], paying: arguments[2])
            default: break
            }
        }
    }

    private func origin(ofDeclaration id: Int, in frame: Frame) -> Origin? {
        if let bound = frame.bindings[id] { return bound }
        guard let declaration = origins.program[id] else { return nil }
        let isFixed =
            declaration["constant"]?.flag == true || declaration["mutability"]?.text == "immutable"
        return isFixed ? .fixed : nil
    }
}
