import Foundation
import Testing

extension Pipelines {
    /// Contracts that the policy must refuse, and their mended twins.
    @Suite struct Vulnerable {
        private static let mended = [
            "Bank", "Campaign", "Payroll", "Refunds", "Toolbox", "Treasurer", "Wallet",
        ]
        /// What must be seen of each weak contract: one of the rules that it breaks, and the line.
        private static let weaknesses: [(contract: String, rule: String, line: Int)] = [
            ("weak/Bank", "reentrancy", 19),
            ("weak/Campaign", "unguarded-selfdestruct", 17),
            ("weak/Payroll", "unguarded-value-out", 15),
            ("weak/Refunds", "unchecked-low-level-call", 19),
            ("weak/Toolbox", "delegatecall-target", 12),
            ("weak/Treasurer", "unguarded-authority-write", 21),
            ("weak/Wallet", "tx-origin", 21),
        ]

        @Test func areRefusedByNameAndTheirTwinsAreDeployed() async throws {
            let sandbox = try Sandbox("examples/vulnerable")
            let ran = try await sandbox.run("vulnerable.yaml")
            #expect(ran.end == .exited(3))
            let report = try sandbox.report()
            #expect(report["run"]["status"] == "refused")
            #expect(report["run"]["exitCode"] == 3)

            var expected = Self.weaknesses.reduce(into: [:]) { $0[$1.contract] = "skipped" }
            for name in Self.mended { expected["mended/\(name)Mended"] = "created" }
            #expect(report["deployments"].map("name", to: "action") == expected)
            let refused = report["verdicts"].array.filter { $0["passed"] == false }.map { $0["contract"] }
            #expect(Set(refused.compactMap(\.string)) == Set(Self.weaknesses.map(\.contract)))
            expectNamed(report, errors: ran.errors)
        }

        @Test func areRefusedByARunThatStopsAtTheAudit() async throws {
            let sandbox = try Sandbox("examples/vulnerable")
            let ran = try await sandbox.run(
                "vulnerable.yaml", "--until", "audit", "--select", "audit:*/Bank*")
            #expect(ran.end == .exited(3))
            let report = try sandbox.report()
            #expect(
                report["steps"].map("id", to: "status")
                    == [
                        "compile:weak/Bank": "succeeded", "audit:weak/Bank": "refused",
                        "compile:mended/BankMended": "succeeded", "audit:mended/BankMended": "succeeded",
                    ])
            #expect(report["run"]["status"] == "refused")
        }

        /// Each in report.json and on the terminal, with rule, line and what to do.
        private func expectNamed(_ report: JSON, errors: String) {
            let blocks = errors.components(separatedBy: "\n\n")
            for (contract, rule, line) in Self.weaknesses {
                let found = report["findings"].array.filter { finding in
                    finding["contract"].string == contract && finding["tool"] == "hyperkit"
                        && finding["rule"].string == rule
                        && finding["location"]["line"] == .integer(Int64(line))
                }
                #expect(!found.isEmpty, "\(contract) has no \(rule) at line \(line)")
                let block = blocks.first { $0.contains("refused  \(contract) ") } ?? ""
                for finding in found {
                    #expect(finding["recommendation"].string?.isEmpty == false)
                    #expect(block.contains("hyperkit/\(rule)"), "\(contract)")
                    #expect(block.contains(".sol:\(line):"), "\(contract)")
                    #expect(block.contains("mend: \(finding["recommendation"].string ?? "")"), "\(contract)")
                }
            }
        }
    }
}
