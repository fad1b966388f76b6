import Foundation
package import Model

extension Plan {
    /// A Mermaid flowchart; dotted arrows are for order alone.
    package var mermaid: String {
        var lines = ["flowchart LR"]
        for (position, step) in steps.enumerated() {
            lines.append("    s\(position)[\"\(step.id.rawValue)\"]")
        }
        lines += arrows.map { arrow in
            "    s\(arrow.from) \(arrow.isOrderOnly ? "-.->" : "-->") s\(arrow.to)"
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A Graphviz digraph; dashed arrows are for order alone.
    package var dot: String {
        var lines = ["digraph hyperkit {", "    rankdir=LR;", "    node [shape=box];"]
        for (position, step) in steps.enumerated() {
            lines.append("    s\(position) [label=\"\(step.id.rawValue)\"];")
        }
        lines += arrows.map { arrow in
            "    s\(arrow.from) -> s\(arrow.to)\(arrow.isOrderOnly ? " [style=dashed]" : "");"
        }
        return (lines + ["}"]).joined(separator: "\n") + "\n"
    }

    /// `{version, steps: [{id, kind, needs, after, pool}]}`, in plan order.
    ///
    /// - Throws: What JSONEncoder throws; never for a plan.
    package func json() throws -> String {
        let graph = GraphV1(
            steps: steps.map { step in
                GraphV1.Step(
                    id: step.id,
                    kind: step.id.kind,
                    needs: step.needs,
                    after: step.after,
                    pool: step.pool
                )
            }
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(graph), as: UTF8.self) + "\n"
    }

    private var arrows: [(from: Int, to: Int, isOrderOnly: Bool)] {
        steps.enumerated().flatMap { position, step in
            step.needs.compactMap { need in positions[need].map { ($0, position, false) } }
                + step.after.compactMap { need in positions[need].map { ($0, position, true) } }
        }
    }
}

/// The graph as JSON, version 1.
private struct GraphV1: Encodable {
    struct Step: Encodable {
        var id: StepID
        var kind: StepID.Kind
        var needs: [StepID]
        var after: [StepID]
        var pool: String
    }

    var version = 1
    var steps: [Step]
}
