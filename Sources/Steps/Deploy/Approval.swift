import Ethereum
import EthereumTypes
import Ledger
import Model

/// What an approved plan allows one transaction.
struct Allowance: Hashable, Sendable {
    var gas: UInt64?
    /// Value and fees.
    var cost: Wei?
    /// Who may send it; nil where the plan could not tell.
    var sender: String?
    /// Whether nothing was approved, so that nothing is sent.
    private(set) var isNothing = false

    static let unlimited = Allowance()
    static let nothing = {
        var nothing = Allowance()
        nothing.isNothing = true
        return nothing
    }()

    private init() {}

    /// The bounds of a plan; nil: it names none.
    init(gas: UInt64?, costWei: String?, sender: String?) {
        self.gas = gas
        self.sender = sender
        cost = costWei.flatMap { UInt128($0) }.map { Wei($0) }
    }

    /// Whether it is within what was approved.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `over-plan`.
    func check(gas needed: UInt64) throws(StepFailure) {
        guard let gas, needed > gas else { return }
        throw Self.exceeded("needs \(needed) gas", "allows \(gas)")
    }

    func check(cost needed: Wei) throws(StepFailure) {
        guard let cost, needed > cost else { return }
        throw Self.exceeded("needs up to \(needed.ether()) ether", "allows \(cost.ether())")
    }

    /// Whether the account is the one that was approved; for the moment before anything is signed or asked for.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `not-as-planned`.
    func check(sender account: Address) throws(StepFailure) {
        guard let sender, sender != account.description else { return }
        throw EffectContext.departs("sender \(sender) → \(account)")
    }

    /// The price, lowered to what the cost allows as long as a block could still take it.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `over-plan`, where none could.
    func price(_ price: GasPrice, gas: UInt64, value: Wei) throws(StepFailure) -> GasPrice {
        guard let cost, price.most * gas + value > cost else { return price }
        let left = cost > value ? cost.value - value.value : 0
        guard let lower = price.atMost(Wei(left / UInt128(max(1, gas)))) else {
            throw Self.exceeded(
                "needs up to \((price.most * gas + value).ether()) ether", "allows \(cost.ether())")
        }
        return lower
    }

    private static func exceeded(_ needed: String, _ allowed: String) -> StepFailure {
        StepFailure(
            .blocked,
            code: "over-plan",
            "it \(needed), and the approved plan \(allowed)",
            hint: "make a new plan and have it approved; nothing was sent"
        )
    }
}

extension EffectContext {
    /// Whether a network may be changed by this run at all.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `needs-plan`.
    func admit(_ network: NetworkSpec) throws(StepFailure) {
        guard network.needsApproval, approved == nil else { return }
        throw StepFailure(
            .blocked,
            code: "needs-plan",
            "network '\(network.name)' is changed only as an approved plan says",
            hint: "hyperkit plan --network \(network.name) --out plan.json, have it approved, then "
                + "hyperkit run --plan plan.json"
        )
    }

    /// Opens a network that is about to be changed.
    ///
    /// - Throws: As ``admit(_:)`` and ``NetworkHub/open(_:)``; ``StepFailure`` of the kind `blocked`, coded `not-as-planned`, where
    ///   it is another chain than the approved plan is for.
    func openToChange(_ spec: NetworkSpec) async throws(StepFailure) -> OpenNetwork {
        try admit(spec)
        let network = try await openApproved(spec)
        try inLedger { () throws(LedgerError) in
            try ledger.renameProposals(formerSteps.now, project: project, run: run)
        }
        return network
    }

    /// Opens a network that decides about what is changed.
    ///
    /// - Throws: As ``NetworkHub/open(_:)``; ``StepFailure`` of the kind `blocked`, coded `not-as-planned`, where it is another chain
    ///   than the approved plan is for.
    func openApproved(_ spec: NetworkSpec) async throws(StepFailure) -> OpenNetwork {
        let network = try await hub.open(spec)
        let chain = PlannedChain(network: spec.name, chainID: spec.chainID, genesis: network.genesis)
        if let other = approved?.departure(of: chain, startsEmpty: spec.startsEmpty) {
            throw Self.departs(other)
        }
        return network
    }

    /// What was approved of a deployment that is about to be made, if it was approved as it is.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `not-as-planned`.
    func allowance(_ now: DeploymentForecast) throws(StepFailure) -> Allowance {
        guard let approved else { return .unlimited }
        guard let planned = approved[now.step] else { throw Self.departs("it is not in the plan") }
        var differences = planned.differences(from: now)
        if planned.action != now.action {
            differences.append(
                "planned \(planned.action.rawValue), now \(now.action.rawValue) (\(now.reason))")
        }
        guard differences.isEmpty else { throw Self.departs(differences.joined(separator: "; ")) }
        return Allowance(gas: planned.maxGas, costWei: planned.maxCostWei, sender: planned.sender)
    }

    /// What was approved of a call that is about to be made, if it was approved as it is.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `not-as-planned`.
    func allowance(_ now: DeploymentForecast.Call, of deployment: StepID) throws(StepFailure) -> Allowance {
        guard let approved else { return .unlimited }
        guard let planned = approved.call(now.name, of: deployment) else {
            throw Self.departs("the call is not in the plan")
        }
        let differences = planned.differences(from: now)
        guard differences.isEmpty else { throw Self.departs(differences.joined(separator: "; ")) }
        return Allowance(gas: planned.maxGas, costWei: planned.maxCostWei, sender: planned.sender)
    }

    /// What was approved of what an earlier run signed for a deployment.
    func allowance(ofSigned step: StepID) -> Allowance {
        guard let approved else { return .unlimited }
        guard let planned = approved[step], !planned.isStuck, planned.action != .keep else { return .nothing }
        return Allowance(gas: planned.maxGas, costWei: planned.maxCostWei, sender: planned.sender)
    }

    /// The same of a call.
    func allowance(ofSigned call: String, of deployment: StepID) -> Allowance {
        guard let approved else { return .unlimited }
        guard let planned = approved.call(call, of: deployment) else { return .nothing }
        return Allowance(gas: planned.maxGas, costWei: planned.maxCostWei, sender: planned.sender)
    }

    /// Why what is signed is not to be sent again; nil where it is within what was approved.
    static func refusal(of open: ChainOperation, within allowance: Allowance) -> StepFailure? {
        guard !allowance.isNothing else {
            return departs("\(open.intent.step) was signed before, and is not in the plan")
        }
        do throws(StepFailure) {
            for transaction in open.transactions {
                try allowance.check(gas: transaction.gasLimit)
                try allowance.check(cost: transaction.maxCost)
            }
            return nil
        } catch {
            return error
        }
    }

    /// Whether the address of a signer is the one that was approved, where the plan reads it.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `not-as-planned`.
    func requireApproved(_ signer: SignerSpec, _ address: Address, on network: String) throws(StepFailure) {
        let read = ReadSigner(name: signer.name, address: address.description)
        if let other = approved?.departure(of: read, on: network) { throw Self.departs(other) }
    }

    /// Whether the address of a deployment, given as `name@network`, is the one that was approved, where the plan reads it and does
    /// not make it.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `not-as-planned`.
    func requireApproved(_ place: String, at address: Address, on network: String) throws(StepFailure) {
        let read = ReadDeployment(name: place, address: address.description)
        if let other = approved?.departure(of: read, on: network) { throw Self.departs(other) }
    }

    /// Whether what is found there is what an application of the approved plan made, where that has it created.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `not-as-planned`.
    func admit(
        _ decision: DeployStep.Decision,
        of action: DeployAction,
        _ knowledge: DeploymentKnowledge
    ) throws(StepFailure) {
        guard let planned = approved?[action.step], let fact = decision.kept else { return }
        var now = DeploymentForecast(
            step: action.step, network: action.network.name, action: .keep, reason: "")
        now.keep(fact, madeBy: decision.maker(knowledge))
        if let other = planned.departure(keeping: now) { throw Self.departs(other) }
    }

    /// Whether `redeploy: always` asks for another contract than `entry`, which is there.
    ///
    /// An approved plan is done once, however often it is applied: what is there and is not what the plan was to take the place
    /// of has come since, so it is kept. So is what a retried run made, or the retries between, and the code behind a beacon or a
    /// proxy that an earlier run signed and did not see through.
    func isWantedAnew(
        _ action: DeployAction,
        _ entry: RegistryEntry,
        on network: OpenNetwork
    ) throws(StepFailure) -> Bool {
        guard action.redeploy == .always else { return false }
        if let planned = approved?[action.step] {
            if planned.isCreation { return planned.replaces == entry.address.description }
            if planned.action == .keep { return false }
        }
        if let retried, !retried.left.contains(action.step) || entry.run == retried.id { return false }
        return try !isBehindUnfinished(action, on: network)
    }

    /// Whether a contract that is created behind this one, for the same deployment, was signed and is not on record.
    private func isBehindUnfinished(
        _ action: DeployAction,
        on network: OpenNetwork
    ) throws(StepFailure) -> Bool {
        let behind: [DeploymentPart] =
            switch action.part {
            case .implementation: [.beacon, .proxy]
            case .beacon: [.proxy]
            case .contract, .proxy: []
            }
        for part in behind {
            let step = StepID.placing(part, of: action.deployment, on: action.network.name)
            if try unfinished(step, network)?.intent.kind == .deploy { return true }
        }
        return false
    }

    fileprivate static func departs(_ words: String) -> StepFailure {
        StepFailure(
            .blocked,
            code: "not-as-planned",
            "the approved plan says otherwise: \(words)",
            hint: "make a new plan and have it approved; nothing was sent"
        )
    }
}
