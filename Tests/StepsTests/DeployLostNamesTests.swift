import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model
import Synchronization
import Testing

@testable import Steps

/// Deployments that are on record under names which the manifest has no longer.
@Suite struct DeployLostNamesTests {
    private let bench: DeployBench

    init() throws {
        bench = try DeployBench()
        bench.knowFees()
    }

    private static let fee = FakeArtifact.withConstructor(
        #"{"name":"fee","type":"uint256"}"#, name: "Token")

    private func token(
        _ name: String,
        _ formerly: String...,
        fee: String = "25",
        redeploy: DeploymentSpec.Redeploy = .changed,
        network: NetworkSpec = DeployBench.sepolia
    ) throws -> FakeEffect {
        try bench.deploy(
            name, Self.fee, arguments: .positional([DeployBench.text(fee)]), redeploy: redeploy,
            network: network,
            formerly: formerly)
    }

    private func goOnFromRegistry() throws {
        bench.registry = (bench.registry ?? RegistryFile(network: "sepolia")).merging(
            try bench.ledger().registryHistory(project: "treasury", network: "sepolia"))
        bench.loseState()
    }

    private var doubts: [String] { bench.said.filter { $0.contains("[recorded-elsewhere]") } }

    private func place(_ nonce: UInt64) -> String {
        Address.created(by: bench.key.address, nonce: nonce).description
    }

    @Test(arguments: [false, true])
    func aRenameThatWasTakenBackHasNothingDeployedAgainWithoutAWord(_ fromGit: Bool) async throws {
        _ = try await bench.run(token("token"))
        _ = try await bench.run(token("vault", "token"))
        if fromGit { try goOnFromRegistry() }
        for back in [
            try token("token", network: DeployBench.approving),
            try token("safe", "token", network: DeployBench.approving),
        ] {
            let name = back.step.subject
            let seen = try await bench.forecast([back])
            #expect(seen.map(\.obstacle?.code) == ["recorded-elsewhere"])
            let failure = try #require(
                try await bench.run([back], applying: DeployBench.approved(seen)).failure(back.step))
            #expect(failure.kind == .blocked && failure.code == "recorded-elsewhere")
            #expect(
                failure.message
                    == "\(name) would be what 'vault' is at \(place(0)), and the manifest has no deployment 'vault' on 'sepolia' any "
                    + "more: it may be the same under a new name")
            #expect(
                failure.hint
                    == "where it is the same, say so in it: formerly: [vault]; where it is another one, say that the old one no longer "
                    + "counts: hyperkit deployments forget vault@sepolia --yes; nothing was sent")
        }
        #expect(bench.node.sends == 1)
        #expect(doubts == [])

        // What the hint says keeps it.
        let before = try bench.ledgerBytes()
        let kept = try await bench.run(token("token", "vault"))
        #expect(try kept.deployment().action == .kept)
        #expect(bench.node.sends == 1)

        // Elsewhere it is said, in plans too.
        try bench.restore(before)
        let seen = try await bench.forecast([token("token")])
        #expect(seen.map(\.action) == [.create] && doubts.count == 1, "\(doubts)")
        #expect(try await bench.run(token("token")).deployment().action == .created)
        #expect(
            doubts.count == 2 && doubts[1].contains("on 'sepolia' any more: it is deployed again"),
            "\(doubts)")
    }

    @Test func whatIsNotTheSameIsNoDoubt() async throws {
        _ = try await bench.run(token("vault"))
        let before = try bench.ledgerBytes()
        let here = DeployBench.approving
        // Other arguments, other code, another account, and what is made anew each time.
        bench.environment.withLock { $0["OTHER_KEY"] = String(repeating: "11", count: 32) }
        let other = SignerSpec(name: "other", location: DeployBench.here, key: .environment("OTHER_KEY"))
        let account = try PrivateKey(hex: String(repeating: "11", count: 32)).address
        bench.node.change { $0.funds[account] = 10_000_000_000_000_000_000 }
        let changed = FakeArtifact.withConstructor(
            #"{"name":"fee","type":"uint256"}"#, name: "Token", runtime: [0x60, 0x02])
        let arguments = Arguments.positional([DeployBench.text("25")])
        for effect in [
            try token("token", fee: "30", network: here),
            try bench.deploy("token", changed, arguments: arguments, network: here),
            try bench.deploy("token", Self.fee, arguments: arguments, network: here, signer: other),
            try token("token", redeploy: .always, network: here),
        ] {
            #expect(try await bench.forecast([effect]).map(\.action) == [.create])
        }
        // The manifest has the name, though no step of this run.
        bench.beside.withLock { $0 = ["sepolia": ["vault"]] }
        #expect(try await bench.forecast([token("token", network: here)]).map(\.action) == [.create])
        // On another network alone it has it here no longer, and can say nothing of it as a former name.
        bench.beside.withLock { $0 = ["ethereum": ["vault"]] }
        let taken = try #require(try await bench.forecast([token("token", network: here)]).first)
        #expect(taken.obstacle?.code == "recorded-elsewhere")
        #expect(
            taken.obstacle?.hint?.hasPrefix(
                "where it is the same, take it over under its name of now: hyperkit deployments adopt token@sepolia \(place(0));"
            )
                == true, "\(String(describing: taken.obstacle))")
        bench.beside.withLock { $0 = [:] }
        // A person said that it no longer counts.
        try goOnFromRegistry()
        var file = try #require(bench.registry)
        var entry = try #require(file.entries.first)
        entry.status = .forgotten
        file = file.setting(entry)
        bench.registry = file
        for hasState in [false, true] {
            if hasState { try bench.restore(before) }
            #expect(try await bench.forecast([token("token", network: here)]).map(\.action) == [.create])
        }
        #expect(doubts == [])
    }

    @Test func aMemberOfASetThatIsRenamedIsNamedByItsSet() async throws {
        _ = try await bench.run(token("gifts/17"))
        for (name, words) in [
            ("drops/17", "say so in it: formerly: [gifts];"),
            ("drops/18", "take it over under its name of now: hyperkit deployments adopt drops/18@sepolia"),
        ] {
            let seen = try await bench.forecast([token(name, network: DeployBench.approving)])
            #expect(seen.first?.obstacle?.hint?.contains(words) == true, "\(seen)")
        }
    }

    @Test func whatIsOnItsWayUnderALostNameIsDoubted() async throws {
        bench.node.plan(.loseRequest, on: "eth_sendRawTransaction", times: 1_000)
        _ = try await bench.run(token("vault"))
        let seen = try await bench.forecast([token("token", network: DeployBench.approving)])
        #expect(seen.first?.obstacle?.code == "recorded-elsewhere")
        #expect(
            seen.first?.reason.hasPrefix(
                "token@sepolia would be what 'vault' shall be at \(place(0)), on its way since run run-1 signed it, and the manifest has "
                    + "no deployment 'vault' on 'sepolia' any more") == true, "\(seen)")
        // Another one that is on its way is none.
        #expect(
            try await bench.forecast([token("token", fee: "30", network: DeployBench.approving)])
                .map(\.obstacle?.code) == [nil])
    }

    // MARK: Two names

    @Test(arguments: [false, true])
    func twoDeploymentsChangeTheirNamesInTwoRuns(_ fromGit: Bool) async throws {
        _ = try await bench.run(token("one", fee: "1"), token("two", fee: "2"))
        let runs = [
            [try token("a", "one", fee: "1"), try token("b", "two", fee: "2")],
            [try token("two", "a", fee: "1"), try token("one", "b", fee: "2")],
        ]
        for effects in runs {
            if fromGit { try goOnFromRegistry() }
            #expect(try await bench.forecast(effects).map(\.action) == [.keep, .keep])
            #expect(try await bench.run(effects).failures == [])
        }
        let last = try await bench.run(token("two", fee: "1"), token("one", fee: "2"))
        #expect(try last.deployment("two").address == place(0) && last.deployment("one").address == place(1))
        #expect(bench.node.sends == 2)
    }
}
