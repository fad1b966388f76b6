/// How well a condition keeps strangers out.
enum Guard: Int, Comparable {
    /// Anyone passes.
    case none
    /// It depends on the caller's own record, such as a balance.
    case personal
    /// The caller must be somebody whom the contract knows, or bring a signature.
    case authority

    static func < (left: Guard, right: Guard) -> Bool { left.rawValue < right.rawValue }
}

/// A condition that holds where it is in force, and what it says of the caller.
struct Condition {
    var guardLevel = Guard.none
    /// State variables that the caller must equal, or that must hold true for the caller.
    var authorities: Set<Int> = []
    /// State variables that it reads.
    var reads: Set<Int> = []
    /// Parameters that must be the caller.
    var callers: Set<Origin> = [.sender]
    var comparesValue = false

    /// Whether it says nothing that a detector asks for.
    var isTrivial: Bool {
        guardLevel == .none && authorities.isEmpty && reads.isEmpty && callers.count == 1 && !comparesValue
    }

    mutating func add(_ other: Condition) {
        guardLevel = max(guardLevel, other.guardLevel)
        authorities.formUnion(other.authorities)
        reads.formUnion(other.reads)
        callers.formUnion(other.callers)
        comparesValue = comparesValue || other.comparesValue
    }
}

/// Reads what a condition says of the caller.
struct ConditionReader {
    private static let deepest = 8
    private static let signatureWords = ["recover", "verify", "isvalidsignature", "checksignature"]

    let origins: OriginReader

    func condition(_ node: ASTNode, holds: Bool, in frame: Frame, depth: Int = 0) -> Condition {
        switch node.kind {
        case "TupleExpression":
            return node.node("components")
                .map { condition($0, holds: holds, in: frame, depth: depth) } ?? Condition()
        case "UnaryOperation" where node["operator"]?.text == "!":
            return node.node("subExpression")
                .map { condition($0, holds: !holds, in: frame, depth: depth) } ?? Condition()
        case "BinaryOperation": return comparison(node, holds: holds, in: frame, depth: depth)
        case "FunctionCall": return call(node, holds: holds, in: frame, depth: depth)
        default: return value(node, holds: holds, in: frame)
        }
    }

    private func comparison(_ node: ASTNode, holds: Bool, in frame: Frame, depth: Int) -> Condition {
        guard let left = node.node("leftExpression"), let right = node.node("rightExpression") else {
            return Condition()
        }
        let sign = node["operator"]?.text ?? ""
        if sign == "&&" || sign == "||" {
            var both = condition(left, holds: holds, in: frame, depth: depth)
            both.add(condition(right, holds: holds, in: frame, depth: depth))
            return both
        }
        var found = Condition()
        let sides = [left, right].map { origins.origin(of: $0, in: frame) }
        found.reads = Set(sides.compactMap(\.variable))
        found.comparesValue = sides.contains(.messageValue)
        if [left, right].contains(where: isSignature) { found.guardLevel = .authority }
        let isEqual = (sign == "==" && holds) || (sign == "!=" && !holds)
        for (one, other) in [(sides[0], sides[1]), (sides[1], sides[0])] {
            if one == .sender, isEqual { found.add(Self.sender(equals: other)) }
            guard one.keys.contains(.sender) else { continue }
            found.guardLevel = max(found.guardLevel, .personal)
            if isEqual, other == .fixed, let variable = one.variable {
                found.guardLevel = .authority
                found.authorities.insert(variable)
            }
        }
        return found
    }

    private static func sender(equals other: Origin) -> Condition {
        switch other {
        case .state(let variable, let keys, let isDirect):
            var found = Condition(guardLevel: .authority)
            if isDirect, keys.isEmpty { found.authorities = [variable] }
            return found
        case .fixed, .this, .unknown: return Condition(guardLevel: .authority)
        case .parameter: return Condition(callers: [.sender, other])
        case .sender, .transactionOrigin, .messageValue, .zero: return Condition()
        }
    }

    private func value(_ node: ASTNode, holds: Bool, in frame: Frame) -> Condition {
        let origin = origins.origin(of: node, in: frame)
        var found = Condition(reads: Set([origin.variable].compactMap { $0 }))
        if origin.keys.contains(.sender), let variable = origin.variable {
            found.guardLevel = holds ? .authority : .personal
            if holds { found.authorities = [variable] }
        }
        return found
    }

    private func call(_ node: ASTNode, holds: Bool, in frame: Frame, depth: Int) -> Condition {
        if node["kind"]?.text == "typeConversion" { return value(node, holds: holds, in: frame) }
        if isSignature(node) { return Condition(guardLevel: .authority) }
        let arguments = node.nodes("arguments").map { origins.origin(of: $0, in: frame) }
        if depth < Self.deepest, let inner = origins.enter(node, from: frame) {
            var found = Condition()
            inner.function.node("body")?.forEach { part in
                guard part.kind == "Return", let value = part.node("expression") else { return }
                found.add(condition(value, holds: holds, in: inner, depth: depth + 1))
            }
            if arguments.contains(.sender) { found.guardLevel = max(found.guardLevel, .personal) }
            return found
        }
        let isAsked = node.node("expression")?.type.hasPrefix("t_function_external") ?? false
        guard isAsked, arguments.contains(.sender) else { return Condition() }
        return Condition(guardLevel: holds ? .authority : .personal)
    }

    /// Whether a signature or a proof is checked somewhere in an expression.
    private func isSignature(_ node: ASTNode) -> Bool {
        node.contains { part in
            guard part.kind == "FunctionCall", let callee = part.node("expression") else { return false }
            let name = (callee["memberName"]?.text ?? callee.name).lowercased()
            return Self.signatureWords.contains { name.contains($0) }
        }
    }
}
