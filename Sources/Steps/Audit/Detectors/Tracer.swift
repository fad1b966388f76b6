/// Follows one function from its entry to all its ends, through helpers and modifiers.
///
/// Both ways of a branch are followed and joined, a loop is gone through once, an end by revert leads nowhere.
final class Tracer {
    private static let mostVisits = 20_000
    private static let deepest = 40
    private static let onceOnly = ["initializer", "reinitializer", "onlyInitializing"]

    let origins: OriginReader
    let conditions: ConditionReader
    var trace: Trace
    var flow = Flow()
    /// The calls of helpers that led here.
    var sites: [Trace.Site] = []
    private var visits = 0
    private var stack: [Int] = []
    private var returns: [[Flow]] = []
    private var loopEnds: [[Flow]] = []

    static func trace(_ entry: ASTNode, origins: OriginReader) -> Trace {
        let tracer = Tracer(entry, origins: origins)
        let frame = Frame(entry)
        for parameter in entry.node("parameters")?.nodes("parameters") ?? [] {
            frame.bindings[parameter.id] = .parameter(parameter.name)
        }
        tracer.run(frame)
        tracer.findLock()
        return tracer.trace
    }

    private init(_ entry: ASTNode, origins: OriginReader) {
        self.origins = origins
        conditions = ConditionReader(origins: origins)
        trace = Trace(entry: entry)
    }

    /// All conditions that are in force here.
    var inForce: Condition {
        var all = Condition()
        for position in flow.conditions { all.add(trace.conditions[position]) }
        return all
    }

    func require(_ node: ASTNode, holds: Bool, in frame: Frame) {
        let condition = conditions.condition(node, holds: holds, in: frame)
        guard !condition.isTrivial else { return }
        trace.conditions.append(condition)
        flow.conditions.insert(trace.conditions.count - 1)
    }

    func requireAuthority() {
        trace.conditions.append(Condition(guardLevel: .authority))
        flow.conditions.insert(trace.conditions.count - 1)
    }

    /// Runs a function of ours, its modifiers around it.
    func run(_ frame: Frame) {
        let function = frame.function
        guard !trace.isCut, !stack.contains(function.id), stack.count < Self.deepest else { return }
        stack.append(function.id)
        let modifiers = function.nodes("modifiers").compactMap { invocation in
            invocation.node("modifierName").flatMap { origins.inheritance.resolve($0, from: function) }
                .map { (modifier: $0, arguments: invocation.nodes("arguments")) }
        }.filter { $0.modifier.kind == "ModifierDefinition" }
        run(modifiers[...], around: frame)
        stack.removeLast()
    }

    private func run(
        _ modifiers: ArraySlice<(modifier: ASTNode, arguments: [ASTNode])>,
        around frame: Frame
    ) {
        returns.append([])
        if let (modifier, arguments) = modifiers.first {
            if modifier.name.lowercased().contains("nonreentrant") { trace.isLocked = true }
            if Self.onceOnly.contains(modifier.name) { trace.isInitializer = true }
            for argument in arguments { visit(argument, in: frame) }
            let inner = origins.bind(modifier, arguments, from: frame)
            inner.placeholder = { [self] in run(modifiers.dropFirst(), around: frame) }
            if let body = modifier.node("body") { execute(body, in: inner) }
            inner.placeholder = nil
        } else if let body = frame.function.node("body") {
            execute(body, in: frame)
        }
        for end in returns.removeLast() { flow = Flow.join(flow, end) }
    }

    func execute(_ node: ASTNode, in frame: Frame) {
        visits += 1
        guard visits < Self.mostVisits else {
            trace.isCut = true
            return
        }
        guard flow.isAlive, !trace.isCut else { return }
        switch node.kind {
        case "Block", "UncheckedBlock":
            for statement in node.nodes("statements") { execute(statement, in: frame) }
        case "IfStatement": branch(node, in: frame)
        case "ForStatement", "WhileStatement", "DoWhileStatement": loop(node, in: frame)
        case "Return":
            if let value = node.node("expression") { visit(value, in: frame) }
            if !returns.isEmpty { returns[returns.count - 1].append(flow) }
            flow.isAlive = false
        case "RevertStatement", "Throw":
            for child in node.children { visit(child, in: frame) }
            flow.isAlive = false
        case "Break", "Continue":
            if !loopEnds.isEmpty { loopEnds[loopEnds.count - 1].append(flow) }
            flow.isAlive = false
        case "PlaceholderStatement": frame.placeholder?()
        case "TryStatement": attempt(node, in: frame)
        case "VariableDeclarationStatement": declare(node, in: frame)
        case "InlineAssembly": assembly(node, in: frame)
        default: for child in node.children { visit(child, in: frame) }
        }
    }

    private func branch(_ node: ASTNode, in frame: Frame) {
        guard let condition = node.node("condition") else { return }
        visit(condition, in: frame)
        let before = flow
        require(condition, holds: true, in: frame)
        if let body = node.node("trueBody") { execute(body, in: frame) }
        let afterTrue = flow
        flow = before
        require(condition, holds: false, in: frame)
        if let body = node.node("falseBody") { execute(body, in: frame) }
        flow = Flow.join(afterTrue, flow)
    }

    private func loop(_ node: ASTNode, in frame: Frame) {
        if let start = node.node("initializationExpression") { execute(start, in: frame) }
        let before = flow
        loopEnds.append([])
        if let condition = node.node("condition") { visit(condition, in: frame) }
        if let body = node.node("body") { execute(body, in: frame) }
        for end in loopEnds.removeLast() { flow = Flow.join(flow, end) }
        if let step = node.node("loopExpression") { execute(step, in: frame) }
        flow = Flow.join(before, flow)
    }

    private func attempt(_ node: ASTNode, in frame: Frame) {
        if let call = node.node("externalCall") { visit(call, in: frame) }
        let before = flow
        var after: Flow?
        for clause in node.nodes("clauses") {
            flow = before
            if let block = clause.node("block") { execute(block, in: frame) }
            after = after.map { Flow.join($0, flow) } ?? flow
        }
        flow = after ?? before
    }

    private func declare(_ node: ASTNode, in frame: Frame) {
        guard let value = node.node("initialValue") else { return }
        visit(value, in: frame)
        let declarations = node.slots("declarations")
        guard declarations.count == 1, let variable = declarations[0] else { return }
        frame.bindings[variable.id] = origins.origin(of: value, in: frame)
    }

    /// A state variable that is asked, set to a constant before the calls and set again after them.
    private func findLock() {
        let asked = trace.conditions.reduce(into: Set<Int>()) { $0.formUnion($1.reads) }
        let isKept = trace.writes.contains {
            $0.isReset && !$0.after.isEmpty && asked.contains($0.variable)
        }
        if isKept { trace.isLocked = true }
    }
}
