import EthereumTypes
import Model

/// A plan divided into shards: which steps each is to do, without what those need.
struct Division {
    private(set) var shards: [Set<StepID>]
    /// How many steps each shard has, with what they need.
    private var sizes: [Int]

    /// - Precondition: `count` is at least 1.
    init(_ plan: Plan<Action>, into count: Int) {
        precondition(count >= 1, "a plan has at least one part")
        shards = Array(repeating: [], count: count)
        sizes = Array(repeating: 0, count: count)
        // What is together is found by the plan's order alone, and the largest goes first to where there is least.
        let effects = Self.effects(of: plan).map { group in
            (steps: group, size: plan.closed { group.contains($0.id) }.steps.count)
        }
        for group in effects.enumerated().sorted(by: {
            ($1.element.size, $0.offset) < ($0.element.size, $1.offset)
        }) {
            add(group.element.steps, group.element.size)
        }
        for group in Self.others(of: plan) { add(group, group.count) }
    }

    private mutating func add(_ group: Set<StepID>, _ size: Int) {
        var least = 0
        for shard in shards.indices where sizes[shard] < sizes[least] { least = shard }
        shards[least].formUnion(group)
        sizes[least] += size
    }

    /// The effects in groups, each with all that sends from the same accounts and all that it refers to or waits for.
    private static func effects(of plan: Plan<Action>) -> [Set<StepID>] {
        let steps = plan.steps.filter { $0.network != nil }
        let positions = Dictionary(uniqueKeysWithValues: steps.enumerated().map { ($1.id, $0) })
        var groups = Groups(steps.count)
        var firsts: [Account: Int] = [:]
        for (position, step) in steps.enumerated() {
            for other in step.needs + step.after {
                if let other = positions[other] { groups.join(position, other) }
            }
            for account in step.accounts {
                if let first = firsts[account] {
                    groups.join(position, first)
                } else {
                    firsts[account] = position
                }
            }
        }
        return groups.all.map { Set($0.map { steps[$0].id }) }
    }

    /// What no effect needs: each contract by itself, and each check that none of them brings along.
    private static func others(of plan: Plan<Action>) -> [Set<StepID>] {
        let needed = plan.closed { $0.network != nil }
        let left = plan.steps.filter { needed[$0.id] == nil }
        let brought = Set(left.flatMap(\.needs))
        var order: [String] = []
        var groups: [String: Set<StepID>] = [:]
        for step in left where step.id.kind != .check || !brought.contains(step.id) {
            let name = step.id.kind == .check ? step.id.rawValue : step.id.subject
            if groups[name] == nil { order.append(name) }
            groups[name, default: []].insert(step.id)
        }
        return order.compactMap { groups[$0] }
    }
}

/// What tells an account of one chain without a secret being read; one account may be told in several ways.
private struct Account: Hashable {
    enum Chain: Hashable {
        /// Each devnet is a chain of its own, whatever its number.
        case devnet(String)
        case numbered(ChainID)
    }

    enum Sender: Hashable {
        case first
        case address(Address)
        /// Signers of two names may read the same key, wherever its password is.
        case key(SecretReference)
        case keystore(path: String)
    }

    let chain: Chain
    let sender: Sender

    private init(_ chain: Chain, _ sender: Sender) { (self.chain, self.sender) = (chain, sender) }

    /// All that tells the account of a signer: the address that is written down and where its key is read.
    static func all(_ network: NetworkSpec, _ signer: SignerSpec?) -> [Account] {
        let chain: Chain = network.isDevnet ? .devnet(network.name) : .numbered(network.chainID)
        guard let signer else { return [Account(chain, .first)] }
        let key: Sender? =
            switch signer.form {
            case .key(let reference): .key(reference)
            case .keystore(let path, _): .keystore(path: path)
            case .remote, .address, .safe: nil
            }
        return [signer.address.map { .address($0) }, key].compactMap { $0.map { Account(chain, $0) } }
    }
}

extension Plan<Action>.Step {
    /// Who sends it, or may; empty where nothing is sent.
    fileprivate var accounts: [Account] {
        // Whoever has the first account of a devnet puts factories there.
        if case .factory(let action) = work { return Account.all(action.network, nil) }
        guard let network else { return [] }
        return senders.flatMap { Account.all(network, $0) }
    }
}

/// Which of some numbers belong together (a disjoint-set forest).
private struct Groups {
    private var parents: [Int]

    init(_ count: Int) { parents = Array(0..<count) }

    mutating func join(_ left: Int, _ right: Int) {
        let (a, b) = (root(left), root(right))
        // The lower number leads, so that groups stay in order.
        parents[max(a, b)] = min(a, b)
    }

    private mutating func root(_ number: Int) -> Int {
        var number = number
        while parents[number] != number {
            parents[number] = parents[parents[number]]
            number = parents[number]
        }
        return number
    }

    /// Every group by its lowest number.
    var all: [[Int]] {
        var copy = self
        let members = Dictionary(grouping: parents.indices) { copy.root($0) }
        return members.sorted { $0.key < $1.key }.map(\.value)
    }
}
