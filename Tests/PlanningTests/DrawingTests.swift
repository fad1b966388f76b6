import EthereumTypes
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
            plan.mermaid == """
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
            plan.dot == """
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
}
