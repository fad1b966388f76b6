import Engine
import EthereumTypes
import Ledger
import Model

/// What is done once only, and may have been done by a run that nothing here knows of.
struct OnceOnly: Sendable {
    enum Kind: Sendable {
        /// A contract that its creator's nonce places, with what was compiled.
        case placed(StoredOutputs)
        /// A proxy or a beacon that a salt places: its address says the code that it was made with, which may be another by now.
        case salted
        /// A call that nothing on the chain tells of.
        case call
        /// The same, that people are asked for: to a contract that is on record since it was created in a block, where it is.
        case asked(since: UInt64?)
    }

    let kind: Kind
    let step: StepID
    /// Whoever did it would be this one; nil: a devnet's first account.
    let signer: SignerSpec?
    let part: DeploymentPart
    /// What is compiled.
    let contract: String
    /// Whether other code than the artifact's would be kept, were it on record.
    let keepsOtherCode: Bool
    /// The names that it is on record under where it is; none of a call.
    let names: [String]
    /// What is on record under its name, whose place it takes.
    let before: RegistryEntry?
    /// What is on record of the proxy that it is behind.
    let proxy: RegistryEntry?
    /// What tells it on record under another name; nil where it is not looked for there.
    var likeness: Likeness?

    /// Names the deployment: `vault@sepolia`.
    var subject: String { step.subject }
    var isCall: Bool {
        switch kind {
        case .call, .asked: true
        case .placed, .salted: false
        }
    }
    var isSafe: Bool { if case .safe? = signer?.form { true } else { false } }
}

extension OnceOnly {
    fileprivate init(call action: CallAction, _ kind: Kind = .call) {
        self.kind = kind
        step = action.step
        signer = action.signer
        part = .contract
        contract = ""
        keepsOtherCode = false
        names = []
        (before, proxy) = (nil, nil)
    }

    fileprivate init(
        _ kind: Kind,
        _ action: DeployAction,
        before: RegistryEntry? = nil,
        proxy: RegistryEntry? = nil
    ) {
        self.kind = kind
        step = action.step
        signer = action.signer
        part = action.part
        contract = action.contract.rawValue
        names = [action.name] + action.formerly
        keepsOtherCode = action.part == .contract && action.redeploy == .never && before == nil
        self.before = before
        self.proxy = proxy
    }
}

extension EffectContext {
    /// A contract that is about to be created, and may be there already; nil where the address that its salt gives says it, or where
    /// that is on record.
    ///
    /// The salted address of a proxy says nothing: one that was made with earlier code is elsewhere. Nor does that of its beacon; that
    /// of its code says all of the code. What takes another's place may be there where it was approved: a plan is done once.
    ///
    /// `call` is how it is created, nil where that is not known.
    func onceOnly(
        _ action: DeployAction,
        made call: ConstructorCall? = nil,
        _ inputs: StepInputs,
        on network: OpenNetwork
    ) throws(StepFailure) -> OnceOnly? {
        let before = try entry(of: action.name, formerly: action.formerly, on: network)
        guard action.creation.salt == nil else {
            let isThere = before != nil || (action.part != .proxy && action.part != .beacon)
            return isThere ? nil : OnceOnly(.salted, action)
        }
        guard before == nil || network.spec.needsApproval else { return nil }
        let isBehind = action.part == .implementation || action.part == .beacon
        var deed = OnceOnly(
            .placed(try inputs[action.compile]),
            action,
            before: before,
            proxy: isBehind ? try entry(of: action.deployment, on: network) : nil
        )
        // What is made anew each time is made anew under whatever name.
        if action.redeploy != .always { deed.likeness = call.map(Likeness.made) }
        return deed
    }

    /// The proxy of a deployment where it is about to be made too; nil where it is on record and stays.
    ///
    /// What is put there for a proxy is worth nothing without one, so that this is asked first.
    func onceOnly(
        proxyOf action: ProxyAction,
        _ inputs: StepInputs,
        on network: OpenNetwork
    ) async throws(StepFailure) -> OnceOnly? {
        let deployment = action.deployment
        if let before = try entry(of: deployment.name, formerly: deployment.formerly, on: network),
            try !isWantedAnew(deployment, before, on: network)
        {
            return nil
        }
        var deed = try onceOnly(action.creation, inputs, on: network)
        deed?.likeness = try await likeness(of: action, inputs)
        return deed
    }

    /// A call to a contract that was there before this run, which may have been made already; nil where `unless` tells, or records
    /// go back to the contract's creation.
    ///
    /// Of what was taken over, by its salt or by a person's word, no record has the calls that were made before. Nor has any record
    /// what people were asked for by a run that is forgotten, whoever created the contract; what is still open was looked up.
    func onceOnly(
        _ action: CallAction,
        at address: Address,
        on network: OpenNetwork
    ) throws(StepFailure) -> OnceOnly? {
        guard action.unless == nil else { return nil }
        guard action.signer?.isPeoples == true else {
            return try knowsCreation(of: address, on: network) ? nil : OnceOnly(call: action)
        }
        guard try openProposal(of: action.step, on: network) == nil else { return nil }
        var block: UInt64?
        if case .known(let known) = try knowledge(of: action.deployment, on: network),
            known.entry.address == address
        {
            block = known.entry.block
        }
        return OnceOnly(call: action, .asked(since: block))
    }

    /// The block in which a deployment was created at an address; nil where that is not on record.
    func blockOfCreation(
        of deployment: String,
        at address: Address,
        on network: OpenNetwork
    ) throws(StepFailure) -> UInt64? {
        guard let entry = try entry(of: deployment, on: network), entry.address == address, !entry.isAdopted
        else { return nil }
        return entry.block
    }

    /// What is on record under a name, or under one that it had before; nil where nothing is.
    func entry(
        of name: String,
        formerly: [String] = [],
        on network: OpenNetwork
    ) throws(StepFailure) -> RegistryEntry? {
        guard case .known(let known) = try knowledge(of: name, formerly: formerly, on: network) else {
            return nil
        }
        return known.entry
    }

    /// Whether it is on record which transaction of a run put a contract at an address.
    func knowsCreation(of address: Address, on network: OpenNetwork) throws(StepFailure) -> Bool {
        let entries = registered(onChainOf: network)
        let isMade = entries.contains {
            $0.address == address && $0.transactionHash != nil && !$0.isAdopted
        }
        if isMade { return true }
        return try inLedger { () throws(LedgerError) in
            try ledger.knowsCreation(of: address, on: network.spec.chainID, genesisHash: network.genesis)
        }
    }
}
