import EthereumTypes
import Ledger
import Model

@testable import Ethereum
@testable import Steps

/// What happens by itself: blocks, and all that nobody asked for.
extension LaneSimulation {
    /// Lets time go by, with the blocks that come meanwhile.
    mutating func pass(_ time: Duration) {
        guard time > .zero else { return }
        movesAtOnce = 0
        let end = now + time
        while nextBlock <= end {
            now = max(now, nextBlock)
            nextBlock += settings.blockTime
            block()
        }
        now = end
    }

    /// Ends all faults; whatever others sent is sent again, and there is enough money.
    mutating func calmDown() {
        guard !isCalm else { return }
        isCalm = true
        note("from now on nothing goes wrong")
        chain.baseFee = LaneFakeChain.usualBaseFee
        chain.funds = 1_000_000_000_000_000_000_000
        for node in chain.nodes.indices {
            chain.nodes[node].kept = []
            chain.nodes[node].unindexed = 0
            chain.nodes[node].overcount = 0
            chain.catchUp(node)
        }
    }

    private mutating func block() {
        if isCalm {
            chain.offerForeignAgain()
            chain.mine(room: 8) { false }
            for node in chain.nodes.indices { chain.catchUp(node) }
            return
        }
        let settings = settings
        var dice = random
        // Behind a gap that a forgotten one leaves another machine's transactions would wait where no node counts them.
        let isAlone = twins.isEmpty
        func reverts() -> Bool { settings.reverts && Int.random(in: 0..<6, using: &dice) == 0 }
        let depth = min(
            Int.random(in: 1...LaneFakeChain.finality, using: &random), settings.mostReorganised,
            chain.branch.head)
        let isStolen = settings.relies && settings.isShared && strangers < 3 && chance(2)
        if depth > 0, chance(settings.relies ? max(4, settings.rarity / 2) : settings.rarity) {
            census.count(.reorganisation)
            note("reorganisation of \(depth)")
            let rarely = chance(2) || isStolen
            chain.reorganise(
                depth: depth,
                forgets: { isAlone && Int.random(in: 0..<3, using: &dice) == 0 },
                room: { rarely ? 0 : Int.random(in: 0..<3, using: &dice) },
                reverts: reverts
            )
            if isStolen { sendForeign(first: true) } else if chance(2) { dropForeign() }
        }
        let before = chain.branch.uses.count
        chain.mine(room: chance(3) ? 0 : Int.random(in: 0...3, using: &dice), reverts: reverts)
        random = dice
        for use in chain.branch.uses[min(before, chain.branch.uses.count)...] where !use.succeeded {
            census.count(.revert)
        }
        disturb()
        for node in chain.nodes.indices { lag(node) }
    }

    private mutating func disturb() {
        if twins.isEmpty, chance(settings.rarity * 2),
            let nonce = chain.pool.keys.sorted().randomElement(using: &random)
        {
            census.count(.forgottenTransaction)
            note("the pool forgets \(nonce)")
            chain.forget(nonce)
        }
        if chance(settings.rarity * 4), let old = chain.candidates.randomElement(using: &random) {
            census.count(.olderAttempt)
            note("\(old.hash.short) with nonce \(old.transaction.nonce) is in the pool again")
            chain.bringBack(old)
        }
        if chain.baseFee > LaneFakeChain.usualBaseFee {
            if chance(6) { chain.baseFee = LaneFakeChain.usualBaseFee }
        } else if chance(settings.rarity * 3) {
            census.count(.feeSpike)
            chain.baseFee *= UInt128(Int.random(in: 3...20, using: &random))
            note("the base fee is \(chain.baseFee)")
        }
        if settings.isShared, strangers < 3, chance(settings.rarity) { sendForeign() }
        if settings.hasTwins, chance(settings.rarity) { sendTwin() }
        if chance(settings.rarity) { dropForeign() }
        if chance(4) { chain.offerForeignAgain() }
        if chance(settings.rarity * 8) {
            census.count(.poor)
            chain.funds = 100_000_000_000_000
        } else {
            chain.funds = 1_000_000_000_000_000_000_000
        }
    }

    /// Pools drop the first of somebody else's transactions, for good.
    private mutating func dropForeign() {
        // Behind a gap that this leaves another machine's transactions would wait where no node counts them.
        guard !settings.hasTwins, let nonce = chain.pool.keys.filter(chain.isForeign(waiting:)).sorted().first
        else { return }
        census.count(.droppedForeign)
        note("the foreign transaction with nonce \(nonce) is dropped")
        chain.dropForeign(nonce)
    }

    /// Somebody else uses the key: behind all that waits, or instead of it.
    ///
    /// `first`: with the next nonce.
    private mutating func sendForeign(first: Bool = false) {
        let next = chain.branch.uses.count
        var free = next
        while chain.pool[free] != nil { free += 1 }
        let nonce = Int.random(in: next...(first ? next : free), using: &random)
        census.count(.foreignTransaction)
        note("a foreign transaction with nonce \(nonce)")
        strangers += 1
        sendForeign(nonce: nonce)
    }

    private mutating func sendForeign(nonce: Int) {
        let price = Wei(LaneFakeChain.usualBaseFee * UInt128(30 + chain.foreign.count))
        chain.sendForeign(
            LaneFakeSigner.signed(
                Transaction(
                    form: .legacy(gasPrice: price, chainID: settings.context(run: 0).lane.chainID),
                    nonce: UInt64(nonce),
                    gasLimit: 100_000,
                    to: .zero,
                    value: Wei(UInt128(chain.foreign.count)),
                    data: [0xf0]
                )
            )
        )
    }

    /// Whether nothing waits with the next nonce, and something does behind it that was signed.
    var hasGap: Bool {
        let next = chain.branch.uses.count
        let waiting = journal.operations.filter { [.signed, .sent].contains($0.state) }.compactMap(\.nonce)
        return chain.pool[next] == nil && waiting.min().map { Int($0) > next } ?? false
    }

    /// Takes in which nonces a person was told to use, as the words say them.
    mutating func hear(gap failure: StepFailure) {
        census.count(.blockedByGap)
        guard let words = failure.message.firstMatch(of: /nonces? (\d+)(?:–(\d+))? of/),
            let first = Int(words.1), let last = words.2.map({ Int($0) }) ?? first
        else { return found(.untold, "which nonces: \(failure.message)") }
        // What waits behind the first of them in a pool nobody can see.
        var open = chain.branch.uses.count
        while chain.pool[open] != nil { open += 1 }
        if isCalm, first != open {
            found(.untrue, "nonce \(first) is not open: \(failure.message)")
        }
        toFill.formUnion(first...last)
    }

    /// A person sends what a process has asked for, sooner or later.
    mutating func fillGaps() {
        defer { toFill = [] }
        guard isCalm || chance(2) else { return }
        for nonce in toFill.sorted() where nonce >= chain.branch.uses.count && chain.pool[nonce] == nil {
            census.count(.personFills)
            note("a person fills nonce \(nonce)")
            sendForeign(nonce: nonce)
        }
    }

    private mutating func lag(_ node: Int) {
        // What another machine sent and no node shows nobody can know of.
        guard twins.isEmpty else { return chain.catchUp(node) }
        if chance(settings.rarity * 5) {
            census.count(.overcountingNode)
            note("node \(node) counts too many")
            chain.nodes[node].overcount = Int.random(in: 1...3, using: &random)
        } else if chance(3) {
            chain.nodes[node].overcount = 0
        }
        if chain.nodes[node].missed < 3, chance(settings.rarity) {
            chain.nodes[node].missed += 1
        } else {
            chain.catchUp(node)
        }
        if chance(settings.rarity) {
            census.count(.lateIndex)
            chain.nodes[node].unindexed = Int.random(in: 1...6, using: &random)
        } else if chance(4) {
            chain.nodes[node].unindexed = 0
            chain.nodes[node].kept = []
        }
    }
}
