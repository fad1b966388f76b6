import Foundation
import Testing

extension Pipelines.Proposals {
    /// What people were asked for and the manifest says otherwise by the time that they have sent it, or not.
    @Suite struct Otherwise {
        @Test(arguments: [false, true])
        func goesOnRecordAsItWasAskedFor(_ approval: Bool) async throws {
            let bench = try await PotBench(approval: approval)
            #expect(try await bench.send() == "0x0")
            try bench.manifest(size: "8")
            let planned = try await bench.plan()
            #expect(planned["action"] == "replace" && planned["replaces"].string != nil)
            #expect(planned["reason"].string?.contains("constructor arguments changed") == true)
            let other = try await bench.asked(4)
            #expect(other.keys.sorted() == ["0x1"])
            #expect(try bench.entry()["constructorArguments"].string == bench.word(7))
            #expect(planned["replaces"] == (try bench.entry()["address"]))
            // Another machine has the registry alone, and it agrees with the chain.
            try bench.sandbox.remove("state")
            #expect(try await bench.asked(4).keys.sorted() == ["0x1"])

            // It is wanted as it is there after all: what was asked for in its place is not, and its nonce is free.
            try bench.manifest()
            #expect(try await bench.plan()["action"] == "keep")
            let call = try await bench.asked(4)
            #expect(call.keys.sorted() == ["0x1"])
            #expect(try bench.codes().contains("asked-before"))
            try await bench.wallet.send(try #require(call["0x1"]))
            try await bench.asked(0)
            #expect(try await bench.transactions() == 2)
            await bench.chain.stop()
        }

        @Test func aCallThatIsTakenBackFreesItsNonce() async throws {
            let bench = try await PotBench()
            try await bench.send()
            try await bench.send()
            try bench.manifest(paid: "2")
            #expect(try await bench.asked(4).keys.sorted() == ["0x2"])
            try bench.manifest()
            try await bench.asked(0)
            try bench.manifest(paid: "3")
            #expect(try await bench.asked(4).keys.sorted() == ["0x2"])
            await bench.chain.stop()
        }

        @Test(arguments: [false, true])
        func goesOnUnderItsNewName(_ approval: Bool) async throws {
            let bench = try await PotBench(approval: approval)
            let old = try await bench.asked(4)
            try bench.manifest("jar", formerly: "pot")
            #expect(try await bench.plan()["proposedIn"].string != nil)
            let new = try await bench.asked(4)
            #expect(old.keys.sorted() == ["0x0"] && new.keys.sorted() == ["0x0"])
            try await bench.wallet.send(try #require(old["0x0"]))
            // Twice, and what was asked for under one name is found under the next.
            try bench.manifest("tin", formerly: "jar")
            #expect(try await bench.plan()["action"] == "keep")
            let call = try await bench.asked(4)
            #expect(call.keys.sorted() == ["0x1"])
            try await bench.wallet.send(try #require(call["0x1"]))
            try bench.manifest("can", formerly: "tin")
            #expect(try await bench.plan()["calls"].array.isEmpty)
            try await bench.asked(0)
            #expect(try bench.entry()["name"] == "can")
            #expect(try await bench.transactions() == 2)
            await bench.chain.stop()
        }

        /// As where a commit that renamed it is reverted.
        @Test(arguments: [false, true])
        func goesOnUnderAnotherNameThatSaysNothing(_ approval: Bool) async throws {
            let bench = try await PotBench(approval: approval)
            let first = try await bench.asked(4)
            // People may send what was asked for first, though another took its place.
            try bench.manifest(size: "8")
            try await bench.asked(4)
            try bench.manifest("jar")
            #expect(try await bench.plan()["proposedIn"].string != nil)
            #expect(try await bench.asked(4).keys.sorted() == ["0x0"])
            try await bench.wallet.send(try #require(first["0x0"]))
            try bench.manifest("tin")
            #expect(try await bench.plan()["action"] == "keep")
            #expect(try await bench.asked(4).keys.sorted() == ["0x1"])
            #expect(try bench.entry()["name"] == "tin")
            await bench.chain.stop()
        }

        @Test(arguments: [false, true])
        func goesOnUnderTheNewNameOfItsNetwork(_ approval: Bool) async throws {
            let bench = try await PotBench(approval: approval)
            try await bench.send()
            bench.network = "board"
            try bench.manifest()
            #expect(try await bench.plan()["action"] == "keep")
            let call = try await bench.asked(4)
            #expect(call.keys.sorted() == ["0x1"])
            try await bench.wallet.send(try #require(call["0x1"]))
            try await bench.asked(0)
            #expect(try await bench.transactions() == 2)
            await bench.chain.stop()
        }

        @Test func underTwoNamesThatAreOneNowIsADoubt() async throws {
            let bench = try await PotBench()
            try bench.manifest("pot", "cup")
            #expect(try await bench.asked(4).keys.sorted() == ["0x0", "0x1"])
            try bench.manifest("jar", formerly: "pot, cup")
            #expect(try await bench.asked(4).isEmpty)
            let error = try bench.sandbox.report()["steps"].first("id", "deploy:jar@paper")["error"]
            #expect(error["code"] == "former-name")
            #expect(error["hint"].string?.contains("take its name out of 'formerly'") == true)
            await bench.chain.stop()
        }

        /// What is asked for behind a nonce that nothing asks for any more would wait for ever.
        @Test func whatIsLeftOutIsUsedUp() async throws {
            let bench = try await PotBench()
            try bench.manifest("pot", "cup")
            try await bench.asked(4)
            try bench.manifest("cup")
            let asked = try await bench.asked(4)
            #expect(asked.keys.sorted() == ["0x0", "0x1"])
            #expect(try bench.codes().contains("asked-before"))
            let void = try JSON(text: try #require(asked["0x0"]))
            #expect(void["to"].string == DevelopmentAccount.address && void["data"] == "0x")
            for nonce in ["0x0", "0x1"] { try await bench.wallet.send(try #require(asked[nonce])) }
            #expect(try await bench.asked(4).keys.sorted() == ["0x2"])
            #expect(try bench.entry()["name"] == "cup")
            // It is wanted after all: its nonce is looked at once, and then it is asked for anew.
            try bench.manifest("pot", "cup")
            #expect(try await bench.asked(4).keys.sorted() == ["0x2"])
            let step = { try bench.sandbox.report()["steps"].first("id", "deploy:pot@paper") }
            #expect(try step()["error"]["code"] == "asked-before")
            #expect(try await bench.asked(4).keys.sorted() == ["0x2", "0x3"])
            #expect(try step()["error"]["code"] == "unsigned")
            await bench.chain.stop()
        }

        /// What is there is not replaced by an equal contract that nothing asks for any more.
        @Test(arguments: [false, true])
        func takesNoPlaceOfWhatIsThere(_ approval: Bool) async throws {
            let bench = try await PotBench(approval: approval)
            try await bench.send()
            try await bench.send()
            try await bench.asked(0)
            let address = try bench.entry()["address"]
            try bench.manifest("pot", "cup")
            let cup = try await bench.asked(4)
            try await bench.wallet.send(try #require(cup["0x2"]))
            try bench.manifest()
            #expect(try await bench.plan()["action"] == "keep")
            #expect(try await bench.asked(0).isEmpty)
            #expect(try bench.entry()["address"] == address)
            #expect(try await bench.transactions() == 3)
            await bench.chain.stop()
        }

        @Test func ofAnotherAccountIsTakenBackWithAWarning() async throws {
            let bench = try await PotBench()
            try await bench.asked(4)
            bench.people = OwnedProxyBench.people
            try bench.manifest()
            #expect(try await bench.asked(4).keys.sorted() == ["0x0"])
            #expect(try bench.codes().contains("asked-before"))
            await bench.chain.stop()
        }

        /// It was asked for, taken back, sent all the same, and is wanted again.
        @Test func isLookedForWhereItIsWantedAgain() async throws {
            let bench = try await PotBench()
            try await bench.send()
            try await bench.send()
            try bench.manifest(paid: "2")
            let late = try await bench.asked(4)
            try bench.manifest()
            try await bench.asked(0)
            try await bench.wallet.send(try #require(late["0x2"]))
            try bench.manifest(paid: "2")
            #expect(try await bench.asked(4).isEmpty)
            let step = try bench.sandbox.report()["steps"].first("id", "call:pot@paper/first")
            #expect(step["error"]["code"] == "asked-before")
            try await bench.asked(0)
            #expect(try await bench.transactions() == 3)
            await bench.chain.stop()
        }

        /// As README says: with a new name in between.
        @Test func changesItsNameWithAnother() async throws {
            let bench = try await PotBench()
            try bench.manifest("pot", "cup")
            let both = try await bench.asked(4)
            try bench.manifest("jar", "cup", formerly: "pot")
            try await bench.asked(4)
            for nonce in ["0x0", "0x1"] { try await bench.wallet.send(try #require(both[nonce])) }
            try bench.manifest("jar", "pot", formerly: "none", "cup")
            #expect(try await bench.asked(4).keys.sorted() == ["0x2", "0x3"])
            #expect(try bench.codes() == [])
            await bench.chain.stop()
        }

        /// A replacement goes on record in the place of what stands under the former name.
        @Test func takesThePlaceOfWhatHadTheFormerName() async throws {
            let bench = try await PotBench()
            try await bench.send()
            try await bench.send()
            try bench.manifest(size: "8")
            try await bench.send()
            try bench.manifest("jar", formerly: "pot", size: "8")
            #expect(try await bench.asked(4).keys.sorted() == ["0x3"])
            #expect(try bench.sandbox.report()["deployments"].first("name", "jar")["action"] == "replaced")
            #expect(try bench.entry()["constructorArguments"].string == bench.word(8))
            #expect(try await bench.plan()["action"] == "keep")
            await bench.chain.stop()
        }

        /// Somebody may have called what an earlier run asked for, and a block has.
        @Test func isNoNewContractForItsCalls() async throws {
            let bench = try await PotBench(approval: true)
            let creation = try await bench.asked(4)
            try await bench.wallet.send(try #require(creation["0x0"]))
            try await bench.wallet.spend(nonce: 1)
            let planned = try await bench.plan()
            #expect(planned["action"] == "keep")
            let ran = try await bench.sandbox.hyperkit(
                Sandbox.command("plan", "pots.yaml", ["--network", "paper", "--out", "last.json"]))
            #expect(
                ran.end == .exited(4) && ran.errors.contains("may have been made already"), "\(ran.errors)")
            let applied = try await bench.sandbox.hyperkit(
                Sandbox.command("run", "pots.yaml", ["--plan", "last.json"]))
            #expect(applied.end == .exited(4), "\(applied.errors)")
            let call = try bench.sandbox.report()["steps"].first("id", "call:pot@paper/first")
            #expect(call["error"]["code"] == "unknown-history")
            #expect(!bench.sandbox.exists("reports/latest/unsigned"))
            await bench.chain.stop()
        }
    }
}
