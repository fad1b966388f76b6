import EthereumTypes
import Foundation
import Model

@testable import Ethereum
@testable import Ledger
@testable import Steps

/// A ``Lane`` by hand: a fake disk and a fake signer do their part, and the test answers for the chain.
struct LaneBench {
    var lane: Lane
    var journal: LaneFakeJournal
    var now: Duration = .zero
    var settings: LaneSettings
    /// What endpoints say when all of them are asked; they count nothing here where none answers.
    var endpoints: [AccountAnswer] = []
    /// What others sent; where a nonce has none of these it has one that does something else.
    var strangers: [LaneStranger] = []
    /// Nonces that no block has, though the sender is said to have used them.
    var waiting: Set<UInt64> = []
    /// Nonces that are used, though no node tells what for.
    var unknown: Set<UInt64> = []
    /// The steps that are to ask for what an earlier process left.
    var toCome: Set<StepID> = []
    /// The mark of all that is asked for.
    static let mark = OperationMark(of: 100_000)
    /// What it was asked of others.
    private(set) var inspected: [[UInt64]] = []
    /// What those who wait were told.
    private(set) var told: [(ticket: LaneTicket, notice: LaneNotice)] = []

    init(_ rules: LaneRules = LaneRules(patience: .seconds(100)), fees: Fees.Settings = Fees.Settings()) {
        var settings = LaneSettings(rules: rules)
        settings.fees = fees
        self.settings = settings
        journal = LaneFakeJournal(limits: rules.limits)
        lane = Lane(rules, settings.context(run: 0), stored: [], at: .zero)
    }

    /// A process that starts from what is durable.
    mutating func restart(unapproved: Set<ChainOperation.ID> = []) {
        journal.begin(settings.context(run: 1).run)
        lane = Lane(
            settings.rules, settings.context(run: 1), stored: journal.open, settled: journal.settled,
            record: LaneRecord(nonces: journal.nonces, unapproved: unapproved), at: now)
        told = []
    }

    /// A process with such a record.
    mutating func begin(_ record: LaneRecord, needsApproval: Bool = false) {
        var context = settings.context(run: 0)
        context.needsApproval = needsApproval
        lane = Lane(settings.rules, context, stored: [], record: record, at: now)
    }

    mutating func submit(
        _ name: String = "token",
        gasLimit: UInt64? = 100_000,
        to: Address? = nil,
        data: [UInt8]? = nil,
        given: UInt64? = nil,
        reach: TransactionRequest.Reach = .ever
    ) -> LaneTicket {
        journal.atWork.insert(.deploy(name, on: "sim"))
        let request = TransactionRequest(
            step: .deploy(name, on: "sim"),
            kind: to == nil ? .deploy : .call,
            to: to,
            data: data ?? Array(name.utf8),
            value: .zero,
            gasLimit: given.map { Located($0, at: DeployBench.here) },
            mark: Self.mark,
            reach: reach
        )
        return lane.submit(
            LaneRequest(transaction: request, gasLimit: gasLimit, signer: LaneFakeSigner()), at: now)
    }

    mutating func attach(
        _ name: String = "token",
        canSign: Bool = true,
        within allowance: Allowance = .unlimited,
        unwanted: StepFailure? = nil
    ) -> LaneTicket? {
        journal.unfinished(.deploy(name, on: "sim")).map {
            lane.attach(
                $0.id, signer: canSign ? LaneFakeSigner() : nil, mark: Self.mark, within: allowance,
                unwanted: unwanted, at: now)
        }
    }

    /// Goes on until something is asked of the chain, or nothing is to be done now.
    mutating func next() -> LaneMove {
        while true {
            let move = lane.next(at: now)
            hear()
            switch move {
            case .ask, .estimate, .send, .look, .prove, .rest: return move
            case .survey: answer(move, .surveyed(endpoints))
            case .inspect(let nonces):
                inspected.append(nonces)
                let found = nonces.filter { !waiting.contains($0) && !unknown.contains($0) }.map { nonce in
                    strangers.first { $0.nonce == nonce } ?? LaneStranger.other(nonce)
                }
                answer(move, .strangers(found, unknown: unknown.intersection(nonces)))
            case .judge(let unasked):
                answer(move, .judged(unasked.map { toCome.contains($0.step) }))
            case .sign(_, let transaction, _): answer(move, .signed(LaneFakeSigner.signed(transaction)))
            case .plan, .reserve, .weigh, .record, .replace, .markSent, .include, .goBack, .revert, .foreign,
                .withdraw, .check:
                write(move)
            }
        }
    }

    mutating func write(_ move: LaneMove) {
        if case .check(let reliances) = move {
            return answer(move, .standing(journal.standings(of: reliances)))
        }
        do throws(LedgerError) {
            answer(move, .stored(try journal.write(move)))
        } catch {
            answer(move, LaneResult(refusal: error))
        }
    }

    mutating func answer(_ move: LaneMove, _ result: LaneResult) {
        lane.ended(move, result, at: now)
        hear()
    }

    /// Goes on with so many transactions in blocks, none of them ours, until something is sent or it rests for good.
    static func sent(_ bench: inout LaneBench, count: UInt64 = 0) -> [Transaction] {
        for _ in 0..<2_000 {
            let move = bench.next()
            switch move {
            case .ask: bench.answer(move, account(latest: count))
            case .look: bench.answer(move, nothing(head: 50, count: count))
            case .send(let offers):
                return offers.compactMap {
                    try? SignedTransaction(raw: $0.attempt.rawTransaction).transaction
                }
            case .rest(let until?): bench.now = until
            default: return []
            }
        }
        return []
    }

    /// Answers what the chain is asked in the usual way until a transaction is to be sent or there is nothing to do.
    mutating func nextSend() -> LaneMove {
        while true {
            let move = next()
            guard case .ask = move else { return move }
            answer(move, Self.account())
        }
    }

    /// Takes what was asked for first as far as a node that has it.
    mutating func sendOne() {
        let move = nextSend()
        answer(move, Self.sent(.taken, for: move))
    }

    /// The same answer to each that a move offers.
    static func sent(_ answer: SendAnswer, for move: LaneMove) -> LaneResult {
        guard case .send(let offers) = move else { preconditionFailure("\(move) sends nothing") }
        return .sent(offers.map { _ in answer })
    }

    /// Goes on, with the answers of a node that has everything and of blocks that have nothing, until a move of a name.
    ///
    /// - Returns: The move, not done yet; nil where it does not come.
    mutating func reach(_ name: String) -> LaneMove? {
        for _ in 0..<500 {
            let move = next()
            if LaneCensus.name(move) == name { return move }
            switch move {
            case .ask: answer(move, Self.account())
            case .send: answer(move, Self.sent(.taken, for: move))
            case .look: answer(move, Self.nothing())
            case .rest(let until):
                guard let until else { return nil }
                now = until
            default: return nil
            }
        }
        return nil
    }

    static func account(
        latest: UInt64 = 0,
        pending: UInt64? = nil,
        gwei: UInt128 = 3,
        again: [AccountAnswer] = []
    ) -> LaneResult {
        .account(
            AccountAnswers(first: state(latest, pending: pending), again: again),
            .legacy(Wei(gwei * 1_000_000_000))
        )
    }

    static func state(_ latest: UInt64, pending: UInt64? = nil, head: UInt64 = 0) -> AccountState {
        AccountState(latest: latest, pending: pending ?? latest, balance: Wei(.max / 2), head: head)
    }

    /// What endpoints say of the sender, in their order.
    static func answers(_ states: AccountState...) -> [AccountAnswer] {
        states.enumerated().map { AccountAnswer(endpoint: "endpoint \($0 + 1)", state: $1) }
    }

    static let unavailable = LaneResult.failed(
        StepFailure(code: "network-unavailable", "network 'sim' cannot be used"))

    /// What a node says of a transaction that a block has.
    static func seen(_ hash: Hash, block: UInt64, head: UInt64) throws -> LaneResult {
        let value = JSONValue.object([
            "transactionHash": .string(hash.description),
            "blockHash": .string(LaneFakeChain.hash(Int(block)).description),
            "blockNumber": RPCReader.quantity(block), "status": .string("0x1"), "gasUsed": .string("0x10"),
            "effectiveGasPrice": .string("0x1"),
        ])
        let receipt = try TransactionReceipt(RPCReader(method: "eth_getTransactionReceipt", value: value))
        return .seen([hash: receipt], ChainHead(latest: head), count: nil)
    }

    static func nothing(head: UInt64 = 0, count: UInt64? = nil) -> LaneResult {
        .seen([:], ChainHead(latest: head), count: count)
    }

    /// The last failure that a ticket was told.
    func failure(of ticket: LaneTicket) -> StepFailure? {
        told.reversed().lazy.compactMap {
            if $0.ticket == ticket, case .failed(let failure) = $0.notice { failure } else { nil }
        }.first
    }

    /// The failures that a ticket was told.
    func failures(of ticket: LaneTicket) -> [String] {
        told.compactMap {
            if $0.ticket == ticket, case .failed(let failure) = $0.notice { failure.code } else { nil }
        }
    }

    func isConfirmed(_ ticket: LaneTicket) -> Bool {
        told.contains { if $0.ticket == ticket, case .confirmed = $0.notice { true } else { false } }
    }

    private mutating func hear() { told += lane.takeNotices().map { ($0.0, $0.1) } }
}

extension LaneStranger {
    /// One that does what nobody here wants.
    static func other(_ nonce: UInt64) -> Self { Self(nonce, to: .zero, data: [0xf0], isReadable: true) }

    /// What somebody else sent with the key.
    init(
        _ nonce: UInt64,
        to: Address? = nil,
        value: Wei = .zero,
        data: [UInt8],
        markedAs digest: UInt64 = 100_000,
        gasLimit: UInt64 = 100_000,
        block: UInt64 = 1,
        succeeded: Bool = true,
        isReadable: Bool = true,
        cap: Wei? = nil
    ) {
        let transaction = Transaction(
            form: .legacy(
                gasPrice: cap ?? Wei(OperationMark(of: digest).price(atMost: 7_000_000_000)),
                chainID: ChainID(1_337)
            ),
            nonce: nonce,
            gasLimit: gasLimit,
            to: to,
            value: value,
            data: data
        )
        let signed = LaneFakeSigner.signed(transaction)
        self.init(
            hash: signed.hash, nonce: nonce, block: block, to: to, value: value, data: data,
            gasLimit: gasLimit, succeeded: succeeded,
            signed: isReadable ? signed : nil, cap: cap)
    }
}
