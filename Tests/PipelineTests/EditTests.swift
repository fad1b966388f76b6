import Testing

extension Pipelines {
    /// An edit costs what depends on it and no more, and the plan has said so.
    @Suite struct Edit {
        @Test func ofAContractReplacesWhatDependsOnIt() async throws {
            let sandbox = try Sandbox("examples/treasury")
            #expect(try await sandbox.run("treasury.yaml").end == .exited(0))
            let before = try sandbox.report()["deployments"].map("name", to: "address")

            try sandbox.replace("MAXIMUM_FEE = 500", with: "MAXIMUM_FEE = 400", in: "contracts/Vault.sol")
            let planned = try await sandbox.plan("treasury.yaml", "--exit-code")
            #expect(planned.end == .exited(6))
            var actions = Self.nothing
            for step in ["check:fee", "compile:Vault", "audit:Vault"] { actions[step] = "run" }
            actions["deploy:vault@devnet"] = "replace"
            for call in ["setFee", "offerOwnership"] { actions["call:vault@devnet/\(call)"] = "call" }
            let plan = try JSON(text: planned.output)
            #expect(plan["steps"].map("id", to: "action") == actions)
            let promised = plan["deployments"].first("id", "vault@devnet")["address"]

            #expect(try await sandbox.run("treasury.yaml").end == .exited(0))
            let report = try sandbox.report()
            // The plan has compiled and audited the contract already.
            let done = report["steps"].array.filter { $0["status"] != "reused" }.map { $0["id"] }
            #expect(
                Set(done)
                    == [
                        "deploy:vault@devnet", "call:vault@devnet/setFee",
                        "call:vault@devnet/offerOwnership",
                    ])
            let deployments = report["deployments"]
            #expect(
                deployments.map("name", to: "action") == [
                    "token": "kept", "vault": "replaced", "vesting": "kept",
                ])
            #expect(deployments.first("name", "vault")["address"] == promised)
            #expect(deployments.map("name", to: "address")["token"] == before["token"])
            #expect(deployments.map("name", to: "address")["vault"] != before["vault"])

            let after = try await sandbox.plan("treasury.yaml", "--exit-code")
            #expect(after.end == .exited(0))
            #expect(try JSON(text: after.output)["steps"].map("id", to: "action") == Self.nothing)
        }

        @Test func ofATokenReplacesAllThatTakesItsAddress() async throws {
            let sandbox = try Sandbox("examples/treasury")
            #expect(try await sandbox.run("treasury.yaml").end == .exited(0))
            try sandbox.replace(#"cap: "10000000""#, with: #"cap: "20000000""#, in: "treasury.yaml")
            let planned = try await sandbox.plan("treasury.yaml", "--exit-code")
            #expect(planned.end == .exited(6))
            var actions = Self.nothing
            for (step, action) in actions where action == "keep" {
                actions[step] = step.hasPrefix("call:") ? "call" : "replace"
            }
            for step in ["generate:Token", "compile:Token", "audit:Token"] { actions[step] = "run" }
            let plan = try JSON(text: planned.output)
            #expect(plan["steps"].map("id", to: "action") == actions)

            #expect(try await sandbox.run("treasury.yaml").end == .exited(0))
            let deployments = try sandbox.report()["deployments"]
            #expect(Set(deployments.array.map { $0["action"] }) == ["replaced"])
            for deployment in plan["deployments"].array {
                let name = try #require(deployment["id"].string?.split(separator: "@").first.map(String.init))
                #expect(deployments.first("name", name)["address"] == deployment["address"])
            }
        }

        /// A plan that has nothing to do.
        private static let nothing = [
            "check:fee": "reuse", "generate:Token": "reuse", "compile:Token": "reuse", "audit:Token": "reuse",
            "compile:Vault": "reuse", "audit:Vault": "reuse",
            "compile:Vesting": "reuse", "audit:Vesting": "reuse",
            "deploy:token@devnet": "keep", "call:token@devnet/fundVesting": "keep",
            "deploy:vault@devnet": "keep", "call:vault@devnet/setFee": "keep",
            "call:vault@devnet/offerOwnership": "keep", "deploy:vesting@devnet": "keep",
        ]
    }
}
