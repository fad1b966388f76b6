import EthereumTypes
import Model

@testable import Ethereum
@testable import Ledger
@testable import Steps

/// Another machine that does the same with the same key, as far as one can that looks before it sends.
extension LaneSimulation {
    /// It does a step, with the nonce that this one uses for it or ahead of this one.
    mutating func sendTwin() {
        if chance(2) { sendBeside() } else { sendAhead() }
    }

    /// The same, under the same nonce, at a price for which it takes the place of ours.
    private mutating func sendBeside() {
        let next = UInt64(chain.branch.uses.count)
        let open = journal.open.filter { operation in
            [.signed, .sent].contains(operation.state) && operation.nonce.map { $0 >= next } ?? false
                && operation.attempts.last.map { !isVoid($0) } ?? false
        }
        guard let operation = open.randomElement(using: &random), let nonce = operation.nonce,
            let content = content(of: operation), needsNothing(content)
        else { return }
        census.count(.twinBeside)
        note("another machine sends \(operation.intent.step) with nonce \(nonce)")
        let mark = OperationMark(operation.intent.step.rawValue)
        send(content.to, content.value, content.data, gasLimit: content.gasLimit, nonce: Int(nonce)) {
            mark.price(atMost: $0)
        }
    }

    /// The same, ahead of this one: it has not asked for the nonce yet, and asks again how many there are before it does.
    private mutating func sendAhead() {
        guard !settings.relies, lane.account.map({ now >= $0.at + settings.rules.accountAge }) ?? false else {
            return
        }
        let left = steps.filter { step in
            step.state != .done && !twins.contains(step.id)
                && !journal.operations.contains { $0.intent.step == step.id && $0.state != .withdrawn }
        }
        guard let step = left.randomElement(using: &random) else { return }
        let held = journal.operations.filter { $0.state != .withdrawn }.compactMap(\.nonce).max().map {
            Int($0) + 1
        }
        // What waits behind a gap in a pool no node counts: nobody can know of it.
        var nonce = chain.branch.uses.count
        while chain.pool[nonce] != nil { nonce += 1 }
        guard nonce >= held ?? 0 else { return }
        census.count(.twinAhead)
        note("another machine sends \(step.id) with nonce \(nonce)")
        twins.insert(step.id)
        send(
            nil, step.value, step.data, gasLimit: step.mark.gasLimit(atMost: 100_000, needed: 80_000),
            nonce: nonce
        ) { step.mark.price(atMost: $0) }
    }

    /// Before a process begins, whoever starts it looks at what was sent that nothing is on record of.
    mutating func adoptTwins() {
        guard journal.nonces.isEmpty else { return }
        for index in steps.indices where steps[index].state != .done && twins.contains(steps[index].id) {
            let step = steps[index]
            guard !journal.operations.contains(where: { $0.intent.step == step.id && $0.state != .withdrawn })
            else { continue }
            note("a person says that \(step.id) is done")
            steps[index].isAdopted = true
            steps[index].state = .done
        }
    }

    private func needsNothing(_ content: Transaction) -> Bool {
        !settings.relies && content.data.count < 20
    }

    private mutating func send(
        _ to: Address?,
        _ value: Wei,
        _ data: [UInt8],
        gasLimit: UInt64,
        nonce: Int,
        price marked: (UInt128) -> UInt128
    ) {
        // About as much as this one pays, so that budgets hold; its hash is another.
        let most = LaneFakeChain.usualBaseFee * 2 - UInt128(1 + chain.foreign.count) * 1_048_576
        let price = Wei(marked(most))
        chain.sendForeign(
            LaneFakeSigner.signed(
                Transaction(
                    form: .legacy(gasPrice: price, chainID: settings.context(run: 0).lane.chainID),
                    nonce: UInt64(nonce),
                    gasLimit: gasLimit,
                    to: to,
                    value: value,
                    data: data
                )
            )
        )
    }
}
