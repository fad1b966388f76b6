import Foundation
import Testing

extension Pipelines.Safes {
    /// What owners of a Safe execute in other ways than they were asked to, and nodes that do not say all of it.
    @Suite struct Executions {
        @Test func theSameCallsUnderAnotherNonceAreTheProposedOnes() async throws {
            let bench = try await SafeBench()
            let asked = try await bench.proposal(of: 3, nonce: 0)
            try await bench.safe.execute(to: DevelopmentAccount.address, data: "0x", nonce: 0)
            try await bench.safe.execute(
                try await bench.safe.proposal(
                    to: try #require(asked["to"].string), data: try #require(asked["data"].string),
                    operation: 1,
                    nonce: 1))
            try await bench.converges()
            await bench.stop()
        }

        @Test func aWalletsOwnMultiSendMakesTheProposedCallsAndEachCountsOnce() async throws {
            let bench = try await SafeBench()
            let asked = try await bench.proposal(of: 3, nonce: 0)
            // The owners leave out the second of two equal calls.
            try await bench.safe.execute(try await bench.imported(asked, first: 2, nonce: 0))
            let rest = try await bench.proposal(of: 1, nonce: 1)
            let left = try #require(rest["calls"].array.first?["step"].string)
            #expect(left == asked["calls"].array.last?["step"].string)
            let done = asked["calls"].array[1]["step"]
            #expect(
                try bench.sandbox.report()["steps"].array.first { $0["id"] == done }?["status"] == "succeeded"
            )
            try await bench.safe.execute(rest)
            try await bench.run(0)
            try bench.onRecord()
            await bench.stop()
        }

        @Test func whatUsedTheNonceIsGivenUpForOnlyWhenItIsDeep() async throws {
            let bench = try await SafeBench(confirmations: 3)
            let asked = try await bench.proposal(of: 3, nonce: 0)
            let before = try await bench.chain.ask("evm_snapshot", "")
            try await bench.safe.execute(to: DevelopmentAccount.address, data: "0x", nonce: 0)
            #expect(try await bench.blocked("deploy:token@council")["code"] == "not-confirmed")
            // The chain takes it back: what was asked for can be executed again, and nothing else was asked for.
            _ = try await bench.chain.ask("evm_revert", "\"\(try #require(before.string))\"")
            #expect(try await bench.proposal(of: 3, nonce: 0)["safeTxHash"] == asked["safeTxHash"])
            try await bench.safe.execute(to: DevelopmentAccount.address, data: "0x", nonce: 0)
            try await bench.mine(2)
            try await bench.safe.execute(try await bench.proposal(of: 3, nonce: 1))
            try await bench.mine(2)
            try await bench.converges()
            await bench.stop()
        }

        @Test func aNodeThatLagsHasNothingAskedForAgain() async throws {
            let bench = try await SafeBench()
            let asked = try await bench.proposal(of: 3, nonce: 0)
            try await bench.safe.execute(asked)
            bench.node.lag(.events)
            #expect(try await bench.blocked("deploy:token@council")["code"] == "not-found")
            // Of one nonce at most one is ever executed; what is looked up and what is asked for rest on the same.
            for times in [1, 100] {
                bench.node.lag(.nonce(times: times))
                // The contract is found by its salt.
                _ = try await bench.proposal(of: 2, nonce: 0)
            }
            bench.node.lag(.none)
            try await bench.converges()
            await bench.stop()
        }

        @Test func whatATransactionDoesNotTellIsForAPerson() async throws {
            let bench = try await SafeBench()
            try await bench.safe.execute(try await bench.proposal(of: 3, nonce: 0))
            try await bench.converges()
            try bench.manifest(amount: "4")
            let asked = try await bench.proposal(of: 2, nonce: 1)
            try await bench.safe.execute(to: DevelopmentAccount.address, data: "0x", nonce: 1)
            try await bench.executeUntold(
                try await bench.safe.proposal(
                    to: try #require(asked["to"].string), data: try #require(asked["data"].string),
                    operation: 1, nonce: 2))
            let error = try await bench.blocked()
            #expect(error["code"] == "not-told")
            #expect(error["hint"].string?.contains("give the call an 'unless'") == true, "\(error)")
            await bench.stop()
        }

        /// Nothing of that is signed, and no nonce is used.
        @Test func whatAModuleDidMeanwhileIsForAPerson() async throws {
            let bench = try await SafeBench()
            try await bench.safe.enableModule(nonce: 0)
            let asked = try await bench.proposal(of: 3, nonce: 1)
            #expect(try await bench.proposal(of: 3, nonce: 1)["safeTxHash"] == asked["safeTxHash"])
            try await bench.safe.executeAsModule(asked)
            let error = try await bench.blocked()
            #expect(error["code"] == "not-told")
            #expect(
                error["message"].string?.contains("does not tell whether it did this") == true, "\(error)")
            await bench.stop()
        }

        @Test func aMachineThatLostItsStateTakesOnRecordWhatWasExecuted() async throws {
            let bench = try await SafeBench()
            let asked = try await bench.proposal(of: 3, nonce: 0)
            try bench.loseState()
            #expect(try await bench.proposal(of: 3, nonce: 0)["safeTxHash"] == asked["safeTxHash"])
            try await bench.safe.execute(asked)
            try bench.loseState()
            try await bench.converges()
            // The registry knows the contract, and not what was asked for since.
            try bench.manifest(amount: "4")
            let calls = try await bench.proposal(of: 2, nonce: 1)
            try bench.loseState()
            #expect(try await bench.proposal(of: 2, nonce: 1)["safeTxHash"] == calls["safeTxHash"])
            try bench.loseState()
            try await bench.safe.execute(try await bench.imported(calls, first: 1, nonce: 1))
            let rest = try await bench.proposal(of: 1, nonce: 2)
            try await bench.safe.execute(rest)
            try bench.loseState()
            try await bench.run(0)
            try bench.loseState()
            // What the registry has of calls is in what the Safe executed.
            #expect(try await !bench.run(0).errors.contains("not-confirmed"))
            #expect(try bench.sandbox.report()["steps"].array.allSatisfy { $0["status"] != "blocked" })
            await bench.stop()
        }
    }
}
