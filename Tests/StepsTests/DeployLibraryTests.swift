import Engine
import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model
import Testing

@testable import Steps

/// Contracts that call libraries which are deployed by themselves.
@Suite struct DeployLibraryTests {
    static let math = FakeArtifact(
        name: "Math", runtime: [0x73] + [UInt8](repeating: 0, count: 20) + [0x30, 0x14, 0x01])

    /// Its runtime code has the library's address behind the first byte, its init code four further on.
    static func vault(_ links: [(path: String, name: String)] = [("lib/Math.sol", "Math")]) -> FakeArtifact {
        let places = [UInt8](repeating: 0, count: 20)
        return FakeArtifact(
            name: "Vault", runtime: links.reduce([]) { code, _ in code + [0x73] + places } + [0x01],
            links: links.enumerated().map { index, link in
                CompilationV1.Link(
                    path: link.path, name: link.name,
                    initCode: [.init(start: 4 + 21 * index, length: 20)],
                    runtimeCode: [.init(start: 1 + 21 * index, length: 20)])
            })
    }

    let bench: DeployBench

    init() throws {
        bench = try DeployBench()
        for text in [Self.here, Self.there] {
            let address = try Address(text)
            bench.node.change { $0.genesisCode[address] = [0x01] }
        }
    }

    /// Where libraries are that are no deployments.
    static let here = "0x00000000000000000000000000000000deadbeef"
    static let there = "0x00000000000000000000000000000000deadbeee"

    static func library(_ name: String, _ text: Interpolated.Segment) -> LibraryLink {
        LibraryLink(
            name: Located(name, at: FileLocation(file: "manifests/a.yaml", line: 9, column: 19)),
            address: Interpolated([text], at: DeployBench.here))
    }

    static let toMath = library("Math", .reference(.deploymentAddress(name: "math", network: nil)))

    func linked(_ libraries: [LibraryLink] = [toMath], _ artifact: FakeArtifact = vault()) throws
        -> FakeEffect
    {
        try bench.deploy("vault", artifact, creation: CreationSpec(libraries: libraries))
    }

    func failure(_ effect: FakeEffect) async throws -> StepFailure {
        try #require(try await bench.run(effect).failures.first)
    }

    @Test func codeIsLinkedAndCompared() async throws {
        let effects = [try bench.deploy("math", Self.math), try linked()]
        let run = try await bench.run(effects)
        let math = try Address(try #require(try run.deployment("math").address))
        let fact = try run.deployment("vault")
        #expect(fact.codeMatches == true)
        let runtime = [0x73] + math.bytes + [0x01]
        #expect(bench.node.chain.code(at: try Address(try #require(fact.address))) == runtime)
        let row = try #require(
            try bench.ledger().currentDeployments(project: "treasury").first { $0.claim.name == "vault" })
        #expect(row.claim.runtimeCodeDigest == Digest(of: Data(runtime)))
        #expect(row.claim.initCodeDigest == Digest(of: Data([0x61, 0, 22] + runtime)))
        let again = try await bench.run(effects)
        #expect(try again.deployment("vault").action == .kept)
        #expect(bench.node.sends == 2)
    }

    @Test func anotherAddressOfALibraryIsOtherCode() async throws {
        let first = Self.library("Math", .text(Self.here))
        let second = Self.library("lib/Math.sol:Math", .text(Self.there))
        _ = try await bench.run(linked([first]))
        #expect(try await bench.run(linked([first])).deployment("vault").action == .kept)
        #expect(try await bench.run(linked([second])).deployment("vault").action == .replaced)
    }

    @Test func whereALibraryHasNoCodeNothingIsSent() async throws {
        let link = Self.library("Math", .text("0x00000000000000000000000000000000deadbeed"))
        let failure = try await failure(linked([link]))
        #expect(failure.kind == .blocked)
        #expect(failure.code == "no-library")
        let address = try Address(try #require(link.address.text))
        #expect(
            failure.message
                == "Vault calls the library 'Math' at \(address), and 'sepolia' has no code there")
        #expect(failure.diagnostics.map(\.location) == [DeployBench.here])
        #expect(bench.node.sends == 0)
        bench.node.change { $0.genesisCode[address] = [0x01] }
        #expect(try await bench.run(linked([link])).deployment("vault").action == .created)
    }

    @Test func aLibrarysOwnAddressInItsCodeIsNoDrift() async throws {
        let fact = try await bench.run(bench.deploy("math", Self.math)).deployment("math")
        let address = try Address(try #require(fact.address))
        bench.node.change { $0.tamper(address, code: [0x73] + address.bytes + [0x30, 0x14, 0x01]) }
        #expect(try await bench.run(bench.deploy("math", Self.math)).deployment("math").codeMatches == true)
    }

    @Test func aMissingLibraryIsNamedWithItsPlace() async throws {
        let failure = try await failure(linked([]))
        #expect(failure.code == "unlinked-library")
        #expect(
            failure.message
                == "Vault calls lib/Math.sol:Math, and 'libraries' of deployment 'vault' has no address for it"
        )
        #expect(failure.diagnostics.map(\.location) == [DeployBench.here])
        #expect(
            failure.hint?.hasPrefix(#"deploy it and add libraries: { Math: "${deployments.NAME.address}" }"#)
                == true)
        #expect(bench.node.sends == 0)
    }

    @Test func aLibraryThatIsNotCalledIsToldWithWhatIs() async throws {
        let misspelt = Self.library("Maths", .text(Self.here))
        let failure = try await failure(linked([misspelt]))
        #expect(failure.code == "unused-library")
        #expect(failure.message == "Vault calls no library 'Maths'")
        #expect(failure.hint == "did you mean 'Math'?")
        #expect(
            failure.diagnostics.map { "\($0.location.map { "\($0)" } ?? "")" } == ["manifests/a.yaml:9:19"])
        let none = try await self.failure(linked([misspelt], FakeArtifact(name: "Vault")))
        #expect(none.hint == "take it out; a library with internal functions alone is part of the contract")
    }

    @Test func aNameOfTwoIsToldApartByThePath() async throws {
        let artifact = Self.vault([("a/Math.sol", "Math"), ("b/Math.sol", "Math")])
        let text = Interpolated.Segment.text(Self.here)
        let failure = try await failure(linked([Self.library("Math", text)], artifact))
        #expect(failure.code == "ambiguous-library")
        #expect(failure.message == "Vault calls 2 libraries of the name 'Math'")
        #expect(failure.hint == "write a/Math.sol:Math and b/Math.sol:Math")
        let both = [Self.library("a/Math.sol:Math", text), Self.library("b/Math.sol:Math", text)]
        #expect(try await bench.run(linked(both, artifact)).failures.isEmpty)
        let twice = try await self.failure(
            linked([Self.library("Math", text), Self.library("lib/Math.sol:Math", text)]))
        #expect(twice.message == "the library lib/Math.sol:Math has two addresses")
    }

    @Test func codeThatIsLiveWithOtherLibrariesIsTheSameCode() async throws {
        let here = Self.library("Math", .text(Self.here))
        let there = Self.library("Math", .text(Self.there))
        _ = try await bench.run(linked([here]))
        func after(_ artifact: FakeArtifact) throws -> FakeEffect {
            let effect = try linked([there], artifact)
            guard case .deploy(var action) = effect.work else { return effect }
            action.liveFirst = LiveFirst(network: action.network, deployment: "vault")
            action.network.name = "other"
            return FakeEffect(work: .deploy(action), artifact: artifact)
        }
        var changed = Self.vault()
        changed.runtime.append(0x02)
        #expect(try await bench.run(after(changed)).failures.map(\.code) == ["not-live-first"])
        #expect(try await bench.run(after(Self.vault())).deployment("vault", on: "other").action == .created)
    }

    @Test func whatIsNoAddressIsTold() async throws {
        let failure = try await failure(linked([Self.library("Math", .text("nowhere"))]))
        #expect(failure.message == "the library 'Math' has no address: 'nowhere' is none")
    }

    @Test func aForecastHasTheDigestOfLinkedCode() async throws {
        let effects = [try bench.deploy("math", Self.math), try linked()]
        let pure = try DeployBench.pure(effects)
        let steps = effects.map { Plan.Step(id: $0.step, work: $0.work) }
        func forecast() async throws -> DeploymentForecast {
            try #require(
                await Forecaster(try bench.context(try bench.ledger())) { _ in true }.forecast(
                    try Plan(ordering: steps), outcome: pure.mapValues { .succeeded($0.outputs) },
                    inputs: StepInputs(pure)
                ).last)
        }
        let before = try await forecast()
        #expect(before.action == .create)
        #expect(before.unlinkedCodeDigest == Digest(of: Data(Self.vault().initCode)))
        #expect(before.libraries == #"{Math: "${deployments.math.address}"}"#)
        _ = try await bench.run(effects)
        let after = try await forecast()
        #expect(after.action == .keep)
        #expect(after.initCodeDigest == before.initCodeDigest)
        let row = try #require(
            try bench.ledger().currentDeployments(project: "treasury").first { $0.claim.name == "vault" })
        #expect(after.initCodeDigest == row.claim.initCodeDigest)
    }

    @Test func aMissingLibraryIsForetold() async throws {
        let effect = try linked([])
        let pure = try DeployBench.pure([effect])
        let forecasts = await Forecaster(try bench.context(try bench.ledger())) { _ in true }.forecast(
            try Plan(ordering: [Plan.Step(id: effect.step, work: effect.work)]),
            outcome: pure.mapValues { .succeeded($0.outputs) }, inputs: StepInputs(pure))
        #expect(forecasts.map(\.action) == [.blocked])
        #expect(forecasts[0].reason.hasPrefix("Vault calls lib/Math.sol:Math"))
    }
}
