import Model

/// Steps that wait for their pools: one heap for each kind of claim, so that finding what can start does not look at
/// all that cannot.
struct WorkQueue {
    /// Steps that want the same and can be done together.
    private struct Shelf {
        let claims: [Claim]
        let batch: Batch?
        var ranks = Heap()
    }

    private struct Key: Hashable {
        let claims: [Claim]
        let batch: Batch?
    }

    private var shelves: [Shelf] = []
    private var places: [Key: Int] = [:]
    /// Where the last step went: the next one mostly wants the same, and need not be looked for.
    private var last = 0
    private(set) var count = 0

    mutating func insert(_ rank: Int, claims: [Claim], batch: Batch?) {
        let place = place(claims, batch)
        last = place
        shelves[place].ranks.insert(rank)
        count += 1
    }

    /// Where steps that want this are; a new place where there is none.
    private mutating func place(_ claims: [Claim], _ batch: Batch?) -> Int {
        if shelves.indices.contains(last), shelves[last].claims == claims, shelves[last].batch == batch {
            return last
        }
        let key = Key(claims: claims, batch: batch)
        if let known = places[key] { return known }
        let place = shelves.count
        shelves.append(Shelf(claims: claims, batch: batch))
        places[key] = place
        return place
    }

    /// Takes out the first step that fits into the pools, with others that can be done together with it.
    ///
    /// What waits for a batch is shared out evenly among as many batches as can run at once.
    mutating func take(fitting pools: Pools) -> (ranks: [Int], claims: [Claim])? {
        guard count > 0 else { return nil }
        var best: (place: Int, rank: Int)?
        for (place, shelf) in shelves.enumerated() {
            guard let rank = shelf.ranks.least, rank < best?.rank ?? .max, pools.fit(shelf.claims) else {
                continue
            }
            best = (place, rank)
        }
        guard let place = best?.place else { return nil }
        // Only these are taken out: a copy of the shelf would make each pop copy its heap.
        let claims = shelves[place].claims
        var size = 1
        if let batch = shelves[place].batch {
            let lanes = max(1, pools.most(claims))
            size = max(1, min(batch.most, (shelves[place].ranks.count + lanes - 1) / lanes))
        }
        var ranks: [Int] = []
        while ranks.count < size, let rank = shelves[place].ranks.popLeast() { ranks.append(rank) }
        count -= ranks.count
        return (ranks, claims)
    }
}
