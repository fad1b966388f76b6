import Engine
import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model
import Synchronization
import Testing

@testable import Steps

@Suite struct DeploySenderTests {
    let bench: DeployBench
    let send = "eth_sendRawTransaction"

    init() throws { bench = try DeployBench() }

    func operations(_ step: StepID = .deploy("token", on: "sepolia")) throws -> [ChainOperation] {
        try bench.ledger().operations(
            of: step, project: "treasury", chainID: DeployBench.sepolia.chainID,
            genesisHash: bench.node.chain.blocks[0].hash)
    }

    // MARK: Sending

    @Test func aLostReplyIsFoundByItsHashAndNotSentUnderAnotherNonce() async throws {
        bench.node.plan(.loseReply, on: send)
        let fact = try await bench.run(bench.deploy()).deployment()
        #expect(fact.codeMatches == true)
        #expect(bench.node.sends == 1)
        #expect(bench.node.chain.mined.map(\.transaction.transaction.nonce) == [0])
        #expect(try operations().map(\.state) == [.final])
    }

    @Test func aLostRequestIsSentAgainByteForByte() async throws {
        bench.node.plan(.loseRequest, on: send)
        let fact = try await bench.run(bench.deploy()).deployment()
        #expect(bench.node.sends == 2)
        let operation = try #require(try operations().first)
        #expect(operation.attempts.count == 1)
        #expect(bench.node.chain.mined.map(\.transaction.raw) == [operation.attempts[0].rawTransaction])
        #expect(fact.transactionHash == operation.attempts[0].hash.description)
    }

    @Test func alreadyKnownCountsAsSent() async throws {
        bench.node.change { $0.minesAtOnce = false }
        bench.node.plan(.loseReply, on: send)
        bench.node.plan(.refuse(code: -32_000, "already known"), on: send)
        #expect(try await bench.run(bench.deploy()).deployment().action == .created)
        bench.node.plan(.refuse(code: -32_000, "already known"), on: send)
        // This node lied: nothing is known; the bytes are sent once more, and the nonce stays.
        #expect(try await bench.run(bench.deploy("other")).deployment("other").codeMatches == true)
        #expect(bench.node.chain.mined.map(\.transaction.transaction.nonce) == [0, 1])
    }

    @Test(arguments: [
        FaultyNode.Fault.connectionRefused, .status(429, retryAfter: 7), .refuse(code: -32_005, "rate limit"),
    ])
    func whatPlainlyDidNotArriveIsSentAgainAfterAWhile(_ fault: FaultyNode.Fault) async throws {
        bench.node.plan(fault, on: send, times: 2)
        let before = bench.elapsed
        #expect(try await bench.run(bench.deploy()).deployment().action == .created)
        #expect(bench.node.sends == 3)
        let waits = bench.elapsed - before
        if case .status = fault { #expect(waits >= .seconds(14)) }
        #expect(
            bench.said.contains {
                $0.hasPrefix("waiting for 'sepolia' to take 0x") && $0.contains("which it refused with")
            })
        #expect(waits < .seconds(20))
    }

    @Test func aRefusalKeepsWhatWasSignedAndTheNextRunSendsTheSameBytes() async throws {
        bench.node.plan(
            .refuse(code: -32_000, "tx fee (1.2 ether) exceeds the configured cap (1.0 ether)"), on: send)
        let failure = try #require(try await bench.run(bench.deploy()).failures.first)
        #expect(failure.kind == .blocked)
        #expect(failure.code == "node-refused")
        #expect(failure.message.contains("exceeds the configured cap"))
        let signed = try #require(try operations().first)
        #expect(signed.state == .signed)
        let fact = try await bench.run(bench.deploy()).deployment()
        #expect(fact.action == .created)
        #expect(fact.reason == "run run-1 sent it and ended before it was confirmed")
        #expect(bench.node.chain.mined.map(\.transaction.raw) == signed.attempts.map(\.rawTransaction))
        #expect(try operations().count == 1)
    }

    @Test func aNodeThatAsksForAnHourIsNotWaitedFor() async throws {
        bench.node.plan(.status(429, retryAfter: 3_600), on: "eth_getBalance")
        let before = bench.elapsed
        let failure = try #require(try await bench.run(bench.deploy()).failures.first)
        #expect(failure.code == "network-unavailable")
        #expect(bench.elapsed - before < .seconds(60))
        #expect(bench.node.sends == 0)
    }

    @Test(arguments: [
        FaultyNode.Fault.connectionRefused, .loseRequest, .status(429, retryAfter: 2), .status(503),
        .refuse(code: -32_000, "header not found"),
    ])
    func readsAreAskedAgain(_ fault: FaultyNode.Fault) async throws {
        for method in ["eth_chainId", "eth_estimateGas", "eth_getTransactionReceipt", "eth_getCode"] {
            bench.node.plan(fault, on: method, times: 2)
        }
        #expect(try await bench.run(bench.deploy()).deployment().action == .created)
        #expect(bench.node.sends == 1)
    }

    @Test func garbageEndsTheStepAndTheNextRunGoesOn() async throws {
        bench.node.plan(.garbage, on: "eth_getTransactionReceipt")
        let failure = try #require(try await bench.run(bench.deploy()).failures.first)
        #expect(failure.code == "node-refused")
        #expect(try operations().map(\.state) == [.sent])
        #expect(try await bench.run(bench.deploy()).deployment().action == .created)
        #expect(bench.node.sends == 1)
    }

    @Test func garbageInsteadOfAReplyToASendProvesNothing() async throws {
        bench.node.plan(.garbage, on: send)
        #expect(try await bench.run(bench.deploy()).deployment().action == .created)
        #expect(bench.node.chain.mined.map(\.transaction.transaction.nonce) == [0])
    }

    @Test func aForeignTransactionWithTheNonceBlocksAndNoOtherNonceIsTaken() async throws {
        let key = bench.key
        let foreign = Transaction(
            form: .legacy(gasPrice: Wei(2_000_000_000), chainID: DeployBench.sepolia.chainID), nonce: 0,
            gasLimit: 60_000, to: Address.zero, value: Wei(1), data: []
        ).signed(by: key)
        bench.node.plan(.first { chain in _ = chain.take(foreign) }, on: send)
        for _ in 0..<2 {
            let failure = try #require(try await bench.run(bench.deploy()).failures.first)
            #expect(failure.kind == .blocked)
            #expect(failure.code == "not-mined")
        }
        #expect(bench.node.chain.mined.map(\.transaction.hash) == [foreign.hash])
        #expect(try operations().map(\.nonce) == [0])
        // Nothing is sent behind it either.
        #expect(try await bench.run(bench.deploy("other")).failures.map(\.code) == ["not-mined"])
        #expect(bench.node.chain.mined.count == 1)
    }

    @Test func aForeignTransactionThatWasSeenIsStoodBehind() async throws {
        let foreign = Transaction(
            form: .legacy(gasPrice: Wei(2_000_000_000), chainID: DeployBench.sepolia.chainID), nonce: 0,
            gasLimit: 60_000, to: Address.zero, value: Wei(1), data: []
        ).signed(by: bench.key)
        bench.node.change { chain in
            chain.minesAtOnce = false
            _ = chain.take(foreign)
        }
        #expect(try await bench.run(bench.deploy()).deployment().action == .created)
        #expect(try operations().map(\.nonce) == [1])
    }

    // MARK: Before sending

    @Test func whatWouldRevertIsNotSentAndItsReasonIsDecoded() async throws {
        let artifact = FakeArtifact(
            abi: #"[{"type":"error","name":"TooLate","inputs":[{"name":"by","type":"uint256"}]}]"#)
        let declared =
            Hex.prefixed(Selector.of("TooLate(uint256)")) + String(repeating: "0", count: 62) + "2a"
        for (data, reason) in [
            (FakeMethods.noFunction, "reverted: no such function"),
            (declared, "reverted with TooLate(by: 42)"),
            (nil, "reverted without a reason"),
        ] {
            bench.node.plan(.refuse(code: 3, "execution reverted", data: data), on: "eth_estimateGas")
            let failure = try #require(try await bench.run(bench.deploy("token", artifact)).failures.first)
            #expect(failure.kind == .failed)
            #expect(failure.code == "would-revert")
            #expect(failure.message == "it would revert on 'sepolia': \(reason)")
        }
        #expect(bench.node.sends == 0)
        #expect(try operations().isEmpty)
    }

    @Test func aShortfallIsNamedAndLeavesNothingOpen() async throws {
        let gas = FakeChain.gas(FakeArtifact().initCode)
        let mark = OperationMark("deploy", "treasury", "token", "sepolia", "")
        let most =
            mark.gasLimit(atMost: DeploymentForecast.GasBound.estimated(gas), needed: gas) * 3_000_000_000
        let key = bench.key.address
        bench.node.change { $0.funds[key] = UInt128(most) - 1 }
        let failure = try #require(try await bench.run(bench.deploy()).failures.first)
        #expect(failure.kind == .blocked)
        #expect(failure.code == "insufficient-funds")
        #expect(
            failure.message
                == "\(key) has \(Wei(UInt128(most) - 1).ether(places: 6)) ether on 'sepolia' and this needs up to \(Wei(UInt128(most)).ether(places: 6)) ether"
        )
        #expect(
            failure.hint == "the run says at its end what suffices for all that is left; nothing was sent")
        #expect(bench.node.sends == 0)
        #expect(try operations().isEmpty)
        bench.node.change { $0.funds[key] = UInt128(most) }
        #expect(try await bench.run(bench.deploy()).deployment().action == .created)
        let rows = try bench.ledger().deployments(project: "treasury", name: "token", network: "sepolia")
        #expect(rows.map(\.status) == [.current, .failed])
        #expect(rows.last?.error == failure.message)
    }

    @Test func aLaneIsCheckedAsAWholeBeforeItsFirstTransaction() async throws {
        let other = FakeArtifact(name: "Other", runtime: [UInt8](repeating: 1, count: 20_000))
        let mates = [
            DeployAction.LaneMate(
                name: "token", compile: .compile(try #require(ContractName("Token"))), redeploy: .changed,
                value: .zero),
            DeployAction.LaneMate(
                name: "other", compile: .compile(try #require(ContractName("Other"))), redeploy: .changed,
                value: Wei(1_000_000_000_000_000_000)),
        ]
        let effects = [try bench.deploy(mates: mates), try bench.deploy("other", other)]
        let key = bench.key.address
        bench.node.change { $0.funds[key] = 1_000_000_000_000_000_000 }
        let failure = try #require(try await bench.run(effects).failure(.deploy("token", on: "sepolia")))
        #expect(failure.kind == .blocked)
        #expect(failure.code == "insufficient-funds")
        #expect(
            failure.message.hasPrefix(
                "signer 'ci' (\(key)) has 1 ether on 'sepolia'; its 2 deployments need at least 1.0"))
        #expect(bench.node.chain.mined.allSatisfy { $0.transaction.transaction.nonce == 0 })
        #expect(try operations().isEmpty)
    }

    @Test func matesThatAreThereAlreadyCostNothing() async throws {
        let other = FakeArtifact(name: "Other", runtime: [UInt8](repeating: 1, count: 20_000))
        _ = try await bench.run(bench.deploy("other", other)).deployment("other")
        let mates = ["token": "Token", "other": "Other"].compactMap { name, contract in
            ContractName(contract).map {
                DeployAction.LaneMate(name: name, compile: .compile($0), redeploy: .changed, value: .zero)
            }
        }
        let key = bench.key.address
        bench.node.change {
            $0.funds[key] = (($0.funds[key] ?? 0) - $0.balance(of: key)) + 1_000_000_000_000_000
        }
        let run = try await bench.run(bench.deploy(mates: mates), bench.deploy("other", other))
        #expect(try run.deployment().action == .created)
        #expect(try run.deployment("other").action == .kept)
    }

    @Test func aFeeCapBelowTheBaseFeeBlocksBeforeASignature() async throws {
        var network = DeployBench.sepolia
        network.fees.maxFeePerGas = Wei(999_999_999)
        let failure = try #require(try await bench.run(bench.deploy(network: network)).failures.first)
        #expect(failure.kind == .blocked)
        #expect(failure.code == "fee-cap")
        #expect(try operations().isEmpty)
    }

    @Test func legacyNetworksGetLegacyTransactions() async throws {
        var network = DeployBench.sepolia
        network.fees.legacy = true
        _ = try await bench.run(bench.deploy(network: network)).deployment()
        let form = try #require(bench.node.chain.mined.first).transaction.transaction.form
        guard case .legacy(let price, network.chainID) = form else {
            Issue.record("\(form)")
            return
        }
        #expect((0...OperationMark.priceRoom).contains(price.value - 2_000_000_000))
    }

    // MARK: After sending

    @Test func aRevertedTransactionBlocksAndIsTold() async throws {
        bench.node.change { $0.reverts = true }
        let failure = try #require(try await bench.run(bench.deploy()).failures.first)
        #expect(failure.kind == .blocked)
        #expect(failure.code == "reverted")
        let operation = try #require(try operations().first)
        #expect(
            failure.message
                == "\(operation.attempts[0].hash) reverted in block 1 of 'sepolia'; its fee is spent")
        #expect(operation.state == .reverted)
        bench.node.change { $0.reverts = false }
        #expect(try await bench.run(bench.deploy()).deployment().action == .created)
        #expect(try operations().map(\.nonce) == [0, 1])
    }

    /// Where a contract is follows from its sender and nonce.
    @Test func aReceiptThatNamesAnotherContractIsNotBelieved() async throws {
        let elsewhere = Address.created(by: .zero, nonce: 7)
        bench.node.change {
            $0.misnames = elsewhere
            $0.tamper(elsewhere, code: FakeArtifact().runtime)
        }
        let run = try await bench.run(bench.deploy())
        let place = Address.created(by: bench.key.address, nonce: 0)
        #expect(try run.deployment().address == place.description)
        #expect(
            try bench.ledger().registryHistory(project: "treasury", network: "sepolia").map(\.address) == [
                place
            ])
    }

    @Test func aReceiptThatDoesNotSayWhetherItSucceededDecidesNothing() async throws {
        bench.node.change { $0.leavesOutStatus = true }
        for _ in 0..<2 {
            let failure = try #require(try await bench.run(bench.deploy()).failures.first)
            #expect(failure.kind == .blocked && failure.code == "receipt-unstated")
        }
        bench.node.change { $0.leavesOutStatus = false }
        #expect(try await bench.run(bench.deploy()).deployment().action == .created)
        #expect(bench.node.chain.mined.count == 1, "it was not sent anew")
    }

    @Test func receiptsThatLagAreWaitedFor() async throws {
        bench.node.change { $0.receiptLag = 6 }
        #expect(try await bench.run(bench.deploy()).deployment().action == .created)
        #expect(bench.node.sends == 1)
    }

    @Test func patienceEndsInABlockedStepThatTheNextRunTakesUp() async throws {
        bench.node.change { $0.receiptLag = 10_000 }
        let before = bench.elapsed
        let failure = try #require(try await bench.run(bench.deploy()).failures.first)
        #expect(failure.code == "not-mined")
        #expect(bench.elapsed - before >= .seconds(600))
        #expect(bench.elapsed - before < .seconds(620))
        bench.node.change {
            $0.reorganise(depth: 1); $0.receiptLag = 0; $0.mine()
        }
        #expect(try await bench.run(bench.deploy()).deployment().action == .created)
        #expect(bench.node.chain.mined.count == 1)
    }

    @Test func threeConfirmationsWaitForDepth() async throws {
        bench.node.change { $0.minesAtOnce = false }
        let network = DeployBench.network(confirmations: .blocks(3))
        let fact = try await bench.run(bench.deploy(network: network)).deployment()
        let block = try #require(fact.blockNumber)
        #expect(bench.node.chain.head.number == block + 2)
        #expect(bench.said.contains { $0.hasSuffix(" in block \(block): 1 of 3 confirmations") })
        #expect(bench.said.contains { $0.hasSuffix("2 of 3 confirmations") })
    }

    @Test func finalityIsWaitedFor() async throws {
        bench.node.change { $0.minesAtOnce = false }
        let network = DeployBench.network(confirmations: .finalized)
        let fact = try await bench.run(bench.deploy(network: network)).deployment()
        #expect(bench.node.chain.head.number == (try #require(fact.blockNumber)) + 2)
    }

    @Test(arguments: [false, true]) func aBlockThatWentAwayIsNotTheOneOnRecord(_ forgets: Bool) async throws {
        bench.node.change { $0.minesAtOnce = false }
        bench.node.atPause(2) { chain in
            chain.reorganise(depth: 2, forgetting: forgets)
            chain.mine()
            chain.mine()
        }
        let network = DeployBench.network(confirmations: .blocks(3))
        let fact = try await bench.run(bench.deploy(network: network)).deployment()
        let mined = try #require(bench.node.chain.mined.first)
        #expect(bench.node.chain.mined.count == 1)
        #expect(fact.blockNumber == mined.block.number)
        #expect(try operations().map(\.inclusion?.blockHash) == [mined.block.hash])
        #expect(try operations().map(\.state) == [.final])
        #expect(bench.node.sends == (forgets ? 2 : 1))
    }

    /// The head is read before the receipts: a receipt of the branch that goes must not meet the head of the one that comes.
    @Test func aBlockThatGoesAwayWhileItIsLookedAtConfirmsNothing() async throws {
        bench.node.change {
            $0.minesAtOnce = false
            $0.receiptLag = 1
        }
        let isDone = Mutex(false)
        bench.node.rollDice { method, chain in
            let isNow = method == "eth_blockNumber" && chain.head.number == 2 && !chain.mined.isEmpty
            guard isNow, !isDone.withLock({ $0 }) else { return nil }
            isDone.withLock { $0 = true }
            chain.reorganise(depth: 2, forgetting: true)
            for _ in 0..<3 { chain.mine() }
            return nil
        }
        let network = DeployBench.network(confirmations: .blocks(3))
        let fact = try await bench.run(bench.deploy(network: network)).deployment()
        #expect(isDone.withLock { $0 })
        let mined = try #require(bench.node.chain.mined.first)
        #expect(bench.node.chain.mined.count == 1)
        #expect(fact.blockNumber == mined.block.number)
        #expect(try operations().map(\.inclusion?.blockHash) == [mined.block.hash])
    }

    @Test func depthIsCountedFromTheBlockThatHasItNow() async throws {
        bench.node.change { $0.minesAtOnce = false }
        bench.node.atPause(2) { chain in
            let gone = chain.mined.map(\.transaction)
            chain.reorganise(depth: 2, forgetting: true)
            chain.mine()
            for transaction in gone { _ = chain.take(transaction) }
            chain.mine()
        }
        let network = DeployBench.network(confirmations: .blocks(3))
        let fact = try await bench.run(bench.deploy(network: network)).deployment()
        let block = try #require(fact.blockNumber)
        #expect(block == bench.node.chain.mined.first?.block.number)
        #expect(bench.node.chain.head.number >= block + 2)
        #expect(bench.node.sends == 1)
    }

    // MARK: Lane

    @Test func theNonceOfWhatAnotherStepLeftOpenIsUsedUpFirst() async throws {
        bench.node.plan(
            .refuse(code: -32_000, "tx fee (1.2 ether) exceeds the configured cap (1.0 ether)"), on: send)
        _ = try await bench.run(bench.deploy("first"))
        let run = try await bench.run(bench.deploy("second"))
        #expect(try run.deployment("second").action == .created)
        #expect(bench.node.chain.mined.map(\.transaction.transaction.nonce) == [0, 1])
        #expect(bench.node.chain.mined.first?.transaction.transaction.isVoid(of: bench.key.address) == true)
        // It was not made, and its step makes it.
        let failure = try #require(try await bench.run(bench.deploy("first")).failures.first)
        #expect(failure.code == "not-needed" && failure.recurrence == .passing, "\(failure)")
        let fact = try await bench.run(bench.deploy("first")).deployment("first")
        #expect(fact.address == Address.created(by: bench.key.address, nonce: 2).description)
        #expect(bench.node.chain.mined.count == 3)
    }

    @Test func aGapThatAReorganisationLeftIsFilledFirst() async throws {
        bench.node.change { $0.minesAtOnce = false }
        let network = DeployBench.network(confirmations: .blocks(50))
        let short = try await bench.run(bench.deploy("first", network: network))
        #expect(short.failures.isEmpty || short.failures.map(\.code) == ["not-confirmed"])
        let other = try DeployBench(patience: .seconds(5))
        other.node.change { $0.minesAtOnce = false }
        _ = try await other.run(other.deploy("first", network: network))
        other.node.change { $0.reorganise(depth: 20, forgetting: true) }
        let run = try await other.run(other.deploy("second"))
        #expect(try run.deployment("second").action == .created)
        #expect(other.node.chain.mined.map(\.transaction.transaction.nonce) == [0, 1])
    }

    @Test func anOperationThatWaitsForAPersonIsNotGoneOnWith() async throws {
        bench.node.plan(
            .refuse(code: -32_000, "tx fee (1.2 ether) exceeds the configured cap (1.0 ether)"), on: send)
        _ = try await bench.run(bench.deploy())
        let id = try #require(try operations().first).id
        _ = try bench.ledger().markBlocked(id, reason: "somebody asked to stop")
        for name in ["token", "other"] {
            let failure = try #require(try await bench.run(bench.deploy(name)).failures.first)
            #expect(failure.kind == .blocked)
            #expect(failure.code == "lane-blocked")
            #expect(failure.message.hasSuffix("of deploy:token@sepolia is blocked: somebody asked to stop"))
        }
        #expect(bench.node.sends == 1)
    }

    @Test func codeThatChangedSinceItWasSignedIsNotDeployed() async throws {
        bench.node.plan(
            .refuse(code: -32_000, "tx fee (1.2 ether) exceeds the configured cap (1.0 ether)"), on: send)
        _ = try await bench.run(bench.deploy())
        let changed = try bench.deploy("token", FakeArtifact(runtime: [0xfe]))
        #expect(try await bench.run(changed).failures.map(\.code) == ["not-needed"])
        #expect(try await bench.run(changed).deployment().action == .created)
        let mined = bench.node.chain.mined.map(\.transaction.transaction)
        #expect(mined.map { $0.isVoid(of: bench.key.address) } == [true, false])
        #expect(mined.map(\.nonce) == [0, 1])
        #expect(try operations().map(\.state) == [.reverted, .final])
    }

    @Test(arguments: [false, true])
    func anotherAccountDoesNotSendWhatTheFirstOneSigned(_ isSpent: Bool) async throws {
        bench.node.plan(
            .refuse(code: -32_000, "tx fee (1.2 ether) exceeds the configured cap (1.0 ether)"), on: send)
        _ = try await bench.run(bench.deploy())
        let first = bench.key.address
        let sends = bench.node.sends
        let other = try PrivateKey(hex: DeployBoundPlanTests.keys[0])
        bench.node.change { $0.funds[other.address] = 1_000_000_000_000_000_000 }
        bench.environment.withLock { environment in
            for name in environment.keys { environment[name] = DeployBoundPlanTests.keys[0] }
        }
        let failure = try #require(try await bench.run(bench.deploy()).failures.first)
        #expect(failure.kind == .blocked && failure.code == "other-account")
        #expect(
            failure.message.hasSuffix(
                "signed deploy:token@sepolia as \(first) (nonce 0), which any block may still take; now it is to be sent by "
                    + "\(other.address)"))
        #expect(bench.node.sends == sends)
        // The way out that the words name.
        if isSpent {
            let own = Transaction(
                form: .legacy(gasPrice: Wei(2_000_000_000), chainID: DeployBench.sepolia.chainID), nonce: 0,
                gasLimit: 21_000, to: first, value: .zero, data: []
            ).signed(by: bench.key)
            bench.node.change { chain in
                #expect(chain.take(own) == nil)
                for _ in 0..<100 { chain.mine() }
            }
            #expect(try await bench.run(bench.deploy()).failures.map(\.code) == ["nonce-foreign"])
            let fact = try await bench.run(bench.deploy()).deployment()
            #expect(fact.address == Address.created(by: other.address, nonce: 0).description)
            return
        }
        // What a block has all the same is what was deployed.
        let open = try #require(try operations().first?.attempts.first)
        let signed = try SignedTransaction(raw: open.rawTransaction)
        bench.node.change { #expect($0.take(signed) == nil) }
        #expect(try await bench.run(bench.deploy()).deployment().action == .created)
    }

    @Test func whatWasSignedIsTakenToItsEndWithoutAKey() async throws {
        bench.node.plan(
            .refuse(code: -32_000, "tx fee (1.2 ether) exceeds the configured cap (1.0 ether)"), on: send)
        _ = try await bench.run(bench.deploy())
        bench.environment.withLock { $0 = [:] }
        #expect(try await bench.run(bench.deploy()).deployment().action == .created)
    }

    @Test func aReplacementThatWasKilledIsStillAReplacement() async throws {
        _ = try await bench.run(bench.deploy())
        bench.node.plan(
            .refuse(code: -32_000, "tx fee (1.2 ether) exceeds the configured cap (1.0 ether)"), on: send)
        let changed = try bench.deploy("token", FakeArtifact(runtime: [0xfe]))
        _ = try await bench.run(changed)
        #expect(try await bench.run(changed).deployment().action == .replaced)
    }
}
