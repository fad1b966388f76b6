import Model

/// How much of each pool is free.
///
/// A claim that weighs more than its pool holds counts as all of it, so that every step can run.
struct Pools {
    private let rules: RunRules
    private var taken: [String: Int] = [:]

    init(_ rules: RunRules) { self.rules = rules }

    /// Whether all of `claims` can be had at once.
    func fit(_ claims: [Claim]) -> Bool {
        claims.allSatisfy { taken[$0.pool, default: 0] + weight($0) <= rules.capacity(of: $0.pool) }
    }

    mutating func take(_ claims: [Claim]) {
        for claim in claims { taken[claim.pool, default: 0] += weight(claim) }
    }

    mutating func give(_ claims: [Claim]) {
        for claim in claims { taken[claim.pool, default: 0] -= weight(claim) }
    }

    /// How many steps with these claims could work at once if nothing else did.
    func most(_ claims: [Claim]) -> Int {
        claims.map { rules.capacity(of: $0.pool) / weight($0) }.min() ?? rules.width
    }

    private func weight(_ claim: Claim) -> Int { min(claim.weight, rules.capacity(of: claim.pool)) }
}
