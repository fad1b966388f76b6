import EthereumTypes
import Model
import Testing

@testable import Planning

/// In which order one sender sends: as many as may wait for a block go ahead of what refers to them.
@Suite struct LaneOrderTests {
    typealias Bench = PlanBench

    /// The order of the effects where each deployment of `references` uses the address of another.
    private func order(
        _ names: [String],
        _ references: [String: String] = [:],
        calls: [String: Int] = [:],
        inFlight: Int
    ) throws -> [String] {
        var network = try Bench.devnet()
        network.inFlight = inFlight
        let manifest = try Bench.manifest(
            contracts: [Bench.contract("A")], networks: [network],
            deployments: names.map { name in
                Bench.deployment(
                    name, of: "A", arguments: references[name].map { [Bench.address(of: $0)] } ?? [],
                    calls: (0..<(calls[name] ?? 0)).map { Bench.call("call\($0)") })
            })
        let plan = try Planner.plan(manifest, Snapshot()).plan
        let effects = plan.steps.filter { $0.lane != nil }
        // Each is sent behind the one before it.
        for (step, next) in zip(effects, effects.dropFirst()) {
            #expect((next.needs + next.after).contains(step.id), "\(next.id) is not behind \(step.id)")
        }
        return effects.map {
            $0.id.kind == .call ? $0.id.rawValue : $0.id.subject.replacing("@devnet", with: "")
        }
    }

    @Test func whatRefersToAnotherComesBehindAsManyAsMayWaitForABlock() throws {
        let references = ["b": "a", "d": "c"]
        #expect(try order(["a", "b", "c", "d", "e"], references, inFlight: 16) == ["a", "c", "e", "b", "d"])
        #expect(try order(["a", "b", "c", "d", "e"], references, inFlight: 2) == ["a", "c", "b", "d", "e"])
    }

    @Test func whereOneMayWaitTheOrderIsTheManifests() throws {
        let names = ["a", "b", "c", "d", "e"]
        #expect(try order(names, ["b": "a", "d": "c", "e": "a"], inFlight: 1) == names)
    }

    @Test func whereNothingRefersToAnythingTheOrderIsTheManifests() throws {
        let names = (0..<40).map { "n\($0)" }
        #expect(try order(names, inFlight: 16) == names)
    }

    @Test func aRowOfReferencesKeepsItsOrder() throws {
        let names = ["a", "b", "c", "d"]
        #expect(try order(names.reversed(), ["b": "a", "c": "b", "d": "c"], inFlight: 16) == names)
    }

    @Test func callsComeWhenABlockCanHaveTheirContractInTheirOrder() throws {
        let order = try order(["a", "b", "c"], calls: ["a": 2], inFlight: 2)
        #expect(order == ["a", "b", "call:a@devnet/call0", "c", "call:a@devnet/call1"])
    }

    @Test func itIsTheSameEachTime() throws {
        let names = (0..<30).map { "n\($0)" }
        let references = Dictionary(uniqueKeysWithValues: (1..<30).map { ("n\($0)", "n\($0 / 2)") })
        let first = try order(names, references, inFlight: 3)
        for _ in 0..<5 { #expect(try order(names, references, inFlight: 3) == first) }
    }
}
