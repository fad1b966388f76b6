import EthereumTypes
import Model

extension RunReading {
    /// What happened to each deployment; one that was planned and of which no fact tells takes its step's end.
    static func deployments(of record: RunRecord) -> [DeploymentFact] {
        struct Key: Hashable {
            let name: String
            let network: String
        }
        let known = Set(record.deployments.map { Key(name: $0.name, network: $0.network) })
        let silent = record.steps.compactMap { step -> DeploymentFact? in
            guard let planned = step.planned.deployment,
                !known.contains(Key(name: planned.name, network: planned.network))
            else { return nil }
            let (action, reason) = action(of: step.planned.id, in: record)
            var fact = DeploymentFact(
                name: planned.name,
                contract: planned.contract,
                network: planned.network,
                chainID: planned.chainID,
                action: action,
                reason: reason
            )
            if action == .proposed { fact.address = record.end(of: step.planned.id)?.failure?.creates }
            return fact
        }
        let told = record.deployments.filter { !$0.isBehind }
        return (told + silent).sorted { ($0.name, $0.network) < ($1.name, $1.network) }
    }

    /// What a deploy step that told nothing did.
    private static func action(
        of step: StepID,
        in record: RunRecord
    ) -> (DeploymentFact.Action, reason: String) {
        guard let end = record.end(of: step) else { return (.skipped, "the run ended before it") }
        let words = words(of: end, in: record)
        return switch end.status {
        case .failed, .refused: (.failed, words)
        case .blocked: (end.failure?.code == "unsigned" ? .proposed : .blocked, words)
        case .skipped: (behind(end, of: step).map { action(of: $0, in: record).0 } ?? .skipped, words)
        case .cancelled: (.skipped, words.isEmpty ? "the run was interrupted" : words)
        case .succeeded, .reused: (.failed, "its step says nothing of it")
        }
    }

    /// The step of the same deployment that one was skipped after: what happened to that happened to the deployment.
    private static func behind(_ end: StepEnd, of step: StepID) -> StepID? {
        end.skippedAfter.flatMap { after in
            [.implementation, .beacon].contains(after.kind) && after.subject == step.subject ? after : nil
        }
    }

    /// Why a step ended as it did; for a skipped one, what happened to the step at the root of it.
    static func words(of end: StepEnd, in record: RunRecord) -> String {
        var end = end
        var root: StepID?
        var seen: Set<StepID> = []
        while let after = end.skippedAfter, seen.insert(after).inserted {
            root = after
            guard let earlier = record.end(of: after) else { break }
            end = earlier
        }
        let reason = end.failure?.message ?? end.reason
        guard let root else { return reason }
        let verdict = end.skippedAfter == nil ? end.status.verb : "did not end"
        return reason.isEmpty ? "\(root) \(verdict)" : "\(root) \(verdict): \(reason)"
    }

    /// Every network once, with what was paid on it.
    static func networks(of record: RunRecord, _ end: RunEnd) -> [Network] {
        var facts: [String: NetworkFact] = [:]
        for fact in record.networks {
            guard let known = facts[fact.name] else {
                facts[fact.name] = fact
                continue
            }
            // Each step of a network may tell of it: what was used was used.
            var better = fact.status.weight >= known.status.weight ? fact : known
            better.genesisHash = [fact.genesisHash, known.genesisHash].compactMap(\.self).min()
            facts[fact.name] = better
        }
        return facts.values.sorted { $0.name < $1.name }.map {
            Network(fact: $0, paid: end.paid[$0.name].map { Paid($0) } ?? Paid())
        }
    }
}

extension RunReading.Paid {
    init(_ paid: RunEnd.Paid) {
        fees = UInt128(paid.feesWei).map { Wei($0) } ?? .zero
        value = UInt128(paid.valueWei).map { Wei($0) } ?? .zero
    }
}

extension StepEnd.Status {
    /// As in "compile:Token failed".
    fileprivate var verb: String {
        switch self {
        case .succeeded, .failed: rawValue
        case .reused, .refused, .skipped, .blocked, .cancelled: "was \(rawValue)"
        }
    }
}

extension NetworkFact.Status {
    fileprivate var weight: Int {
        switch self {
        case .notNamed: 0
        case .unavailable: 1
        case .used: 2
        }
    }
}
