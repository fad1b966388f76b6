import Testing

extension Pipelines {
    /// What a run does again, and what it leaves as it is.
    @Suite struct SecondRun {
        @Test func createsAgainOnAnEphemeralDevnetAndSaysWhy() async throws {
            let sandbox = try Sandbox("manifests")
            #expect(try await sandbox.run("quickstart.yaml").end == .exited(0))
            #expect(try await sandbox.run("quickstart.yaml").end == .exited(0))
            let report = try sandbox.report()
            expectPureStepsReused(report)
            #expect(report["summary"]["deployments"]["created"] == 4)
            for deployment in report["deployments"].array {
                let reason = try #require(deployment["reason"].string)
                #expect(reason.hasSuffix("an ephemeral devnet starts empty each time"))
            }
        }

        @Test func keepsEverythingOnAPersistentDevnet() async throws {
            let sandbox = try Sandbox("examples/treasury")
            #expect(try await sandbox.run("treasury.yaml").end == .exited(0))
            let first = try sandbox.report()
            #expect(try await sandbox.run("treasury.yaml").end == .exited(0))
            let report = try sandbox.report()
            expectPureStepsReused(report)
            expectNothingDone(report)
            #expect(
                report["deployments"].map("name", to: "address")
                    == first["deployments"].map("name", to: "address"))

            let chain = try await RunningDevnet(sandbox, state: "state/devnets/devnet")
            // Three creations and three calls, all of the first run.
            #expect(try await chain.transactionCount(DevelopmentAccount.address) == 6)
            await chain.stop()
        }

        @Test func keepsEverythingOnANetworkThatGoesOn() async throws {
            let sandbox = try Sandbox("manifests")
            let chain = try await RunningDevnet(sandbox)
            try sandbox.replace(
                "devnet: { engine: devnet, state: ephemeral }",
                with: """
                    devnet: { rpc: "\(chain.url)", chainId: 31337, signer: dev }
                    signers:
                      dev: { key: "env:HYPERKIT_PIPELINE_KEY" }
                    """,
                in: "quickstart.yaml"
            )
            let key = ["HYPERKIT_PIPELINE_KEY": DevelopmentAccount.key]

            // Not named, so not deployed to; the key is not there and not missed.
            #expect(try await sandbox.run("quickstart.yaml").end == .exited(0))
            let unnamed = try sandbox.report()
            #expect(unnamed["run"]["status"] == "succeeded")
            #expect(unnamed["networks"].map("name", to: "status") == ["devnet": "notNamed"])
            #expect(Set(unnamed["steps"].array.map { $0["kind"] }) == ["generate", "compile", "audit"])
            for deployment in unnamed["deployments"].array {
                #expect(deployment["action"] == "skipped")
                #expect(deployment["reason"] == "the command does not name the network: --network devnet")
            }
            #expect(unnamed["summary"]["deployments"]["skipped"] == 4)
            #expect(try await chain.transactionCount(DevelopmentAccount.address) == 0)

            let named = try await sandbox.run("quickstart.yaml", "--network", "devnet", environment: key)
            #expect(named.end == .exited(0))
            let first = try sandbox.report()
            #expect(first["summary"]["deployments"]["created"] == 4)
            let sent = try await chain.transactionCount(DevelopmentAccount.address)
            #expect(sent == 7)

            let again = try await sandbox.run("quickstart.yaml", "--network", "devnet", environment: key)
            #expect(again.end == .exited(0))
            let report = try sandbox.report()
            expectPureStepsReused(report)
            expectNothingDone(report)
            #expect(try await chain.transactionCount(DevelopmentAccount.address) == sent)
            for path in ["state", "reports"] {
                #expect(try !sandbox.anyFile(in: path, holds: DevelopmentAccount.key))
            }
            await chain.stop()
        }

        private func expectPureStepsReused(_ report: JSON, sourceLocation: SourceLocation = #_sourceLocation)
        {
            let pure = report["steps"].array.filter { $0["fingerprint"] != .null }
            #expect(!pure.isEmpty, sourceLocation: sourceLocation)
            for step in pure { #expect(step["status"] == "reused", sourceLocation: sourceLocation) }
        }

        private func expectNothingDone(_ report: JSON, sourceLocation: SourceLocation = #_sourceLocation) {
            #expect(report["run"]["status"] == "succeeded", sourceLocation: sourceLocation)
            for step in report["steps"].array {
                #expect(step["status"] == "reused", sourceLocation: sourceLocation)
            }
            for deployment in report["deployments"].array {
                #expect(deployment["action"] == "kept", sourceLocation: sourceLocation)
                #expect(deployment["codeMatches"] == true, sourceLocation: sourceLocation)
            }
            for call in report["calls"].array {
                #expect(call["made"] == false, sourceLocation: sourceLocation)
            }
            for network in report["networks"].array {
                #expect(network["spentWei"] == "0", sourceLocation: sourceLocation)
            }
        }
    }
}
