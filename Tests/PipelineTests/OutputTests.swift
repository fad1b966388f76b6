import Foundation
import Testing

extension Pipelines {
    /// What a program reads is on standard output, and nothing else is.
    @Suite struct Output {
        @Test func ofValidateIsJSON() async throws {
            let ran = try await Sandbox("manifests").hyperkit(["validate", "quickstart.yaml", "--json"])
            #expect(ran.end == .exited(0))
            #expect(try JSON(text: ran.output) == .object(["contracts": 4, "deployments": 4, "steps": 16]))
            #expect(ran.errors.contains("[implied-option]"))
        }

        @Test func ofPlanIsItsFile() async throws {
            let sandbox = try Sandbox("manifests")
            let ran = try await sandbox.plan(
                "quickstart.yaml", "--select", "token@devnet", "--out", "plan.json")
            #expect(ran.end == .exited(0))
            let plan = try JSON(text: ran.output)
            #expect(plan["version"] == 2)
            #expect(
                plan["steps"].map("id", to: "action")
                    == [
                        "generate:Token": "run", "compile:Token": "run", "audit:Token": "run",
                        "deploy:token@devnet": "create",
                    ])
            #expect(try JSON(text: sandbox.text("plan.json")) == plan)
            #expect(ran.errors.contains("create"))
            #expect(!sandbox.exists("reports"))
        }

        @Test func ofGraphIsOneDrawingInThreeFormats() async throws {
            let sandbox = try Sandbox("manifests")
            var drawings: [String: String] = [:]
            for format in ["json", "dot", "mermaid"] {
                let ran = try await sandbox.hyperkit(["graph", "quickstart.yaml", "--format", format])
                #expect(ran.end == .exited(0))
                #expect(ran.errors == "")
                drawings[format] = ran.output
            }
            let steps = try JSON(text: drawings["json"] ?? "")["steps"].array
            let names = steps.compactMap { $0["id"].string }
            #expect(names.count == 16)
            let arrows = steps.flatMap { step in
                step["needs"].strings.map { "\($0) -> \(step["id"].string ?? "")" }
                    + step["after"].strings.map { "\($0) ~> \(step["id"].string ?? "")" }
            }

            for (format, frame) in [
                ("dot", ["digraph hyperkit {", "    rankdir=LR;", "    node [shape=box];", "}"]),
                ("mermaid", ["flowchart LR"]),
            ] {
                let drawing = Drawing(try #require(drawings[format]))
                #expect(drawing.names == names)
                #expect(drawing.arrows == Set(arrows))
                #expect(drawing.frame == frame)
            }
        }

        @Test func ofSchemaIsJSON() async throws {
            let ran = try await Sandbox().hyperkit(["schema"])
            #expect(ran.end == .exited(0))
            #expect(ran.errors == "")
            let schema = try JSON(text: ran.output)
            #expect(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema")
            #expect(schema["properties"]["contracts"] != .null)
        }

        @Test func ofToolchainListNamesEachToolWithItsState() async throws {
            let ran = try await Sandbox().hyperkit(["toolchain", "list", "--json"])
            #expect(ran.end == .exited(0))
            #expect(ran.errors == "")
            let tools = try JSON(text: ran.output)
            let shape = Shape.list(
                .object([
                    "name": .text, "version": .text, "path": .text, "digest": .digest,
                    "status": .word(["installed"]),
                ])
            )
            #expect(shape.faults(of: tools) == [])
            #expect(
                Set(tools.array.compactMap { $0["name"].string }).isSuperset(of: [
                    "solc", "slither", "py-evm",
                ]))
        }

        @Test func ofARunIsItsReport() async throws {
            let sandbox = try Sandbox("manifests")
            let ran = try await sandbox.run(
                "quickstart.yaml", "--json", "--until", "compile", "--select", "compile:Vault")
            #expect(ran.end == .exited(0))
            #expect(try JSON(text: ran.output) == sandbox.report())
        }

        @Test func ofAWrongCommandIsNothing() async throws {
            let ran = try await Sandbox().hyperkit(["run", "--jobs", "0"])
            #expect(ran.end == .exited(2))
            #expect(ran.output == "")
            #expect(ran.errors.contains("--jobs takes a number from 1 on"))
        }
    }
}

/// What a dot or Mermaid drawing of the graph says.
private struct Drawing {
    var names: [String] = []
    /// `a -> b` for what is needed, `a ~> b` for what only comes before.
    var arrows: Set<String> = []
    /// Lines that are neither nodes nor arrows.
    var frame: [String] = []

    init(_ text: String) {
        var labels: [Substring: Substring] = [:]
        for line in text.split(separator: "\n") {
            if let node = line.wholeMatch(of: /\s+(s\d+) ?\[(?:label=)?"([^"]+)"\];?/) {
                labels[node.1] = node.2
                names.append(String(node.2))
            } else if let arrow = line.wholeMatch(of: /\s+(s\d+) (-->|->|-\.->) (s\d+)( \[style=dashed\])?;?/)
            {
                let isDashed = arrow.2 == "-.->" || arrow.4 != nil
                arrows.insert("\(labels[arrow.1] ?? "?") \(isDashed ? "~>" : "->") \(labels[arrow.3] ?? "?")")
            } else {
                frame.append(String(line))
            }
        }
    }
}
