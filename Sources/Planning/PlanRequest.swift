package import Model

/// What of a manifest the user wants done.
package struct PlanRequest: Sendable {
    /// Patterns of step ids, of what follows their kind, or of `tag:WORD`; empty: all.
    package var select: [String]
    /// Networks that the command names; empty: the devnets.
    package var networks: [String]
    package var allNetworks: Bool
    /// The last kind of step wanted.
    package var until: StepID.Kind
    /// Exactly these steps and what they need; nil: whatever the rest says.
    package var steps: Set<StepID>?
    /// What is not asked for though the rest says so; it is done where something else needs it.
    package var leavingOut: Set<StepID>
    /// The part of all that; nil: all of it.
    package var shard: Shard?

    package init(
        select: [String] = [],
        networks: [String] = [],
        allNetworks: Bool = false,
        until: StepID.Kind = .verify,
        steps: Set<StepID>? = nil,
        leavingOut: Set<StepID> = [],
        shard: Shard? = nil
    ) {
        self.select = select
        self.networks = networks
        self.allNetworks = allNetworks
        self.until = until
        self.steps = steps
        self.leavingOut = leavingOut
        self.shard = shard
    }

    /// Whether effects on a network are asked for.
    func names(_ network: NetworkSpec) -> Bool {
        if allNetworks { return true }
        return networks.isEmpty ? network.isDevnet : networks.contains(network.name)
    }
}

/// A pattern of names: `*` stands for any characters, `?` for one.
package struct StepPattern: Sendable {
    private let pattern: [Character]

    package init(_ text: String) { pattern = Array(text) }

    /// Whether the whole of `text` fits; linear in pattern and text together but for the stars.
    package func matches(_ text: String) -> Bool {
        let text = Array(text)
        var (at, place) = (0, 0)
        var star: (pattern: Int, text: Int)?
        while place < text.count {
            if at < pattern.count, pattern[at] == "*" {
                star = (at, place)
                at += 1
            } else if at < pattern.count, pattern[at] == "?" || pattern[at] == text[place] {
                at += 1
                place += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                at = last.pattern + 1
                place = last.text + 1
            } else {
                return false
            }
        }
        return pattern[at...].allSatisfy { $0 == "*" }
    }
}
