import Foundation
package import Model

extension Plan {
    /// A Mermaid flowchart; dotted arrows are for order alone.
    package func mermaid(_ past: DrawnPast? = nil) -> String {
        let chain = past.map { CriticalChain(self, $0.durations) }
        var lines = ["flowchart LR"]
        for (position, step) in steps.enumerated() {
            let note = past?.note(on: step.id).map { "<br/>\($0)" } ?? ""
            lines.append("    s\(position)[\"\(step.id.rawValue)\(note)\"]")
        }
        lines += arrows.map { arrow in
            "    s\(arrow.from) \(arrow.isOrderOnly ? "-.->" : "-->") s\(arrow.to)"
        }
        if let chain {
            let style = "stroke:#d22,stroke-width:3px"
            let nodes = chain.positions.map { "s\($0)" }.joined(separator: ",")
            lines += ["    classDef critical \(style)", "    class \(nodes) critical"]
            let links = arrows.enumerated().filter { chain.holds($1) }.map { "\($0.offset)" }
            if !links.isEmpty { lines.append("    linkStyle \(links.joined(separator: ",")) \(style)") }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A Graphviz digraph; dashed arrows are for order alone.
    package func dot(_ past: DrawnPast? = nil) -> String {
        let chain = past.map { CriticalChain(self, $0.durations) }
        var lines = ["digraph hyperkit {", "    rankdir=LR;", "    node [shape=box];"]
        for (position, step) in steps.enumerated() {
            let note = past?.note(on: step.id).map { "\\n\($0)" } ?? ""
            let style = chain?.holds(position) == true ? ", \(Self.dotStyle)" : ""
            lines.append("    s\(position) [label=\"\(step.id.rawValue)\(note)\"\(style)];")
        }
        lines += arrows.map { arrow in
            var style = arrow.isOrderOnly ? ["style=dashed"] : []
            if chain?.holds(arrow) == true { style.append(Self.dotStyle) }
            let attributes = style.isEmpty ? "" : " [\(style.joined(separator: ", "))]"
            return "    s\(arrow.from) -> s\(arrow.to)\(attributes);"
        }
        return (lines + ["}"]).joined(separator: "\n") + "\n"
    }

    private static var dotStyle: String { "color=\"#dd2222\", penwidth=3" }

    /// `{version, steps: [{id, kind, needs, after, pool, durationMilliseconds?}], criticalPath?: {steps, durationMilliseconds}}`,
    /// in plan order.
    ///
    /// - Throws: What JSONEncoder throws; never for a plan.
    package func json(_ past: DrawnPast? = nil) throws -> String {
        let graph = GraphV1(
            steps: steps.map { step in
                GraphV1.Step(
                    id: step.id,
                    kind: step.id.kind,
                    needs: step.needs,
                    after: step.after,
                    pool: step.pool,
                    durationMilliseconds: past?.durations.steps[step.id].map(Self.milliseconds)
                )
            },
            criticalPath: past.map { past in
                let chain = CriticalChain(self, past.durations)
                return GraphV1.CriticalPath(
                    steps: chain.positions.map { steps[$0].id },
                    durationMilliseconds: Self.milliseconds(chain.length)
                )
            }
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(graph), as: UTF8.self) + "\n"
    }

    private static func milliseconds(_ duration: Duration) -> Int64 { Int64(duration / .milliseconds(1)) }

    private var arrows: [Arrow] {
        steps.enumerated().flatMap { position, step in
            step.needs.compactMap { need in
                positions[need].map { Arrow(from: $0, to: position, isOrderOnly: false) }
            }
                + step.after.compactMap { need in
                    positions[need].map { Arrow(from: $0, to: position, isOrderOnly: true) }
                }
        }
    }
}

/// What earlier runs tell of the steps that a drawing shows.
package struct DrawnPast: Sendable {
    let durations: StepDurations
    private let words: @Sendable (Duration) -> String

    /// Fails where nothing is known of any step of `plan`: then there is nothing to draw.
    ///
    /// - Parameters:
    ///   - plan: What is drawn.
    ///   - durations: What steps took.
    ///   - words: How a duration reads.
    package init?(
        of plan: Plan<some Sendable>,
        _ durations: StepDurations,
        words: @escaping @Sendable (Duration) -> String
    ) {
        guard plan.steps.contains(where: { durations.steps[$0.id] != nil }) else { return nil }
        self.durations = durations
        self.words = words
    }

    /// What a step took when it was last performed; nil where it is not known.
    fileprivate func note(on step: StepID) -> String? { durations.steps[step].map(words) }
}

private struct Arrow {
    let from: Int
    let to: Int
    let isOrderOnly: Bool
}

/// The chain of steps that takes longest, of which those that were never performed take what is usual.
private struct CriticalChain {
    let positions: [Int]
    let length: Duration
    private let next: [Int: Int]

    init(_ plan: Plan<some Sendable>, _ durations: StepDurations) {
        let path = CriticalPath(plan, duration: durations.estimate)
        positions = path.positions
        length = path.length
        next = Dictionary(uniqueKeysWithValues: zip(path.positions, path.positions.dropFirst()))
    }

    func holds(_ position: Int) -> Bool { next[position] != nil || positions.last == position }

    func holds(_ arrow: Arrow) -> Bool { next[arrow.from] == arrow.to }
}

/// The graph as JSON, version 1.
private struct GraphV1: Encodable {
    struct Step: Encodable {
        var id: StepID
        var kind: StepID.Kind
        var needs: [StepID]
        var after: [StepID]
        var pool: String
        var durationMilliseconds: Int64?
    }

    struct CriticalPath: Encodable {
        var steps: [StepID]
        var durationMilliseconds: Int64
    }

    var version = 1
    var steps: [Step]
    var criticalPath: CriticalPath?
}
