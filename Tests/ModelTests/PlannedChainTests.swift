import EthereumTypes
import Foundation
import Support
import Testing

@testable import Model

/// A plan is for the chains that it was made on, whatever their names mean later.
@Suite struct PlannedChainTests {
    private static let first = Keccak256.hash("first".utf8)
    private static let second = Keccak256.hash("second".utf8)

    private static func chain(_ genesis: Hash?, as network: String = "a", id: UInt64 = 4722) -> PlannedChain {
        var chain = PlannedChain.numbered(id, as: network, block0: nil)
        chain.genesis = genesis
        return chain
    }

    private static func forecast(
        _ action: DeploymentForecast.Action = .create,
        on network: String = "a"
    ) -> DeploymentForecast {
        DeploymentForecast(step: .deploy("t", on: network), network: network, action: action, reason: "new")
    }

    /// What of a plan on `planned` no longer holds where its network is `now`.
    private static func departures(
        _ planned: PlannedChain,
        _ now: [PlannedChain],
        was: DeploymentForecast = forecast(),
        is forecast: DeploymentForecast = forecast()
    ) -> [String] {
        ApprovedPlan(digest: Digest(of: Data()), chains: [planned], deployments: [was])
            .departures(of: [forecast], on: now)
    }

    @Test func theSameChainIsNoDeparture() {
        #expect(Self.departures(Self.chain(Self.first), [Self.chain(Self.first)]) == [])
    }

    @Test func anotherChainIdAndAnotherBlock0AreEachNamed() {
        #expect(
            Self.departures(Self.chain(Self.first), [Self.chain(Self.second, id: 4721)]) == [
                "network 'a': chain id 4722 → 4721",
                "network 'a': block 0 \(Self.first) → \(Self.second)",
            ])
        #expect(
            Self.departures(Self.chain(Self.first), [Self.chain(Self.second)]) == [
                "network 'a': block 0 \(Self.first) → \(Self.second)"
            ])
    }

    @Test func aDevnetThatStartsEmptyIsNoOtherChain() {
        #expect(Self.departures(Self.chain(nil), [Self.chain(nil)]) == [])
        #expect(
            Self.departures(Self.chain(nil), [Self.chain(Self.first)]) == [
                "network 'a': block 0 not known → \(Self.first)"
            ])
        #expect(
            Self.departures(Self.chain(Self.first), [Self.chain(nil)]) == [
                "network 'a': block 0 \(Self.first) → not known"
            ])
    }

    @Test func ofWhatDidNotAnswerNothingIsApproved() {
        let blocked = Self.forecast(.blocked)
        #expect(Self.departures(Self.chain(nil), [Self.chain(Self.first)], was: blocked) == [])
        // What does not answer now says so as a deployment's departure.
        #expect(
            Self.departures(Self.chain(Self.first), [Self.chain(nil)], is: blocked) == [
                "t@a: planned create, now blocked (new)"
            ])
    }

    /// The one that another comes after has no deployment of the plan.
    @Test func aNetworkThatIsOnlyLookedAtIsComparedToo() {
        let other = Self.chain(Self.first, as: "b", id: 5)
        let plan = ApprovedPlan(
            digest: Digest(of: Data()), chains: [Self.chain(Self.first), other],
            deployments: [Self.forecast()])
        func departures(_ now: PlannedChain?) -> [String] {
            plan.departures(of: [Self.forecast()], on: [Self.chain(Self.first)] + (now.map { [$0] } ?? []))
        }
        #expect(departures(other) == [])
        #expect(departures(Self.chain(nil, as: "b", id: 6)) == ["network 'b': chain id 5 → 6"])
        #expect(
            departures(Self.chain(Self.second, as: "b", id: 5)) == [
                "network 'b': block 0 \(Self.first) → \(Self.second)"
            ])
        #expect(departures(nil) == ["network 'b': the manifests no longer have it"])
    }

    @Test func aStepIsHeldToTheChainToo() {
        func departure(_ planned: PlannedChain, _ now: PlannedChain, startsEmpty: Bool = false) -> String? {
            ApprovedPlan(digest: Digest(of: Data()), chains: [planned], deployments: [])
                .departure(of: now, startsEmpty: startsEmpty)
        }
        let here = Self.chain(Self.first)
        #expect(departure(here, here) == nil)
        #expect(departure(here, Self.chain(Self.first, id: 4721)) == "network 'a': chain id 4722 → 4721")
        let moved = "network 'a': block 0 \(Self.first) → \(Self.second)"
        #expect(departure(here, Self.chain(Self.second)) == moved)
        #expect(departure(here, Self.chain(Self.second), startsEmpty: true) == moved)
        #expect(departure(Self.chain(nil), here, startsEmpty: true) == nil)
        #expect(departure(Self.chain(nil), here) == "network 'a': block 0 not known → \(Self.first)")
        #expect(departure(here, Self.chain(Self.first, as: "b")) == "network 'b' is not in the plan")
    }
}
