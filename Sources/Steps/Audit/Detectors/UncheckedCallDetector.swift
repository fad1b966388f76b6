import Model

/// A low-level call whose failure nobody notices.
enum UncheckedCallDetector {
    static let rule = Rule(
        "unchecked-low-level-call",
        title: "The result of a low-level call is not looked at",
        recommendation: """
            Bind the bool that the call returns and revert where it is false, or use a checked form such as a typed call.
            """,
        classification: Weakness.uncheckedCall
    )
    private static let kinds = [
        "t_function_barecall_": "call", "t_function_barecallcode_": "callcode",
        "t_function_baredelegatecall_": "delegatecall", "t_function_barestaticcall_": "staticcall",
        "t_function_send_": "send",
    ]

    static func findings(_ examination: Examination) -> [FindingDraft] {
        examination.code.flatMap { function in
            var found: [FindingDraft] = []
            function.forEach { statement in
                guard let (call, how) = unread(statement, in: function), let kind = kind(of: call) else {
                    return
                }
                let name = function.name.isEmpty ? function["kind"]?.text ?? "" : function.name
                found.append(
                    examination.draft(
                        rule, kind == "staticcall" ? .low : .medium, .high, at: call,
                        "\(name) goes on when its \(kind) fails: \(how)."
                    ))
            }
            return found
        }
    }

    private static func kind(of call: ASTNode) -> String? {
        let type = call.node("expression")?.type ?? ""
        return kinds.first { type.hasPrefix($0.key) }?.value
    }

    /// The call of a statement that drops its first result or never reads it, and how it does.
    private static func unread(_ statement: ASTNode, in function: ASTNode) -> (ASTNode, String)? {
        switch statement.kind {
        case "ExpressionStatement":
            guard let expression = statement.node("expression") else { return nil }
            if expression.kind == "FunctionCall" { return (expression, "the result is dropped") }
            guard expression.kind == "Assignment", let call = expression.node("rightHandSide"),
                let target = expression.node("leftHandSide"), call.kind == "FunctionCall"
            else { return nil }
            let slots = target.kind == "TupleExpression" ? target.slots("components") : [target]
            guard let result = slots.first ?? nil else { return (call, "the bool is dropped") }
            guard result.kind == "Identifier", let variable = result.reference else { return nil }
            let isLocal = function.contains { $0.kind == "VariableDeclaration" && $0.id == variable }
            return isLocal && !isRead(variable, in: function, but: result) ? (call, neverRead(result)) : nil
        case "VariableDeclarationStatement":
            guard let call = statement.node("initialValue"), call.kind == "FunctionCall" else { return nil }
            guard let result = statement.slots("declarations").first ?? nil else {
                return (call, "the bool is dropped")
            }
            return isRead(result.id, in: function, but: nil) ? nil : (call, neverRead(result))
        default: return nil
        }
    }

    private static func isRead(_ variable: Int, in function: ASTNode, but target: ASTNode?) -> Bool {
        function.contains { $0.kind == "Identifier" && $0.reference == variable && $0.id != target?.id }
            || function.contains { part in
                part.kind == "InlineAssembly"
                    && (part["externalReferences"]?.items ?? []).contains {
                        $0["declaration"]?.integer == variable
                    }
            }
            || function.node("returnParameters")?.nodes("parameters").contains { $0.id == variable } ?? false
    }

    private static func neverRead(_ result: ASTNode) -> String { "\(result.name) is never read" }
}
