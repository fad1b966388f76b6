import Foundation
import Support
import Testing

@testable import Model

@Suite struct ApprovedPlanTests {
    let code = Digest(of: Data("code".utf8))

    func forecast(
        _ name: String = "token",
        _ action: DeploymentForecast.Action = .create,
        change: (inout DeploymentForecast) -> Void = { _ in }
    ) -> DeploymentForecast {
        var forecast = DeploymentForecast(
            step: .deploy(name, on: "sepolia"),
            network: "sepolia",
            action: action,
            reason: "it is not on this network yet",
            sender: "0xA",
            address: "0x1",
            initCodeDigest: code,
            arguments: #"["1", "${deployments.other.address}"]"#,
            calls: [
                .init(
                    name: "setFee", function: "setFee(uint256)", arguments: #"["25"]"#, sender: "0xC",
                    to: "0x1",
                    data: "0x19",
                    valueWei: "0", reason: "the contract is new")
            ],
            maxGas: 120_000,
            maxCostWei: "3000"
        )
        change(&forecast)
        return forecast
    }

    static let chain = PlannedChain.numbered(11_155_111, as: "sepolia", block0: "genesis")

    func plan(_ deployments: DeploymentForecast...) -> ApprovedPlan {
        ApprovedPlan(digest: code, chains: [Self.chain], deployments: deployments)
    }

    func departures(_ now: DeploymentForecast...) -> [String] {
        plan(forecast()).departures(of: now, on: [Self.chain])
    }

    @Test func theSameIntentIsNoDeparture() {
        #expect(departures(forecast()) == [])
    }

    @Test func anotherNonceAddressAndPriceAreNoDeparture() {
        let now = forecast {
            $0.address = "0x2"
            $0.calls[0].to = "0x2"
            $0.calls[0].data = "0x20"
            $0.maxCostWei = "6001"
            $0.maxGas = 144_000
        }
        #expect(departures(now) == [])
    }

    /// What it costs is held against the plan when it is sent: it may have been signed for less than may be paid now.
    @Test func whatIsSignedIsBoundByItsGasAlone() {
        let now = { gas in
            forecast {
                $0.gasBound = .signed
                $0.maxGas = gas
                $0.maxCostWei = "9000"
            }
        }
        #expect(departures(now(120_000)) == [])
        #expect(
            departures(now(120_001)) == [
                "token@sepolia: it needs 120001 gas now, and the plan allows 120000"
            ])
    }

    /// A block had it, so that the plan has no bounds for it; that block went away.
    @Test func whatWasInABlockAndIsSentAgainNeedsAnotherPlan() {
        let without = plan(
            forecast {
                $0.calls[0].gasBound = nil
                $0.calls[0].maxGas = nil
                $0.calls[0].maxCostWei = nil
            })
        #expect(without.departures(of: [forecast()], on: [Self.chain]) == [])
        let now = forecast {
            $0.calls[0].gasBound = .signed
            $0.calls[0].maxGas = 50_000
            $0.calls[0].maxCostWei = "7"
        }
        #expect(
            without.departures(of: [now], on: [Self.chain]) == [
                "token@sepolia: call setFee: it was signed before and is in no block, and the plan bounds nothing of it"
            ])
    }

    @Test func whatNothingToldWhenThePlanWasMadeIsNotCompared() {
        let blind = plan(
            forecast {
                $0.sender = nil
                $0.calls[0].sender = nil
            })
        #expect(blind.departures(of: [forecast()], on: [Self.chain]) == [])
    }

    @Test func whatIsDoneAlreadyIsNoDeparture() {
        let now = forecast("token", .keep) {
            $0.notNeeded = $0.calls
            $0.calls = []
            $0.madeBy = "0xA"
        }
        #expect(departures(now) == [])
    }

    @Test func everyChangeOfIntentIsNamed() {
        let other = Digest(of: Data("other".utf8))
        let now = forecast("token", .replace) {
            $0.initCodeDigest = other
            $0.arguments = #"["2", "${deployments.other.address}"]"#
            $0.valueWei = "7"
            $0.sender = "0xB"
            $0.maxGas = 150_000 + OperationMark.gasRoom
            $0.maxCostWei = "6002"
            $0.calls[0].arguments = #"["26"]"#
            $0.calls[0].sender = "0xD"
            $0.calls.append($0.calls[0])
            $0.calls[1].name = "pause"
        }
        #expect(
            departures(now) == [
                "token@sepolia: init code \(code.short)… → \(other.short)…",
                #"token@sepolia: arguments ["1", "${deployments.other.address}"] → ["2", "${deployments.other.address}"]"#,
                "token@sepolia: value 0 → 7 wei",
                "token@sepolia: sender 0xA → 0xB",
                "token@sepolia: planned create, now replace (it is not on this network yet)",
                "token@sepolia: it needs 125000 gas now, and the plan allows 120000",
                "token@sepolia: it costs about 3001 wei now, and the plan allows 3000",
                "token@sepolia: call setFee: sender 0xC → 0xD",
                #"token@sepolia: call setFee: arguments ["25"] → ["26"]"#,
                "token@sepolia: call pause is not in the plan",
            ])
    }

    @Test(arguments: [DeploymentForecast.Action.drift, .blocked])
    func whatNeedsAPersonIsADeparture(_ action: DeploymentForecast.Action) {
        #expect(departures(forecast("token", action)).count == 1)
    }

    @Test func deploymentsThatCameOrWentAreDepartures() {
        #expect(
            departures(forecast("vault")) == [
                "vault@sepolia: it is not in the plan", "token@sepolia: the manifests no longer have it",
            ])
    }

    @Test func argumentsAreSpelledSoThatNoTextReadsAsTwo() {
        let here = FileLocation(file: "m.yaml", line: 1, column: 1)
        func text(_ text: String) -> Argument { .text(Interpolated(text: text, at: here)) }
        let reference = Interpolated.Reference.deploymentAddress(name: "a", network: "n")
        let spelled = Arguments.positional([
            text(#"a", "b"#), text("$"), .list([text("x")], here),
            .text(Interpolated([.text("at "), .reference(reference)], at: here)),
        ]).spelling
        #expect(spelled == #"["a\", \"b", "$$", ["x"], "at ${deployments.a@n.address}"]"#)
        #expect(
            Arguments.named([
                .init(name: "b", value: text("2")), .init(name: "a", value: text("1")),
            ]).spelling == #"{a: "1", b: "2"}"#)
    }

    @Test func theAddressOfALibraryMayMoveAndItsNameMayNot() {
        func linked(_ code: String, _ unlinked: String, _ libraries: String) -> DeploymentForecast {
            forecast {
                $0.initCodeDigest = Digest(of: Data(code.utf8))
                $0.unlinkedCodeDigest = Digest(of: Data(unlinked.utf8))
                $0.libraries = libraries
            }
        }
        let math = #"{Math: "${deployments.math.address}"}"#
        let plan = plan(linked("at 1", "code", math))
        let here = [Self.chain]
        #expect(plan.departures(of: [linked("at 2", "code", math)], on: here) == [])
        let other = Digest(of: Data("other".utf8)).short
        #expect(
            plan.departures(of: [linked("at 1", "other", math)], on: here) == [
                "token@sepolia: init code \(code.short)… → \(other)…"
            ])
        #expect(
            plan.departures(of: [linked("at 1", "code", #"{Math: "0x1"}"#)], on: here) == [
                #"token@sepolia: libraries \#(math) → {Math: "0x1"}"#
            ])
    }

    @Test func anAddressThatNobodyMovesIsCompared() {
        func departures(
            _ action: DeploymentForecast.Action,
            change: (inout DeploymentForecast) -> Void = { _ in }
        ) -> [String] {
            let planned = forecast("token", action, change: change)
            var now = planned
            now.address = "0x2"
            return plan(planned).departures(of: [now], on: [Self.chain])
        }
        let moved = ["token@sepolia: address 0x1 → 0x2"]
        #expect(departures(.keep) == moved)
        #expect(departures(.upgrade) == moved)
        #expect(departures(.create) == [], "other people's transactions move it")
        func salted(_ forecast: inout DeploymentForecast) {
            forecast.salt = #"deterministic-proxy ["v1"]"#
            forecast.arguments = #"["1"]"#
        }
        #expect(departures(.create, change: salted) == moved)
        #expect(
            departures(.create) { $0.salt = "deterministic-proxy" } == [], "another address is in its code")
        #expect(
            departures(.replace) {
                salted(&$0)
                $0.libraries = #"{Math: "${deployments.math.address}"}"#
            } == [])
    }

    @Test func whatWasBlockedIsNoDepartureSinceNothingOfItIsDone() {
        let plan = plan(forecast("token", .blocked))
        let now = forecast("token", .create) { $0.arguments = "other" }
        #expect(plan.departures(of: [now], on: [Self.chain]) == [])
    }

    @Test func whatIsStoppedTwiceHasTheFirstReason() {
        var stopped = forecast()
        stopped.stop(by: StepFailure(.blocked, code: "drift", "first"))
        stopped.stop(by: StepFailure(.blocked, code: "over-budget", "second"))
        #expect(stopped.action == .drift)
        #expect(stopped.reason == "first")
        #expect(stopped.obstacle?.code == "drift")
        var along = forecast()
        along.stop(by: StepFailure(.blocked, code: DeploymentForecast.needsOther, "it needs deploy:a@b"))
        #expect(along.action == .blocked)
        #expect(along.obstacle == nil)
    }

    @Test func anotherSaltIsADeparture() {
        let now = forecast { $0.salt = #"createx ["v2"]"# }
        #expect(departures(now) == [#"token@sepolia: salt none → createx ["v2"]"#])
    }
}
