import Foundation
import Glibc
import Testing

extension Pipelines {
    /// What a killed run signed, and what is taken out of the manifest then.
    @Suite struct LeftByKilled {
        /// The token stays; the vault and its paid call go, and another token comes, whose nonce is behind theirs.
        @Test func itIsBroughtToItsEndAndSaid() async throws {
            let bench = try await ReorganisationBench()
            let sandbox = bench.sandbox
            let killed = try await bench.interrupted(foreign: 0)
            killed.send(SIGKILL)
            _ = await killed.remainingErrors()
            #expect(await killed.end() == .killed(by: SIGKILL))
            try sandbox.replace(
                """
                  v:
                    contract: Vault
                    networks: [a]
                    arguments: ["${deployments.t.address}"]
                    calls: { hit: { function: "hit()", value: \(ReorganisationBench.paid) wei } }
                """,
                with: "  n: { contract: Token, networks: [a] }\nregistry: reg", in: "m.yaml")

            let plan = try await sandbox.hyperkit(
                Sandbox.command("plan", "m.yaml", ["--network", "a", "--json"]),
                environment: ["DEV_KEY": DevelopmentAccount.key])
            #expect(plan.end == .exited(0), "\(plan.errors)")
            #expect(plan.errors.contains("signed call:v@a/hit, which no manifest has any more"))
            let foreseen = try JSON(text: plan.output)["signedBefore"].array
            #expect(foreseen.compactMap { $0["id"].string } == ["deploy:v@a", "call:v@a/hit"])
            #expect(foreseen.last?["valueWei"].string == "\(ReorganisationBench.paid)")

            let run = try bench.start()
            let errors = await run.remainingErrors()
            #expect(await run.end() == .exited(0), "\(errors)")
            let sent = try await bench.sent()
            #expect(sent.count == 4 && sent.allSatisfy { $0.receipt["status"] == "0x1" })
            let report = try sandbox.report()
            let made = sent.filter(\.isCreation).compactMap { $0.receipt["contractAddress"].string }
            let names = report["deployments"].map("name", to: "address")
            #expect(names == ["t": made[0], "v": made[1], "n": made[2]])
            let vault = report["deployments"].first("name", "v")
            #expect(vault["contract"] == "Vault" && vault["action"] == "created")
            #expect(vault["reason"].string?.hasSuffix("signed it; no manifest has it any more") == true)
            #expect(report["calls"].first("name", "hit")["made"] == true)
            let said = report["notes"].array.filter { $0["code"] == "earlier-run" }
            #expect(said.count == 2 && errors.contains("earlier-run"))
            #expect(try sandbox.text("reports/latest/report.md").contains("no manifest has it any more"))
            let registry = try JSON(text: sandbox.text("reg/a.json"))["deployments"]
            let entry = registry.first("name", "v")
            #expect(entry["address"].string == made[1])
            #expect(entry["calls"].array.compactMap { $0["name"].string } == ["hit"])

            let last = try bench.start()
            let rest = await last.remainingErrors()
            #expect(await last.end() == .exited(0), "\(rest)")
            #expect(!rest.contains("earlier-run"))
            #expect(try await bench.sent().count == 4)
            await bench.stop()
        }
    }
}
