import Model

/// Lanes of pools, each had by one step at a time; as many as work at once, the lowest free one first.
struct TraceLanes: Sendable {
    /// A lane as a trace names it: no two have the same thread, whatever their process.
    struct Lane: Hashable, Sendable {
        let process: Int
        let thread: Int
        let pool: String
        let name: String
        fileprivate let position: Int
    }

    private struct Pool {
        let process: Int
        var lanes: [Lane] = []
        var free = Heap()
        /// Where what takes no time is shown.
        var atOnce: Lane?
    }

    private var pools: [String: Pool] = [:]
    private var threads = 0

    /// Takes a lane until it is given back.
    mutating func take(of name: String) -> Lane {
        var pool = pools[name] ?? Pool(process: pools.count + 1)
        defer { pools[name] = pool }
        if let position = pool.free.popLeast() { return pool.lanes[position] }
        let lane = newLane(of: name, pool, "\(name) \(pool.lanes.count + 1)")
        pool.lanes.append(lane)
        return lane
    }

    mutating func give(_ lane: Lane) { pools[lane.pool]?.free.insert(lane.position) }

    /// The lane of a pool that everything may share.
    mutating func atOnce(of name: String) -> Lane {
        var pool = pools[name] ?? Pool(process: pools.count + 1)
        let lane = pool.atOnce ?? newLane(of: name, pool, name)
        pool.atOnce = lane
        pools[name] = pool
        return lane
    }

    private mutating func newLane(of name: String, _ pool: Pool, _ title: String) -> Lane {
        threads += 1
        return Lane(
            process: pool.process, thread: threads, pool: name, name: title, position: pool.lanes.count)
    }
}
