import Foundation
import Testing

extension Pipelines {
    /// Addresses of deployments on networks that a command does not name.
    @Suite struct OtherNetworks {
        private static let deployments = [
            #"token: { contract: Token, networks: [chain], arguments: ["100"] }"#,
            #"vault: { contract: Vault, networks: [other], arguments: ["${deployments.token@chain.address}"] }"#,
        ]

        /// A token on one chain, and a vault on the other that is given its address.
        private func bench() async throws -> (ForesightBench, RunningDevnet) {
            let bench = try await ForesightBench()
            let other = try await RunningDevnet(bench.sandbox, chainID: 31_338)
            try bench.manifest(
                networks: [#"other: { rpc: "\#(other.url)", chainId: 31338, signer: dev }"#],
                Self.deployments[0], Self.deployments[1])
            return (bench, other)
        }

        private func onOther(_ bench: ForesightBench, _ more: String...) async throws -> Sandbox.Ran {
            try await bench.sandbox.hyperkit(
                Sandbox.command("run", "m.yaml", ["--network", "other"] + more),
                environment: ForesightBench.key)
        }

        @Test func whatIsOnRecordThereIsReadWhereverTheRecordIs() async throws {
            let (bench, other) = try await bench()
            #expect(try await bench.run().end == .exited(0))
            let token = try #require(
                try bench.sandbox.report()["deployments"].first("name", "token")["address"].string)
            let word = token.dropFirst(2).lowercased()
            let planned = try await bench.plan(["--network", "other", "--out", "plan.json"])
            #expect(planned.end == .exited(0), "\(planned.errors)")
            #expect(planned.errors.contains("constructor(address asset_: \(token))"), "\(planned.errors)")
            let ran = try await onOther(bench)
            #expect(ran.end == .exited(0), "\(ran.errors)")
            let vault = try bench.sandbox.report()["deployments"].first("name", "vault")
            #expect(vault["action"] == "created")
            #expect(vault["constructorArguments"].string?.hasSuffix(word) == true)
            #expect(try await bench.sent() == 1, "nothing was sent on the chain that is only read")
            // A machine that has the committed registry alone.
            try bench.sandbox.remove("state")
            let again = try await onOther(bench)
            #expect(again.end == .exited(0), "\(again.errors)")
            #expect(try bench.sandbox.report()["deployments"].first("name", "vault")["action"] == "kept")
            // The chain has the last word.
            try bench.sandbox.remove("state")
            try bench.sandbox.replace(token, with: DevelopmentAccount.address, in: "deployments/chain.json")
            let untrue = try await onOther(bench)
            #expect(untrue.end == .exited(4), "\(untrue.errors)")
            #expect(untrue.errors.contains("token@chain"), "\(untrue.errors)")
            #expect(try await other.transactionCount(DevelopmentAccount.address) == 1)
            await other.stop()
            await bench.chain.stop()
        }

        @Test func whatIsOnNoRecordIsRefusedWithWhatToWrite() async throws {
            let (bench, other) = try await bench()
            for ran in [try await bench.plan(["--network", "other"]), try await onOther(bench)] {
                #expect(ran.end == .exited(4), "\(ran.errors)")
                #expect(
                    ran.errors.contains("it needs the address of token@chain, which is no part of this run"))
            }
            #expect(try await onOther(bench).errors.contains("name its network as well: --network chain"))
            #expect(try await other.transactionCount(DevelopmentAccount.address) == 0)
            let both = try await onOther(bench, "--network", "chain")
            #expect(both.end == .exited(0), "\(both.errors)")
            await other.stop()
            await bench.chain.stop()
        }

        /// What comes after another network looks there by the committed registry too.
        @Test func whatComesAfterAnotherNetworkReadsItsRegistry() async throws {
            let bench = try await ForesightBench()
            let other = try await RunningDevnet(bench.sandbox, chainID: 31_338)
            try bench.manifest(
                networks: [#"other: { rpc: "\#(other.url)", chainId: 31338, signer: dev, after: chain }"#],
                #"token: { contract: Token, networks: [chain, other], arguments: ["100"] }"#)
            #expect(try await bench.run().end == .exited(0))
            try bench.sandbox.remove("state")
            let ran = try await onOther(bench)
            #expect(ran.end == .exited(0), "\(ran.errors)")
            #expect(try await other.transactionCount(DevelopmentAccount.address) == 1)
            await other.stop()
            await bench.chain.stop()
        }
    }
}
