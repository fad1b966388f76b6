import Foundation
import Testing

extension Pipelines {
    /// The example with proxies of each kind and two releases.
    @Suite struct UpgradesExample {
        @Test func eachProxyIsUpgradedAndTheWayBackIsRefused() async throws {
            let sandbox = try Sandbox("examples/upgrades")
            func run(_ more: String..., ending code: Int32 = 0) async throws -> JSON {
                let ran = try await sandbox.hyperkit(Sandbox.command("run", "upgrades.yaml", more))
                #expect(ran.end == .exited(code), "\(ran.errors)")
                return try sandbox.report()["deployments"]
            }
            let names = ["register", "allowance", "gauge"]
            let first = try await run()
            #expect(first.map("name", to: "action") == names.reduce(into: [:]) { $0[$1] = "created" })
            let second = try await run("--set", "release=2")
            #expect(second.map("name", to: "action") == names.reduce(into: [:]) { $0[$1] = "upgraded" })
            #expect(second.map("name", to: "address") == first.map("name", to: "address"))
            let again = try await run("--set", "release=2")
            #expect(again.map("name", to: "action") == names.reduce(into: [:]) { $0[$1] = "kept" })

            let chain = try await RunningDevnet(sandbox, state: "state/devnets/devnet")
            // Seven contracts and a call, then three pieces of code and three upgrades.
            #expect(try await chain.transactionCount(DevelopmentAccount.address) == 14)
            await chain.stop()

            _ = try await run(ending: 4)
            let back = try sandbox.report()["deployments"].map("name", to: "action")
            #expect(back == names.reduce(into: [:]) { $0[$1] = "blocked" })
        }
    }
}
