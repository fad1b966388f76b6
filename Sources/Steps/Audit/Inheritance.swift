/// A contract with all that it inherits: who is called by a name, and where one can come in from outside.
package struct Inheritance: Sendable {
    /// Most derived first, the contract itself in front.
    package let bases: [ASTNode]
    private let program: CompiledProgram
    private let ownerOf: [Int: Int]

    package init(_ program: CompiledProgram) {
        self.program = program
        let order = program.contract["linearizedBaseContracts"]?.items.compactMap(\.integer) ?? []
        bases = order.compactMap { program[$0] }
        var ownerOf: [Int: Int] = [:]
        for (position, base) in bases.enumerated() {
            for member in base.nodes("nodes") { ownerOf[member.id] = position }
        }
        self.ownerOf = ownerOf
    }

    /// Functions that anyone can call, in the form that the contract really has; constructors are not among them.
    package var entryPoints: [ASTNode] {
        var seen: Set<String> = []
        var found: [ASTNode] = []
        for base in bases where base["contractKind"]?.text != "interface" {
            for member in base.nodes("nodes") where member.kind == "FunctionDefinition" {
                let kind = member["kind"]?.text ?? "function"
                let isOpen = ["public", "external"].contains(member["visibility"]?.text ?? "")
                guard kind != "constructor", isOpen, member.node("body") != nil else { continue }
                if seen.insert(Self.signature(of: member)).inserted { found.append(member) }
            }
        }
        return found
    }

    /// What runs when `callee` names a function or a modifier.
    ///
    /// Follows `super` past the contract that says it, and overrides where the name is virtual.
    package func resolve(_ callee: ASTNode, from caller: ASTNode) -> ASTNode? {
        guard let reference = callee.reference, let target = program[reference] else { return nil }
        let isCode = target.kind == "FunctionDefinition" || target.kind == "ModifierDefinition"
        guard isCode else { return nil }
        guard ownerOf[target.id] != nil else { return target }
        if callee.kind == "MemberAccess" {
            let isSuper = callee.node("expression")?.type.hasPrefix("t_type$_t_super$") ?? false
            guard isSuper else { return target }
            let position = ownerOf[caller.id] ?? 0
            return mostDerived(target, after: position) ?? target
        }
        return mostDerived(target, after: -1) ?? target
    }

    private func mostDerived(_ target: ASTNode, after position: Int) -> ASTNode? {
        let signature = Self.signature(of: target)
        for base in bases.dropFirst(position + 1) {
            let match = base.nodes("nodes").first {
                $0.kind == target.kind && $0.node("body") != nil && Self.signature(of: $0) == signature
            }
            if let match { return match }
        }
        return nil
    }

    /// Tells overloads apart and overrides not.
    private static func signature(of member: ASTNode) -> String {
        let kind = member["kind"]?.text ?? ""
        guard member.kind == "FunctionDefinition", kind != "fallback", kind != "receive" else {
            return "\(kind) \(member.name)"
        }
        let types = member.node("parameters")?.nodes("parameters").map { parameter in
            // Memory and calldata may change places in an override.
            parameter.type.replacing("_calldata_ptr", with: "_memory_ptr")
        }
        return "\(member.name)(\((types ?? []).joined(separator: ",")))"
    }
}
