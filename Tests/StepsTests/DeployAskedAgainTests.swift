import Engine
import EthereumTypes
import Foundation
import Ledger
import Model
import Testing

@testable import Ethereum
@testable import Steps

/// Calls that people are asked for by a machine which lost its state: that the contract is on record since its creation says nothing
/// of what they were asked for since.
@Suite struct DeployAskedAgainTests {
    private static let safe = Address.created(by: .zero, nonce: 7)

    let bench: DeployBench

    init() throws {
        bench = try DeployBench()
        bench.knowFees()
    }

    private var warnings: [String] { bench.said.filter { $0.contains("unknown-history") } }

    private func signer(_ form: SignerSpec.Form) -> SignerSpec {
        SignerSpec(name: "owner", location: DeployBench.here, form: form)
    }

    /// A contract that the registry knows since its creation, and a call to it by its owner.
    private func effects(
        _ network: NetworkSpec,
        by owner: SignerSpec,
        fee: String = "25",
        unless: CallSpec.Unless? = nil
    ) throws -> [FakeEffect] {
        [
            try bench.deploy("token", .withFee, network: network),
            try bench.call(
                arguments: .positional([DeployBench.text(fee)]), unless: unless, network: network,
                signer: owner),
        ]
    }

    private func commitRegistry() throws {
        bench.registry = RegistryFile(network: "sepolia").merging(
            try bench.ledger().registryHistory(project: "treasury", network: "sepolia"))
    }

    private func run(_ effects: [FakeEffect]) async throws -> FakeRun {
        try await bench.run(effects, applying: DeployBench.approved(try await bench.forecast(effects)))
    }

    // MARK: An address alone

    private var owner: SignerSpec { signer(.address(bench.key.address)) }

    /// The owner did something since that nothing is on record of.
    private func act(_ network: NetworkSpec) async throws {
        let made = try effects(network, by: DeployBench.ci)
        _ = try await run([made[0]])
        try commitRegistry()
        #expect(try await run(made).call().isMade)
        bench.loseState()
    }

    @Test func anAddressAloneThatActedSinceIsNotAskedAgain() async throws {
        try await act(DeployBench.approving)
        let asking = try effects(DeployBench.approving, by: owner)
        let call = try #require(try await bench.forecast(asking).first?.calls.first)
        #expect(call.obstacle?.code == "unknown-history")
        #expect(
            call.reason
                == "\(bench.key.address) has sent 1 transaction on 'sepolia' that neither this state directory nor a registry "
                + "knows of: call:token@sepolia/setFee may have been made already")
        #expect(try await run(asking).failures.map(\.code) == ["unknown-history"])
        let telling = try effects(
            DeployBench.approving, by: owner,
            unless: .init(read: Located("fee()", at: DeployBench.here), equals: DeployBench.text("25")))
        #expect(try await run(telling).call().reason == "fee() is 25 already")
    }

    @Test func whatIsOnRecordOfAnAddressAloneIsNoDoubt() async throws {
        let made = try effects(DeployBench.approving, by: DeployBench.ci)
        #expect(try await run(made).call().isMade)
        try commitRegistry()
        for _ in 0..<2 {
            let asking = try effects(DeployBench.approving, by: owner, fee: "30")
            let call = try #require(try await bench.forecast(asking).first?.calls.first)
            #expect(call.obstacle == nil, "\(call)")
            // The registry alone tells it too.
            bench.loseState()
        }
    }

    @Test func whatAnAddressAloneDidBeforeTheContractWasThereIsNoDoubt() async throws {
        _ = try await bench.run(bench.deploy("other", FakeArtifact(name: "Other", runtime: [0xfe])))
        bench.loseState()
        let made = try effects(DeployBench.approving, by: DeployBench.ci)
        let before = try await bench.plan(made[0])
        #expect(try await bench.run([made[0]], applying: before).deployment().action == .created)
        try commitRegistry()
        bench.loseState()
        let asking = try effects(DeployBench.approving, by: owner)
        #expect(try await bench.forecast(asking).first?.calls.first?.obstacle == nil)
    }

    @Test func otherNetworksWarn() async throws {
        try await act(DeployBench.sepolia)
        let seen = try await bench.forecast(try effects(DeployBench.sepolia, by: owner))
        #expect(seen.first?.calls.first?.obstacle == nil)
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains("setFee is made again where it was made before") == true)
    }

    // MARK: A Safe

    /// A Safe that executed one transaction in a block; its events are never told.
    private func act(in block: UInt64, modules: Bool = false) async throws -> [FakeEffect] {
        bench.node.change {
            $0.answers[Selector.of("nonce()")] = { Self.word($0 >= block ? 1 : 0) }
            $0.answers[Selector.of("getModulesPaginated(address,uint256)")] = { _ in
                Self.word(64) + Self.word(1) + Self.word(modules ? 1 : 0) + Self.word(7)
            }
        }
        let made = try effects(
            DeployBench.approving, by: signer(.safe(Self.safe, multiSend: nil)))
        let plan = try await bench.plan(made[0])
        #expect(try await bench.run([made[0]], applying: plan).deployment().action == .created)
        try commitRegistry()
        bench.loseState()
        // What happens in the blocks behind it.
        _ = try await bench.run(bench.deploy("other", FakeArtifact(name: "Other", runtime: [0xfe])))
        bench.loseState()
        return made
    }

    private static func word(_ number: UInt8) -> [UInt8] { [UInt8](repeating: 0, count: 31) + [number] }

    @Test(arguments: [true, false])
    func aSafeWhoseEventsDoNotTellIsNotAskedAgain(_ areRefused: Bool) async throws {
        let asking = try await act(in: 2)
        if areRefused {
            bench.node.plan(
                .refuse(code: -32_005, "query exceeds max block range"), on: "eth_getLogs", times: 50)
        }
        let call = try #require(try await bench.forecast(asking).first?.calls.first)
        #expect(call.obstacle?.code == "unknown-history", "\(call)")
        #expect(call.reason.contains("Safe \(Self.safe) has acted on 'sepolia'"), "\(call.reason)")
        #expect(try await run(asking).failures.map(\.code) == ["unknown-history"])
    }

    @Test func aSafeThatExecutedNothingSinceIsAsked() async throws {
        let asking = try await act(in: 0)
        #expect(try await bench.forecast(asking).first?.calls.first?.obstacle == nil)
        #expect(warnings == [])
    }

    /// What a module does takes no nonce.
    @Test func thatASafeWithModulesDidNothingIsNotKnownByItsNonce() async throws {
        let asking = try await act(in: 0, modules: true)
        #expect(
            try await bench.forecast(asking).first?.calls.first?.obstacle?.code == "unknown-history")
    }
}
