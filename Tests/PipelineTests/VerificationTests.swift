import Foundation
import Model
import Support
import Testing

@testable import hyperkit

extension Pipelines {
    /// Sources of real contracts on a real chain, handed to services that are fakes.
    @Suite struct Verification {
        private static let apiKey = Canary("the key of a service", text: "canary2f81bd6e09c4a735")

        private static let contracts = [
            "Shared": """
            abstract contract Shared {
                uint256 public start;
                event Started(uint256 start);
                constructor(uint256 start_) { start = start_; emit Started(start_); }
            }
            """,
            "Counter": """
            import "./Shared.sol";
            contract Counter is Shared {
                uint256 public step;
                constructor(uint256 start_) Shared(start_) {}
                function setStep(uint256 step_) external { step = step_; }
            }
            """,
            "Tally": """
            import "./Shared.sol";
            contract Tally is Shared {
                mapping(address => uint256) public votes;
                constructor(uint256 start_) Shared(start_) {}
                function vote() external { votes[msg.sender] += start; }
            }
            """,
        ]

        private static func manifest(_ url: String, _ verify: String) -> String {
            """
            version: 1
            project: shown
            signers: { dev: { key: "env:DEV_KEY" } }
            networks:
              chain: { rpc: "\(url)", chainId: 31337, signer: dev, verify: \(verify) }
            contracts:
              Counter: { source: contracts/Counter.sol }
              Tally: { source: contracts/Tally.sol }
            deployments:
              counter: { contract: Counter, networks: [chain], arguments: ["5"] }
              tally: { contract: Tally, networks: [chain], arguments: ["7"] }
            policies: { default: { tools: [solc, hyperkit], failOn: critical } }
            """
        }

        private func project(_ verify: String) async throws -> (Sandbox, RunningDevnet) {
            let sandbox = try Sandbox()
            let chain = try await RunningDevnet(sandbox, state: "chain")
            for (name, text) in Self.contracts {
                let head = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n"
                try sandbox.write(Data((head + text + "\n").utf8), to: "contracts/\(name).sol")
            }
            try sandbox.write(Data(Self.manifest(chain.url, verify).utf8), to: "m.yaml")
            return (sandbox, chain)
        }

        private static let environment = [
            "DEV_KEY": DevelopmentAccount.key, "ETHERSCAN_KEY": apiKey.text,
        ]

        private func run(_ sandbox: Sandbox) async throws -> Sandbox.Ran {
            try await sandbox.run("m.yaml", "--network", "chain", environment: Self.environment)
        }

        private static let job = FakeVerifierServer.Answer(
            #"{"isJobCompleted":true,"contract":{"match":"exact_match"}}"#)

        /// A Sourcify that shows whatever it is handed.
        private func showing() throws -> FakeVerifierServer {
            try FakeVerifierServer { request in
                request.asked.hasPrefix("POST")
                    ? .init("202 Accepted", #"{"verificationId":"id"}"#) : Self.job
            }
        }

        @Test func whatIsHandedOverCompilesToWhatIsThere() async throws {
            let server = try showing()
            let (sandbox, chain) = try await project("[{ sourcify: { url: \"\(server.url)\" } }]")
            let ran = try await run(sandbox)
            try #require(ran.end == .exited(0), "\(ran.errors)")
            let report = try sandbox.report()
            #expect(report["run"]["status"] == "succeeded")
            let deployments = report["deployments"].array
            #expect(
                deployments.map { $0["verification"] }
                    == Array(
                        repeating: .array([
                            .object([
                                "service": "sourcify", "status": "verified", "message": "exact match",
                            ])
                        ]), count: 2))
            #expect(
                report["steps"].array.filter { $0["kind"] == "verify" }.map { $0["status"] } == [
                    "succeeded", "succeeded",
                ])
            let handed = server.requests.filter { $0.asked.hasPrefix("POST") }
            #expect(handed.count == 2)
            for deployment in deployments {
                let address = try #require(deployment["address"].string)
                let request = try #require(
                    handed.first { $0.asked == "POST /v2/verify/31337/\(address)" })
                let submission = try #require(
                    try JSONSerialization.jsonObject(with: request.body) as? [String: Any])
                #expect(
                    submission["creationTransactionHash"] as? String == deployment["transactionHash"].string)
                let input = try #require(submission["stdJsonInput"] as? [String: Any])
                // Its own sources, and not those of the contract that was compiled with it.
                let sources = try #require(input["sources"] as? [String: Any])
                let own = try #require(deployment["contract"].string)
                #expect(Set(sources.keys) == ["contracts/\(own).sol", "contracts/Shared.sol"])
                let name = try #require(submission["contractIdentifier"] as? String)
                #expect(name == "contracts/\(own).sol:\(own)")
                let compiled = try await Recompiled(input, name)
                #expect(submission["compilerVersion"] as? String == compiled.version)
                #expect(try await chain.code(address) == "0x" + compiled.runtime)
            }

            let again = try await run(sandbox)
            #expect(again.end == .exited(0), "\(again.errors)")
            #expect(server.requests.count == 4)
            let second = try sandbox.report()
            #expect(
                second["steps"].array.filter { $0["kind"] == "verify" }.map { $0["status"] } == [
                    "reused", "reused",
                ])
            #expect(second["deployments"].array[0]["verification"].array[0]["status"] == "verified")
            let plan = try await sandbox.hyperkit(
                Sandbox.command("plan", "m.yaml", ["--json", "--network", "chain", "--exit-code"]),
                environment: Self.environment)
            #expect(plan.end == .exited(0), "\(plan.errors)")
            let step = try JSON(text: plan.output)["steps"].first("id", "verify:tally@chain")
            #expect(step["action"] == "keep")
            await chain.stop()
        }

        @Test func whatNobodyShowsIsSaidAndFailsNothing() async throws {
            let bad = try FakeVerifierServer(
                .init("400 Bad Request", #"{"message":"The chain is not supported"}"#))
            let scan = try FakeVerifierServer(
                .init(#"{"status":"0","message":"NOTOK","result":"Contract source code already verified"}"#))
            let (sandbox, chain) = try await project(
                """
                [{ sourcify: { url: "\(bad.url)" } }, { etherscan: { url: "\(scan.url)", key: "env:ETHERSCAN_KEY" } }]
                """)
            let ran = try await run(sandbox)
            #expect(ran.end == .exited(0), "\(ran.errors)")
            #expect(ran.errors.contains("sources not verified"))
            #expect(ran.errors.contains("sourcify: The chain is not supported"))
            let report = try sandbox.report()
            #expect(report["run"]["status"] == "degraded")
            #expect(report["summary"]["deployments"]["created"] == 2)
            let step = report["steps"].first("id", "verify:counter@chain")
            #expect(step["status"] == "skipped")
            #expect(step["error"]["code"] == "not-verified")
            #expect(
                report["deployments"].array[0]["verification"].map("service", to: "status") == [
                    "etherscan": "verified", "sourcify": "failed",
                ])
            #expect(scan.requests.allSatisfy { $0.form["apikey"] == Self.apiKey.text })
            #expect(scan.requests.allSatisfy { !$0.asked.contains(Self.apiKey.text) })
            let left = try sandbox.everything().filter { Self.apiKey.form(in: $0.value) != nil }
            #expect(left.keys.sorted() == [])
            #expect(!(ran.errors + ran.output).contains(Self.apiKey.text))

            // A kept deployment that was never verified is verified, and the ones that were are not.
            let good = try showing()
            try sandbox.replace(bad.url, with: good.url, in: "m.yaml")
            let retried = try await sandbox.run(
                "m.yaml", "--retry", "latest", "--network", "chain", environment: Self.environment)
            #expect(retried.end == .exited(0), "\(retried.errors)")
            #expect(try sandbox.report()["run"]["status"] == "succeeded")
            #expect(try sandbox.report()["summary"]["deployments"]["kept"] == 2)
            #expect(good.requests.count == 4)
            #expect(scan.requests.count == 2)
            #expect(try await chain.transactionCount(DevelopmentAccount.address) == 2)
            await chain.stop()
        }
    }
}
