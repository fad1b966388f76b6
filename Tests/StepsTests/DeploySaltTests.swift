import Engine
import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model
import Synchronization
import Testing

@testable import Steps

/// Contracts whose salt says their address.
@Suite struct DeploySaltTests {
    let bench: DeployBench

    init() throws {
        bench = try DeployBench()
        bench.node.change {
            $0.genesisCode[Create2Factory.deterministicProxy.address] = Create2Factory.proxyCode
        }
    }

    static func salt(
        _ text: String = "treasury-v1",
        _ factory: Create2Factory = .deterministicProxy,
        same: Bool = false
    ) -> CreationSpec {
        CreationSpec(
            salt: SaltSpec(
                text: Interpolated(text: text, at: DeployBench.here), factory: factory, isSameEverywhere: same
            ))
    }

    /// Where the proxy puts an artifact.
    static func address(_ artifact: FakeArtifact = FakeArtifact(), _ salt: String = "treasury-v1") -> Address
    {
        Address.created2(
            by: Create2Factory.deterministicProxy.address, salt: Keccak256.hash(salt.utf8).bytes,
            initCodeHash: Keccak256.hash(artifact.initCode))
    }

    func salted(_ artifact: FakeArtifact = FakeArtifact(), _ salt: String = "treasury-v1") throws
        -> FakeEffect
    {
        try bench.deploy("token", artifact, creation: Self.salt(salt))
    }

    func operations() throws -> [ChainOperation] {
        try bench.ledger().operations(
            of: .deploy("token", on: "sepolia"), project: "treasury", chainID: DeployBench.sepolia.chainID,
            genesisHash: bench.node.chain.blocks[0].hash)
    }

    func rows() throws -> [DeploymentRow] {
        try bench.ledger().deployments(project: "treasury", name: "token", network: "sepolia")
    }

    // MARK: Creating

    @Test func theFactoryIsAskedAndTheAddressIsComputed() async throws {
        let fact = try await bench.run(salted()).deployment()
        #expect(fact.action == .created)
        #expect(fact.address == Self.address().description)
        #expect(fact.codeMatches == true)
        let sent = try #require(bench.node.chain.mined.first?.transaction.transaction)
        #expect(sent.to == Create2Factory.deterministicProxy.address)
        #expect(sent.data == Keccak256.hash("treasury-v1".utf8).bytes + FakeArtifact().initCode)
        let operation = try #require(try operations().first)
        #expect(operation.state == .final)
        #expect(operation.intent.kind == .deploy)
        #expect(operation.intent.creates == Self.address())
        #expect(operation.attempts.map(\.predictedAddress) == [Self.address()])
        #expect(try rows().map(\.address) == [Self.address()])
        #expect(try rows().first?.claim.initCodeDigest == Digest(of: Data(FakeArtifact().initCode)))
    }

    @Test func whatIsThereIsKept() async throws {
        _ = try await bench.run(salted())
        let fact = try await bench.run(salted()).deployment()
        #expect(fact.action == .kept)
        #expect(fact.reason == "the same code and arguments are there since run run-1")
        #expect(bench.node.sends == 1)
    }

    @Test func otherCodeOrAnotherSaltIsAnotherAddress() async throws {
        _ = try await bench.run(salted())
        let other = FakeArtifact(runtime: [0xfe])
        let fact = try await bench.run(salted(other)).deployment()
        #expect(fact.action == .replaced)
        #expect(fact.address == Self.address(other).description)
        let again = try await bench.run(salted(other, "v2")).deployment()
        #expect(again.action == .replaced)
        #expect(
            again.reason
                == "its salt gives \(Self.address(other, "v2")); before, it was at \(Self.address(other))")
        #expect(bench.node.sends == 3)
        // What was there before has its address still: it is taken over, not made twice.
        let back = try await bench.run(salted()).deployment()
        #expect(back.action == .kept)
        #expect(back.address == Self.address().description)
        #expect(bench.node.sends == 3)
    }

    @Test func aSaltMovesWhatANonceHadPlaced() async throws {
        let before = try await bench.run(bench.deploy()).deployment()
        let fact = try await bench.run(salted()).deployment()
        #expect(fact.action == .replaced)
        #expect(fact.address == Self.address().description)
        #expect(
            try await bench.run(bench.deploy()).deployment().action == .kept,
            "a salt that is gone moves nothing")
        #expect(before.address != fact.address)
    }

    // MARK: There before

    @Test func whatNobodyRemembersIsFoundAtItsAddress() async throws {
        _ = try await bench.run(salted())
        bench.loseState()
        let fact = try await bench.run(salted()).deployment()
        #expect(fact.action == .kept)
        #expect(fact.reason == "its code is at the address that its salt gives; it is taken over")
        #expect(fact.address == Self.address().description)
        #expect(bench.node.sends == 1)
        #expect(bench.said.allSatisfy { !$0.contains("unknown-history") })
        let row = try #require(try rows().first)
        #expect(row.status == .current)
        #expect(row.transactionHash == nil)
        #expect(row.claim.deployedCodeDigest == Digest(of: Data(FakeArtifact().runtime)))
        #expect(
            try await bench.run(salted()).deployment().reason.hasPrefix(
                "the same code and arguments are there"))
    }

    @Test func otherCodeAtTheAddressBlocks() async throws {
        bench.node.change { $0.tamper(Self.address(), code: [0xfe]) }
        let failure = try #require(try await bench.run(salted()).failures.first)
        #expect(failure.kind == .blocked)
        #expect(failure.code == "address-taken")
        #expect(
            failure.message
                == "the salt of token@sepolia gives \(Self.address()), and other code is there than that of Token"
        )
        #expect(bench.node.sends == 0)
    }

    @Test func whatAPersonForgotIsNotTakenOver() async throws {
        _ = try await bench.run(salted())
        let ledger = try bench.ledger()
        try ledger.forget(try #require(try rows().first), actor: "ada")
        let failure = try #require(try await bench.run(salted()).failures.first)
        #expect(failure.kind == .blocked)
        #expect(failure.code == "same-address")
        #expect(failure.hint?.contains("hyperkit deployments adopt token@sepolia \(Self.address())") == true)
        #expect(bench.node.sends == 1)
        #expect(try await bench.run(salted(FakeArtifact(), "v2")).deployment().action == .created)
    }

    @Test func aKillAnywhereAndALostStateLeaveOne() async throws {
        let whole = try DeploySaltTests()
        _ = try await whole.bench.run(whole.salted())
        #expect(whole.bench.calls > 20)
        for at in 1...whole.bench.calls {
            let each = try DeploySaltTests()
            each.bench.kill(atCall: at)
            _ = try await each.bench.run(each.salted())
            #expect(each.bench.isDead)
            each.bench.restart()
            each.bench.loseState()
            let fact = try await each.bench.run(each.salted()).deployment()
            #expect(fact.address == Self.address().description, "killed at call \(at)")
            #expect(each.bench.node.chain.mined.count == 1, "killed at call \(at)")
        }
    }

    @Test func aKillAnywhereIsTakenUp() async throws {
        let whole = try DeploySaltTests()
        _ = try await whole.bench.run(whole.salted())
        for at in 1...whole.bench.calls {
            let each = try DeploySaltTests()
            each.bench.kill(atCall: at)
            _ = try await each.bench.run(each.salted())
            each.bench.restart()
            let fact = try await each.bench.run(each.salted()).deployment()
            #expect(fact.address == Self.address().description, "killed at call \(at)")
            #expect(each.bench.node.chain.mined.count == 1, "killed at call \(at)")
            #expect(try each.rows().map(\.status) == [.current], "killed at call \(at)")
        }
    }

    // MARK: Factories

    @Test func aNetworkWithoutTheFactoryBlocks() async throws {
        bench.node.change { $0.genesisCode = [:] }
        let failure = try #require(try await bench.run(salted()).failures.first)
        #expect(failure.kind == .blocked)
        #expect(failure.code == "no-factory")
        #expect(
            failure.message
                == "'sepolia' has no deterministic-proxy at 0x4e59b44847b379578588920cA78FbF26c0B4956C")
        #expect(bench.node.sends == 0)
    }

    @Test func otherCodeThanTheFactorysBlocks() async throws {
        bench.node.change {
            $0.genesisCode[Create2Factory.deterministicProxy.address] = [0xfe]
            // What stands in on devnets is no CreateX anywhere else.
            $0.genesisCode[Create2Factory.createX.address] = DevnetFactories.createXStandIn
        }
        for factory in Create2Factory.allCases {
            let effect = try bench.deploy(creation: Self.salt("v1", factory))
            let failure = try #require(try await bench.run(effect).failures.first)
            #expect(failure.code == "other-factory")
            #expect(
                failure.message
                    == "'sepolia' has other code at \(factory.address) than \(factory.rawValue) has")
        }
        #expect(bench.node.sends == 0)
    }

    @Test func aFactoryThatSucceedsAndCreatesNothingHasFailed() async throws {
        bench.node.change { $0.factoriesSwallow = true }
        let failure = try #require(try await bench.run(salted()).failures.first)
        #expect(failure.kind == .blocked)
        #expect(failure.code == "no-code")
        #expect(
            failure.message
                == "the factory's transaction succeeded and left no code at \(Self.address()) on 'sepolia'")
        #expect(try operations().map(\.state) == [.reverted])
        bench.node.change { $0.factoriesSwallow = false }
        #expect(try await bench.run(salted()).deployment().action == .created)
        #expect(bench.node.sends == 2)
    }

    @Test func codeThatShowsLateIsTakenOver() async throws {
        bench.node.change { $0.hiddenCodePolls = 30 }
        // The factory is not seen either.
        #expect(try await bench.run(salted()).failures.first?.code == "no-factory")
        bench.node.change { $0.hiddenCodePolls = 0 }
        bench.node.plan(.first { $0.hiddenCodePolls = 10_000 }, on: "eth_sendRawTransaction")
        #expect(try await bench.run(salted()).failures.first?.code == "no-code")
        bench.node.change { $0.hiddenCodePolls = 0 }
        #expect(try await bench.run(salted()).deployment().action == .kept)
        #expect(bench.node.chain.mined.count == 1)
    }

    // MARK: CreateX

    @Test func aTextForCreateXIsGuardedByTheSender() throws {
        let network = DeployBench.sepolia
        let code = FakeArtifact().initCode
        let salt = try #require(Self.salt("v1", .createX).salt)
        let made = try Creation(
            initCode: code, salt, sender: bench.key.address, chainID: network.chainID)
        let text = bench.key.address.bytes + [0] + Keccak256.hash("v1".utf8).bytes.prefix(11)
        let guarded = Keccak256.hash([UInt8](repeating: 0, count: 12) + bench.key.address.bytes + text).bytes
        #expect(made.to == Create2Factory.createX.address)
        #expect(
            made.address
                == Address.created2(
                    by: Create2Factory.createX.address, salt: guarded, initCodeHash: Keccak256.hash(code)))
        let failure = #expect(throws: StepFailure.self) {
            try Creation(initCode: code, salt, sender: nil, chainID: network.chainID)
        }
        #expect(failure?.code == "no-signer")
        let bad = Self.salt(
            Hex.prefixed(bench.key.address.bytes + [7] + [UInt8](repeating: 0, count: 11)), .createX)
        let refused = #expect(throws: StepFailure.self) {
            try Creation(
                initCode: code, try #require(bad.salt), sender: bench.key.address, chainID: network.chainID)
        }
        #expect(refused?.code == "salt")
        #expect(refused?.diagnostics.map(\.location) == [DeployBench.here])
    }

    // MARK: The same address everywhere

    private func twin(
        _ chainID: UInt64 = 1,
        _ arguments: Arguments = .none,
        salt: CreationSpec,
        signer: SignerSpec = DeployBench.ci
    ) -> DeployAction.Twin {
        var network = DeployBench.network(chainID: chainID)
        network.name = "other"
        return DeployAction.Twin(
            network: network, signer: signer, arguments: arguments, creation: salt, signersRead: [],
            isNamed: false)
    }

    @Test func aDifferenceIsToldBeforeAnythingIsSigned() async throws {
        let artifact = FakeArtifact.withConstructor(#"{"name":"supply","type":"uint256"}"#)
        let salt = Self.salt(same: true)
        let one = Arguments.positional([DeployBench.text("1")])
        let same = try bench.deploy(
            "token", artifact, arguments: one, creation: salt, twins: [twin(1, one, salt: salt)])
        #expect(try await bench.run(same).failures.isEmpty)
        let two = Arguments.positional([DeployBench.text("2")])
        let other = Self.salt("coin-v1", same: true)
        let effect = try bench.deploy(
            "coin", artifact, arguments: one, creation: other, twins: [twin(1, two, salt: other)])
        let failure = try #require(try await bench.run(effect).failures.first)
        #expect(failure.code == "address-differs")
        #expect(failure.kind == .blocked)
        let word = [UInt8](repeating: 0, count: 31)
        let places = [2, 1].map { last -> Address in
            Address.created2(
                by: Create2Factory.deterministicProxy.address, salt: Keccak256.hash("coin-v1".utf8).bytes,
                initCodeHash: Keccak256.hash(artifact.initCode + word + [last]))
        }
        #expect(
            failure.message
                == "'coin' would not have the same address on all its networks: \(places[0]) on 'other', \(places[1]) "
                + "on 'sepolia'; the init code differs, by an argument or by the address of a library")
        #expect(bench.node.sends == 1)
    }

    @Test func sendersCountForCreateX() async throws {
        let salt = Self.salt("v1", .createX, same: true)
        let nobody = SignerSpec(
            name: "nobody", location: DeployBench.here,
            form: .address(try Address("0x00000000000000000000000000000000deadbeef")))
        let effect = try bench.deploy(creation: salt, twins: [twin(salt: salt, signer: nobody)])
        bench.node.change { $0.genesisCode[Create2Factory.createX.address] = [1] }
        // CreateX's code cannot be had here: the comparison is asked for by itself.
        guard case .deploy(let action) = effect.work else { return }
        let made = try Creation(
            initCode: FakeArtifact().initCode, try #require(salt.salt), sender: bench.key.address,
            chainID: DeployBench.sepolia.chainID)
        let step = DeployStep(try bench.context(try bench.ledger()))
        let compiled = try FakeArtifact().compiled()
        await #expect(throws: StepFailure.self) {
            try await step.checkSameAddress(action, made, bench.key.address, compiled) { twin in
                ArgumentResolution(deployments: [:], signers: [:], network: twin.network.name)
            }
        }
        #expect(
            throws: StepFailure.self,
            performing: {
                try SameAddress.check(
                    [
                        .init(
                            network: DeployBench.sepolia, address: .zero, sender: bench.key.address, data: [1]
                        ),
                        .init(
                            network: DeployBench.sepolia, address: Self.address(), sender: .zero, data: [1]),
                    ], of: "token", try #require(salt.salt))
            })
    }

    @Test func whatTheRunDeploysElsewhereIsComparedByItsAddress() async throws {
        let vault = DeployCrashTests.vault
        let salt = Self.salt(same: true)
        let asset = DeployArgumentTests.reference(.deploymentAddress(name: "token", network: nil))
        let effects = [
            try salted(),
            try bench.deploy(
                "vault", vault, arguments: .positional([asset]), creation: salt,
                twins: [twin(1, .positional([asset]), salt: salt)]),
        ]
        // Where the other's token is cannot be known: it is compared in its own run.
        #expect(try await bench.run(effects).failures.isEmpty)
        let entry = RegistryEntry(
            project: "treasury", name: "token", contract: "Token", chainID: try #require(ChainID(1)),
            genesisHash: bench.node.chain.blocks[0].hash, address: .zero,
            initCodeDigest: Digest(of: Data()), runtimeCodeDigest: Digest(of: Data()),
            constructorArguments: [], run: nil)
        bench.registry = RegistryFile(network: "other", entries: [entry])
        let other = Self.salt("coffer", same: true)
        let changed = try bench.deploy(
            "coffer", vault, arguments: .positional([asset]), creation: other,
            twins: [twin(1, .positional([asset]), salt: other)])
        let run = try await bench.run([effects[0], changed])
        #expect(run.failure(.deploy("coffer", on: "sepolia"))?.code == "address-differs")
    }

    // MARK: Foretold

    func forecast(_ effects: [FakeEffect], mayAsk: Bool = true) async throws -> [DeploymentForecast] {
        let pure = try DeployBench.pure(effects)
        let steps = effects.map { Plan.Step(id: $0.step, work: $0.work) }
        return await Forecaster(try bench.context(try bench.ledger())) { _ in mayAsk }
            .forecast(
                try Plan(ordering: steps), outcome: pure.mapValues { .succeeded($0.outputs) },
                inputs: StepInputs(pure))
    }

    @Test func theAddressIsForetoldAndTheNonceIsCounted() async throws {
        let effects = [try salted(), try bench.deploy("vault", FakeArtifact(name: "Vault"))]
        for mayAsk in [true, false] {
            let forecasts = try await forecast(effects, mayAsk: mayAsk)
            #expect(forecasts.map(\.action) == [.create, .create])
            #expect(
                forecasts.map(\.address) == [
                    Self.address().description, Address.created(by: bench.key.address, nonce: 1).description,
                ])
            #expect(forecasts[0].salt == #"deterministic-proxy ["treasury-v1"]"#)
        }
        _ = try await bench.run(effects)
        bench.loseState()
        let found = try await forecast(effects)
        #expect(found[0].action == .keep)
        #expect(found[0].reason == "its code is at the address that its salt gives; it is taken over")
    }

    @Test func whatBlocksIsForetold() async throws {
        bench.node.change { $0.tamper(Self.address(), code: [0xfe]) }
        #expect(try await forecast([try salted()]).map(\.action) == [.blocked])
        bench.node.change {
            $0.tamper(Self.address(), code: [])
            $0.genesisCode = [:]
        }
        let without = try await forecast([try salted()])
        #expect(without.map(\.action) == [.blocked])
        #expect(without[0].reason.hasPrefix("'sepolia' has no deterministic-proxy"))
    }

    /// What CreateX made is recognised by its deployer where the key is not at hand, in a plan and in a run.
    @Test func whatIsThereNeedsNoKey() async throws {
        let salt = try #require(Self.salt("v1", .createX).salt)
        let made = try Creation(
            initCode: FakeArtifact().initCode, salt, sender: bench.key.address,
            chainID: DeployBench.sepolia.chainID)
        let address = try #require(made.address)
        bench.node.change { $0.tamper(address, code: FakeArtifact().runtime) }
        bench.registry = RegistryFile(
            network: "sepolia",
            entries: [
                RegistryEntry(
                    project: "treasury", name: "token", contract: "Token",
                    chainID: DeployBench.sepolia.chainID, genesisHash: bench.node.chain.blocks[0].hash,
                    address: address, deployer: bench.key.address,
                    initCodeDigest: Digest(of: Data(FakeArtifact().initCode)),
                    runtimeCodeDigest: Digest(of: Data(FakeArtifact().runtime)), constructorArguments: [],
                    run: "run-0")
            ])
        bench.environment.withLock { $0 = [:] }
        let effect = try bench.deploy(creation: Self.salt("v1", .createX))
        #expect(try await forecast([effect]).map(\.action) == [.keep])
        #expect(try await bench.run(effect).deployment().action == .kept)
        let other = try bench.deploy("other", creation: Self.salt("v1", .createX))
        #expect(try await bench.run(other).failures.first?.code == "no-secret")
    }

    @Test func otherAddressesElsewhereAreForetold() async throws {
        let artifact = FakeArtifact.withConstructor(#"{"name":"supply","type":"uint256"}"#)
        let salt = Self.salt(same: true)
        let (one, two) = (["1"], ["2"])
        func arguments(_ texts: [String]) -> Arguments { .positional(texts.map { DeployBench.text($0) }) }
        for (twins, action) in [(one, DeploymentForecast.Action.create), (two, .blocked)] {
            let effect = try bench.deploy(
                "token", artifact, arguments: arguments(one), creation: salt,
                twins: [twin(1, arguments(twins), salt: salt)])
            let forecasts = try await forecast([effect])
            #expect(forecasts.map(\.action) == [action])
            #expect(forecasts[0].reason.contains("would not have the same address") == (action == .blocked))
        }
    }

    // MARK: Money

    @Test func whatMayBeThereAlreadyIsNotCountedAsCost() throws {
        let effect = try salted()
        guard case .deploy(var action) = effect.work else { return }
        let other = DeployAction.LaneMate(
            name: "other", compile: action.compile, redeploy: .changed, value: Wei(7), isSalted: true)
        let own = DeployAction.LaneMate(
            name: "token", compile: action.compile, redeploy: .changed, value: Wei(5), isSalted: true)
        action.laneMates = [own, other]
        let inputs = StepInputs(try DeployBench.pure([effect]))
        let cost = try LaneCost(action, inputs) { _ throws(StepFailure) in nil }
        #expect("\(cost)".contains("count: 1"))
    }
}
