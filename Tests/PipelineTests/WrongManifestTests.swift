import Foundation
import Testing

extension Pipelines {
    /// What is wrong with a manifest is said before anything happens.
    @Suite struct WrongManifest {
        /// A manifest with one fault, and the whole of what must be said of it.
        struct Case: CustomTestStringConvertible {
            var name: String
            var manifest: Data
            var message: String

            var testDescription: String { name }
        }

        @Test(arguments: WrongManifest.cases)
        func isToldOfAndNothingRuns(_ wrong: Case) async throws {
            let sandbox = try Sandbox()
            try sandbox.write(Data("contract A { constructor(address) {} }\n".utf8), to: "contracts/A.sol")
            try sandbox.write(wrong.manifest, to: "m.yaml")
            let ran = try await sandbox.run("m.yaml")
            #expect(ran.end == .exited(2))
            #expect(ran.output == "")
            #expect(ran.errors == wrong.message + "\n1 error, nothing ran\n")
            #expect(!sandbox.exists("reports"))
            #expect(!sandbox.exists("state"))

            let validated = try await sandbox.hyperkit(["validate", "m.yaml"])
            #expect(validated.end == .exited(2))
            #expect(validated.errors == ran.errors)
        }

        private static let head = """
            version: 1
            project: p
            contracts:
              A: { source: contracts/A.sol }
            networks:
              devnet: { engine: devnet, state: ephemeral }

            """

        private static func deploying(_ text: String) -> Data { Data((head + text).utf8) }

        static let cases = [
            Case(
                name: "unknown key",
                manifest: deploying("deployment:\n  a: { contract: A, networks: [devnet] }\n"),
                message: """
                    m.yaml:7:1: error: unknown key 'deployment' in the manifest [unknown-key]
                        7 │ deployment:
                          │ ^^^^^^^^^^
                      hint: did you mean 'deployments'?
                    """
            ),
            Case(
                name: "wrong type",
                manifest: deploying("deployments:\n  a: { contract: A, networks: devnet }\n"),
                message: """
                    m.yaml:8:31: error: 'networks' of deployment 'a': expected a list, found text [wrong-type]
                        8 │   a: { contract: A, networks: devnet }
                          │                               ^^^^^^
                      hint: a list is written [first, second], also where it has one element
                    """
            ),
            Case(
                name: "duplicate key",
                manifest: deploying(
                    "deployments:\n  a: { contract: A, networks: [devnet] }\n  a: { contract: A, networks: [devnet] }\n"
                ),
                message: """
                    m.yaml:9:3: error: 'a' is defined twice [duplicate-key]
                        9 │   a: { contract: A, networks: [devnet] }
                          │   ^
                      hint: the first is at m.yaml:8:3
                    """
            ),
            Case(
                name: "cycle",
                manifest: deploying(
                    """
                    deployments:
                      a: { contract: A, networks: [devnet], arguments: ["${deployments.b.address}"] }
                      b: { contract: A, networks: [devnet], arguments: ["${deployments.a.address}"] }

                    """),
                message: """
                    m.yaml:9:54: error: deployments need each other's addresses: a → b → a [cycle]
                        9 │   b: { contract: A, networks: [devnet], arguments: ["${deployments.a.address}"] }
                          │                                                      ^^^^^^^^^^^^^^^^^^^^^^^^
                      hint: deploy one of them without the address and set it by a call afterwards
                    """
            ),
            Case(
                name: "missing file",
                manifest: Data(head.replacing("A.sol", with: "B.sol").utf8),
                message: """
                    m.yaml:4:16: error: there is no file 'contracts/B.sol' [missing-file]
                        4 │   A: { source: contracts/B.sol }
                          │                ^
                      hint: did you mean 'contracts/A.sol'?
                    """
            ),
            Case(
                name: "alias bomb",
                manifest: aliasBomb,
                message: """
                    m.yaml:14:12: error: the file has 110 aliases, more than the 100 that are followed [too-large]
                       14 │ x11: &x11 [*x10, *x10, *x10, *x10, *x10, *x10, *x10, *x10, *x10, *x10]
                          │            ^^^^
                      hint: write a set or a variable for what repeats
                    """
            ),
            Case(
                name: "invalid UTF-8",
                manifest: Data("version: 1\nproject: p".utf8) + [0xff, 0xfe, 0x0a],
                message: """
                    m.yaml:2:11: error: byte 22 of the file is not UTF-8 [utf8]
                        2 │ project: p\u{fffd}\u{fffd}
                          │           ^
                      hint: save the file as UTF-8
                    """
            ),
            Case(
                name: "unknown network",
                manifest: deploying("deployments:\n  a: { contract: A, networks: [devent] }\n"),
                message: """
                    m.yaml:8:32: error: there is no network 'devent' [unknown-network]
                        8 │   a: { contract: A, networks: [devent] }
                          │                                ^^^^^^
                      hint: did you mean 'devnet'?
                    """
            ),
            Case(
                name: "bad address",
                manifest: deploying(
                    """
                    deployments:
                      a: { contract: A, networks: [devnet], arguments: ["0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD"] }

                    """),
                message: """
                    m.yaml:8:53: error: the address '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD' has a wrong checksum (EIP-55) [address]
                        8 │   a: { contract: A, networks: [devnet], arguments: ["0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD"] }
                          │                                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                      hint: if no digit is wrong it is spelt 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed
                    """
            ),
            Case(
                name: "bad interpolation",
                manifest: deploying(
                    """
                    deployments:
                      a: { contract: A, networks: [devnet], arguments: ["${var.suply}"] }
                    variables: { supply: "1" }

                    """),
                message: """
                    m.yaml:8:54: error: there is no variable 'suply' [unknown-variable]
                        8 │   a: { contract: A, networks: [devnet], arguments: ["${var.suply}"] }
                          │                                                      ^^^^^^^^^^^^
                      hint: did you mean 'supply'?
                    """
            ),
        ]

        /// Eleven lists, each of ten times the one before.
        private static let aliasBomb: Data = {
            var lines = ["version: 1", "project: p", "x0: &x0 [a, a, a, a, a, a, a, a, a, a]"]
            for number in 1...11 {
                let aliases = [String](repeating: "*x\(number - 1)", count: 10).joined(separator: ", ")
                lines.append("x\(number): &x\(number) [\(aliases)]")
            }
            return Data((lines.joined(separator: "\n") + "\n").utf8)
        }()
    }
}
