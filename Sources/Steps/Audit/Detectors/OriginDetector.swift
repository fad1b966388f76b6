import Model

/// Authority by tx.origin, which any contract that an authority calls can borrow.
///
/// `tx.origin == msg.sender`, which only asks whether a contract calls, is left out.
enum OriginDetector {
    static let rule = Rule(
        "tx-origin",
        title: "tx.origin decides who may do it",
        recommendation: "Compare msg.sender instead: it is whoever really calls.",
        classification: Weakness.originAuthorization
    )

    static func findings(_ examination: Examination) -> [FindingDraft] {
        let origins = OriginReader(program: examination.program, inheritance: examination.inheritance)
        return examination.code.flatMap { function in
            let frame = Frame(function)
            let name = function.name.isEmpty ? function["kind"]?.text ?? "" : function.name
            return function.all { node in
                guard node.kind == "BinaryOperation", ["==", "!="].contains(node["operator"]?.text ?? "")
                else { return false }
                let sides = node.children.map { origins.origin(of: $0, in: frame) }
                return sides.contains(.transactionOrigin) && !sides.contains(.sender)
            }.map { node in
                examination.draft(
                    rule, .medium, .high, at: node,
                    """
                    \(name) compares tx.origin. A contract that the authority is lured into calling passes this check in \
                    the authority's name.
                    """
                )
            }
        }
    }
}
