import Engine
import EthereumTypes
import Foundation
import Model
import Synchronization
import Testing

@testable import Ethereum
@testable import Ledger
@testable import Steps

/// What an account created that is on no record is looked for where its nonces put it, before the same is created again.
@Suite struct DeployUnknownCreationTests {
    let bench: DeployBench

    init() throws { bench = try DeployBench() }

    private static let other = FakeArtifact(name: "Other", runtime: [0xfe, 0x01])

    private var warnings: [String] { bench.said.filter { $0.contains("unknown-history") } }

    /// The registry that the ledger of the bench would write over that which is committed, but for some names.
    private func registry(without names: String...) throws -> RegistryFile {
        let all = (bench.registry ?? RegistryFile(network: "sepolia")).merging(
            try bench.ledger().registryHistory(project: "treasury", network: "sepolia"))
        return RegistryFile(network: "sepolia", entries: all.entries.filter { !names.contains($0.name) })
    }

    private func address(_ nonce: UInt64) -> String {
        Address.created(by: bench.key.address, nonce: nonce).description
    }

    /// Plans and applies.
    private func applied(_ effects: FakeEffect...) async throws -> FakeRun {
        let seen = try await bench.forecast(effects)
        return try await bench.run(
            effects, applying: DeployBench.approved(seen))
    }

    // MARK: Lost

    @Test func oneEntryThatARegistryLostIsNotDeployedAgain() async throws {
        _ = try await bench.run(bench.deploy("other", Self.other), bench.deploy())
        bench.registry = try registry(without: "token")
        bench.loseState()
        let sends = bench.node.sends
        let effects = [
            try bench.deploy("other", Self.other, network: DeployBench.approving),
            try bench.deploy(network: DeployBench.approving),
        ]
        let seen = try await bench.forecast(effects)
        #expect(seen.map(\.action) == [.keep, .blocked])
        #expect(seen[1].obstacle?.code == "is-there")
        let failure = try #require(try await applied(effects[0], effects[1]).failures.first)
        #expect(failure.kind == .blocked && failure.code == "is-there")
        #expect(failure.message.contains("the code of Token is on 'sepolia' at \(address(1)), created by"))
        #expect(failure.hint?.contains("hyperkit deployments adopt token@sepolia \(address(1));") == true)
        #expect(bench.node.sends == sends, "nothing is sent")
        #expect(warnings == [])
    }

    @Test func elsewhereAPlanAndARunWarnOnceAndWhatIsFoundIsTakenOver() async throws {
        _ = try await bench.run(bench.deploy("other", Self.other), bench.deploy())
        bench.registry = try registry(without: "token")
        bench.loseState()
        let again = [try bench.deploy("other", Self.other), try bench.deploy()]
        #expect(try await bench.forecast(again).map(\.action) == [.keep, .create])
        #expect(warnings.count == 1)
        let sends = bench.node.sends
        let run = try await bench.run(again)
        #expect(try run.deployment().address == address(1).description)
        #expect(bench.node.sends == sends, "its transaction is there")
        #expect(warnings.count == 2)
        #expect(Set(warnings).count == 1)
        #expect(warnings.allSatisfy { $0.contains("hyperkit deployments adopt token@sepolia \(address(1))") })
        // It is on record by now.
        #expect(try await bench.run(again).deployment().action == .kept)
        #expect(warnings.count == 2)
    }

    @Test func aReplacementThatWasApprovedIsMadeOnceThoughItsRecordIsLost() async throws {
        func token(_ code: [UInt8]) throws -> FakeEffect {
            try bench.deploy("token", FakeArtifact(runtime: code), network: DeployBench.approving)
        }
        _ = try await applied(try token([0x01]))
        bench.registry = try registry()
        #expect(try await applied(try token([0x02])).deployment().action == .replaced)
        bench.loseState()
        let failure = try #require(try await applied(try token([0x02])).failures.first)
        #expect(failure.code == "is-there")
        #expect(
            failure.hint?.contains(
                "that the one at \(address(0)) no longer counts, and take it over: hyperkit deployments forget "
                    + "token@sepolia --yes, then hyperkit deployments adopt token@sepolia \(address(1))")
                == true,
            "\(failure)")
        #expect(bench.node.sends == 2)
    }

    /// The node that counts is a block ahead of the one that tells codes.
    @Test func theNewestOfThemIsSeenThoughCodesAreToldOfAnEarlierBlock() async throws {
        let token = try bench.deploy(network: DeployBench.approving)
        let plan = DeployBench.approved(try await bench.forecast([token]))
        #expect(try await bench.run([token], applying: plan).deployment().action == .created)
        bench.loseState()
        bench.node.change { $0.codesLag = 1 }
        bench.node.plan(.first { $0.codesLag = 0 }, on: "eth_getCode", skipping: 1)
        let failure = try #require(try await bench.run([token], applying: plan).failures.first)
        #expect(failure.code == "is-there", "\(failure)")
        #expect(bench.node.sends == 1)
    }

    @Test func whatIsNeverRedeployedMayBeThereWithEarlierCode() async throws {
        _ = try await bench.run(bench.deploy(redeploy: .never))
        bench.loseState()
        let edited = FakeArtifact(runtime: [0xfd])
        let token = try bench.deploy("token", edited, redeploy: .never, network: DeployBench.approving)
        let failure = try #require(try await applied(token).failures.first)
        #expect(failure.code == "unknown-history")
        #expect(failure.message.contains("the first at \(address(0))"))
        // Where code decides, it is another contract, that is made anew whatever is there.
        let changed = try bench.deploy("token", edited, network: DeployBench.approving)
        #expect(try await applied(changed).deployment().action == .created)
    }

    @Test func codeThatIsLinkedOtherwiseIsFound() async throws {
        let library = try bench.deploy("math", FakeArtifact(name: "Math", runtime: [0xaa]))
        let vault = DeployLibraryTests.vault()
        func linked(to address: String) throws -> FakeEffect {
            let link = LibraryLink(
                name: Located("Math", at: DeployBench.here),
                address: Interpolated(text: address, at: DeployBench.here))
            return try bench.deploy(
                "vault", vault, network: DeployBench.approving, creation: CreationSpec(libraries: [link]))
        }
        _ = try await bench.run(library)
        #expect(try await applied(try linked(to: address(0))).failures.isEmpty)
        bench.loseState()
        _ = try await bench.run(bench.deploy("math", FakeArtifact(name: "Math", runtime: [0xab])))
        let failure = try #require(try await applied(try linked(to: address(2))).failures.first)
        #expect(failure.code == "is-there" && failure.message.contains(address(1)), "\(failure)")
    }

    // MARK: Not lost

    @Test func anAccountWithAHistoryOfItsOwnBeginsWhereOnlyPlansAreApplied() async throws {
        _ = try await bench.run(bench.deploy("other", Self.other))
        bench.node.change { $0.age(bench.key.address, to: 40) }
        bench.loseState()
        let run = try await applied(try bench.deploy(network: DeployBench.approving))
        #expect(try run.deployment().address == address(40))
        #expect(warnings == [])
    }

    @Test(arguments: [false, true])
    func whatThisRunCreatesIsNotUnknownToIt(_ isApproved: Bool) async throws {
        bench.node.change { $0.age(bench.key.address, to: 3) }
        let network = isApproved ? DeployBench.approving : DeployBench.sepolia
        let effects = try ["one", "two", "three"].map { try bench.deploy($0, network: network) }
        // The code of the first is in a block when the second is looked at, and the same.
        for _ in 0..<2 {
            let failures = try await applied(effects[0], effects[1], effects[2]).failures
            #expect(failures.isEmpty, "\(failures)")
        }
        #expect(bench.node.sends == 3)
        // In a later run too.
        bench.beside.withLock { $0 = ["sepolia": ["one", "two", "three"]] }
        let more = try bench.deploy("four", network: network)
        #expect(try await applied(more).failures.isEmpty)
        #expect(warnings == [])
    }

    @Test func whatAnEarlierRunSentIsNotUnknownBeforeItIsFinal() async throws {
        var deep = DeployBench.network(confirmations: .blocks(5))
        deep.needsApproval = true
        let first = try bench.deploy("first", network: deep)
        let plan = try await bench.plan(first)
        #expect(try await !bench.run([first], applying: plan).failures.isEmpty)
        #expect(bench.node.chain.creations(of: FakeArtifact().initCode).count == 1)
        bench.beside.withLock { $0 = ["sepolia": ["first"]] }
        let second = try await bench.forecast([bench.deploy("second", network: deep)])
        #expect(second.map(\.action) == [.create])
    }

    @Test func whatCameBeforeUnderANameIsOnTheRegistrysRecord() async throws {
        for code in [[0x01], [0x02]] as [[UInt8]] {
            _ = try await bench.run(bench.deploy("token", FakeArtifact(runtime: code)))
        }
        bench.registry = try registry()
        #expect(bench.registry?.entries.map(\.earlier.count) == [1])
        bench.loseState()
        let other = try bench.deploy("other", FakeArtifact(runtime: [0x01]), network: DeployBench.approving)
        #expect(try await applied(other).deployment("other").action == .created)
    }

    @Test func whatWasForgottenIsAccountedFor() async throws {
        _ = try await bench.run(bench.deploy(), bench.deploy("other"))
        let entries = try registry().entries.map { entry in
            var entry = entry
            entry.status = .forgotten
            return entry
        }
        bench.registry = RegistryFile(network: "sepolia", entries: entries)
        bench.loseState()
        #expect(
            try await applied(try bench.deploy(network: DeployBench.approving)).deployment().action
                == .created)
    }

    // MARK: What cannot be known

    @Test func moreThanCanBeLookedAtBlocksAndSaysSo() async throws {
        let token = try bench.deploy(network: DeployBench.approving)
        bench.node.change { $0.age(bench.key.address, to: 10_000) }
        #expect(try await bench.forecast([token]).map(\.action) == [.create])
        let looked = bench.node.asked.count { $0 == "eth_getCode" }
        #expect(looked == 10_000)
        bench.node.change { $0.age(bench.key.address, to: 10_001) }
        let seen = try #require(try await bench.forecast([token]).first)
        #expect(seen.action == .blocked && seen.obstacle?.code == "unknown-history")
        #expect(seen.reason.contains("has sent 10001 transactions on 'sepolia', more than the 10000"))
        #expect(bench.node.asked.count { $0 == "eth_getCode" } == looked)
        #expect(try await bench.run(bench.deploy()).deployment().action == .created)
        #expect(warnings.count == 1)
        // What is replaced is on record.
        let edited = FakeArtifact(runtime: [0xfd])
        let next = try bench.deploy("token", edited, network: DeployBench.approving)
        #expect(try await bench.forecast([next]).map(\.action) == [.replace])
        #expect(warnings.count == 2)
    }

    @Test func aNodeThatDoesNotTellCodesBlocks() async throws {
        bench.node.change { $0.age(bench.key.address, to: 2) }
        bench.node.rollDice { method, _ in
            method == "eth_getCode" ? .refuse(code: -32_601, "not here") : nil
        }
        let token = try bench.deploy(network: DeployBench.approving)
        let seen = try #require(try await bench.forecast([token]).first)
        #expect(seen.obstacle?.code == "unknown-history")
        #expect(seen.reason.contains("what they created cannot be read"))
        // One that cannot be spoken to is asked again.
        bench.node.rollDice { method, _ in method == "eth_getCode" ? .connectionRefused : nil }
        let away = try #require(try await bench.forecast([token]).first)
        #expect(away.obstacle?.code == "network-unavailable")
        bench.node.rollDice(nil)
        #expect(try await bench.forecast([token]).map(\.action) == [.create])
    }

    // MARK: Exchanges

    /// The methods of each exchange.
    private func exchanges(since count: Int) throws -> [[String?]] {
        try bench.sent.withLock(\.self).dropFirst(count).map { request in
            let body = try JSONDecoder().decode(JSONValue.self, from: request.body)
            return (body.array ?? [body]).map { $0["method"]?.string }
        }
    }

    @Test func anAccountThatIsAllOnRecordIsAskedForItsCountAlone() async throws {
        _ = try await bench.run(bench.deploy("other", Self.other))
        for (network, names) in [
            (DeployBench.sepolia, ["one", "two"]), (DeployBench.approving, ["three", "four"]),
        ] {
            let effects = try names.map { try bench.deploy($0, network: network) }
            let before = bench.sent.withLock(\.count)
            let seen = try await bench.forecast(effects)
            #expect(seen.map(\.action) == [.create, .create])
            // Once for what was created and what waits, and for the next nonce of each.
            let asked = try exchanges(since: before)
            let count = "eth_getTransactionCount"
            #expect(asked.filter { $0.contains(count) } == [[count, count], [count], [count]])
            #expect(!asked.contains(["eth_getCode"]))
        }
    }
}
