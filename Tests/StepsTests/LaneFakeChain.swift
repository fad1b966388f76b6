import EthereumTypes
import Model

@testable import Ethereum

/// The chain of a simulation: what one sender sent, in blocks that may go away; its pool, and nodes that lag behind.
///
/// Nobody runs code here: a transaction succeeds or reverts by the dice of whoever mines.
struct LaneFakeChain {
    /// Which transaction used a nonce.
    struct Use {
        var hash: Hash
        var block: Int
        var succeeded: Bool
        var gasUsed: UInt64
        var feePaid: Wei
    }

    /// One branch, as somebody saw it at some moment.
    struct Branch {
        /// By number; the first is the genesis.
        var blocks: [Hash]
        /// By nonce.
        var uses: [Use] = []

        var head: Int { blocks.count - 1 }
        var finalized: Int { max(0, head - LaneFakeChain.finality) }

        /// The sender's transactions up to a block.
        func count(at block: Int) -> Int { uses.prefix { $0.block <= block }.count }
    }

    /// One that answers questions: it may be some blocks behind, and later still with receipts.
    struct Node {
        var branch: Branch
        /// For how many blocks it has seen no new one.
        var missed = 0
        /// How many of its blocks it has not indexed.
        var unindexed = 0
        /// By how much it counts too many transactions of the sender.
        var overcount = 0
        /// What it says that it has and passes to nobody.
        var kept: Set<Hash> = []
    }

    /// Blocks on top of one that never goes away.
    static let finality = 5
    static let usualBaseFee: UInt128 = 1_000_000_000
    static let gasUsed: UInt64 = 80_000

    private(set) var branch: Branch
    var nodes: [Node]
    private(set) var pool: [Int: SignedTransaction] = [:]
    var baseFee = Self.usualBaseFee
    /// What the sender has before it pays for anything.
    var funds: UInt128 = 1_000_000_000_000_000_000_000
    /// Whether a transaction that leaves a gap is refused, not kept.
    var refusesGaps = false
    /// A pool that takes nothing below a part of the base fee.
    var isStrict = false
    /// Every transaction that reached a node, whatever that said.
    private(set) var offered: [Hash: SignedTransaction] = [:]
    private var order: [Hash] = []
    /// The contract that each creates where it succeeds.
    private(set) var created: [Hash: Address] = [:]
    /// Transactions of the same key that are not ours.
    private(set) var foreign: [SignedTransaction] = []
    /// Those of them that nobody sends again.
    private(set) var dropped: Set<Hash> = []
    private var made = 0

    init(nodes count: Int) {
        branch = Branch(blocks: [Self.hash(0)])
        nodes = [Node](repeating: Node(branch: branch), count: count)
    }

    static func hash(_ number: Int) -> Hash {
        var bytes = [UInt8](repeating: 0, count: 32)
        bytes[0] = 0xb1
        for place in 0..<8 { bytes[31 - place] = UInt8(truncatingIfNeeded: number >> (8 * place)) }
        return Hash(bytes: bytes) ?? Keccak256.hash(bytes)
    }

    func isForeign(_ hash: Hash) -> Bool { foreign.contains { $0.hash == hash } }

    // MARK: What nodes say

    func balance(on branch: Branch) -> UInt128 {
        let spent = branch.uses.reduce(UInt128.zero) { sum, use in
            let value = use.succeeded ? offered[use.hash]?.transaction.value.value ?? 0 : 0
            return sum + use.feePaid.value + value
        }
        return funds > spent ? funds - spent : 0
    }

    func pending(_ node: Int) -> Int {
        var next = nodes[node].branch.uses.count
        while pool[next] != nil { next += 1 }
        return next
    }

    /// The use of a transaction that a node has a receipt of.
    func seen(_ hash: Hash, by node: Int) -> Use? {
        let node = nodes[node]
        guard let nonce = offered[hash].map({ Int($0.transaction.nonce) }), nonce < node.branch.uses.count
        else { return nil }
        let use = node.branch.uses[nonce]
        return use.hash == hash && use.block <= node.branch.head - node.unindexed ? use : nil
    }

    /// Whether a node has a transaction, in its pool or in a block.
    func knows(_ hash: Hash, at node: Int) -> Bool {
        nodes[node].kept.contains(hash) || seen(hash, by: node) != nil
            || pool.values.contains { $0.hash == hash }
    }

    /// Takes a transaction as geth does; what is returned is its refusal.
    mutating func take(_ signed: SignedTransaction, at node: Int) -> String? {
        note(signed)
        let transaction = signed.transaction
        let nonce = Int(transaction.nonce)
        let next = nodes[node].branch.uses.count
        if nodes[node].kept.contains(signed.hash) { return "already known" }
        if nonce < next { return "nonce too low: next nonce \(next), tx nonce \(nonce)" }
        if pool[nonce]?.hash == signed.hash { return "already known" }
        guard balance(on: nodes[node].branch) >= transaction.maxCost.value else {
            return "insufficient funds for gas * price + value"
        }
        if isStrict, transaction.maxFeePerGas.value < baseFee { return "transaction underpriced" }
        if let held = pool[nonce]?.transaction {
            let isMore =
                transaction.maxFeePerGas.value * 100 >= held.maxFeePerGas.value * 110
                && Self.tip(transaction) * 100 >= Self.tip(held) * 110
            guard isMore else { return "replacement transaction underpriced" }
        }
        if refusesGaps, nonce > pending(node) { return "nonce too high" }
        // A node that lags takes what the chain is past; nothing comes of it.
        if nonce >= branch.uses.count { pool[nonce] = signed }
        return nil
    }

    private static func tip(_ transaction: Transaction) -> UInt128 {
        switch transaction.form {
        case .legacy(let price, _), .accessList(let price, _, _): price.value
        case .dynamicFee(_, let tip, _, _): tip.value
        }
    }

    /// The nonce of the successful transaction that created a contract at an address, on the branch that is.
    func creation(of address: Address) -> Use? {
        branch.uses.first { $0.succeeded && created[$0.hash] == address }
    }

    // MARK: What happens to it

    /// Adds a block with up to `room` transactions that pay enough; `reverts` says of each whether it does.
    mutating func mine(room: Int, reverts: () -> Bool) {
        made += 1
        branch.blocks.append(Self.hash(made))
        for _ in 0..<room {
            guard let signed = pool[branch.uses.count],
                signed.transaction.maxFeePerGas.value >= baseFee,
                balance(on: branch) >= signed.transaction.maxCost.value
            else { break }
            pool[branch.uses.count] = nil
            let price = min(signed.transaction.maxFeePerGas.value, baseFee + Self.tip(signed.transaction))
            let gasUsed = min(Self.gasUsed, signed.transaction.gasLimit)
            branch.uses.append(
                Use(
                    hash: signed.hash,
                    block: branch.head,
                    succeeded: !reverts(),
                    gasUsed: gasUsed,
                    feePaid: Wei(price) * gasUsed
                )
            )
        }
    }

    /// Lets a node see the chain as it is.
    mutating func catchUp(_ node: Int) {
        nodes[node].branch = branch
        nodes[node].missed = 0
    }

    /// Takes the newest blocks away and puts as many others in their place; what they had waits again, or is forgotten.
    mutating func reorganise(depth: Int, forgets: () -> Bool, room: () -> Int, reverts: () -> Bool) {
        let kept = branch.blocks.count - depth
        let gone = branch.uses.filter { $0.block >= kept }
        branch.blocks.removeLast(depth)
        branch.uses.removeAll { $0.block >= kept }
        for (place, use) in gone.enumerated() where !forgets() {
            pool[branch.uses.count + place] = offered[use.hash]
        }
        for _ in 0..<depth { mine(room: room(), reverts: reverts) }
        pool = pool.filter { $0.key >= branch.uses.count }
    }

    /// Forgets what waits with a nonce.
    mutating func forget(_ nonce: Int) { pool[nonce] = nil }

    /// Somebody else sends with the key, whatever waits with the nonce.
    mutating func sendForeign(_ signed: SignedTransaction) {
        foreign.append(signed)
        note(signed)
        pool[Int(signed.transaction.nonce)] = signed
    }

    /// What waits with a nonce again, because some node kept it: all that were ever offered and that no block can refuse.
    var candidates: [SignedTransaction] {
        order.compactMap { offered[$0] }.filter { Int($0.transaction.nonce) >= branch.uses.count }
    }

    /// One that some node kept takes the place of what waits with its nonce.
    mutating func bringBack(_ signed: SignedTransaction) { pool[Int(signed.transaction.nonce)] = signed }

    private mutating func note(_ signed: SignedTransaction) {
        guard offered.updateValue(signed, forKey: signed.hash) == nil else { return }
        order.append(signed.hash)
        // Bytes that were read back name a stranger as their sender: signatures are fakes.
        if signed.transaction.to == nil {
            created[signed.hash] = Address.created(
                by: LaneFakeSigner.address, nonce: signed.transaction.nonce)
        }
    }

    /// Somebody else's transaction that waits with a nonce is dropped for good.
    mutating func dropForeign(_ nonce: Int) {
        guard let signed = pool.removeValue(forKey: nonce) else { return }
        dropped.insert(signed.hash)
    }

    /// Whether a transaction that waits with a nonce is somebody else's.
    func isForeign(waiting nonce: Int) -> Bool { pool[nonce].map { isForeign($0.hash) } ?? false }

    /// Those others send theirs again where no block has the nonce and nothing waits with it.
    mutating func offerForeignAgain() {
        for signed in foreign where !dropped.contains(signed.hash) {
            let nonce = Int(signed.transaction.nonce)
            if nonce >= branch.uses.count, pool[nonce] == nil { pool[nonce] = signed }
        }
    }
}
