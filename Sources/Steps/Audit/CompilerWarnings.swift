import Model

/// Findings from what the compiler remarked.
package enum CompilerWarnings {
    package static let tool = "solc"
    /// The compiler's own word that it is not a release; it says nothing of the contract.
    private static let preRelease = "3805"

    package static func drafts(_ program: CompiledProgram, _ scope: AuditScope) -> [FindingDraft] {
        program.remarks.compactMap { remark in
            let isRemark = remark.severity == "warning" || remark.severity == "info"
            guard isRemark, remark.code != preRelease, let path = remark.path,
                let file = program.file(at: path)
            else { return nil }
            let start = max(remark.start, 0)
            let end = max(remark.end, start)
            guard scope.holds(file: file, start: start, end: end) else { return nil }
            let (rule, severity) = rule(for: remark)
            return FindingDraft(
                tool: tool,
                rule: rule,
                severity: severity,
                confidence: .high,
                description: remark.message,
                file: file,
                start: start,
                end: end
            )
        }
    }

    private static func rule(for remark: CompiledProgram.Remark) -> (Rule, Severity) {
        if let known = known[remark.code] { return known }
        let unknown = Rule(
            "warning-\(remark.code)",
            title: "Compiler warning \(remark.code)",
            recommendation: "Change the code so that the compiler has nothing to say."
        )
        return (unknown, remark.severity == "info" ? .informational : .low)
    }

    /// Solidity's error codes, which do not change between versions.
    private static let known: [String: (Rule, Severity)] = [
        "2072": (
            Rule(
                "unused-local-variable", title: "A local variable is not used",
                recommendation: "Remove it, or use it where it was meant to be used.",
                classification: Weakness.unusedVariable), .informational
        ),
        "5667": (
            Rule(
                "unused-parameter", title: "A parameter is not used",
                recommendation: "Remove the parameter, or its name where the signature must stay.",
                classification: Weakness.unusedVariable), .informational
        ),
        "2018": (
            Rule(
                "state-mutability", title: "A function can be restricted",
                recommendation: "Mark the function view or pure as the compiler says."), .informational
        ),
        "9302": (
            Rule(
                "unchecked-low-level-call", title: "The result of a low-level call is dropped",
                recommendation: "Bind the bool that the call returns and revert where it is false.",
                classification: Weakness.uncheckedCall), .low
        ),
        "5878": (
            Rule(
                "unchecked-send", title: "The result of send is dropped",
                recommendation: "Check the bool that send returns, or use a call whose result is checked.",
                classification: Weakness.uncheckedCall), .low
        ),
        "5159": (
            Rule(
                "deprecated-selfdestruct", title: "selfdestruct is deprecated",
                recommendation: "Remove it: since EIP-6780 it only sends the ether away.",
                classification: Weakness.deprecated), .low
        ),
        "2519": (
            Rule(
                "shadowing", title: "A declaration hides another",
                recommendation: "Give one of the two another name.",
                classification: Weakness.shadowing), .low
        ),
        "2319": (
            Rule(
                "shadowing-builtin", title: "A declaration hides a builtin",
                recommendation: "Give it another name.", classification: Weakness.shadowing), .low
        ),
        "1878": (
            Rule(
                "missing-license", title: "The file names no license",
                recommendation: "Add an SPDX-License-Identifier comment."), .informational
        ),
        "3420": (
            Rule(
                "missing-pragma", title: "The file names no compiler version",
                recommendation: "Add a pragma solidity with the versions it was tested with.",
                classification: Weakness.pragma), .informational
        ),
        "3628": (
            Rule(
                "payable-fallback-without-receive", title: "Plain ether goes to the fallback function",
                recommendation: "Add a receive function, or say in a comment that it is meant."),
            .informational
        ),
        "5740": (
            Rule(
                "unreachable-code", title: "Code that never runs",
                recommendation: "Remove it, or mend the condition before it.",
                classification: Weakness.noEffect), .low
        ),
        "6133": (
            Rule(
                "statement-without-effect", title: "A statement does nothing",
                recommendation: "Remove it, or write what was meant.", classification: Weakness.noEffect),
            .low
        ),
        "6321": (
            Rule(
                "unassigned-return", title: "A return value may stay unset",
                recommendation: "Return a value on every way, or name the return variable.",
                classification: Weakness.business), .low
        ),
        "5574": (
            Rule(
                "code-too-large", title: "The runtime code exceeds 24576 bytes",
                recommendation: "Split the contract or move code to libraries: EIP-170 refuses it."), .low
        ),
        "3860": (
            Rule(
                "init-code-too-large", title: "The init code exceeds 49152 bytes",
                recommendation: "Split the contract: EIP-3860 refuses it."), .low
        ),
    ]
}
