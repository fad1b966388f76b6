import Ethereum
import EthereumTypes
import Foundation
import Model
import Testing

extension Pipelines {
    /// Proxies that belong to people: a Safe, or an account whose key is nowhere near.
    @Suite struct OwnedProxies {
        @Test(arguments: ProxyKind.allCases)
        func whoSignsPutsTheCodeThereAndTheSafeThatOwnsItUpgrades(_ kind: ProxyKind) async throws {
            let owned = try await OwnedProxyBench(kind, signer: "dev", owner: "dao")
            let (bench, safe) = (owned.bench, owned.safe)
            // The proxy is there at once; its owner's call is the Safe's.
            let call = try await owned.asked(["call:vault@chain/setFee"], nonce: 0)
            let made = try bench.deployment()
            #expect(made["action"] == "created")
            let sent = try await bench.sent()
            try await safe.execute(call)
            #expect(try await owned.done()["action"] == "kept")
            #expect(try await bench.number("fee") == 7)

            // What does not fit is proposed to nobody.
            try bench.code(variables: "uint256 public early; uint256 public fee;")
            let refused = try await bench.run()
            #expect(refused.end == .exited(4), "\(refused.errors)")
            #expect(!bench.sandbox.exists("reports/latest/safe"))

            try bench.code(more: ProxyBench.second)
            let planned = try await bench.plan()["deployments"].first("id", "proxy:vault@chain")
            #expect(planned["action"] == "upgrade")
            #expect(planned["sender"].string == safe.address.description)
            #expect(planned["calls"].array.first?["sender"].string == safe.address.description)
            let upgrade = try await owned.asked(["proxy:vault@chain"], nonce: 1)
            let waiting = try bench.deployment()
            #expect(waiting["action"] == "proposed" && waiting["address"] == made["address"])
            #expect(try await owned.version() == nil)
            #expect(try await bench.sent() == sent + 1)
            // Nobody has signed: the same is asked for again, and the code is there already.
            #expect(
                try await owned.asked(["proxy:vault@chain"], nonce: 1)["safeTxHash"] == upgrade["safeTxHash"])
            #expect(try await bench.sent() == sent + 1)

            let asked = try await owned.planned()
            #expect(asked["action"] == "upgrade" && asked["proposedIn"].string != nil)

            try await safe.execute(upgrade)
            let kept = try await owned.planned()
            #expect(kept["action"] == "keep" && kept["address"] == made["address"])
            #expect(kept["reason"].string?.contains("had proposed") == true)
            let upgraded = try await owned.done()
            #expect(upgraded["action"] == "upgraded" && upgraded["address"] == made["address"])
            #expect(upgraded["implementation"] == waiting["implementation"])
            #expect(upgraded["transactionHash"].string != nil)
            #expect(try await owned.version() == 2)
            #expect(try await bench.number("fee") == 7)
            #expect(try await bench.check().end == .exited(0))
            // The registry alone knows it too.
            try bench.sandbox.remove("state")
            let known = try await owned.done()
            #expect(known["action"] == "kept" && known["implementation"] == waiting["implementation"])
            #expect(try await bench.sent() == sent + 1)
            await owned.stop()
        }

        @Test(arguments: ProxyKind.allCases)
        func aSafeCreatesAndUpgradesInOneBatchEach(_ kind: ProxyKind) async throws {
            let owned = try await OwnedProxyBench(kind, signer: "dao", salt: "one")
            let (bench, safe) = (owned.bench, owned.safe)
            let beacon = kind == .beacon ? ["beacon:vault@chain"] : []
            let planned = try await bench.plan()["deployments"].first("id", "proxy:vault@chain")
            let creation = try await owned.asked(
                ["implementation:vault@chain"] + beacon + ["proxy:vault@chain", "call:vault@chain/setFee"],
                nonce: 0)
            let address = try #require(try bench.deployment()["address"].string)
            #expect(planned["action"] == "create" && planned["address"].string == address)
            #expect(try await bench.chain.code(address) == "0x")
            for part in ["implementation", "proxy"] + (kind == .beacon ? ["beacon"] : []) {
                let open = try await owned.planned(part)
                #expect(open["action"] == "create" && open["proposedIn"].string != nil, "\(part)")
            }
            try await safe.execute(creation)
            for part in ["implementation", "proxy"] + (kind == .beacon ? ["beacon"] : []) {
                #expect(try await owned.planned(part)["action"] == "keep", "\(part)")
            }
            #expect(try await owned.planned()["address"].string == address)
            let made = try await owned.done()
            #expect(made["action"] == "created" && made["address"].string == address)
            #expect(made["codeMatches"] == .bool(true))
            #expect(try await bench.number("fee") == 7)
            #expect(try await owned.done()["action"] == "kept")

            let steps = ["implementation:vault@chain", "proxy:vault@chain"]
            try bench.code(more: ProxyBench.second)
            let second = try await owned.asked(steps, nonce: 1)
            #expect(try bench.deployment()["action"] == "proposed")
            // Other code is wanted meanwhile, and the owners had signed the first already.
            try bench.code(variables: "uint256 public fee; uint256 public cap;", more: ProxyBench.third)
            let third = try await owned.asked(steps, nonce: 1)
            #expect(third["safeTxHash"] != second["safeTxHash"])
            try await safe.execute(second)
            #expect(try await owned.version() == 2)
            let replaced = try await owned.planned("implementation")
            #expect(replaced["action"] == "replace")
            #expect(try await owned.planned()["action"] == "upgrade")
            // The layout of what runs now is known, though its source is not there any more.
            let last = try await owned.asked(steps, nonce: 2)
            let registry = try JSON(text: try bench.sandbox.text("deployments/chain.json"))
            let entry = registry["deployments"].first("name", "vault")
            #expect(entry["address"].string == address && entry["storageLayout"] != .null)
            try await safe.execute(last)
            let upgraded = try await owned.done()
            #expect(upgraded["action"] == "upgraded" && upgraded["address"].string == address)
            #expect(try await owned.version() == 3)
            #expect(try await bench.check().end == .exited(0))
            #expect(try await bench.sent() == 0)
            await owned.stop()
        }

        @Test func whatOwnersUpgradedUnderAnotherNonceIsFoundWhereItWasExecuted() async throws {
            let owned = try await OwnedProxyBench(.uups, signer: "dev", owner: "dao")
            let (bench, safe) = (owned.bench, owned.safe)
            try await safe.execute(try await owned.asked(["call:vault@chain/setFee"], nonce: 0))
            try bench.code(more: ProxyBench.second)
            let upgrade = try await owned.asked(["proxy:vault@chain"], nonce: 1)
            // The nonce goes to something else, and the same call is made under the next one.
            for (data, nonce) in [("0x", 1), (try #require(upgrade["data"].string), 2)] as [(String, Int)] {
                let to = data == "0x" ? OwnedProxyBench.people : try #require(upgrade["to"].string)
                try await safe.execute(to: to, data: data, nonce: nonce)
            }
            #expect(try await owned.version() == 2)
            let upgraded = try await owned.done()
            #expect(upgraded["action"] == "upgraded" && upgraded["transactionHash"].string != nil)
            #expect(upgraded["reason"].string?.contains("had proposed") == true)
            #expect(try await owned.done()["action"] == "kept")
            #expect(try await bench.check().end == .exited(0))
            await owned.stop()
        }

        /// The slot was moved on after what was proposed had been executed: record and chain differ, whoever did that.
        @Test func whatWasExecutedAndThenReplacedIsDrift() async throws {
            let owned = try await OwnedProxyBench(.uups, signer: "dev", owner: "dao")
            let (bench, safe) = (owned.bench, owned.safe)
            try await safe.execute(try await owned.asked(["call:vault@chain/setFee"], nonce: 0))
            try bench.code(more: ProxyBench.second)
            let upgrade = try await owned.asked(["proxy:vault@chain"], nonce: 1)
            try await safe.execute(upgrade)
            // Back to the code from before, or to any other; here to the Safe's own.
            let other = "f39Fd6e51aad88F6F4ce6aB8827279cffFb92266".lowercased()
            let data = try #require(upgrade["data"].string)
            let word = String(repeating: "0", count: 24)
            let moved = data.prefix(10) + word + other + data.dropFirst(74)
            try await safe.execute(
                to: try #require(upgrade["to"].string), data: String(moved), nonce: 2)
            let ran = try await bench.run()
            #expect(ran.end == .exited(4), "\(ran.errors)")
            #expect(ran.errors.contains("and on the chain that at"), "\(ran.errors)")
            // It is no longer asked for.
            #expect(try await owned.planned()["action"] == "drift")
            await owned.stop()
        }

        @Test func anAddressAloneIsAskedForOneThingAfterTheOther() async throws {
            let owned = try await OwnedProxyBench(.transparent, signer: "people")
            let bench = owned.bench
            for step in ["implementation", "proxy", "call"] {
                try await owned.wallet.send(try await owned.unsigned())
                #expect(
                    try bench.deployment()["action"].string
                        == ["implementation": "proposed", "proxy": "proposed", "call": "created"][step])
            }
            let made = try await owned.done()
            #expect(made["action"] == "kept")
            #expect(try await bench.number("fee") == 7)

            try bench.code(more: ProxyBench.second)
            try await owned.wallet.send(try await owned.unsigned())
            let upgrade = try await owned.unsigned()
            #expect(try bench.deployment()["action"] == "proposed")
            try await owned.wallet.send(upgrade)
            let upgraded = try await owned.done()
            #expect(upgraded["action"] == "upgraded" && upgraded["address"] == made["address"])
            #expect(try await owned.version() == 2)
            #expect(try await owned.done()["action"] == "kept")
            await owned.stop()
        }

        /// What stands there is what people were asked for, not what the manifest says when a run finds it.
        @Test(arguments: [ProxyKind.uups, .transparent])
        func whatPeopleMadeHasTheKindThatTheyWereAskedFor(_ kind: ProxyKind) async throws {
            let owned = try await OwnedProxyBench(kind, signer: "people")
            let bench = owned.bench
            for _ in 0..<2 { try await owned.wallet.send(try await owned.unsigned()) }
            try owned.manifest(kind: kind == .uups ? .transparent : .uups)
            let words = "behind a \(kind.rawValue) proxy"
            let planned = try await owned.planned()
            #expect(planned["action"] == "blocked" && planned["reason"].string?.contains(words) == true)
            let refused = try await bench.run()
            #expect(refused.end == .exited(4) && refused.errors.contains(words), "\(refused.errors)")
            let entry = try JSON(text: bench.sandbox.text("deployments/chain.json"))["deployments"]
                .first("name", "vault")
            #expect(entry["proxy"]["kind"].string == kind.rawValue)
            // Another machine has the registry alone.
            try bench.sandbox.remove("state")
            let again = try await bench.run()
            #expect(again.end == .exited(4) && again.errors.contains(words), "\(again.errors)")
            await owned.stop()
        }

        @Test func whatPeopleMadeIsInitializedAsTheyWereAskedFor() async throws {
            let owned = try await OwnedProxyBench(.transparent, signer: "people")
            for _ in 0..<2 { try await owned.wallet.send(try await owned.unsigned()) }
            try owned.manifest(initial: DevelopmentAccount.address)
            for _ in 0..<2 {
                let kept = try await owned.planned()
                #expect(kept["action"] == "keep")
                #expect(kept["reason"].string?.contains("what 'initialize' says changed") == true, "\(kept)")
                _ = try await owned.unsigned()
            }
            await owned.stop()
        }

        /// One that was made for the code of before says that code to whatever proxy is made with it.
        @Test func aBeaconOfEarlierCodeIsMadeAnewBeforeItHasAProxy() async throws {
            let owned = try await OwnedProxyBench(.beacon, signer: "people")
            for _ in 0..<2 { try await owned.wallet.send(try await owned.unsigned()) }
            try owned.bench.code(more: ProxyBench.second)
            try await owned.wallet.send(try await owned.unsigned())
            let planned = try await owned.planned("beacon")
            #expect(planned["action"] == "replace")
            #expect(planned["reason"].string?.contains("has no proxy yet") == true, "\(planned)")
            for _ in 0..<2 { try await owned.wallet.send(try await owned.unsigned()) }
            _ = try await owned.unsigned()
            #expect(try owned.bench.deployment()["action"] == "created")
            #expect(try await owned.version() == 2)
            await owned.stop()
        }

        /// Its upgrade is on no record when it gets another name and other code.
        @Test func whatPeopleUpgradedIsKnownUnderANewName() async throws {
            let owned = try await OwnedProxyBench(.uups, signer: "dev", owner: "people")
            try await owned.wallet.send(try await owned.unsigned())
            try owned.bench.code(more: ProxyBench.second)
            try await owned.wallet.send(try await owned.unsigned())
            try owned.manifest(name: "safe")
            try owned.bench.code(more: ProxyBench.third)
            try await owned.wallet.send(try await owned.unsigned())
            #expect(try await owned.done()["action"] == "upgraded")
            #expect(try await owned.version() == 3)
            let entries = try JSON(text: owned.bench.sandbox.text("deployments/chain.json"))["deployments"]
                .array
            let current = entries.filter { $0["status"] == "current" }.compactMap { $0["name"].string }
            #expect(current.sorted() == ["implementation:safe", "safe"])
            await owned.stop()
        }

        @Test func nothingGoesAheadOfWhatSomebodyElseIsAskedFor() async throws {
            let owned = try await OwnedProxyBench(.uups, signer: "dao", owner: "people", salt: "one")
            let ran = try await owned.bench.run()
            #expect(ran.end == .exited(4), "\(ran.errors)")
            let call = try owned.bench.sandbox.report()["steps"].first("id", "call:vault@chain/setFee")
            #expect(call["status"] == "blocked" && call["error"]["code"] == "waits")
            #expect(!owned.bench.sandbox.exists("reports/latest/unsigned"))
            await owned.stop()
        }
    }
}
