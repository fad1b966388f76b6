import EthereumTypes
package import Model

/// One of several parts of a plan, each of which can be run by itself, at the same time as the others and elsewhere.
///
/// No two shards send from one account of one chain, as far as accounts are told without a secret, and no step of one refers to a
/// deployment of another. Every effect is in exactly one; pure steps are in each that needs them, and those that no effect needs are divided too.
package struct Shard: Hashable, Sendable {
    /// Counts from 1.
    package let index: Int
    package let count: Int

    /// nil where there is no such part.
    package init?(_ index: Int, of count: Int) {
        guard (1...max(1, count)).contains(index), count >= 1 else { return nil }
        self.index = index
        self.count = count
    }

    /// Reads `2/5`; nil for any other text and where there is no such part.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let index = Int(parts[0]), let count = Int(parts[1])
        else { return nil }
        self.init(index, of: count)
    }
}

extension Shard: CustomStringConvertible {
    package var description: String { "\(index)/\(count)" }
}

extension Plan<Action> {
    /// The part of the plan that a shard has: the same for the same plan.
    package func part(_ shard: Shard) -> Plan {
        let mine = Division(self, into: shard.count).shards[shard.index - 1]
        return closed { mine.contains($0.id) }
    }

    /// Who sends what a part of the plan leaves out, by chain; without devnets.
    func senders(besides part: Plan) -> [ChainID: Set<SignerSpec>] {
        var senders: [ChainID: Set<SignerSpec>] = [:]
        for step in steps where part[step.id] == nil {
            guard let network = step.network, !network.isDevnet else { continue }
            senders[network.chainID, default: []].formUnion(step.senders.compactMap(\.self))
        }
        return senders
    }
}
