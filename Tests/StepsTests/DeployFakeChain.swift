import Ethereum
import EthereumTypes
import Model

/// The chain behind a ``FaultyNode``: accounts, blocks and receipts, but no EVM.
///
/// Init code is three bytes of length and then the runtime code that it leaves, with the arguments behind. A call whose
/// selector is in ``setters`` writes what follows it; the selector that it is paired with reads it back.
struct FakeChain: Sendable {
    struct Block: Sendable {
        var number: UInt64
        var hash: Hash
        var parent: Hash
        var transactions: [SignedTransaction]
    }

    struct Receipt: Sendable {
        var block: Block
        var transaction: SignedTransaction
        var succeeded: Bool
        var address: Address?
        var gasUsed: UInt64
        var price: UInt128
        /// How often a node still says that it has none.
        var hiddenPolls: Int
    }

    static let baseFee: UInt128 = 1_000_000_000

    var chainID: UInt64 = 11_155_111
    /// Whether a block follows each transaction at once; else each pause of the caller brings one.
    var minesAtOnce = true
    /// Whether it knows `eth_simulateV1`; the call of this place reverts there.
    var simulates = false
    var revertsSimulated: Int?
    /// Whether what is mined reverts.
    var reverts = false
    /// For how many polls a new receipt is hidden.
    var receiptLag = 0
    /// The contract that receipts name in place of the one that was created.
    var misnames: Address?
    /// Whether receipts do not say whether a transaction succeeded.
    var leavesOutStatus = false
    /// How often a node still says that there is no code.
    var hiddenCodePolls = 0
    /// How many blocks the node behind `eth_call` is behind those that answer the rest.
    var callsLag: UInt64 = 0
    /// The same behind `eth_getCode`.
    var codesLag: UInt64 = 0
    /// What calls with a selector give at a block.
    var answers: [[UInt8]: @Sendable (UInt64) -> [UInt8]] = [:]
    /// Where constructors write their `tx.origin` into the code.
    var immutable: Range<Int>?
    /// Whether transaction counts lack the newest block and the pool.
    var countsLag = false
    var funds: [Address: UInt128] = [:]
    var setters: [[UInt8]: [UInt8]] = [:]
    /// Code that was always there.
    var genesisCode: [Address: [UInt8]] = [:]
    /// Whether it has dropped the transactions of its blocks, though not their receipts.
    var hasDroppedTransactions = false
    /// Whether factories succeed and create nothing.
    var factoriesSwallow = false

    private(set) var blocks: [Block] = []
    private(set) var pool: [SignedTransaction] = []
    private(set) var receipts: [Hash: Receipt] = [:]
    private(set) var code: [Address: [UInt8]] = [:]
    private var slots: [String: [UInt8]] = [:]
    private var nonces: [Address: UInt64] = [:]
    private var spent: [Address: UInt128] = [:]
    private var fork = 0

    init(genesis: String = "genesis") {
        let hash = Keccak256.hash(genesis.utf8)
        blocks = [Block(number: 0, hash: hash, parent: hash, transactions: [])]
    }

    /// A transaction that a block has.
    func transaction(_ hash: Hash) -> Receipt? { hasDroppedTransactions ? nil : receipts[hash] }

    func code(at address: Address) -> [UInt8] { code[address] ?? genesisCode[address] ?? [] }

    var head: Block { blocks[blocks.count - 1] }

    /// Every successful transaction of the canonical chain, in order.
    var mined: [Receipt] {
        blocks.flatMap(\.transactions).compactMap { receipts[$0.hash] }.filter(\.succeeded)
    }

    /// The creations of the canonical chain whose data starts with `initCode`.
    func creations(of initCode: [UInt8]) -> [Receipt] {
        mined.filter {
            $0.transaction.transaction.to == nil && $0.transaction.transaction.data.starts(with: initCode)
        }
    }

    func count(of address: Address, pending: Bool) -> UInt64 {
        let latest = nonces[address] ?? 0
        if countsLag {
            return latest - UInt64(head.transactions.count { $0.sender == address })
        }
        guard pending else { return latest }
        var next = latest
        while pool.contains(where: { $0.sender == address && $0.transaction.nonce == next }) { next += 1 }
        return next
    }

    /// The transactions of an account by a block.
    func count(of address: Address, at number: UInt64) -> UInt64 {
        let later = blocks.drop { $0.number <= number }.flatMap(\.transactions)
        return (nonces[address] ?? 0) - UInt64(later.count { $0.sender == address })
    }

    func balance(of address: Address) -> UInt128 {
        let had = funds[address] ?? 0
        let gone = spent[address] ?? 0
        return had > gone ? had - gone : 0
    }

    /// What the chain answers to a read; nil where the selector is none that a setter is paired with.
    func read(_ address: Address, _ data: [UInt8]) -> [UInt8]? {
        guard setters.values.contains(data) else { return nil }
        return slots["\(address)\(data)"] ?? [UInt8](repeating: 0, count: 32)
    }

    /// Takes a transaction as geth does; the text is its refusal.
    mutating func take(_ signed: SignedTransaction) -> String? {
        let transaction = signed.transaction
        guard transaction.chainID?.rawValue == chainID else { return "invalid chain id for signer" }
        if pool.contains(where: { $0.hash == signed.hash }) { return "already known" }
        let next = nonces[signed.sender] ?? 0
        guard transaction.nonce >= next else {
            return "nonce too low: next nonce \(next), tx nonce \(transaction.nonce)"
        }
        if pool.contains(where: { $0.sender == signed.sender && $0.transaction.nonce == transaction.nonce }) {
            return "replacement transaction underpriced"
        }
        guard balance(of: signed.sender) >= transaction.maxCost.value else {
            return "insufficient funds for gas * price + value"
        }
        pool.append(signed)
        if minesAtOnce { mine() }
        return nil
    }

    /// Adds a block with all of the pool that is next in line.
    mutating func mine() {
        var chosen: [SignedTransaction] = []
        var next = nonces
        var isGrowing = true
        while isGrowing {
            isGrowing = false
            for signed in pool where signed.transaction.nonce == next[signed.sender, default: 0] {
                chosen.append(signed)
                next[signed.sender, default: 0] += 1
                isGrowing = true
            }
            pool.removeAll { signed in chosen.contains { $0.hash == signed.hash } }
        }
        let number = head.number + 1
        let block = Block(
            number: number,
            hash: Keccak256.hash("block \(number) of fork \(fork) on \(head.hash)".utf8),
            parent: head.hash,
            transactions: chosen
        )
        blocks.append(block)
        for signed in chosen { execute(signed, in: block) }
    }

    /// Takes the newest blocks away; their transactions go back to the pool, or are forgotten.
    mutating func reorganise(depth: Int, forgetting: Bool = false) {
        let gone = blocks.suffix(min(depth, blocks.count - 1))
        let left = blocks.dropLast(gone.count)
        fork += 1
        (blocks, receipts, code, slots, nonces, spent) = ([], [:], [:], [:], [:], [:])
        for block in left {
            blocks.append(block)
            for signed in block.transactions { execute(signed, in: block) }
        }
        if !forgetting { pool = gone.flatMap(\.transactions) + pool }
    }

    /// Forgets what waits for a block.
    mutating func emptyPool() { pool = [] }

    /// Counts a poll; whether a receipt is seen yet.
    mutating func poll(_ hash: Hash) -> Receipt? {
        guard let receipt = receipts[hash] else { return nil }
        guard receipt.hiddenPolls > 0 else { return receipt }
        receipts[hash]?.hiddenPolls -= 1
        return nil
    }

    /// Lets an account have sent so many transactions that left nothing.
    mutating func age(_ account: Address, to count: UInt64) { nonces[account] = count }

    /// Puts other code at an address, as no transaction can.
    mutating func tamper(_ address: Address, code: [UInt8]) { self.code[address] = code }

    static func gas(_ data: [UInt8]) -> UInt64 { 53_000 + 100 * UInt64(data.count) }

    private mutating func execute(_ signed: SignedTransaction, in block: Block) {
        let transaction = signed.transaction
        let gas = Self.gas(transaction.data)
        let price = min(transaction.maxFeePerGas.value, Self.baseFee * 2)
        nonces[signed.sender, default: 0] += 1
        let succeeds = !reverts && createByFactory(signed)
        spent[signed.sender, default: 0] += price * UInt128(gas) + (succeeds ? transaction.value.value : 0)
        if succeeds {
            if let address = signed.createdAddress {
                code[address] = Self.runtime(of: transaction.data)
            } else if let to = transaction.to, let slot = setters[Array(transaction.data.prefix(4))] {
                slots["\(to)\(slot)"] = Array(transaction.data.dropFirst(4))
            }
        }
        receipts[signed.hash] = Receipt(
            block: block,
            transaction: signed,
            succeeded: succeeds,
            address: signed.createdAddress,
            gasUsed: gas,
            price: price,
            hiddenPolls: receiptLag
        )
    }

    /// What a factory that is asked creates; false where it reverts, since there is code already or the salt is none.
    private mutating func createByFactory(_ signed: SignedTransaction) -> Bool {
        let data = signed.transaction.data
        guard let to = signed.transaction.to, !code(at: to).isEmpty, !factoriesSwallow,
            let factory = Create2Factory.allCases.first(where: { $0.address == to })
        else { return true }
        let isProxy = factory == .deterministicProxy
        let salt = Array(isProxy ? data.prefix(32) : data.dropFirst(4).prefix(32))
        let length = isProxy ? data.count - 32 : Int(data[98]) << 8 | Int(data[99])
        let initCode = Array(data.dropFirst(isProxy ? 32 : 100).prefix(length))
        guard let id = ChainID(chainID),
            let effective = factory.effectiveSalt(salt, sender: signed.sender, chainID: id)
        else { return false }
        let made = Address.created2(by: to, salt: effective, initCodeHash: Keccak256.hash(initCode))
        guard code(at: made).isEmpty else { return false }
        code[made] = constructed(initCode, by: signed.sender)
        return true
    }

    /// The code that a constructor leaves.
    func constructed(_ initCode: [UInt8], by origin: Address) -> [UInt8] {
        var code = Self.runtime(of: initCode)
        if let immutable, immutable.upperBound <= code.count {
            code.replaceSubrange(immutable, with: [UInt8](repeating: 0, count: 12) + origin.bytes)
        }
        return code
    }

    private static func runtime(of data: [UInt8]) -> [UInt8] {
        guard data.count >= 3 else { return [] }
        let length = Int(data[1]) << 8 | Int(data[2])
        return Array(data.dropFirst(3).prefix(length))
    }
}
