/// Where the value of an expression comes from, as far as names tell.
indirect enum Origin: Hashable {
    case sender
    case transactionOrigin
    /// Ether that came with the call, or something made of it.
    case messageValue
    /// Chosen by whoever calls the contract.
    case parameter(String)
    /// Read from storage; `keys` are the indexes on the way, and `isDirect` says that it is the variable itself.
    case state(variable: Int, keys: [Origin], isDirect: Bool)
    /// A constant, an immutable or a literal.
    case fixed
    case zero
    /// The contract itself.
    case this
    case unknown

    var variable: Int? {
        guard case .state(let variable, _, _) = self else { return nil }
        return variable
    }

    var keys: [Origin] {
        guard case .state(_, let keys, _) = self else { return [] }
        return keys
    }

    var parameterName: String? {
        guard case .parameter(let name) = self else { return nil }
        return name
    }
}

/// What the names of one activation of a function stand for.
final class Frame {
    var bindings: [Int: Origin] = [:]
    /// The function or modifier that runs.
    let function: ASTNode
    /// What runs where a modifier says `_`.
    var placeholder: (() -> Void)?

    init(_ function: ASTNode) { self.function = function }
}

/// Tells the origin of expressions without following what they do.
struct OriginReader {
    private static let deepest = 8

    let program: CompiledProgram
    let inheritance: Inheritance

    func origin(of node: ASTNode, in frame: Frame, depth: Int = 0) -> Origin {
        switch node.kind {
        case "Identifier": identifier(node, in: frame)
        case "YulIdentifier": .unknown
        case "Literal": Self.isZero(node) ? .zero : .fixed
        case "TupleExpression":
            node.slots("components").count == 1
                ? node.node("components").map { origin(of: $0, in: frame, depth: depth) } ?? .unknown
                : .unknown
        case "MemberAccess": member(node, in: frame, depth: depth)
        case "IndexAccess": index(node, in: frame, depth: depth)
        case "FunctionCall": call(node, in: frame, depth: depth)
        case "Assignment":
            node.node("rightHandSide").map { origin(of: $0, in: frame, depth: depth) } ?? .unknown
        case "BinaryOperation":
            node.children.contains { origin(of: $0, in: frame, depth: depth) == .messageValue }
                ? .messageValue : .unknown
        case "Conditional": conditional(node, in: frame, depth: depth)
        default: .unknown
        }
    }

    private static func isZero(_ literal: ASTNode) -> Bool {
        let digits = (literal["value"]?.text ?? "").replacing("0x", with: "")
        return literal["kind"]?.text == "number" && !digits.isEmpty && digits.allSatisfy { $0 == "0" }
    }

    private func identifier(_ node: ASTNode, in frame: Frame) -> Origin {
        if node.name == "this", node.type.hasPrefix("t_contract") { return .this }
        guard let reference = node.reference else { return .unknown }
        if let bound = frame.bindings[reference] { return bound }
        guard let declaration = program[reference], declaration.kind == "VariableDeclaration" else {
            return .unknown
        }
        let isFixed =
            declaration["constant"]?.flag == true || declaration["mutability"]?.text == "constant"
            || declaration["mutability"]?.text == "immutable"
        if isFixed { return .fixed }
        guard declaration["stateVariable"]?.flag == true else { return .unknown }
        return .state(variable: reference, keys: [], isDirect: true)
    }

    private func member(_ node: ASTNode, in frame: Frame, depth: Int) -> Origin {
        guard let base = node.node("expression") else { return .unknown }
        let name = node["memberName"]?.text ?? ""
        if base.kind == "Identifier", base.type == "t_magic_message" {
            return name == "sender" ? .sender : name == "value" ? .messageValue : .unknown
        }
        if base.kind == "Identifier", base.type == "t_magic_transaction" {
            return name == "origin" ? .transactionOrigin : .unknown
        }
        if let reference = node.reference, let declaration = program[reference],
            declaration.kind == "VariableDeclaration", declaration["stateVariable"]?.flag == true
        {
            return declaration["mutability"]?.text == "mutable"
                ? .state(variable: reference, keys: [], isDirect: true) : .fixed
        }
        switch origin(of: base, in: frame, depth: depth) {
        case .state(let variable, let keys, _) where name != "balance" && name != "code":
            return .state(variable: variable, keys: keys, isDirect: false)
        case .parameter(let parameter) where base.type.hasPrefix("t_struct"): return .parameter(parameter)
        default: return .unknown
        }
    }

    private func index(_ node: ASTNode, in frame: Frame, depth: Int) -> Origin {
        guard let base = node.node("baseExpression") else { return .unknown }
        let key = node.node("indexExpression").map { origin(of: $0, in: frame, depth: depth) } ?? .unknown
        switch origin(of: base, in: frame, depth: depth) {
        case .state(let variable, let keys, _):
            return .state(variable: variable, keys: keys + [key], isDirect: false)
        case .parameter(let parameter): return .parameter(parameter)
        default: return .unknown
        }
    }

    private func call(_ node: ASTNode, in frame: Frame, depth: Int) -> Origin {
        let arguments = node.nodes("arguments")
        if node["kind"]?.text == "typeConversion" {
            return arguments.first.map { origin(of: $0, in: frame, depth: depth) } ?? .unknown
        }
        guard depth < Self.deepest, let inner = enter(node, from: frame, depth: depth) else {
            return .unknown
        }
        let returns = inner.function.node("body")?.all { $0.kind == "Return" } ?? []
        guard returns.count == 1, let value = returns[0].node("expression") else { return .unknown }
        return origin(of: value, in: inner, depth: depth + 1)
    }

    private func conditional(_ node: ASTNode, in frame: Frame, depth: Int) -> Origin {
        guard let yes = node.node("trueExpression"), let no = node.node("falseExpression") else {
            return .unknown
        }
        let left = origin(of: yes, in: frame, depth: depth)
        return left == origin(of: no, in: frame, depth: depth) ? left : .unknown
    }

    /// The activation of the function of ours that a call runs; nil for every other call.
    func enter(_ call: ASTNode, from frame: Frame, depth: Int = 0) -> Frame? {
        guard let callee = call.node("expression"),
            callee.type.hasPrefix("t_function_internal") || callee.type.hasPrefix("t_function_delegatecall"),
            let function = inheritance.resolve(callee, from: frame.function),
            function.kind == "FunctionDefinition", function.node("body") != nil
        else { return nil }
        var arguments = call.nodes("arguments")
        let isAttached =
            callee.kind == "MemberAccess"
            && (callee.type.contains("$attached_to$") || callee.type.contains("$bound_to$"))
        if isAttached, let receiver = callee.node("expression") { arguments.insert(receiver, at: 0) }
        let names = call["names"]?.items.compactMap(\.text) ?? []
        return bind(function, arguments, names: names, from: frame, depth: depth)
    }

    /// The activation of a function or modifier with its parameters bound.
    func bind(
        _ function: ASTNode,
        _ arguments: [ASTNode],
        names: [String] = [],
        from frame: Frame,
        depth: Int = 0
    ) -> Frame {
        let inner = Frame(function)
        let parameters = function.node("parameters")?.nodes("parameters") ?? []
        for (position, parameter) in parameters.enumerated() {
            let slot = names.isEmpty ? position : names.firstIndex(of: parameter.name) ?? position
            guard slot < arguments.count else { continue }
            inner.bindings[parameter.id] = origin(of: arguments[slot], in: frame, depth: depth + 1)
        }
        return inner
    }
}
