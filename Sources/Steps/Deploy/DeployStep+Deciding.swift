import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model

extension DeployStep {
    /// What the ledger and the chain say is to be done.
    enum Decision: Sendable {
        case keep(DeploymentFact)
        /// It is at its salt's address, and not on record.
        case adopt(RegistryEntry, DeploymentFact)
        case create(reason: String)
        case replace(reason: String)

        /// What is there and stays; nil where something is to be created.
        var kept: DeploymentFact? {
            switch self {
            case .keep(let fact), .adopt(_, let fact): fact
            case .create, .replace: nil
            }
        }

        var isReplacement: Bool { if case .replace = self { true } else { false } }

        /// Who made what stays: that of one which a salt leads to is on no record.
        func maker(_ knowledge: DeploymentKnowledge) -> Address? {
            switch self {
            case .keep: knowledge.maker
            case .adopt, .create, .replace: nil
            }
        }
    }

    /// Looks at what ledger and registry claim and at what the chain has there; sends and writes nothing.
    func decide(
        _ action: DeployAction,
        _ call: ConstructorCall,
        _ creation: Creation,
        _ network: OpenNetwork
    ) async throws(StepFailure) -> Decision {
        let knowledge = try context.knowledge(of: action.name, formerly: action.formerly, on: network)
        return try await decide(action, call, creation, network, knowledge).decision
    }

    /// The decision, and what the creation used where that is news to the ledger.
    func decide(
        _ action: DeployAction,
        _ call: ConstructorCall,
        _ creation: Creation,
        _ network: OpenNetwork,
        _ knowledge: DeploymentKnowledge
    ) async throws(StepFailure) -> (decision: Decision, gasUsed: UInt64?) {
        let (decision, gasUsed) = try await recorded(action, call, creation, network, knowledge)
        let looked = try await look(decision, action, call, creation, network)
        switch looked {
        case .keep, .adopt: break
        case .create, .replace: try await context.checkLibraries(of: action, on: network)
        }
        return (looked, gasUsed)
    }

    /// What the records alone say.
    private func recorded(
        _ action: DeployAction,
        _ call: ConstructorCall,
        _ creation: Creation,
        _ network: OpenNetwork,
        _ knowledge: DeploymentKnowledge
    ) async throws(StepFailure) -> (decision: Decision, gasUsed: UInt64?) {
        switch knowledge {
        case .nothing: return (.create(reason: try reasonToCreate(action, network)), nil)
        case .forgotten(let row):
            let place = row.address?.description ?? "?"
            return (.create(reason: "what was at \(place) is forgotten, says the registry"), nil)
        case .known(var known):
            known.gasUsed = try await context.confirmed(known, on: network)
            return (try await decide(action, call, creation, network, known), known.gasUsed)
        }
    }

    private func decide(
        _ action: DeployAction,
        _ call: ConstructorCall,
        _ creation: Creation,
        _ network: OpenNetwork,
        _ known: KnownDeployment
    ) async throws(StepFailure) -> Decision {
        let entry = known.entry
        guard entry.proxy == nil else {
            throw StepFailure(
                .blocked,
                code: "kind-changed",
                "\(action.step.placed) is behind a proxy at \(entry.address)\(known.words), and the manifest names none",
                hint: "give it its 'proxy' again, or say that this one no longer counts: "
                    + "hyperkit deployments forget \(action.name)@\(action.network.name)"
            )
        }
        guard try !context.isWantedAnew(action, entry, on: network) else {
            return .replace(reason: "redeploy: always")
        }
        let isSame =
            Self.isMade(entry, with: call) && (creation.address ?? entry.address) == entry.address
        guard isSame || action.redeploy == .never else {
            return .replace(reason: Self.reasonToReplace(entry, call, creation))
        }
        let onChain = try await context.codeBefore(at: entry.address, on: network)
        let match = call.compare(onChain)
        if isSame ? match != .identical : onChain.isEmpty {
            throw StepFailure(
                .blocked,
                code: "drift",
                "\(action.step.placed) was deployed to \(entry.address)\(known.inRun), and the chain has "
                    + (onChain.isEmpty ? "no code there" : "other code there"),
                hint: "find out what happened to it; nothing was sent"
            )
        }
        var fact = Self.fact(
            action,
            .kept,
            reason: "the same code and arguments are there\(known.since)\(known.words)"
        )
        if !isSame { fact.reason = "redeploy: never, though code or arguments changed\(known.words)" }
        // Where the constructor takes no value, none was sent.
        if call.abi.isConstructorPayable {
            fact.reason += try await context.valueNote(of: entry, now: action.value, asks: true, on: network)
        }
        fact.address = entry.address.description
        fact.codeMatches = match == .identical
        fact.transactionHash = entry.transactionHash?.description
        fact.blockNumber = entry.block
        fact.gasUsed = known.gasUsed
        fact.constructorArguments = Hex.prefixed(entry.constructorArguments)
        return .keep(fact)
    }

    /// Whether what is on record was made with the same code and arguments; of what was put there without its artifact at hand both
    /// count as init code.
    static func isMade(_ entry: RegistryEntry, with call: ConstructorCall) -> Bool {
        if entry.constructorArguments.isEmpty, entry.initCodeDigest == Digest(of: Data(call.data)) {
            return true
        }
        return entry.initCodeDigest == call.initCodeDigest && entry.constructorArguments == call.arguments
    }

    func reasonToCreate(_ action: DeployAction, _ network: OpenNetwork) throws(StepFailure) -> String {
        let elsewhere = try context.recordedElsewhere(network)
        let earlier = try inLedger { () throws(LedgerError) in
            try context.ledger.deployments(
                project: context.project,
                name: action.name,
                network: action.network.name
            )
        }
        let forgotten = earlier.first { $0.genesisHash == network.genesis && $0.status == .forgotten }
        if let address = forgotten?.address { return "what was at \(address) is forgotten" }
        guard let last = earlier.first(where: { $0.address != nil }), let address = last.address else {
            return elsewhere.map { "\($0.words), and it is not on this one yet" }
                ?? "it is not on this network yet"
        }
        let start = "run \(last.madeIn) put it at \(address) on another chain of this name; "
        switch action.network.chain {
        case .devnet(.ephemeral, _): return start + "an ephemeral devnet starts empty each time"
        case .devnet, .rpc: return start + "this one has genesis \(network.genesis.short)"
        }
    }

    private static func reasonToReplace(
        _ entry: RegistryEntry,
        _ call: ConstructorCall,
        _ creation: Creation
    ) -> String {
        var changes: [String] = []
        if entry.runtimeCodeDigest != call.runtimeCodeDigest {
            changes.append("code \(entry.runtimeCodeDigest.short)… → \(call.runtimeCodeDigest.short)…")
        }
        if entry.constructorArguments != call.arguments { changes.append("constructor arguments changed") }
        if changes.isEmpty, entry.initCodeDigest != call.initCodeDigest {
            changes.append("init code changed")
        }
        if changes.isEmpty, let address = creation.address { changes.append("its salt gives \(address)") }
        return changes.joined(separator: ", ") + "; before, it was at \(entry.address)"
    }
}
