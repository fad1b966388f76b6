import EthereumTypes
import Model
import Testing

@testable import Ethereum
@testable import Ledger
@testable import Steps

/// What has no room for the mark by which it would be known again.
@Suite struct LaneMarkTests {
    private static let cap = Wei(3_000_000_000)
    private static let token = Array("token".utf8)

    // MARK: Signed for the first time

    @Test func whatHasNoRoomIsNotSigned() throws {
        var bench = LaneBench(fees: Fees.Settings(maxFeePerGas: Self.cap))
        let tight = bench.submit("tight", gasLimit: 100_001, given: 100_001)
        let other = bench.submit("other")
        #expect(LaneBench.sent(&bench).map(\.data) == [Array("other".utf8)], "what is behind it goes on")
        let failure = try #require(bench.failure(of: tight))
        #expect(failure.kind == .blocked && failure.code == "no-mark")
        #expect(failure.diagnostics.map(\.location) == [DeployBench.here])
        #expect(failure.hint?.hasPrefix("raise 'gasLimit' by 4095, to 104096, or fees.maxFeePerGas") == true)
        #expect(bench.failures(of: other) == [])
        #expect(bench.journal.operations.map(\.intent.step) == [.deploy("other", on: "sim")])
        #expect(bench.journal.operations.map(\.nonce) == [0])
    }

    @Test func aWeiBelowTheCapThePriceHasIt() {
        var bench = LaneBench(fees: Fees.Settings(maxFeePerGas: Wei(Self.cap.value + 1)))
        _ = bench.submit(gasLimit: 100_001, given: 100_001)
        let price = LaneBench.sent(&bench).map(\.maxFeePerGas.value)
        #expect(price == [LaneBench.mark.price(atMost: Self.cap.value)])
    }

    // MARK: Replaced

    private static let first = LaneBench.mark.price(atMost: cap.value)
    /// The least price with the mark that a node takes in place of the first.
    private static let more: UInt128 = {
        let least = (first * 11 + 9) / 10
        return LaneBench.mark.price(atMost: least + OperationMark.priceRoom, needed: least)
    }()

    struct Bump {
        var cap: UInt128?
        var gasLimit: UInt64
        /// What takes the place of the first, in wei; nil: nothing does, or what has the mark.
        var expected: UInt128?
    }

    private static let bumps = [
        Bump(cap: more - 1, gasLimit: 100_001), Bump(cap: more, gasLimit: 100_001, expected: more),
        Bump(cap: more - 1, gasLimit: 100_000, expected: more - 1), Bump(cap: nil, gasLimit: 100_001),
    ]

    @Test(arguments: bumps)
    func whatPaysMoreHasItOrIsNotSent(_ bump: Bump) throws {
        let (cap, gasLimit, expected) = (bump.cap, bump.gasLimit, bump.expected)
        var bench = LaneBench(
            LaneRules(bumpAfter: .seconds(5), maxBumps: 1, patience: .seconds(60)),
            fees: Fees.Settings(maxFeePerGas: cap.map { Wei($0) }))
        let ticket = bench.submit(gasLimit: gasLimit, given: gasLimit)
        #expect(LaneBench.sent(&bench).map(\.maxFeePerGas.value) == [Self.first])
        bench.answer(bench.lane.next(at: bench.now), .sent([.taken]))
        let bumped = LaneBench.sent(&bench)
        guard let cap else {
            #expect(bumped.allSatisfy { LaneBench.mark.isOn(price: $0.maxFeePerGas.value, gasLimit: 0) })
            #expect(bumped.count == 1)
            return
        }
        let attempts = try bench.journal.operations[0].attempts.map {
            try SignedTransaction(raw: $0.rawTransaction).transaction.maxFeePerGas.value
        }
        #expect(attempts == [Self.first] + (expected.map { [$0] } ?? []))
        guard expected == nil else { return }
        let words = "a replacement needs \(Self.more) wei for a unit of gas and the cap is \(cap) wei"
        let said = bench.told.compactMap { if case .said(let words) = $0.notice { words } else { nil } }
        #expect(said.contains { $0.contains(words) }, "\(said)")
        #expect(bench.failures(of: ticket) == [], "it waits as it is")
    }

    /// It is no payment, so that nobody is to know it again.
    @Test func whatUsesUpANonceNeedsNone() throws {
        let cap = Wei(Self.more - 1)
        var bench = LaneBench(LaneRules(patience: .seconds(300)), fees: Fees.Settings(maxFeePerGas: cap))
        _ = bench.submit(gasLimit: 100_001, given: 100_001)
        _ = bench.nextSend()
        bench.restart()
        _ = bench.attach(unwanted: StepFailure(code: "not-needed", "it is not needed", recurrence: .passing))
        let void = try #require(LaneBench.sent(&bench).first)
        #expect(void.isVoid(of: LaneFakeSigner.address))
        #expect(void.maxFeePerGas == cap, "a node takes it in place of the first")
    }

    /// Its price was the cap of before, and only the gas limit has the mark.
    @Test func whatAnEarlierProcessLeftAtItsCapGetsTheMarkWhenItPaysMore() throws {
        var bench = LaneBench(
            LaneRules(bumpAfter: .seconds(5), patience: .seconds(60)),
            fees: Fees.Settings(maxFeePerGas: Self.cap))
        _ = bench.submit()
        #expect(LaneBench.sent(&bench).map(\.maxFeePerGas) == [Self.cap])
        bench.settings.fees = Fees.Settings(maxFeePerGas: Wei(9_000_000_000))
        bench.restart()
        _ = bench.attach()
        #expect(LaneBench.sent(&bench).map(\.maxFeePerGas) == [Self.cap], "the same bytes first")
        bench.answer(bench.lane.next(at: bench.now), .sent([.taken]))
        let bumped = try #require(LaneBench.sent(&bench).first).maxFeePerGas.value
        #expect(bumped >= Self.cap.value / 10 * 11 && LaneBench.mark.isOn(price: bumped, gasLimit: 0))
    }

    // MARK: Found without one

    /// What is there, the manifest's limit, and what helps where it was something else.
    private static let doubts: [(LaneStranger, UInt64?, String)] = [
        (LaneStranger(1, data: token, gasLimit: 104_097, cap: cap), 104_097, "raise 'gasLimit'"),
        (LaneStranger(1, data: token, gasLimit: 30_000, cap: cap), nil, "raise limits.transactionGas"),
        (
            LaneStranger(1, data: token, markedAs: 104_096, gasLimit: 95_904), 104_097,
            "give it another name"
        ),
        (LaneStranger(1, data: token, markedAs: 104_096), nil, "give it another name"),
    ]

    @Test(arguments: [false, true])
    func whatMayHaveBeenSentWithoutItIsNotSentAgain(_ needsApproval: Bool) throws {
        for (stranger, given, words) in Self.doubts {
            var bench = LaneBench(fees: Fees.Settings(maxFeePerGas: Self.cap))
            bench.settings.mostGas = 30_000
            bench.begin(LaneRecord(nonces: [0], began: 1), needsApproval: needsApproval)
            bench.strangers = [stranger]
            let ticket = bench.submit(given: given)
            #expect(LaneBench.sent(&bench, count: 2).isEmpty)
            let failure = try #require(bench.failure(of: ticket))
            #expect(failure.kind == .blocked && failure.code == "may-be-done")
            #expect(failure.message.contains("\(stranger.hash)") && failure.message.contains("(nonce 1)"))
            #expect(failure.hint?.contains(words) == true, "\(failure.hint ?? "")")
            #expect(bench.journal.operations.isEmpty)
        }
    }

    /// Another limit than the manifest's; a price with another's mark; what failed; what does something else.
    private static let others: [LaneStranger] = [
        LaneStranger(1, data: token, gasLimit: 104_098, cap: cap),
        LaneStranger(1, data: token, markedAs: 104_096, gasLimit: 104_097),
        LaneStranger(1, data: token, gasLimit: 104_097, succeeded: false, cap: cap),
        LaneStranger(1, value: Wei(1), data: token, gasLimit: 104_097, cap: cap),
    ]

    @Test(arguments: others)
    func whatCannotBeItIsNoDoubt(_ stranger: LaneStranger) {
        var bench = LaneBench(fees: Fees.Settings(maxFeePerGas: Self.cap))
        bench.begin(LaneRecord(nonces: [0], began: 1), needsApproval: true)
        bench.strangers = [stranger]
        let ticket = bench.submit(given: 104_097)
        #expect(LaneBench.sent(&bench, count: 2).map(\.nonce) == [2])
        #expect(bench.failures(of: ticket) == [])
    }

    @Test func whatIsDoneAnewEachTimeIsNoDoubtWhereItWasThereBefore() {
        for (reach, isDoubt) in [(TransactionRequest.Reach.ever, true), (.thisRun, false)] {
            var bench = LaneBench(fees: Fees.Settings(maxFeePerGas: Self.cap))
            bench.begin(LaneRecord(nonces: [0], began: 2))
            bench.strangers = [LaneStranger(1, data: Self.token, gasLimit: 104_097, cap: Self.cap)]
            let ticket = bench.submit(given: 104_097, reach: reach)
            #expect(LaneBench.sent(&bench, count: 2).count == (isDoubt ? 0 : 1))
            #expect(bench.failures(of: ticket) == (isDoubt ? ["may-be-done"] : []))
        }
    }

    /// What was signed at the cap has its mark in the gas limit; another machine's price has it.
    @Test func whatWasSignedAtTheCapIsKnownInAnothersTransaction() throws {
        let content = LaneStranger(1, data: Self.token, cap: Self.cap)
        let signed = try #require(content.signed?.transaction)
        var other = LaneStranger(2, data: Self.token)
        other.cap = Self.cap
        #expect(other.does(signed))
        var another = LaneStranger(2, data: Self.token, markedAs: 100_001, gasLimit: 100_001)
        another.cap = Self.cap
        #expect(!another.does(signed))
    }
}
