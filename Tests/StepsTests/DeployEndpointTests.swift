import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model
import Synchronization
import Testing

@testable import Steps

/// Several fake endpoints of one network.
@Suite struct DeployEndpointTests {
    private static let first = "https://first.example/v3/5ec2e7"
    private static let second = "https://user:5ec2e7@second.example/v3/5ec2e7"
    private static let both = DeployBench.network(endpoints: [first, second])

    /// A bench whose first endpoint is the bench's node and whose second is another fake of the same chain.
    private func bench() throws -> (bench: DeployBench, second: FaultyNode) {
        let bench = try DeployBench()
        let second = FaultyNode(bench.node.chain)
        route(bench, second)
        return (bench, second)
    }

    private func route(_ bench: DeployBench, _ node: FaultyNode, at url: String = second) {
        bench.routes.withLock {
            $0[url] = { request in Result { () throws(HTTPError) in try node.answer(request) } }
        }
    }

    private func open(_ bench: DeployBench, _ spec: NetworkSpec = both) async throws -> OpenNetwork {
        try await bench.context(bench.ledger()).hub.open(spec)
    }

    private func failure(_ bench: DeployBench, _ spec: NetworkSpec = both) async throws -> StepFailure {
        try await #require(throws: StepFailure.self) { try await open(bench, spec) }
    }

    // MARK: Opening

    @Test func allEndpointsAreCheckedInOneExchangeEach() async throws {
        let (bench, second) = try bench()
        let network = try await open(bench)
        #expect(network.currentEndpoint == 0)
        #expect(bench.node.asked == ["eth_chainId", "eth_getBlockByNumber", "eth_blockNumber"])
        #expect(second.asked == bench.node.asked)
        #expect(bench.sent.withLock(\.count) == 2)
    }

    @Test func anEndpointOfAnotherChainBlocks() async throws {
        let (bench, second) = try bench()
        second.change { $0.chainID = 1 }
        let failure = try await failure(bench)
        #expect(failure.kind == .blocked)
        #expect(failure.code == "wrong-chain")
        #expect(
            failure.message
                == "network 'sepolia' should have chain id 11155111, endpoint 2 (second.example) says 1")
    }

    @Test func anEndpointWithAnotherFirstBlockBlocks() async throws {
        let bench = try DeployBench()
        let other = FaultyNode(FakeChain(genesis: "another chain of the same number"))
        route(bench, other)
        let failure = try await failure(bench)
        #expect(failure.kind == .blocked)
        #expect(failure.code == "wrong-chain")
        let hashes = [bench.node.chain.blocks[0].hash, other.chain.blocks[0].hash].map(\.short)
        #expect(
            failure.message
                == "endpoint 1 (first.example) and endpoint 2 (second.example) of network 'sepolia' are two chains: "
                + "block 0 is \(hashes[0]) and \(hashes[1])")
    }

    @Test func anEndpointThatDoesNotAnswerIsLeftOutWithANote() async throws {
        let (bench, second) = try bench()
        bench.node.plan(.connectionRefused, on: "eth_chainId", times: 2)
        let network = try await open(bench)
        #expect(network.currentEndpoint == 1)
        let notes = bench.said.filter { $0.contains("endpoint-left-out") }
        #expect(
            notes == [
                "manifests/a.yaml:7:15: warning: endpoint 1 (first.example) of network 'sepolia' is done without: the "
                    + "request was not sent: connection refused [endpoint-left-out]"
            ])
        _ = try await network.rpc.gasPrice()
        #expect(second.asked.last == "eth_gasPrice")
        #expect(!bench.node.asked.contains("eth_gasPrice"))
    }

    @Test func whereNoneAnswersEachIsNamedAndNoKeyIs() async throws {
        let (bench, second) = try bench()
        bench.node.plan(.connectionRefused, on: "eth_chainId", times: 2)
        second.plan(.status(503), on: "eth_chainId", times: 2)
        let failure = try await failure(bench)
        #expect(failure.code == "network-unavailable")
        #expect(failure.kind == .failed)
        #expect(
            failure.message
                == "none of the 2 endpoints of network 'sepolia' can be used: endpoint 1 (first.example): the "
                + "request was not sent: connection refused; endpoint 2 (second.example): the node answered with HTTP status "
                + "503")
        #expect(!"\(failure)".contains("5ec2e7"))
    }

    @Test func aNetworkThatMayBeSkippedIsUnavailable() async throws {
        let (bench, second) = try bench()
        bench.node.plan(.connectionRefused, on: "eth_chainId", times: 2)
        second.plan(.connectionRefused, on: "eth_chainId", times: 2)
        var spec = Self.both
        spec.onUnavailable = .skip
        #expect(try await failure(bench, spec).kind == .unavailable)
        // Another chain is no outage.
        second.change { $0.chainID = 1 }
        #expect(try await failure(bench, spec).kind == .blocked)
    }

    @Test func aSecretThatIsNotThereLeavesItsEndpointOut() async throws {
        let (bench, _) = try bench()
        var spec = DeployBench.sepolia
        spec.chain = .rpc(
            [.secret(.environment("FIRST_URL")), .url(Self.second)], chainID: spec.chainID)
        #expect(try await open(bench, spec).currentEndpoint == 1)
        #expect(bench.said.contains { $0.contains("endpoint 1 (env:FIRST_URL)") })
        // Where no endpoint has its secret, that is to be mended: not a network that is down.
        spec.chain = .rpc(
            [.secret(.environment("FIRST_URL")), .secret(.environment("NEXT_URL"))], chainID: spec.chainID)
        spec.onUnavailable = .skip
        let failure = try await failure(bench, spec)
        #expect(failure.kind == .environment)
        #expect(failure.code == "no-secret")
    }

    /// What can be no URL is not asked again and again, and not shown: it may be a key that stands in the wrong place.
    @Test(arguments: [
        "5ec2e7canary", "not a url", "ws://node.example/5ec2e7", "https://", "https:///5ec2e7",
        "https://node.example:99999/5ec2e7", "https://node.example/5ec2e7\nX: y", "http://[::1/5ec2e7",
    ])
    func aSecretThatIsNoURLEndsAtOnceAndNamesItsReference(_ text: String) async throws {
        let (bench, _) = try bench()
        bench.environment.withLock { $0["FIRST_URL"] = text }
        var spec = DeployBench.sepolia
        spec.chain = .rpc([.secret(.environment("FIRST_URL"))], chainID: spec.chainID)
        spec.onUnavailable = .skip
        let (before, asked) = (bench.elapsed, bench.sent.withLock(\.count))
        let failure = try await failure(bench, spec)
        #expect(failure.kind == .environment && failure.code == "bad-url")
        #expect(
            failure.message
                == "network 'sepolia': env:FIRST_URL holds no URL of http or https with a host")
        #expect(!"\(failure)".contains("5ec2e7"))
        #expect(bench.elapsed == before && bench.sent.withLock(\.count) == asked)
        // Beside one that answers it is done without.
        spec.chain = .rpc([.secret(.environment("FIRST_URL")), .url(Self.second)], chainID: spec.chainID)
        #expect(try await open(bench, spec).currentEndpoint == 1)
        #expect(
            bench.said.contains {
                $0.contains(
                    "(env:FIRST_URL) of network 'sepolia' is done without: env:FIRST_URL holds no URL")
            })
    }

    // MARK: Questions

    @Test(arguments: [
        FaultyNode.Fault.connectionRefused, .loseReply, .loseRequest, .garbage, .status(500), .status(502),
        .status(429, retryAfter: 3), .status(402), .status(401),
        .refuse(code: -32_005, "daily request count exceeded"), .refuse(code: -32_000, "header not found"),
        .refuse(code: -32_002, "request timed out"),
        .refuse(code: -32_008, "Initial sync is still in progress"),
    ])
    func aQuestionThatFailsGoesToTheNextAtOnce(_ fault: FaultyNode.Fault) async throws {
        let (bench, second) = try bench()
        let network = try await open(bench)
        let before = bench.elapsed
        bench.node.plan(fault, on: "eth_gasPrice", times: 9)
        #expect(try await network.rpc.gasPrice() == Wei(FakeChain.baseFee * 2))
        #expect(second.asked.last == "eth_gasPrice")
        #expect(bench.elapsed == before)
        // What was left stays so for the next question, and is returned to.
        #expect(network.currentEndpoint == 1)
        bench.pass(.seconds(7_200))
        #expect(network.currentEndpoint == 0)
    }

    /// So as not to take longer where one of them hangs, and a failed one rests for the next question.
    @Test func allAreAskedOnceAtTheSameTimeAndThoseThatDoNotAnswerAreLeftOut() async throws {
        let (bench, second) = try bench()
        let network = try await open(bench)
        second.change { $0.age(.zero, to: 4) }
        let asked = bench.sent.withLock(\.count)
        let both = await network.accounts(of: .zero)
        #expect(both.map(\.state.latest) == [0, 4])
        #expect(both.map(\.endpoint) == ["endpoint 1 (first.example)", "endpoint 2 (second.example)"])
        let requests = bench.sent.withLock { $0.dropFirst(asked) }
        #expect(requests.map(\.deadline) == [.seconds(5), .seconds(5)])
        bench.node.plan(.connectionRefused, on: "eth_getTransactionCount", times: 9)
        #expect(await network.accounts(of: .zero).map(\.state.latest) == [4])
        #expect(network.currentEndpoint == 1)
    }

    @Test func anAnswerIsAnAnswer() async throws {
        let (bench, second) = try bench()
        let network = try await open(bench)
        bench.node.plan(.refuse(code: 3, "execution reverted"), on: "eth_call")
        await #expect(throws: RPCFailure.self) {
            try await network.rpc.call(CallRequest(to: .zero, data: [1, 2, 3, 4]))
        }
        #expect(!second.asked.contains("eth_call"))
        #expect(network.currentEndpoint == 0)
    }

    @Test func whereAllFailTheQuestionIsAskedAgainLater() async throws {
        let (bench, second) = try bench()
        let network = try await open(bench)
        bench.node.plan(.connectionRefused, on: "eth_gasPrice", times: 2)
        second.plan(.connectionRefused, on: "eth_gasPrice")
        let before = bench.elapsed
        #expect(try await network.rpc.gasPrice() == Wei(FakeChain.baseFee * 2))
        #expect(bench.elapsed > before)
    }

    @Test func questionsAreNotAskedForEver() async throws {
        let (bench, second) = try bench()
        let network = try await open(bench)
        for node in [bench.node, second] { node.rollDice { _, _ in .connectionRefused } }
        await #expect(throws: RPCFailure.self) { try await network.rpc.gasPrice() }
        #expect(bench.node.asked.count + second.asked.count == 2 * 3 + 6)
    }

    @Test func anEndpointThatLagsIsLeft() async throws {
        let (bench, second) = try bench()
        let network = try await open(bench)
        second.change { chain in for _ in 0..<6 { chain.mine() } }
        _ = try await network.rpc.gasPrice()
        #expect(network.currentEndpoint == 0)
        bench.pass(.seconds(31))
        _ = try await network.rpc.gasPrice()
        #expect(network.currentEndpoint == 1)
        #expect(second.asked.suffix(2) == ["eth_blockNumber", "eth_gasPrice"])
        // It has caught up.
        bench.node.change { chain in for _ in 0..<6 { chain.mine() } }
        bench.pass(.seconds(62))
        _ = try await network.rpc.gasPrice()
        #expect(network.currentEndpoint == 0)
    }

    @Test func requestsGoNoFasterThanTheManifestSays() async throws {
        let (bench, _) = try bench()
        var spec = DeployBench.sepolia
        spec.requestsPerSecond = 4
        let network = try await open(bench, spec)
        let before = bench.elapsed
        for _ in 0..<8 { _ = try await network.rpc.gasPrice() }
        // A hundredth below the limit, each by itself: what goes together would leave a part of a second unused.
        #expect(bench.elapsed - before == .milliseconds(2_020))
        // A batch counts as many as it holds.
        _ = try await network.rpc.call([CallRequest](repeating: CallRequest(to: .zero), count: 4))
        #expect(bench.elapsed - before == .milliseconds(3_030))
    }

    @Test func codesAreReadWhenNothingElseWantsToGo() async throws {
        let (bench, _) = try bench()
        var spec = DeployBench.sepolia
        spec.requestsPerSecond = 10
        let network = try await open(bench, spec)
        _ = try await network.rpc.gasPrice()
        let before = bench.elapsed
        _ = await network.codes(of: [.zero], last: true)
        #expect(bench.elapsed - before == .milliseconds(404))
    }

    @Test func aWaitThatTheNodeAsksForHoldsEveryRequest() async throws {
        let bench = try DeployBench()
        let network = try await open(bench, DeployBench.sepolia)
        bench.node.plan(.status(429, retryAfter: 20), on: "eth_sendRawTransaction")
        let before = bench.elapsed
        let failure = try await #require(throws: RPCFailure.self) {
            try await network.rpc.send(try transaction(bench))
        }
        #expect(failure.retryAfter == .seconds(20))
        #expect(bench.elapsed == before)
        // Another question, which knows nothing of it.
        _ = try await network.rpc.gasPrice()
        #expect(bench.elapsed - before == .seconds(20))
    }

    @Test func answersAreBoundedInSizeAndTime() async throws {
        let (bench, _) = try bench()
        _ = try await open(bench)
        // Where others may answer a node that hangs does not hold up the run.
        #expect(bench.sent.withLock { $0.map(\.deadline) } == [.seconds(10), .seconds(10)])
        let alone = try DeployBench()
        _ = try await open(alone, DeployBench.sepolia).rpc.gasPrice()
        #expect(alone.sent.withLock { $0.map(\.deadline) } == [.seconds(30), .seconds(30)])
        for request in bench.sent.withLock(\.self) + alone.sent.withLock(\.self) {
            #expect(request.replyBytes == 16 << 20)
            #expect(request.redirects == 0)
        }
    }

    // MARK: Transactions

    @Test func aTransactionIsHandedToOneEndpointOnce() async throws {
        let (bench, second) = try bench()
        let network = try await open(bench)
        let signed = try transaction(bench)
        bench.node.plan(.loseReply, on: "eth_sendRawTransaction")
        let failure = try await #require(throws: RPCFailure.self) { try await network.rpc.send(signed) }
        #expect(failure.mayHaveTakenEffect)
        #expect(bench.node.sends == 1)
        #expect(second.sends == 0)
        // A later one goes to the endpoint that does well.
        try await network.rpc.send(signed)
        #expect(second.sends == 1)
    }

    @Test func whatIsPinnedToAnEndpointStaysThere() async throws {
        let (bench, second) = try bench()
        let network = try await open(bench)
        let pinned = network.endpoint(at: 1)
        second.plan(.connectionRefused, on: "eth_gasPrice")
        _ = try await pinned.gasPrice()
        try await pinned.send(try transaction(bench))
        #expect(second.sends == 1)
        #expect(second.asked.count { $0 == "eth_gasPrice" } == 2)
        #expect(!bench.node.asked.contains("eth_gasPrice"))
        #expect(bench.node.sends == 0)
        // An endpoint that the manifest no longer has: whichever does well.
        _ = try await network.endpoint(at: 7).gasPrice()
        #expect(bench.node.asked.last == "eth_gasPrice")
    }

    @Test func anEndpointThatBecomesAnotherChainIsSeenBeforeASend() async throws {
        let (bench, second) = try bench()
        let network = try await open(bench)
        let before = bench.sent.withLock(\.count)
        try await network.stillIs(at: 1)
        #expect(bench.sent.withLock(\.count) == before + 1)
        second.change { $0 = FakeChain(genesis: "reset") }
        let failure = try await #require(throws: StepFailure.self) { try await network.stillIs(at: 1) }
        #expect(failure.kind == .blocked)
        #expect(failure.code == "wrong-chain")
        #expect(
            failure.message.hasPrefix(
                "endpoint 2 (second.example) of network 'sepolia' is another chain than before: chain id 11155111, "
            ))
        try await network.stillIs(at: 0)
        second.change { $0 = bench.node.chain }
        second.change { $0.chainID = 5 }
        await #expect(throws: StepFailure.self) { try await network.stillIs(at: 1) }
        second.rollDice { _, _ in .connectionRefused }
        let down = try await #require(throws: StepFailure.self) { try await network.stillIs(at: 1) }
        #expect(down.code == "network-unavailable")
    }

    @Test func aRunGoesOnWhereAnEndpointFailsHalfWay() async throws {
        let bench = try DeployBench()
        // Two ways to one fake node; the first breaks for good after a while.
        let count = Mutex(0)
        bench.routes.withLock {
            $0[Self.first] = { request in
                let number = count.withLock { count in
                    count += 1
                    return count
                }
                guard number < 4 else { return .failure(HTTPError(.notSent, "connection refused")) }
                return Result { () throws(HTTPError) in try bench.node.answer(request) }
            }
        }
        let run = try await bench.run([bench.deploy(network: Self.both)])
        #expect(try run.deployment().action == .created)
        #expect(bench.node.chain.mined.count == 1)
        #expect(bench.node.sends == 1)
    }

    private func transaction(_ bench: DeployBench) throws -> SignedTransaction {
        try Transaction(
            form: .legacy(gasPrice: Wei(FakeChain.baseFee * 2), chainID: ChainID(11_155_111)), nonce: 0,
            gasLimit: 21_000, to: .zero, value: .zero, data: []
        ).signed(by: bench.key)
    }

    // MARK: Fees

    @Test func theLeastPriorityFeeOfAChainIsOffered() async throws {
        let bench = try DeployBench()
        var spec = DeployBench.sepolia
        spec.fees.minPriorityFeePerGas = Wei(25_000_000_000)
        let price = try await GasPrice.now(try await open(bench, spec))
        guard case .dynamic(let fees) = price else {
            Issue.record("\(price)")
            return
        }
        #expect(fees.maxPriorityFeePerGas == Wei(25_000_000_000))
        #expect(fees.maxFeePerGas == Wei(27_000_000_000))
        spec.fees.maxFeePerGas = Wei(20_000_000_000)
        let refusal = try await #require(throws: StepFailure.self) {
            try await GasPrice.now(try await open(bench, spec))
        }
        #expect(refusal.code == "fee-cap")
    }

    @Test func aLegacyTransactionPaysTheLeastToo() async throws {
        let bench = try DeployBench()
        var spec = DeployBench.sepolia
        spec.fees.legacy = true
        spec.fees.minPriorityFeePerGas = Wei(25_000_000_000)
        guard case .legacy(let price) = try await GasPrice.now(try await open(bench, spec)) else {
            Issue.record("it is no legacy price")
            return
        }
        #expect(price == Wei(25_000_000_000 + OperationMark.priceRoom), "with any mark it is no less")
    }

    @Test func whereTheBaseFeeIsAlwaysZeroOnlyThePriorityFeeIsPaid() async throws {
        let bench = try DeployBench()
        var spec = DeployBench.sepolia
        spec.fees.zeroBaseFee = true
        let network = try await open(bench, spec)
        let asked = bench.node.asked.count
        guard case .dynamic(let fees) = try await GasPrice.now(network) else {
            Issue.record("it is a legacy price")
            return
        }
        #expect(fees.maxFeePerGas == fees.maxPriorityFeePerGas + Wei(OperationMark.priceRoom))
        #expect(fees.maxPriorityFeePerGas == Wei(FakeChain.baseFee))
        #expect(bench.node.asked[asked...] == ["eth_feeHistory"])
    }
}
