/// The code that an audit of one contract answers for.
///
/// The contract, all that it inherits, and the functions of libraries and of files that its code reaches. Other contracts
/// of the same file and the rest of its imports are somebody else's audit; what stands outside of every contract, such as
/// a pragma, counts where the file declares the contract or one of its bases.
package struct AuditScope: Sendable {
    private struct Region: Sendable {
        let file: Int
        let start: Int
        let end: Int
    }

    private let regions: [Region]
    /// Every contract and function outside of contracts, of every file.
    private let declarations: [Region]
    private let files: Set<Int>

    package init(_ program: CompiledProgram, _ inheritance: Inheritance) {
        var reached = inheritance.bases
        var seen = Set(reached.map(\.id))
        var next = 0
        while next < reached.count {
            reached[next].forEach { node in
                guard let target = node.reference.flatMap({ program[$0] }),
                    target.kind == "FunctionDefinition", target.node("body") != nil,
                    !inheritance.bases.contains(where: { $0.holds(target) }),
                    Self.isCompiledIn(node), seen.insert(target.id).inserted
                else { return }
                reached.append(target)
            }
            next += 1
        }
        regions = reached.map { Region(file: $0.file, start: $0.start, end: $0.end) }
        declarations = program.units.flatMap { $0.nodes("nodes") }
            .filter { $0.kind == "ContractDefinition" || $0.kind == "FunctionDefinition" }
            .map { Region(file: $0.file, start: $0.start, end: $0.end) }
        files = Set(inheritance.bases.map(\.file))
    }

    /// Whether a range of bytes is this audit's business.
    package func holds(file: Int, start: Int, end: Int) -> Bool {
        if regions.contains(where: { $0.file == file && $0.start <= start && end <= $0.end }) { return true }
        let isInside = declarations.contains { $0.file == file && $0.start <= start && start < $0.end }
        return !isInside && files.contains(file)
    }

    /// A call of another contract runs that contract's code, not this one's.
    private static func isCompiledIn(_ name: ASTNode) -> Bool {
        name.type.hasPrefix("t_function_internal") || name.type.hasPrefix("t_function_delegatecall")
    }
}
