import Engine
import Ethereum
import EthereumTypes
import Ledger
import Model

/// Whether a deployment is live, and as its checks say, on the network that another comes after.
struct LiveFirstCheck: Sendable {
    let context: EffectContext
    let first: LiveFirst
    /// The network that comes after it.
    let network: NetworkSpec

    /// nil where the network comes after none.
    init?(_ context: EffectContext, _ first: LiveFirst?, before network: NetworkSpec) {
        guard let first else { return nil }
        self.context = context
        self.first = first
        self.network = network
    }

    /// All that must hold there of what is on record there.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `not-live-first`.
    func require(_ inputs: StepInputs, compiledBy compile: StepID) async throws(StepFailure) {
        try requireCalls(inputs)
        try await requireChecks(EffectContext.abi(try inputs[compile]))
    }

    /// Whether the calls that the same run makes there ended well.
    private func requireCalls(_ inputs: StepInputs) throws(StepFailure) {
        guard let call = first.calls.first(where: { !inputs.has($0) }) else { return }
        throw failure("\(call) did not end well", hint: "mend that first; nothing was sent")
    }

    /// Whether the code is there.
    func requireCode(of action: DeployAction, _ call: ConstructorCall) async throws(StepFailure) {
        let there = try await context.openApproved(first.network)
        let name = first.network.name
        let knowledge = try context.knowledge(of: action.name, formerly: action.formerly, on: there)
        guard case .known(let known) = knowledge else { throw failure("it is not on '\(name)' yet") }
        let address = known.entry.address
        // Libraries are elsewhere on another network, and their addresses are in the digest.
        guard known.entry.initCodeDigest == call.initCodeDigest || call.unlinkedCodeDigest != nil else {
            throw failure("other code is on '\(name)', at \(address)")
        }
        if call.isSame(elsewhere: try await context.codeBefore(at: address, on: there)) { return }
        // What this run put there was not there when it first looked.
        guard call.isSame(elsewhere: try await context.hub.codeNow(at: address, on: there)) else {
            throw failure("'\(name)' has other code at \(address) than was deployed there")
        }
    }

    /// Whether the proxy there runs the code: that the code itself is there says nothing of what the deployment's address does.
    func requireRunning(_ proxy: ProxyAction, _ inputs: StepInputs) async throws(StepFailure) {
        let there = try await context.openApproved(first.network)
        let name = first.network.name
        let knowledge = try context.knowledge(
            of: proxy.name, formerly: proxy.deployment.formerly, on: there)
        guard case .known(let known) = knowledge else { throw failure("it is not on '\(name)' yet") }
        guard let recorded = known.entry.proxy else { throw failure("it is behind no proxy on '\(name)'") }
        let state = try await context.stateNow(
            recorded.kind, at: known.entry.address, since: recorded.block, on: there)
        let code = try ArtifactCode(compiled: try inputs[proxy.deployment.compile])
        guard code.isSame(as: try await context.hub.codeNow(at: state.implementation, on: there)) else {
            throw failure("its proxy there runs other code, at \(state.implementation)")
        }
    }

    /// Whether its functions give there what the manifest says.
    private func requireChecks(_ abi: ContractABI) async throws(StepFailure) {
        let there = try await context.openApproved(first.network)
        guard let address = try context.address(of: first, on: there) else {
            throw failure("it is not on '\(first.network.name)' yet")
        }
        guard !first.expectations.isEmpty else { return }
        let resolution = try await resolution(there)
        let answers = try await context.answers(
            to: first.expectations.map { ContractReading.request($0.read, to: address) }, on: there)
        let check = ExpectationCheck(context)
        for expectation in first.expectations {
            guard resolution.knows(expectation.equals.references) else {
                throw failure(
                    "check '\(expectation.name)' names what is not on '\(first.network.name)' yet")
            }
            let (holds, seen) = try await check.look(
                expectation, abi, at: address, resolution, there, answers)
            guard !holds else { continue }
            throw failure(
                "check '\(expectation.name)' does not hold there: \(expectation.read.value) is \(seen)",
                hint: "find out why (hyperkit deployments check), and mend it there first; nothing was sent")
        }
    }

    /// The addresses that its checks there refer to.
    private func resolution(_ there: OpenNetwork) async throws(StepFailure) -> ArgumentResolution {
        let name = first.network.name
        var resolution = ArgumentResolution(deployments: [:], signers: [:], network: name)
        for case .deploymentAddress(let other, let place) in first.expectations.flatMap(\.equals.references) {
            let home = place ?? name
            resolution.deployments["\(other)@\(home)"] = try address(of: other, on: home, there)
        }
        for signer in first.signersExpected {
            resolution.signers[signer.name] = try await context.address(of: signer)
        }
        return resolution
    }

    private func address(
        of deployment: String,
        on home: String,
        _ there: OpenNetwork
    ) throws(StepFailure) -> Address? {
        guard home == there.spec.name else {
            let rows = try inLedger { () throws(LedgerError) in
                try context.ledger.currentDeployments(project: context.project)
            }
            let row = rows.last { $0.network == home && $0.claim.name == deployment }
            return row?.address ?? context.registered(deployment, on: home)
        }
        guard case .known(let known) = try context.knowledge(of: deployment, on: there) else { return nil }
        return known.entry.address
    }

    func failure(_ what: String, hint: String? = nil) -> StepFailure {
        StepFailure(
            .blocked,
            code: "not-live-first",
            "network '\(network.name)' comes after '\(first.network.name)', and \(what)",
            hint: hint ?? "deploy \(first.deployment) there first; nothing was sent"
        )
    }
}

extension EffectContext {
    /// Where a deployment is on the network that another comes after; nil where nothing is on record.
    func address(of first: LiveFirst, on network: OpenNetwork) throws(StepFailure) -> Address? {
        guard
            case .known(let known) = try knowledge(
                of: first.deployment, formerly: first.formerly, on: network)
        else { return nil }
        return known.entry.address
    }

    /// Where the code is that other networks of the run wait for, on a network that the run itself does not change; empty
    /// where it changes that.
    func codeLookedAtAlone(on network: OpenNetwork) throws(StepFailure) -> [Address] {
        let name = network.spec.name
        guard !deployments.contains(where: { $0.network.name == name }) else { return [] }
        var found: Set<Address> = []
        for action in deployments where action.liveFirst?.network.name == name {
            if case .known(let known) = try knowledge(
                of: action.name, formerly: action.formerly, on: network)
            {
                found.insert(known.entry.address)
            }
        }
        return found.sorted { $0.description < $1.description }
    }

    /// What other networks of the run ask of contracts on this one.
    func readAheadOfOthers(on network: OpenNetwork) throws(StepFailure) -> [CallRequest] {
        var asked: Set<String> = []
        var requests: [CallRequest] = []
        for case let first? in deployments.map(\.liveFirst) + calls.map(\.liveFirst)
        where first.network.name == network.spec.name && !first.expectations.isEmpty
            && asked.insert(first.deployment).inserted
        {
            guard let address = try address(of: first, on: network) else { continue }
            requests += first.expectations.map { ContractReading.request($0.read, to: address) }
        }
        return requests
    }
}
