import Model

/// All that detectors look at: the contract, and what each of its entry points does.
struct Examination {
    let program: CompiledProgram
    let inheritance: Inheritance
    let scope: AuditScope
    let traces: [Trace]

    init(_ program: CompiledProgram, _ inheritance: Inheritance, _ scope: AuditScope) {
        self.program = program
        self.inheritance = inheritance
        self.scope = scope
        let origins = OriginReader(program: program, inheritance: inheritance)
        traces = inheritance.entryPoints.map { Tracer.trace($0, origins: origins) }
    }

    func name(of variable: Int) -> String { program[variable]?.name ?? "?" }

    /// Every piece of code that the audit answers for, functions and modifiers with a body.
    var code: [ASTNode] {
        program.units.flatMap { unit in
            unit.all { node in
                (node.kind == "FunctionDefinition" || node.kind == "ModifierDefinition")
                    && node.node("body") != nil
                    && scope.holds(file: node.file, start: node.start, end: node.end)
            }
        }
    }

    /// A finding of ours at a node.
    func draft(
        _ rule: Rule,
        _ severity: Severity,
        _ confidence: Confidence,
        at node: ASTNode,
        _ description: String
    ) -> FindingDraft {
        FindingDraft(
            tool: OwnDetectors.tool,
            rule: rule,
            severity: severity,
            confidence: confidence,
            description: description,
            file: node.file,
            start: node.start,
            end: node.end
        )
    }
}

/// Hyperkit's own detectors, which need nothing but the compiler's syntax tree.
package enum OwnDetectors {
    package static let tool = "hyperkit"
    /// Counts up with every change of what they find: it is part of an audit's fingerprint.
    package static let version = 1

    private static let all: [@Sendable (Examination) -> [FindingDraft]] = [
        ReentrancyDetector.findings,
        AuthorityWriteDetector.findings,
        ValueOutDetector.findings,
        SelfDestructDetector.findings,
        DelegateCallDetector.findings,
        UncheckedCallDetector.findings,
        OriginDetector.findings,
    ]

    /// What the detectors found, and the functions that were too large to be followed to their end.
    package struct Result: Sendable {
        package var drafts: [FindingDraft]
        package var unfinished: [String]
    }

    package static func examine(
        _ program: CompiledProgram,
        _ inheritance: Inheritance,
        _ scope: AuditScope
    ) -> Result {
        let examination = Examination(program, inheritance, scope)
        return Result(
            drafts: all.flatMap { $0(examination) },
            unfinished: examination.traces.filter(\.isCut).map(\.name)
        )
    }
}
