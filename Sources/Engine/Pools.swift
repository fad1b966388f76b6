import Model

/// How much of each pool is free.
///
/// A claim that weighs more than its pool holds counts as all of it, so that every step can run.
struct Pools {
    private let rules: RunRules
    /// What is taken of `cpu`, which nearly every step claims, and of the others.
    private var cores = 0
    private var taken: [String: Int] = [:]

    init(_ rules: RunRules) { self.rules = rules }

    /// Whether all of `claims` can be had at once.
    func fit(_ claims: [Claim]) -> Bool {
        claims.allSatisfy { taken(of: $0.pool) + weight($0) <= rules.capacity(of: $0.pool) }
    }

    mutating func take(_ claims: [Claim]) {
        for claim in claims { add(weight(claim), to: claim.pool) }
    }

    mutating func give(_ claims: [Claim]) {
        for claim in claims { add(-weight(claim), to: claim.pool) }
    }

    /// How many steps with these claims could work at once if nothing else did.
    func most(_ claims: [Claim]) -> Int {
        claims.map { rules.capacity(of: $0.pool) / weight($0) }.min() ?? rules.width
    }

    private func taken(of pool: String) -> Int {
        pool == Claim.cpu.pool ? cores : taken[pool, default: 0]
    }

    private mutating func add(_ weight: Int, to pool: String) {
        if pool == Claim.cpu.pool { cores += weight } else { taken[pool, default: 0] += weight }
    }

    private func weight(_ claim: Claim) -> Int { min(claim.weight, rules.capacity(of: claim.pool)) }
}
