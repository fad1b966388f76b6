extension Tracer {
    /// Follows what an expression does, in the order in which it happens.
    func visit(_ node: ASTNode, in frame: Frame) {
        guard flow.isAlive, !trace.isCut else { return }
        switch node.kind {
        case "Assignment": assign(node, in: frame)
        case "UnaryOperation": change(node, in: frame)
        case "FunctionCall": call(node, in: frame)
        case "Identifier": read(node, in: frame)
        case "IndexAccess":
            for child in node.children { visit(child, in: frame) }
            trace.keys.formUnion(origins.origin(of: node, in: frame).keys)
        case "Conditional": fork(node, "condition", ["trueExpression", "falseExpression"], in: frame)
        case "BinaryOperation" where ["&&", "||"].contains(node["operator"]?.text ?? ""):
            fork(node, "leftExpression", ["rightExpression", nil], in: frame)
        default: for child in node.children { visit(child, in: frame) }
        }
    }

    private func fork(_ node: ASTNode, _ first: String, _ ways: [String?], in frame: Frame) {
        if let part = node.node(first) { visit(part, in: frame) }
        let before = flow
        var after: Flow?
        for way in ways {
            flow = before
            if let part = way.flatMap(node.node) { visit(part, in: frame) }
            after = after.map { Flow.join($0, flow) } ?? flow
        }
        flow = after ?? before
    }

    private func read(_ node: ASTNode, in frame: Frame) {
        guard let reference = node.reference, let declaration = origins.program[reference],
            declaration["stateVariable"]?.flag == true || declaration["storageLocation"]?.text == "storage",
            let variable = origins.origin(of: node, in: frame).variable
        else { return }
        flow.reads.insert(variable)
    }

    private func assign(_ node: ASTNode, in frame: Frame) {
        guard let target = node.node("leftHandSide"), let value = node.node("rightHandSide") else { return }
        visit(value, in: frame)
        let isPlain = node["operator"]?.text == "="
        if target.kind == "TupleExpression" {
            for part in target.nodes("components") { store(in: part, .unknown, at: node, in: frame) }
            return
        }
        if !isPlain { visit(target, in: frame) }
        store(
            in: target, isPlain ? origins.origin(of: value, in: frame) : .unknown, at: node, in: frame)
    }

    private func change(_ node: ASTNode, in frame: Frame) {
        guard let target = node.node("subExpression") else { return }
        switch node["operator"]?.text {
        case "++", "--":
            visit(target, in: frame)
            store(in: target, .unknown, at: node, in: frame)
        case "delete": store(in: target, .zero, at: node, in: frame)
        default: visit(target, in: frame)
        }
    }

    private func store(in target: ASTNode, _ value: Origin, at node: ASTNode, in frame: Frame) {
        var root = target
        while let base = root.node(root.kind == "IndexAccess" ? "baseExpression" : "expression"),
            root.kind == "IndexAccess" || root.kind == "MemberAccess"
        {
            if let index = root.node("indexExpression") { visit(index, in: frame) }
            root = base
        }
        let declaration = root.reference.flatMap { origins.program[$0] }
        let isState = declaration?["stateVariable"]?.flag == true
        let isPointer = declaration?["storageLocation"]?.text == "storage"
        if root === target, !isState, let declaration {
            frame.bindings[declaration.id] = value
            return
        }
        guard isState || isPointer else { return }
        record(origins.origin(of: target, in: frame), value, at: node)
    }

    private func record(_ target: Origin, _ value: Origin, at node: ASTNode) {
        guard let variable = target.variable else { return }
        let isConstant = value == .fixed || value == .zero
        trace.keys.formUnion(target.keys)
        trace.writes.append(
            Trace.Write(
                node: node,
                variable: variable,
                keys: target.keys,
                value: value,
                condition: inForce,
                after: flow.calls,
                isReset: isConstant && flow.latched.contains(variable)
            ))
        if isConstant, flow.calls.isEmpty { flow.latched.insert(variable) }
    }

    private func call(_ node: ASTNode, in frame: Frame) {
        let arguments = node.nodes("arguments")
        for argument in arguments { visit(argument, in: frame) }
        guard node["kind"]?.text == "functionCall", var callee = node.node("expression") else { return }
        var value: ASTNode?
        while callee.kind == "FunctionCallOptions", let inner = callee.node("expression") {
            let names = callee["names"]?.items.compactMap(\.text) ?? []
            for option in callee.nodes("options") { visit(option, in: frame) }
            if let position = names.firstIndex(of: "value") { value = callee.nodes("options")[position] }
            callee = inner
        }
        let receiver = callee.kind == "MemberAccess" ? callee.node("expression") : nil
        if let receiver { visit(receiver, in: frame) }
        guard let kind = CalleeKind(callee) else { return }
        switch kind {
        case .require:
            if let condition = arguments.first { require(condition, holds: true, in: frame) }
        case .revert: flow.isAlive = false
        case .destruct:
            trace.destructions.append(Trace.Destruction(node: node, condition: inForce))
        case .change:
            if let receiver { record(origins.origin(of: receiver, in: frame), .unknown, at: node) }
        case .own:
            guard let inner = origins.enter(node, from: frame) else { return }
            sites.append(site(node, callee, in: frame))
            run(inner)
            sites.removeLast()
        case .foreign(let kind):
            let paid = kind == .stipend ? arguments.first : value
            leave(
                at: site(node, callee, in: frame), kind,
                to: receiver.map { origins.origin(of: $0, in: frame) } ?? .unknown,
                paying: paid.map { origins.origin(of: $0, in: frame) }
            )
        }
    }

    private func site(_ node: ASTNode, _ callee: ASTNode, in frame: Frame) -> Trace.Site {
        Trace.Site(
            node: node,
            name: callee["memberName"]?.text ?? callee.name,
            arguments: node.nodes("arguments").map { origins.origin(of: $0, in: frame) }
        )
    }

    /// Notes a call that hands control to other code.
    ///
    /// A call deep in a library is noted where the contract called the library.
    func leave(at site: Trace.Site, _ kind: Trace.CallKind, to target: Origin, paying value: Origin?) {
        guard target != .this else { return }
        let bases = origins.inheritance.bases
        let written = (sites + [site]).last { site in bases.contains { $0.holds(site.node) } }
        trace.calls.append(
            Trace.Call(
                site: written ?? site,
                kind: kind,
                target: target,
                value: value == .zero ? nil : value,
                condition: inForce,
                readsBefore: flow.reads
            ))
        if kind != .stipend { flow.calls.insert(trace.calls.count - 1) }
    }
}

/// What a call does, by the compiler's type of what is called.
private enum CalleeKind {
    case require, revert, destruct
    /// `push` and `pop`.
    case change
    /// A function whose code is part of this contract.
    case own
    case foreign(Trace.CallKind)

    init?(_ callee: ASTNode) {
        let words = callee.type.split(separator: "_", maxSplits: 4).dropFirst(2)
        guard callee.type.hasPrefix("t_function_"), let word = words.first else { return nil }
        switch word {
        case "require", "assert": self = .require
        case "revert": self = .revert
        case "selfdestruct": self = .destruct
        case "arraypush", "arraypop": self = .change
        case "internal", "delegatecall": self = .own
        case "barecall", "barecallcode": self = .foreign(.lowLevel)
        case "baredelegatecall": self = .foreign(.delegate)
        case "send", "transfer": self = .foreign(.stipend)
        case "external":
            let mutability = words.dropFirst().first.map(String.init) ?? ""
            guard !mutability.hasPrefix("view"), !mutability.hasPrefix("pure") else { return nil }
            self = .foreign(.function(callee["memberName"]?.text ?? callee.name))
        default: return nil
        }
    }
}
