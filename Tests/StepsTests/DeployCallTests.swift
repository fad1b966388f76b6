import Engine
import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model
import Testing

@testable import Steps

@Suite struct DeployCallTests {
    let bench: DeployBench
    let fee = FakeArtifact.withFee

    init() throws {
        bench = try DeployBench()
        bench.knowFees()
    }

    /// The calls that the chain has, as `recipient: last byte`.
    var made: [String] {
        bench.node.chain.mined.compactMap { receipt in
            receipt.transaction.transaction.to.map {
                "\($0): \(receipt.transaction.transaction.data.last ?? 0)"
            }
        }
    }

    func unless(_ value: String, read: String = "fee()") -> CallSpec.Unless {
        .init(read: Located(read, at: DeployBench.here), equals: DeployBench.text(value, line: 31))
    }

    @Test func aCallIsMadeOnceForEachAddress() async throws {
        let first = try await bench.run(bench.deploy("token", fee), bench.call())
        let address = try #require(try first.deployment().address)
        #expect(try first.call().isMade)
        #expect(try first.call().reason == "not made to this address yet")
        #expect(try first.call().address == address)
        #expect(made == ["\(address): 25"])

        let second = try await bench.run(bench.deploy("token", fee), bench.call())
        #expect(try !second.call().isMade)
        #expect(try second.call().reason == "made in run run-1")
        #expect(try second.ends[.call("setFee", of: "token", on: "sepolia")]?.get().isReuse == true)
        #expect(made.count == 1)

        var changed = fee
        changed.runtime = [0xfe]
        let third = try await bench.run(
            bench.deploy("token", changed), bench.call("setFee", of: "token", changed))
        let other = try #require(try third.deployment().address)
        #expect(other != address)
        #expect(try third.call().isMade)
        #expect(made == ["\(address): 25", "\(other): 25"])
    }

    @Test func otherArgumentsAreAnotherCall() async throws {
        _ = try await bench.run(bench.deploy("token", fee), bench.call())
        let changed = try bench.call(arguments: .positional([DeployBench.text("30")]))
        #expect(try await bench.run(bench.deploy("token", fee), changed).call().isMade)
        #expect(made.count == 2)
    }

    @Test func unlessDecidesByWhatTheChainSays() async throws {
        let call = try bench.call(unless: unless("25"))
        let first = try await bench.run(bench.deploy("token", fee), call)
        #expect(try first.call().isMade)
        #expect(try first.call().reason == "fee() is 0")
        let second = try await bench.run(bench.deploy("token", fee), call)
        #expect(try !second.call().isMade)
        #expect(try second.call().reason == "fee() is 25 already")
        // Somebody sets it back: it is made again, whatever the ledger says of the first time.
        let reset = try bench.call("reset", arguments: .positional([DeployBench.text("7")]))
        let third = try await bench.run(bench.deploy("token", fee), reset, call)
        #expect(try third.call().isMade)
        #expect(try third.call().reason == "fee() is 7")
        #expect(made.count == 3)
    }

    @Test func aCallThatWasSignedForTheContractBeforeIsMadeToItsReplacementAlone() async throws {
        _ = try await bench.run(bench.deploy("token", fee)).deployment()
        bench.node.plan(
            .refuse(code: -32_000, "tx fee (1.2 ether) exceeds the configured cap (1.0 ether)"),
            on: "eth_sendRawTransaction")
        _ = try await bench.run(bench.deploy("token", fee), bench.call())
        var changed = fee
        changed.runtime = [0xfe]
        let effects = [try bench.deploy("token", changed), try bench.call("setFee", of: "token", changed)]
        #expect(try await bench.run(effects).failures.map(\.code) == ["not-needed"])
        let run = try await bench.run(effects)
        let other = try #require(try run.deployment().address)
        #expect(try run.call().isMade)
        #expect(try run.call().address == other)
        #expect(made == ["\(bench.key.address): 0", "\(other): 25"], "a void comes first")
    }

    /// A run signed what uses the nonce up, and a block took the call all the same.
    @Test func aCallThatWonAgainstItsVoidIsOnRecordAsWhatItIs() async throws {
        let bench = try DeployBench(patience: .seconds(20))
        bench.knowFees()
        let token = try bench.deploy("token", fee)
        let address = try #require(try await bench.run(token).deployment().address)
        let other = try bench.call(arguments: .positional([DeployBench.text("26")]))
        // No node has the call, nor what is to take its place.
        bench.node.rollDice { method, _ in method == "eth_sendRawTransaction" ? .loseRequest : nil }
        #expect(try await bench.run(token, bench.call()).failures.map(\.code) == ["not-mined"])
        #expect(try await bench.run(token, other).failures.count == 1)
        bench.node.rollDice(nil)
        let open = try #require(
            try bench.ledger().signedOperations(
                on: DeployBench.sepolia.chainID, genesisHash: bench.node.chain.blocks[0].hash
            ).first)
        let attempts = try open.attempts.map { try SignedTransaction(raw: $0.rawTransaction) }
        #expect(attempts.count > 1 && attempts.last?.transaction.isVoid(of: bench.key.address) == true)
        bench.node.change { #expect($0.take(attempts[0]) == nil) }

        let again = try await bench.run(token, bench.call())
        #expect(again.failures.isEmpty)
        #expect(try again.call().transactionHash == attempts[0].hash.description)
        // Whoever looks finds it made, once.
        #expect(try await !bench.run(token, bench.call()).call().isMade)
        let calls = bench.node.chain.mined.map(\.transaction.transaction).filter {
            $0.to == (try? Address(address))
        }
        #expect(calls.count == 1)
    }

    @Test func aCallThatAnEarlierRunSentIsTakenToItsEnd() async throws {
        bench.node.plan(.loseReply, on: "eth_sendRawTransaction", skipping: 1)
        bench.node.plan(.garbage, on: "eth_getTransactionReceipt", skipping: 1)
        let first = try await bench.run(bench.deploy("token", fee), bench.call())
        #expect(first.failures.map(\.code) == ["node-refused"])
        let second = try await bench.run(bench.deploy("token", fee), bench.call(unless: unless("25")))
        #expect(try second.call().isMade)
        #expect(try second.call().reason == "an earlier run had sent it")
        #expect(made.count == 1)
        let third = try await bench.run(bench.deploy("token", fee), bench.call())
        #expect(try third.call().reason == "made in run run-1")
    }

    @Test func whatIsWrongWithACallIsSaidAtItsPlace() async throws {
        let bad = try bench.call(arguments: .positional([DeployBench.text("many", line: 44)]))
        let run = try await bench.run(bench.deploy("token", fee), bad)
        #expect(run.failures.map(\.code) == ["bad-argument"])
        #expect(run.failures.first?.diagnostics.map(\.location?.line) == [44])
        let none = try await bench.run(bench.deploy("token", fee), bench.call(arguments: .none))
        #expect(none.failures.first?.diagnostics.map(\.location) == [DeployBench.here])
        let read = try await bench.run(bench.deploy("token", fee), bench.call(unless: unless("x")))
        #expect(read.failures.first?.diagnostics.map(\.location?.line) == [31])
        let lost = try bench.call(unless: unless("1", read: "owner()"))
        #expect(try await bench.run(bench.deploy("token", fee), lost).failures.map(\.code) == ["no-function"])
        let taking = try bench.call(unless: unless("1", read: "setFee(uint256)"))
        #expect(try await bench.run(bench.deploy("token", fee), taking).failures.map(\.code) == ["bad-read"])
        #expect(made.isEmpty)
    }

    @Test func aCallThatWouldRevertIsNotSent() async throws {
        bench.node.plan(
            .refuse(code: 3, "execution reverted", data: FakeMethods.noFunction), on: "eth_estimateGas",
            skipping: 1)
        let run = try await bench.run(bench.deploy("token", fee), bench.call())
        #expect(run.failures.map(\.message) == ["it would revert on 'sepolia': reverted: no such function"])
        #expect(made.isEmpty)
    }

    @Test func argumentsMayBeAddresses() async throws {
        let abi = """
            [{"type":"function","name":"setFee","inputs":[{"name":"fee","type":"uint256"}],"outputs":[]},
            {"type":"function","name":"grant","inputs":[{"name":"who","type":"address[]"}],"outputs":[]}]
            """
        let artifact = FakeArtifact(abi: abi)
        var call = try bench.call(
            "grant", of: "token", artifact,
            arguments: .named([
                .init(
                    name: "who",
                    value: .list(
                        [
                            DeployArgumentTests.reference(.signerAddress(name: "ci")),
                            DeployArgumentTests.reference(
                                .deploymentAddress(name: "token", network: "sepolia")),
                        ], DeployBench.here))
            ]), signersRead: [DeployBench.ci])
        guard case .call(var action) = call.work else { return }
        action.function = Located("grant(address[])", at: DeployBench.here)
        call.work = .call(action)
        let run = try await bench.run(bench.deploy("token", artifact), call)
        let data = try #require(bench.node.chain.mined.last).transaction.transaction.data
        let token = try #require(try run.deployment().address)
        let expected =
            Hex.prefixed(Selector.of("grant(address[])")) + String(repeating: "0", count: 62) + "20"
            + String(repeating: "0", count: 63) + "2"
        #expect(
            try Hex.prefixed(data) == expected
                + DeployArgumentTests.word(bench.key.address.description) + DeployArgumentTests.word(token))
    }
}
