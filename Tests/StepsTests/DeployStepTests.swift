import Engine
import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model
import Synchronization
import Testing

@testable import Steps

@Suite struct DeployStepTests {
    let bench: DeployBench

    init() throws { bench = try DeployBench() }

    func row(_ name: String = "token") throws -> DeploymentRow {
        let ledger = try bench.ledger()
        return try #require(
            try ledger.currentDeployments(project: "treasury").first { $0.claim.name == name })
    }

    func operations(_ step: StepID = .deploy("token", on: "sepolia")) throws -> [ChainOperation] {
        try bench.ledger().operations(
            of: step, project: "treasury", chainID: DeployBench.sepolia.chainID,
            genesisHash: bench.node.chain.blocks[0].hash)
    }

    @Test func createsAndLeavesAFinalOperationAndARow() async throws {
        let fact = try await bench.run(bench.deploy()).deployment()
        let address = Address.created(by: bench.key.address, nonce: 0)
        #expect(fact.action == .created)
        #expect(fact.reason == "it is not on this network yet")
        #expect(fact.address == address.description)
        #expect(fact.codeMatches == true)
        #expect(fact.blockNumber == 1)
        let gas = FakeChain.gas(FakeArtifact().initCode)
        #expect(fact.gasUsed == gas)
        #expect(fact.feePaidWei == String(UInt128(gas) * 2_000_000_000))
        let row = try row()
        #expect(row.address == address)
        #expect(row.status == .current)
        #expect(row.deployer == bench.key.address)
        #expect(row.claim.initCodeDigest == Digest(of: Data(FakeArtifact().initCode)))
        let operation = try #require(try operations().first)
        #expect(operation.state == .final)
        #expect(operation.nonce == 0)
        #expect(operation.attempts.map(\.predictedAddress) == [address])
        #expect(operation.attempts.map(\.hash.description) == [fact.transactionHash])
    }

    @Test func keepsWhatIsThereAndSendsNothing() async throws {
        let first = try await bench.run(bench.deploy()).deployment()
        let run = try await bench.run(bench.deploy())
        let fact = try run.deployment()
        #expect(fact.action == .kept)
        #expect(fact.reason == "the same code and arguments are there since run run-1")
        #expect(fact.address == first.address)
        #expect(fact.transactionHash == first.transactionHash)
        #expect(try run.ends[.deploy("token", on: "sepolia")]?.get().isReuse == true)
        #expect(bench.node.sends == 1)
    }

    /// `value` goes along with the creation, which is done once.
    @Test func keepsWhatWasCreatedWithAnotherValueAndSaysSo() async throws {
        var artifact = FakeArtifact.withConstructor("")
        artifact.abi = artifact.abi.replacing("nonpayable", with: "payable")
        let ether: UInt128 = 1_000_000_000_000_000_000
        func reason(_ value: UInt128) async throws -> String {
            let fact = try await bench.run(bench.deploy("token", artifact, value: Wei(value))).deployment()
            #expect(fact.action == .kept)
            return fact.reason
        }
        let first = try await bench.run(bench.deploy("token", artifact, value: Wei(ether))).deployment()
        #expect(first.action == .created)
        let same = "the same code and arguments are there since run run-1"
        #expect(try await reason(ether) == same)
        let other = "; it was created with 1 ether, which is sent once only, and 'value' is 0.5 ether now"
        #expect(try await reason(ether / 2) == same + other)
        // Another machine asks the chain.
        bench.registry = RegistryFile(network: "sepolia").merging(
            try bench.ledger().registryHistory(project: "treasury", network: "sepolia"))
        bench.loseState()
        #expect(try await reason(ether) == "\(same), says the registry")
        bench.loseState()
        #expect(try await reason(0) == "\(same), says the registry\(other.replacing("0.5", with: "0"))")
        #expect(bench.node.sends == 1)
    }

    @Test func keepsWithoutAKey() async throws {
        _ = try await bench.run(bench.deploy()).deployment()
        bench.environment.withLock { $0 = [:] }
        #expect(try await bench.run(bench.deploy()).deployment().action == .kept)
    }

    @Test func replacesWhenTheCodeChanged() async throws {
        let first = try await bench.run(bench.deploy()).deployment()
        let fact = try await bench.run(bench.deploy("token", FakeArtifact(runtime: [0xfe]))).deployment()
        #expect(fact.action == .replaced)
        let (old, new) = (Digest(of: Data(FakeArtifact().runtime)).short, Digest(of: Data([0xfe])).short)
        let address = try #require(first.address)
        #expect(fact.reason == "code \(old)… → \(new)…; before, it was at \(address)")
        #expect(fact.address != first.address)
        #expect(try row().address?.description == fact.address)
        #expect(bench.node.chain.mined.count == 2)
    }

    @Test func replacesWhenAnArgumentChanged() async throws {
        let artifact = FakeArtifact.withConstructor(#"{"name":"supply","type":"uint256"}"#)
        let first = try bench.deploy("token", artifact, arguments: .positional([DeployBench.text("1")]))
        let second = try bench.deploy("token", artifact, arguments: .positional([DeployBench.text("2")]))
        let address = try #require(try await bench.run(first).deployment().address)
        let fact = try await bench.run(second).deployment()
        #expect(fact.action == .replaced)
        #expect(fact.reason == "constructor arguments changed; before, it was at \(address)")
        #expect(fact.constructorArguments == "0x" + String(repeating: "0", count: 63) + "2")
        #expect(try await bench.run(second).deployment().action == .kept)
    }

    @Test func alwaysDeploysAgainAndNeverDoesNot() async throws {
        _ = try await bench.run(bench.deploy(redeploy: .always))
        let again = try await bench.run(bench.deploy(redeploy: .always)).deployment()
        #expect(again.action == .replaced)
        #expect(again.reason == "redeploy: always")
        let changed = FakeArtifact(runtime: [0xfe])
        let kept = try await bench.run(bench.deploy("token", changed, redeploy: .never)).deployment()
        #expect(kept.action == .kept)
        #expect(kept.reason == "redeploy: never, though code or arguments changed")
        #expect(kept.codeMatches == false)
        #expect(kept.address == again.address)
        #expect(bench.node.sends == 2)
    }

    @Test(arguments: [[], [0xfe]] as [[UInt8]], [.changed, .never] as [DeploymentSpec.Redeploy])
    func codeThatIsNotWhatWasDeployedBlocks(_ code: [UInt8], _ redeploy: DeploymentSpec.Redeploy) async throws
    {
        let address = try Address(
            try #require(try await bench.run(bench.deploy()).deployment().address))
        bench.node.change { $0.tamper(address, code: code) }
        let failure = try #require(try await bench.run(bench.deploy(redeploy: redeploy)).failures.first)
        #expect(failure.kind == .blocked)
        #expect(failure.code == "drift")
        let what = code.isEmpty ? "no code there" : "other code there"
        #expect(
            failure.message
                == "token@sepolia was deployed to \(address) in run run-1, and the chain has \(what)")
        #expect(bench.node.sends == 1)
    }

    @Test func neverStillSeesThatThereIsNoCode() async throws {
        let address = try Address(
            try #require(try await bench.run(bench.deploy()).deployment().address))
        bench.node.change { $0.tamper(address, code: []) }
        let changed = try bench.deploy("token", FakeArtifact(runtime: [0xfe]), redeploy: .never)
        #expect(try await bench.run(changed).failures.first?.code == "drift")
    }

    @Test func aRefusedContractSendsNothing() async throws {
        let gate = AuditAction.Gate(network: nil, policy: Policy(name: "strict", tools: ["slither"]))
        let failure = try #require(try await bench.run(bench.deploy(gates: [gate])).failures.first)
        #expect(failure.kind == .refused)
        #expect(failure.message == "policy strict: required tool slither did not run")
        #expect(bench.node.asked.isEmpty)
    }

    @Test func anotherChainIsRefusedBeforeASignature() async throws {
        let other = DeployBench.network(chainID: 1)
        let failure = try #require(try await bench.run(bench.deploy(network: other)).failures.first)
        #expect(failure.kind == .blocked)
        #expect(failure.code == "wrong-chain")
        #expect(
            failure.message == "network 'sepolia' should have chain id 1, the node says 11155111")
        #expect(bench.node.asked == ["eth_chainId", "eth_getBlockByNumber", "eth_blockNumber"])
        #expect(try operations().isEmpty)
    }

    @Test func anotherGenesisIsAnotherChain() async throws {
        _ = try await bench.run(bench.deploy())
        let funds = bench.node.chain.funds
        bench.node.change { chain in
            chain = FakeChain(genesis: "another")
            chain.funds = funds
        }
        let fact = try await bench.run(bench.deploy()).deployment()
        #expect(fact.action == .created)
        #expect(fact.reason.hasPrefix("run run-1 put it at "))
    }

    @Test func valuesThatNobodyTakesAndCodeThatIsTooLargeAreTold() async throws {
        #expect(try await bench.run(bench.deploy(value: Wei(1))).failures.first?.code == "not-payable")
        let long = FakeArtifact(runtime: [UInt8](repeating: 1, count: 24_577))
        let failure = try #require(try await bench.run(bench.deploy("token", long)).failures.first)
        #expect(
            failure.message
                == "the runtime code of Token is 24577 bytes; 'sepolia' takes 24576 (EIP-170)")
        #expect(bench.node.sends == 0)
    }

    @Test func codeThatTheNodeHasNotSeenYetIsWaitedForBeforeItIsFinal() async throws {
        bench.node.change { $0.hiddenCodePolls = 3 }
        let fact = try await bench.run(bench.deploy()).deployment()
        #expect(fact.codeMatches == true)
    }

    @Test func anAddressWithoutCodeIsNotFinal() async throws {
        bench.node.change { $0.hiddenCodePolls = 10_000 }
        let failure = try #require(try await bench.run(bench.deploy()).failures.first)
        #expect(failure.kind == .blocked)
        #expect(failure.code == "no-code")
        #expect(try operations().map(\.state) == [.included])
        bench.node.change { $0.hiddenCodePolls = 0 }
        #expect(try await bench.run(bench.deploy()).deployment().action == .created)
        #expect(bench.node.sends == 1)
    }

    @Test func codeOfAnotherContractIsOnRecordAndBlocks() async throws {
        bench.node.plan(
            .first { chain in
                if let made = chain.mined.first?.address { chain.tamper(made, code: [0xfe]) }
            }, on: "eth_getCode")
        let failure = try #require(try await bench.run(bench.deploy()).failures.first)
        #expect(failure.kind == .blocked)
        #expect(failure.code == "code-differs")
        #expect(try row().address == Address.created(by: bench.key.address, nonce: 0))
        #expect(try await bench.run(bench.deploy()).failures.first?.code == "drift")
        #expect(bench.node.sends == 1)
    }
}
