import EthereumTypes
import Foundation
import Model
import Testing

@testable import Planning

@Suite struct DrawingTests {
    let plan: Plan<Action>

    init() throws {
        let manifest = try PlanBench.manifest(
            contracts: [PlanBench.contract("A")],
            deployments: [PlanBench.deployment("a", of: "A"), PlanBench.deployment("b", of: "A")])
        plan = try Planner.plan(manifest, Snapshot()).plan
    }

    @Test func drawsMermaid() {
        #expect(
            plan.mermaid() == """
                flowchart LR
                    s0["compile:A"]
                    s1["audit:A"]
                    s2["deploy:a@devnet"]
                    s3["deploy:b@devnet"]
                    s0 --> s1
                    s0 --> s2
                    s1 --> s2
                    s0 --> s3
                    s1 --> s3
                    s2 -.-> s3

                """
        )
    }

    @Test func drawsDot() {
        #expect(
            plan.dot() == """
                digraph hyperkit {
                    rankdir=LR;
                    node [shape=box];
                    s0 [label="compile:A"];
                    s1 [label="audit:A"];
                    s2 [label="deploy:a@devnet"];
                    s3 [label="deploy:b@devnet"];
                    s0 -> s1;
                    s0 -> s2;
                    s1 -> s2;
                    s0 -> s3;
                    s1 -> s3;
                    s2 -> s3 [style=dashed];
                }

                """
        )
    }

    @Test func writesJSON() throws {
        let pure = plan.closed { $0.id.kind == .audit }
        #expect(
            try pure.json() == """
                {
                  "steps" : [
                    {
                      "after" : [

                      ],
                      "id" : "compile:A",
                      "kind" : "compile",
                      "needs" : [

                      ],
                      "pool" : "cpu"
                    },
                    {
                      "after" : [

                      ],
                      "id" : "audit:A",
                      "kind" : "audit",
                      "needs" : [
                        "compile:A"
                      ],
                      "pool" : "cpu"
                    }
                  ],
                  "version" : 1
                }

                """
        )
        #expect(try plan.json().contains("\"deploy:a@devnet\"\n      ],\n      \"id\" : \"deploy:b@devnet\""))
    }

    // MARK: - With what earlier runs took

    /// The audit was never performed: it counts as what is usual for its kind.
    private func past() throws -> DrawnPast {
        let contract = try #require(ContractName("A"))
        let durations = StepDurations([
            .compile(contract): .milliseconds(812),
            .deploy("a", on: "devnet"): .milliseconds(40),
            .deploy("b", on: "devnet"): .seconds(3),
        ])
        return try #require(DrawnPast(of: plan, durations) { "\(Int64($0 / .milliseconds(1))) ms" })
    }

    @Test func mermaidSaysWhatStepsTookAndMarksTheLongestChain() throws {
        #expect(
            plan.mermaid(try past()) == """
                flowchart LR
                    s0["compile:A<br/>812 ms"]
                    s1["audit:A"]
                    s2["deploy:a@devnet<br/>40 ms"]
                    s3["deploy:b@devnet<br/>3000 ms"]
                    s0 --> s1
                    s0 --> s2
                    s1 --> s2
                    s0 --> s3
                    s1 --> s3
                    s2 -.-> s3
                    classDef critical stroke:#d22,stroke-width:3px
                    class s0,s1,s2,s3 critical
                    linkStyle 0,2,5 stroke:#d22,stroke-width:3px

                """
        )
    }

    @Test func dotSaysWhatStepsTookAndMarksTheLongestChain() throws {
        #expect(
            plan.dot(try past()) == """
                digraph hyperkit {
                    rankdir=LR;
                    node [shape=box];
                    s0 [label="compile:A\\n812 ms", color="#dd2222", penwidth=3];
                    s1 [label="audit:A", color="#dd2222", penwidth=3];
                    s2 [label="deploy:a@devnet\\n40 ms", color="#dd2222", penwidth=3];
                    s3 [label="deploy:b@devnet\\n3000 ms", color="#dd2222", penwidth=3];
                    s0 -> s1 [color="#dd2222", penwidth=3];
                    s0 -> s2;
                    s1 -> s2 [color="#dd2222", penwidth=3];
                    s0 -> s3;
                    s1 -> s3;
                    s2 -> s3 [style=dashed, color="#dd2222", penwidth=3];
                }

                """
        )
    }

    @Test func jsonSaysWhatStepsTookAndTheLongestChain() throws {
        struct Graph: Decodable {
            struct Step: Decodable {
                var id: String
                var durationMilliseconds: Int64?
            }
            struct Path: Decodable {
                var steps: [String]
                var durationMilliseconds: Int64
            }
            var steps: [Step]
            var criticalPath: Path
        }
        let graph = try JSONDecoder().decode(Graph.self, from: Data(plan.json(try past()).utf8))
        #expect(graph.steps.map(\.durationMilliseconds) == [812, nil, 40, 3_000])
        #expect(graph.criticalPath.steps == ["compile:A", "audit:A", "deploy:a@devnet", "deploy:b@devnet"])
        // 400 ms are usual for an audit.
        #expect(graph.criticalPath.durationMilliseconds == 812 + 400 + 40 + 3_000)
    }

    @Test func whatStandsBesideTheLongestChainIsNotMarked() throws {
        let steps = [
            Plan<Int>.Step(id: .check("a"), work: 0), Plan<Int>.Step(id: .check("b"), work: 0),
            Plan<Int>.Step(id: .check("c"), work: 0, needs: [.check("a"), .check("b")]),
        ]
        let durations = StepDurations([.check("a"): .seconds(1), .check("b"): .seconds(2)])
        let fork = try Plan(ordering: steps)
        let past = try #require(DrawnPast(of: fork, durations) { _ in "t" })
        let lines = fork.mermaid(past).split(separator: "\n")
        #expect(lines.contains("    class s1,s2 critical"))
        #expect(lines.contains("    linkStyle 1 stroke:#d22,stroke-width:3px"))
        #expect(!fork.dot(past).contains("s0 [label=\"check:a\\nt\", color"))
    }

    @Test func whereNothingIsKnownOfAnyOfItsStepsThereIsNoPast() {
        let durations = StepDurations([.check("other"): .seconds(1)])
        #expect(DrawnPast(of: plan, durations) { _ in "t" } == nil)
    }
}
