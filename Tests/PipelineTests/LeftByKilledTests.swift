import Foundation
import Glibc
import Testing

extension Pipelines {
    /// What a killed run signed, and what is taken out of the manifest then.
    @Suite struct LeftByKilled {
        /// The token stays; the vault and its paid call go, and another token comes, whose nonce is behind theirs.
        @Test func itIsNotMadeAndItsNoncesAreUsedUp() async throws {
            let bench = try await ReorganisationBench()
            let sandbox = bench.sandbox
            let killed = try await bench.interrupted(foreign: 0)
            killed.send(SIGKILL)
            _ = await killed.remainingErrors()
            #expect(await killed.end() == .killed(by: SIGKILL))
            let before = try sandbox.text("m.yaml")
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
            let made = sent.filter(\.isCreation).compactMap { $0.receipt["contractAddress"].string }
            #expect(
                made.count == 2, "the vault is in no manifest, and its nonce is used up by what does nothing")
            let report = try sandbox.report()
            let names = report["deployments"].map("name", to: "address")
            #expect(names == ["t": made.first, "n": made.last])
            let said = report["notes"].array.filter { $0["code"] == "earlier-run" }
            #expect(said.count == 2 && errors.contains("earlier-run"))
            for note in said {
                #expect(
                    note["message"].string?.contains("it was not wanted any more, and its nonce was used up")
                        == true)
            }
            let registry = try JSON(text: sandbox.text("reg/a.json"))["deployments"]
            #expect(registry.array.compactMap { $0["name"].string }.sorted() == ["n", "t"])

            // What comes back into the manifest is made, once.
            try sandbox.write(Data(before.utf8), to: "m.yaml")
            for _ in 0..<2 {
                let last = try bench.start()
                let rest = await last.remainingErrors()
                #expect(await last.end() == .exited(0), "\(rest)")
                #expect(!rest.contains("earlier-run"))
                #expect(try await bench.sent().count == 6)
            }
            let vault = try sandbox.report()["deployments"].first("name", "v")
            #expect(vault["action"] == "kept")
            await bench.stop()
        }
    }
}
