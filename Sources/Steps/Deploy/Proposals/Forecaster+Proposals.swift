import Ethereum
import EthereumTypes
import Ledger
import Model

/// What a plan says of what people were asked for: it is looked up as a run would, and nothing is written down.
extension Forecaster {
    /// Says what became of a creation that people were asked for.
    ///
    /// - Parameters:
    ///   - action: What is to be created.
    ///   - call: Its code and arguments; nil where they are not known.
    ///   - creation: How it would be created now; nil where that is not known.
    ///   - network: Where.
    ///   - forecast: Gets what is known: that it is there, or that other code takes its place.
    /// - Returns: What is still open of it, for when nothing else is decided; nil where it was sent or nobody was asked.
    /// - Throws: ``StepFailure`` of the kind `blocked` where it reverted, is not deep enough, or cannot be looked up.
    func settle(
        _ action: DeployAction,
        _ call: ConstructorCall?,
        _ creation: Creation?,
        _ network: OpenNetwork,
        _ forecast: inout DeploymentForecast
    ) async throws(StepFailure) -> ProposedCreation {
        let isOnRecord =
            try context.entry(of: action.name, formerly: action.formerly, on: network) != nil
        let content = isOnRecord ? nil : creation.map { SafeAttribution.Operation($0, value: action.value) }
        switch try await context.proposalState(of: action.step, like: content, on: network, seen: true) {
        case .nothing, .overtaken: return .nothing
        case .waits(let proposal): return .open(proposal)
        case .reverted(let proposal, let receipt): throw EffectContext.reverted(proposal, receipt)
        case .sent(let execution):
            try await context.requireDepth(of: execution.receipt, network)
            let place = execution.receipt.contractAddress ?? execution.proposal.intent.creates
            guard let call, let creation else {
                forecast.address = place?.description
                forecast.madeBy = execution.proposal.intent.lane.sender.description
                forecast.action = .replace
                forecast.replaces = place?.description
                forecast.reason = "\(execution.reason); code or arguments changed since"
                return .sentOther(nil)
            }
            let made = try await DeployStep(context).made(by: execution, action, call, creation, network)
            guard made.isWanted else {
                return .sentOther(
                    KnownDeployment(entry: made.entry, gasUsed: execution.gasUsed, source: .ledger))
            }
            guard made.matches else { throw DeployStep.codeDiffers(made.entry.address, action) }
            forecast.reason = execution.reason
            forecast.address = made.entry.address.description
            forecast.madeBy = execution.proposal.intent.lane.sender.description
            forecast.action = .keep
            return .there
        }
    }

    /// Adds to a forecast what people were asked for and may still send.
    func note(_ open: Proposal, _ creation: Creation?, _ forecast: inout DeploymentForecast) {
        let isThis = creation.map { $0.payloadHash == open.intent.payloadHash } ?? true
        forecast.reason += Self.words(open, isThis: isThis)
        guard isThis else { return }
        forecast.proposedIn = open.intent.run
        // Whoever sends it takes the nonce that it was asked for under, not the next one.
        if open.intent.to == nil, creation != nil {
            let account = open.intent.lane.sender
            forecast.address = Address.created(by: account, nonce: open.nonce).description
        }
    }

    /// What is on record of a proxy, with an upgrade that people made since.
    ///
    /// - Returns: What a run would have on record when it decides, and what is still open.
    func withUpgrades(
        _ knowledge: DeploymentKnowledge,
        _ action: ProxyAction,
        _ network: OpenNetwork
    ) async throws(StepFailure) -> (knowledge: DeploymentKnowledge, open: Proposal?, made: String?) {
        guard let open = try context.openProposal(of: action.step, on: network), !open.isCreation,
            case .known(var known) = knowledge
        else { return (knowledge, nil, nil) }
        var execution: Execution?
        var isOpen = false
        switch try await context.proposalState(of: action.step, on: network, seen: true) {
        case .nothing, .overtaken: break
        case .waits: isOpen = true
        case .reverted(let proposal, let receipt): throw EffectContext.reverted(proposal, receipt)
        case .sent(let sent):
            try await context.requireDepth(of: sent.receipt, network)
            execution = sent
        }
        let search = ProposedUpgrade(context: context, network: network, open: open)
        guard let found = try await search.found(known.entry, execution) else {
            return (knowledge, isOpen ? open : nil, nil)
        }
        known.entry.proxy = found.state
        let place = found.state.implementation
        known.entry.storageLayout = try context.layoutOnRecord(of: action.name, at: place, network)
        if known.entry.storageLayout == nil {
            known.entry.storageLayout = try layoutProposed(of: action.implementation, at: place, network)
        }
        let words = execution?.reason ?? "it runs what run \(open.intent.run) had proposed"
        return (.known(known), nil, words)
    }

    /// The layout of code that people were asked to put somewhere, be it in place of other code; nil where they were not.
    private func layoutProposed(
        of step: StepID,
        at address: Address,
        _ network: OpenNetwork
    ) throws(StepFailure) -> StorageLayout? {
        guard let open = try context.openProposal(of: step, on: network) else { return nil }
        let earlier = try inLedger { () throws(LedgerError) in
            try context.ledger.proposals(supersededBy: open)
        }
        return ([open] + earlier).first { $0.intent.creates == address }?.intent.storageLayout
    }

    /// What became of a call that people were asked for.
    ///
    /// - Returns: What a run would know of it when it decides.
    func settle(
        _ action: CallAction,
        _ data: [UInt8]?,
        _ address: Address?,
        _ network: OpenNetwork
    ) async -> SettledCall {
        var content: SafeAttribution.Operation?
        if let data, let address,
            (try? context.isOnRecord(action, data, to: address, on: network)) == false
        {
            content = SafeAttribution.Operation(
                to: address, value: action.value, payloadHash: Keccak256.hash(data))
        }
        // Where it cannot be looked up, a run says why.
        guard
            let state = try? await context.proposalState(
                of: action.step, like: content, on: network, seen: action.unless != nil)
        else {
            return SettledCall()
        }
        switch state {
        case .nothing, .overtaken, .reverted: return SettledCall()
        case .waits(let proposal): return SettledCall(open: proposal)
        case .sent(let execution):
            let intent = execution.proposal.intent
            guard intent.to == address else { return SettledCall() }
            if intent.payloadHash == data.map({ Keccak256.hash($0) }) { return SettledCall(isMade: true) }
            let hash = execution.receipt.transactionHash
            return SettledCall(other: [PastCall(.made, hash.description, run: intent.run)])
        }
    }

    /// Adds to a call's forecast that people were asked for it.
    static func note(_ open: Proposal, _ forecast: inout DeploymentForecast.Call) {
        let isThis =
            forecast.data.flatMap { Hex.decode($0) }.map { Keccak256.hash($0) }
            .map { $0 == open.intent.payloadHash } ?? true
        forecast.reason += words(open, isThis: isThis)
        if isThis { forecast.proposedIn = open.intent.run }
    }

    static func words(_ open: Proposal, isThis: Bool) -> String {
        let asked = "; run \(open.intent.run) asked \(open.intent.lane.sender) for "
        return asked
            + (isThis ? "it, under nonce \(open.nonce), and it waits" : "another, and this takes its place")
    }
}

/// What became of a call that people were asked for.
struct SettledCall: Sendable {
    /// Whether it was made as it is wanted.
    var isMade = false
    /// What is still open of it.
    var open: Proposal?
    /// What was made of it with other data, and a run puts on record first.
    var other: [PastCall] = []
}

/// What became of a creation that people were asked for.
enum ProposedCreation: Sendable {
    case nothing
    case open(Proposal)
    /// It is there, and as it is wanted.
    case there
    /// Something else was asked for than is wanted now: what a run has on record when it decides; nil where that cannot be told yet.
    case sentOther(KnownDeployment?)

    /// What a run knows when it decides, where that is not what is on record by now.
    var knowledge: DeploymentKnowledge? {
        if case .sentOther(let known?) = self { .known(known) } else { nil }
    }
}
