import Engine
import Ethereum
import EthereumTypes
import Foundation
import Model
import Synchronization
import Testing

@testable import Ledger
@testable import Steps

/// Calls that blocks have, and that relied on a contract which a reorganisation took away for good.
@Suite struct DeployStrandedTests {
    let bench: DeployBench
    let fee = FakeArtifact.withFee
    let step = StepID.call("setFee", of: "token", on: "sepolia")
    let deep = DeployBench.network(confirmations: .blocks(4))

    init() throws {
        bench = try DeployBench()
        bench.knowFees()
    }

    /// The calls that the chain has, as `recipient: last byte`.
    var made: [String] {
        bench.node.chain.mined.compactMap { receipt in
            let transaction = receipt.transaction.transaction
            guard let to = transaction.to, !transaction.data.isEmpty else { return nil }
            return "\(to): \(transaction.data.last ?? 0)"
        }
    }

    // MARK: What is left

    func place(_ nonce: UInt64) -> Address { Address.created(by: bench.key.address, nonce: nonce) }

    func signed(
        _ nonce: UInt64,
        to: Address?,
        _ data: [UInt8],
        value: Wei = .zero,
        by key: PrivateKey? = nil
    ) -> SignedTransaction {
        Transaction(
            form: .legacy(gasPrice: Wei(2_000_000_000), chainID: DeployBench.sepolia.chainID), nonce: nonce,
            gasLimit: 100_000, to: to, value: value, data: data
        ).signed(by: key ?? bench.key)
    }

    /// `setFee` with a number, or with an address in the place of one.
    func setFee(_ fee: UInt8) -> [UInt8] {
        Selector.of("setFee(uint256)") + [UInt8](repeating: 0, count: 31) + [fee]
    }

    func setFee(_ address: Address) -> [UInt8] {
        Selector.of("setFee(uint256)") + [UInt8](repeating: 0, count: 12) + address.bytes
    }

    /// Has the ledger hold something that was signed and sent.
    func sent(
        _ step: StepID,
        _ signed: SignedTransaction,
        in ledger: Ledger,
        run: String
    ) throws -> ChainOperation.ID {
        let transaction = signed.transaction
        let id = try ledger.plan(
            ChainOperation.Intent(
                run: run, project: "treasury", step: step, kind: transaction.to == nil ? .deploy : .call,
                network: "sepolia", chainID: DeployBench.sepolia.chainID,
                genesisHash: bench.node.chain.blocks[0].hash, sender: signed.sender,
                payloadHash: Keccak256.hash(transaction.data), spendReserved: transaction.maxCost)
        ).id
        let nonce = try ledger.reserveNonce(id, latest: transaction.nonce, pending: transaction.nonce)
        #expect(nonce == transaction.nonce)
        _ = try ledger.recordSigned(
            id, rawTransaction: signed.raw, hash: signed.hash, predictedAddress: signed.createdAddress)
        _ = try ledger.markSent(id)
        return id
    }

    /// Leaves a creation whose nonce another transaction has, as a final block showed.
    func loseCreation(of name: String, nonce: UInt64, in ledger: Ledger, run: String) throws {
        let id = try sent(
            .deploy(name, on: "sepolia"), signed(nonce, to: nil, fee.initCode), in: ledger, run: run)
        let foreign = signed(nonce, to: .zero, [], value: Wei(1))
        bench.node.change { #expect($0.take(foreign) == nil) }
        _ = try ledger.markForeign(id, usedBy: foreign.hash)
    }

    /// Leaves a creation that the newest block has.
    func leaveCreation(of name: String, nonce: UInt64, by key: PrivateKey? = nil) throws -> FakeChain.Receipt
    {
        let creation = signed(nonce, to: nil, fee.initCode, by: key)
        let ledger = try bench.ledger()
        let run = try bench.context(ledger).run
        let id = try sent(.deploy(name, on: "sepolia"), creation, in: ledger, run: run)
        bench.node.change { #expect($0.take(creation) == nil) }
        let receipt = try #require(bench.node.chain.receipts[creation.hash])
        _ = try ledger.markIncluded(
            id,
            ChainOperation.Inclusion(
                transactionHash: creation.hash, blockHash: receipt.block.hash,
                blockNumber: receipt.block.number, succeeded: true, gasUsed: receipt.gasUsed,
                feePaid: Wei(1), address: receipt.address))
        return receipt
    }

    /// Leaves a creation whose block goes away when one has a call, which comes back without it.
    func loseCreationLater(of name: String, nonce: UInt64) throws {
        let creation = try leaveCreation(of: name, nonce: nonce)
        bench.node.change { $0.minesAtOnce = false }
        let foreign = signed(nonce, to: .zero, [], value: Wei(1))
        for pause in 1...40 {
            bench.node.atPause(pause) { chain in
                guard chain.receipts[creation.transaction.hash] != nil,
                    let call = chain.mined.first(where: { $0.transaction.transaction.nonce == nonce + 1 })
                else { return }
                chain.reorganise(
                    depth: Int(chain.head.number - creation.block.number) + 1, forgetting: true)
                _ = chain.take(foreign)
                _ = chain.take(call.transaction)
            }
        }
    }

    func operation(_ id: ChainOperation.ID) throws -> ChainOperation { try bench.ledger().operation(id) }

    // MARK: Left by an earlier run

    @Test func aCallThatWentToNothingIsSaidAndThenMade() async throws {
        let call: ChainOperation.ID
        do {
            let ledger = try bench.ledger()
            let run = try bench.context(ledger).run
            try loseCreation(of: "token", nonce: 0, in: ledger, run: run)
            let stray = signed(1, to: place(0), setFee(25))
            call = try sent(step, stray, in: ledger, run: run)
            bench.node.change { #expect($0.take(stray) == nil) }
        }
        let first = try await bench.run(bench.deploy("token", fee), bench.call())
        #expect(try first.deployment().address == place(2).description)
        let failure = try #require(first.failure(step))
        #expect(failure.kind == .blocked)
        #expect(failure.code == "sent-to-nothing")
        #expect(failure.message.contains("to \(place(0)), where no contract was"))
        #expect(try operation(call).state == .reverted)

        let second = try await bench.run(bench.deploy("token", fee), bench.call())
        #expect(try second.call().isMade)
        #expect(made == ["\(place(0)): 25", "\(place(2)): 25"])
    }

    /// What it was made with is lost, and it was made all the same.
    @Test func aCallThatNamedALostAddressIsOnRecordAndNotTheOneThatIsWanted() async throws {
        #expect(try await bench.run(bench.deploy("token", fee)).failures.isEmpty)
        let call: ChainOperation.ID
        do {
            let ledger = try bench.ledger()
            let run = try bench.context(ledger).run
            try loseCreation(of: "other", nonce: 1, in: ledger, run: run)
            let stray = signed(2, to: place(0), setFee(place(1)))
            call = try sent(step, stray, in: ledger, run: run)
            bench.node.change { #expect($0.take(stray) == nil) }
        }
        let run = try await bench.run(bench.deploy("token", fee), bench.call())
        #expect(try run.call().isMade)
        #expect(try operation(call).state == .final)
        #expect(made == ["\(place(0)): \(place(1).bytes[19])", "\(place(0)): 25"])
    }

    // MARK: In this run

    /// Performs the call with a contract whose address the step was given.
    func perform(_ effect: FakeEffect, at address: Address) async throws -> Result<Performed, StepFailure> {
        guard case .call(let action) = effect.work,
            case .deploy(let deploy) = try bench.deploy("token", fee).work
        else { preconditionFailure("it is a call to a deployment") }
        var fact = DeployStep.fact(deploy, .created, reason: "")
        fact.address = address.description
        var inputs = try DeployBench.pure([effect])
        inputs[deploy.step] = stored([EffectOutput.deployment: try WireJSON.encode(fact)])
        let context = try bench.context(try bench.ledger())
        let result: Result<Performed, StepFailure>
        do throws(StepFailure) {
            result = .success(
                try await CallStep(context)
                    .perform(action, inputs: StepInputs(inputs), progress: StepProgress()))
        } catch {
            result = .failure(error)
        }
        await context.hub.close()
        return result
    }

    func failure(_ result: Result<Performed, StepFailure>) -> StepFailure? {
        if case .failure(let failure) = result { failure } else { nil }
    }

    /// A block had the contract when the call was signed; nobody waits for that any more.
    @Test func aCallThatGoesToNothingIsNotMade() async throws {
        try loseCreationLater(of: "token", nonce: 0)
        let failure = try #require(failure(try await perform(try bench.call(network: deep), at: place(0))))
        #expect(failure.kind == .blocked)
        #expect(failure.code == "sent-to-nothing")
        #expect(made == ["\(place(0)): 25"])

        let effects = [try bench.deploy("token", fee), try bench.call()]
        #expect(try await bench.run(effects).failures.map(\.code).contains("nonce-foreign"))
        let next = try await bench.run(effects)
        #expect(try next.call().isMade)
        #expect(made == ["\(place(0)): 25", "\(place(2)): 25"])
    }

    @Test func aCallThatNamesWhatIsLostMeanwhileIsMadeAndBlocked() async throws {
        #expect(try await bench.run(bench.deploy("token", fee)).failures.isEmpty)
        try loseCreationLater(of: "other", nonce: 1)
        let call = try bench.call(
            arguments: .positional([DeployBench.text(place(1).description)]), network: deep)
        let failure = try #require(failure(try await perform(call, at: place(0))))
        #expect(failure.kind == .blocked)
        #expect(failure.code == "address-lost")
        #expect(failure.message.contains("\(place(1))"))
        // It is on record as what it did: the same again is not made.
        let next = try await bench.run(bench.deploy("token", fee), call)
        #expect(try !next.call().isMade)
        #expect(made.count == 1)
    }

    // MARK: Left by another signer

    /// A block had it when the run that sent it ended; whether one has it now nobody looks.
    @Test func nothingIsSentToWhatAnotherSignerLeftBeforeThatIsTakenToItsEnd() async throws {
        bench.environment.withLock { $0["DAO_KEY"] = String(repeating: "11", count: 32) }
        let dao = SignerSpec(name: "dao", location: DeployBench.here, key: .environment("DAO_KEY"))
        let key = try PrivateKey(hex: String(repeating: "11", count: 32))
        bench.node.change { $0.funds[key.address] = 10_000_000_000_000_000_000 }
        let place = try #require(try leaveCreation(of: "other", nonce: 0, by: key).address)
        let effects = [
            try bench.deploy("token", fee),
            try bench.call(arguments: .positional([DeployBench.text(place.description)])),
        ]
        let start = bench.elapsed
        let failure = try #require(try await bench.run(effects).failure(step))
        #expect(failure.kind == .blocked)
        #expect(failure.code == "address-unsettled")
        #expect(failure.message.contains("deploy:other@sepolia"))
        #expect(bench.elapsed - start < .seconds(60))
        #expect(made.isEmpty)

        let other = try bench.deploy("other", fee, signer: dao)
        #expect(try await bench.run([other] + effects).call().isMade)
        #expect(made == ["\(self.place(0)): \(place.bytes[19])"])
    }
}
