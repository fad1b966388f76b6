import Engine
import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model
import Synchronization
import Testing

@testable import Steps

/// Names of deployments, projects and networks are changed; what is on the chain stays what it is.
@Suite struct DeployNamesTests {
    let bench: DeployBench

    init() throws {
        bench = try DeployBench()
        bench.knowFees()
        bench.node.change {
            $0.genesisCode[Create2Factory.deterministicProxy.address] = Create2Factory.proxyCode
        }
    }

    private func registry() throws -> RegistryFile {
        (bench.registry ?? RegistryFile(network: "sepolia")).merging(
            try bench.ledger().registryHistory(project: "treasury", network: "sepolia"))
    }

    /// A contract and a call to it.
    private func called(
        _ name: String = "token",
        formerly: [String] = [],
        salt: String? = nil,
        fee: String = "25",
        network: NetworkSpec = DeployBench.sepolia
    ) throws -> [FakeEffect] {
        [
            try bench.deploy(
                name, .withFee, network: network, formerly: formerly,
                creation: salt.map { DeploySaltTests.salt($0) } ?? .plain),
            try bench.call(of: name, arguments: .positional([DeployBench.text(fee)]), network: network),
        ]
    }

    /// The network of the bench under another name.
    private func renamed(_ network: NetworkSpec = DeployBench.sepolia) -> NetworkSpec {
        var other = network
        other.name = "ethereum"
        return other
    }

    private var doubts: [String] { bench.said.filter { $0.contains("[recorded-elsewhere]") } }
    private var warnings: [String] { bench.said.filter { $0.contains("unknown-history") } }

    private func place(_ nonce: UInt64) -> String {
        Address.created(by: bench.key.address, nonce: nonce).description
    }

    // MARK: Calls

    @Test func aCallThatOnlyTheRegistryKnowsIsKnownUnderANewName() async throws {
        // This machine deployed it, another made the call.
        _ = try await bench.run(called("oldToken")[0])
        let before = try bench.ledgerBytes()
        #expect(try await bench.run(called("oldToken")).call(of: "oldToken").isMade)
        bench.registry = try registry()
        let sends = bench.node.sends
        for hasState in [true, false] {
            if hasState { try bench.restore(before) } else { bench.loseState() }
            let effects = try called("token", formerly: ["oldToken"])
            let seen = try await bench.forecast(effects)
            #expect(seen.map(\.action) == [.keep])
            #expect(seen.map(\.calls) == [[]], "a plan lists nothing that was made")
            let run = try await bench.run(effects)
            #expect(try run.call().isMade == false)
            #expect(try run.call().reason == "made in run run-2")
            #expect(bench.node.sends == sends)
            // The next machine has the new name alone.
            let entry = try #require(try registry().entries.first)
            #expect(try registry().entries.map(\.name) == ["token"])
            #expect(entry.calls.map(\.name) == ["setFee"])
        }
    }

    @Test(arguments: [false, true])
    func aCallIsMadeOnceToAnAddressWhateverIsThere(_ fromGit: Bool) async throws {
        _ = try await bench.run(called("treasury", salt: "one"))
        let sends = bench.node.sends
        for name in ["vault", "safe"] {
            bench.registry = try registry()
            if fromGit { bench.loseState() }
            let effects = try called(name, salt: "one", network: DeployBench.approving)
            let seen = try await bench.forecast(effects)
            #expect(seen.map(\.action) == [.keep])
            #expect(seen.map(\.calls) == [[]])
            let run = try await bench.run(effects, applying: DeployBench.approved(seen))
            #expect(try run.deployment(name).action == .kept)
            #expect(try run.call(of: name).reason == "made in run run-1")
            #expect(bench.node.sends == sends)
            let entry = try registry().entries.first { $0.name == name }
            #expect(entry?.calls.map(\.run) == ["run-1"])
        }
        // Another argument makes it another call, under whatever name.
        let other = try await bench.run(called("safe", salt: "one", fee: "30"))
        #expect(try other.call(of: "safe").isMade)
    }

    // MARK: Networks and projects

    @Test func aNetworkThatIsRenamedHasNothingDeployedAgainWithoutAWord() async throws {
        let salted = try called("salted", salt: "one")
        _ = try await bench.run(salted + [bench.deploy("token", .withFee)])
        let sends = bench.node.sends
        let approving = renamed(DeployBench.approving)
        let plain = [
            try bench.deploy("token", .withFee, network: approving),
            try called("salted", salt: "one", network: approving)[0],
        ]
        let seen = try await bench.forecast(plain)
        #expect(seen.map(\.action) == [.blocked, .keep])
        #expect(seen.first?.obstacle?.code == "recorded-elsewhere")
        let run = try await bench.run(plain, applying: DeployBench.approved(seen))
        let failure = try #require(run.failures.first)
        #expect(failure.kind == .blocked && failure.code == "recorded-elsewhere")
        #expect(
            failure.message
                == "token@ethereum is on record at \(place(2)) of the same chain, on a network 'sepolia' that the manifest "
                + "does not have: it may be the same under a new name")
        #expect(
            failure.hint?.contains(
                "give the network its name 'sepolia' again, or take over what is there under the new one: "
                    + "hyperkit deployments adopt token@ethereum \(place(2))") == true)
        #expect(bench.node.sends == sends, "nothing is sent")

        // Elsewhere it is said, and the call was made to that address.
        let again =
            try called("salted", salt: "one", network: renamed()) + [
                bench.deploy("token", .withFee, network: renamed())
            ]
        let warned = try await bench.run(again)
        #expect(try warned.deployment(on: "ethereum").action == .created)
        #expect(doubts.count == 1 && doubts.last?.contains("it is deployed again") == true, "\(doubts)")
        let call = try #require(warned.ends[.call("setFee", of: "salted", on: "ethereum")]).get()
        #expect(call.reason == "made in run run-1")
        #expect(bench.node.sends == sends + 1)
        #expect(try await bench.run(again).deployment(on: "ethereum").action == .kept)
        #expect(doubts.count == 1)
    }

    @Test func twoNetworksOfAManifestThatAreOneChainStayApart() async throws {
        bench.networks.withLock {
            $0 = ["sepolia": DeployBench.sepolia, "ethereum": renamed(DeployBench.approving)]
        }
        _ = try await bench.run(bench.deploy())
        let again = [try bench.deploy(network: renamed(DeployBench.approving))]
        let plan = DeployBench.approved(try await bench.forecast(again))
        #expect(try await bench.run(again, applying: plan).deployment(on: "ethereum").action == .created)
        #expect(doubts == [])
    }

    /// A registry with the bench's deployment as that of another project.
    private func otherProject(by deployer: Address? = nil, and more: RegistryEntry? = nil) throws
        -> RegistryFile
    {
        var entry = try #require(
            try bench.ledger().registryHistory(project: "treasury", network: "sepolia").first)
        (entry.project, entry.deployer) = ("old", deployer ?? entry.deployer)
        return RegistryFile(network: "sepolia", entries: [entry] + [more].compactMap(\.self))
    }

    @Test func aProjectThatIsRenamedHasNothingDeployedAgainWithoutAWord() async throws {
        _ = try await bench.run(bench.deploy())
        bench.registry = try otherProject()
        bench.loseState()
        let approving = [try bench.deploy(network: DeployBench.approving)]
        let seen = try await bench.forecast(approving)
        #expect(seen.map(\.obstacle?.code) == ["recorded-elsewhere"])
        let run = try await bench.run(approving, applying: DeployBench.approved(seen))
        let failure = try #require(run.failures.first)
        #expect(
            failure.message
                == "token@sepolia is on record at \(place(0)) of the same chain, as a deployment of project 'old': it may be the "
                + "same under a new name")
        #expect(bench.node.sends == 1, "nothing is sent")
        #expect(try await bench.run(bench.deploy()).deployment().action == .created)
        #expect(doubts.count == 1, "\(doubts)")
    }

    @Test func whatIsAnothersIsNoDoubt() async throws {
        _ = try await bench.run(bench.deploy())
        // A person said of the one of the other project that it does not count here.
        var forgotten = try #require(try registry().entries.first)
        forgotten.status = .forgotten
        let files = [try otherProject(by: .zero), try otherProject(and: forgotten)]
        bench.loseState()
        for file in files {
            bench.registry = file
            let token = [try bench.deploy(network: DeployBench.approving)]
            #expect(try await bench.forecast(token).map(\.action) == [.create])
        }
        #expect(doubts == [])
    }

    // MARK: One address

    @Test func twoDeploymentsAtOneAddressAreNotBothMade() async throws {
        let effects = try called("treasury", salt: "one") + called("vault", salt: "one")
        let words = "the salt of vault@sepolia gives "
        for isThere in [false, true] {
            let seen = try await bench.forecast(effects)
            #expect(seen.map(\.action) == [isThere ? .keep : .create, .blocked])
            #expect(seen.last?.obstacle?.code == "one-address")
            // Whoever comes first, what is on record keeps its address.
            let run = try await bench.run(isThere ? effects.suffix(2) + effects.prefix(2) : effects)
            let failure = try #require(run.failure(.deploy("vault", on: "sepolia")))
            #expect(failure.kind == .blocked && failure.code == "one-address")
            #expect(failure.message.hasPrefix(words), "\(failure)")
            #expect(failure.message.contains("which is that of treasury@sepolia"))
            #expect(try run.deployment("treasury").action == (isThere ? .kept : .created))
            #expect(bench.node.sends == 2)
        }
    }

    // MARK: Adopted again

    /// What adopting an address writes down.
    private func adopted(_ effect: FakeEffect, at address: Address) async throws -> RegistryEntry {
        guard case .deploy(let action) = effect.work else { throw StepFailure(code: "no-deployment", "") }
        let context = try bench.context(of: [effect])
        let entry = try await Adoption(context).entry(
            for: action, FoundContract(address: address), inputs: StepInputs(try DeployBench.pure([effect])))
        await context.hub.close()
        return entry
    }

    @Test(arguments: [false, true])
    func whatIsNamedAgainKeepsItsRecord(_ fromGit: Bool) async throws {
        _ = try await bench.run(bench.deploy("token", FakeArtifact(name: "Other", runtime: [0xfe])))
        let effects = try called()
        #expect(try await bench.run(effects).call().isMade)
        let before = try #require(try registry().entries.first)
        #expect(before.calls.count == 1 && before.earlier.count == 1)
        bench.registry = try registry()
        if fromGit { bench.loseState() }
        var after = try await adopted(effects[0], at: before.address)
        #expect(after == before)
        #expect(bench.registry?.setting(after).entries == [before])
        // Under another name, what was done to it is known all the same.
        after = try await adopted(try bench.deploy("vault", .withFee), at: before.address)
        after.name = before.name
        #expect(after.calls == before.calls && after.transactionHash == before.transactionHash)
        #expect(after.run == before.run && !after.isAdopted)
    }

    /// How it came there its account's transaction says where other arguments are on record; the calls were made all the same.
    @Test func whatIsNamedAgainAsSomethingElseKeepsItsCalls() async throws {
        let effects = try called()
        #expect(try await bench.run(effects).call().isMade)
        var entries = try registry().entries
        let before = try #require(entries.first)
        entries[0].constructorArguments = [1]
        bench.registry = RegistryFile(network: "sepolia", entries: entries)
        bench.loseState()
        let after = try await adopted(effects[0], at: before.address)
        #expect(after.calls == before.calls)
        #expect(after.isAdopted && after.run == nil)
        #expect(after.transactionHash == before.transactionHash && after.deployer == before.deployer)
        #expect(after.constructorArguments == before.constructorArguments)
    }

    // MARK: On its way

    @Test func whatIsOnItsWayUnderTheNetworksOldNameIsDoubted() async throws {
        bench.node.plan(.loseRequest, on: "eth_sendRawTransaction", times: 1_000)
        _ = try await bench.run(bench.deploy())
        let effect = try bench.deploy(network: renamed(DeployBench.approving))
        let seen = try #require(try await bench.forecast([effect]).first)
        #expect(seen.obstacle?.code == "recorded-elsewhere")
        #expect(
            seen.reason.hasPrefix(
                "token@ethereum shall be at \(place(0)) of the same chain, on its way since run run-1 signed it, on a network "
                    + "'sepolia' that the manifest does not have"))
    }
}
