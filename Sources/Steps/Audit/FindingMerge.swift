package import Model

/// Puts the findings of all tools in one list.
package enum FindingMerge {
    /// Each finding, with the rules of other tools that say the same of the same place; worst first.
    ///
    /// Two say the same where they have the same SWC class, or the same rule name where one has none, are in the same
    /// function and share a line.
    package static func merged(_ findings: [Finding]) -> [Finding] {
        let byFile = Dictionary(grouping: findings) { $0.location?.file }
        return findings.map { finding in
            guard let location = finding.location else { return finding }
            var finding = finding
            let others = (byFile[location.file] ?? []).filter { isSame(finding, $0) }
            finding.alsoReportedBy = Set(others.map(\.qualifiedRule)).sorted()
            return finding
        }.sorted(by: comesFirst)
    }

    private static func isSame(_ left: Finding, _ right: Finding) -> Bool {
        guard left.tool != right.tool, left.function == right.function,
            let here = left.location, let there = right.location,
            here.line <= there.endLine, there.line <= here.endLine
        else { return false }
        if let one = left.classification.swc, let other = right.classification.swc { return one == other }
        return left.rule == right.rule
    }

    private static func comesFirst(_ left: Finding, _ right: Finding) -> Bool {
        if left.severity != right.severity { return left.severity > right.severity }
        return (place(left), left.tool, left.rule, left.id) < (place(right), right.tool, right.rule, right.id)
    }

    private static func place(_ finding: Finding) -> Place {
        Place(file: finding.location?.file ?? "", line: finding.location?.line ?? 0)
    }

    private struct Place: Comparable {
        let file: String
        let line: Int

        static func < (left: Place, right: Place) -> Bool {
            (left.file, left.line) < (right.file, right.line)
        }
    }
}
