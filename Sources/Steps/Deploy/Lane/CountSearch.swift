/// The search for the blocks that used some nonces of an account, by how many transactions it had at other blocks.
///
/// All are searched for at once: a round asks of as many blocks as there are places where one may be.
struct CountSearch: Sendable {
    /// Which block used a nonce.
    enum Place: Hashable, Sendable {
        /// None did by the newest block.
        case open
        /// Some block did; the node does not tell which.
        case unknown
        case block(UInt64)
    }

    /// So many blocks are asked of in one round where each is twice as far back as the one before it.
    private static let doublings: UInt64 = 6

    private let nonces: [UInt64]
    private let head: UInt64
    /// By block, in ascending order.
    private var counts: [(block: UInt64, count: UInt64)]
    private var untold: Set<UInt64> = []
    private var back: UInt64 = 1

    /// - Parameters:
    ///   - nonces: What is searched for.
    ///   - head: The newest block that counts.
    ///   - count: How many transactions the account had then.
    init(_ nonces: [UInt64], by head: UInt64, count: UInt64) {
        self.nonces = nonces
        self.head = head
        // A chain begins with none.
        counts = [(0, 0)]
        note(count, at: head)
    }

    /// The blocks to ask of next; none where all is known that can be.
    mutating func next() -> [UInt64] {
        // Nodes keep few old states: the search begins near the head and goes back in steps that double.
        if let least = nonces.min(), let oldest = counts.dropFirst().first, oldest.count > least,
            untold.isEmpty,
            back < head
        {
            let blocks = (0 as UInt64..<Self.doublings).map { back << $0 }.filter { $0 < head }.map {
                head - $0
            }
            back <<= Self.doublings
            return blocks
        }
        return Set(nonces.compactMap(middle(of:))).sorted()
    }

    /// Takes in how many there were at a block; nil: the node does not tell.
    mutating func note(_ count: UInt64?, at block: UInt64) {
        guard let count else {
            untold.insert(block)
            return
        }
        let place = counts.firstIndex { $0.block >= block } ?? counts.endIndex
        if place < counts.endIndex, counts[place].block == block {
            counts[place].count = count
        } else {
            counts.insert((block: block, count: count), at: place)
        }
    }

    func place(of nonce: UInt64) -> Place {
        // What is used in the first block no transaction used.
        if let first = counts.first, first.count > nonce { return .unknown }
        guard let (open, used) = bounds(of: nonce) else { return .open }
        return used == open + 1 ? .block(used) : .unknown
    }

    /// The last block known not to have used a nonce, and the first known to have; nil where none has.
    private func bounds(of nonce: UInt64) -> (open: UInt64, used: UInt64)? {
        guard let place = counts.firstIndex(where: { $0.count > nonce }), place > 0 else { return nil }
        return (counts[place - 1].block, counts[place].block)
    }

    private func middle(of nonce: UInt64) -> UInt64? {
        guard let (open, used) = bounds(of: nonce), used > open + 1,
            !untold.contains(where: { open < $0 && $0 < used })
        else { return nil }
        return open + (used - open) / 2
    }
}
