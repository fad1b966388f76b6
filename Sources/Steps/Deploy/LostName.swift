import Ethereum
import EthereumTypes
import Ledger
import Model

/// A call without `unless` that may be one which was made, or is on its way, under a name that its deployment has no longer.
///
/// Records go by names, and a name that was changed would have it made again, with its value.
enum LostName {
    static let made = "renamed-call"
    static let open = "former-name"
    static let codes: Set<String> = [made, open]
}

extension EffectContext {
    /// Looks, ahead of a call of which nothing is on record under its names, whether it is on record under one that the manifest does
    /// not have.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `renamed-call` where it was made, `former-name` where it may still be.
    func checkLostNames(
        of action: CallAction,
        _ hash: Hash,
        to address: Address,
        on network: OpenNetwork
    ) throws(StepFailure) {
        let (chainID, genesis) = (network.spec.chainID, network.genesis)
        let open = try inLedger { () throws(LedgerError) in
            try ledger.unfinishedOperations(
                payloadHash: hash, on: chainID, genesisHash: genesis, besides: run)
        }.first { isOfLostName($0.intent.step, action) && CallStep.target(of: $0) == address }
        if let open {
            let words = "run \(open.intent.run) signed \(open.intent.step) and ended before it was confirmed"
            throw stillOpen(action, as: open.intent.step, words)
        }
        let asked = try inLedger { () throws(LedgerError) in
            try ledger.openProposals(to: address, payloadHash: hash, on: chainID, genesisHash: genesis)
        }.first { asked in
            guard asked.intent.project == project else {
                return action.names.contains(LeftPlace(asked.intent.step).call)
            }
            // What has a former name of it goes on under its own.
            return asked.intent.run != run && formerSteps.now[asked.intent.step] == nil
                && isOfLostName(asked.intent.step, action)
        }
        if let asked {
            let intent = asked.intent
            let other = intent.project == project ? nil : intent.project
            let words =
                "run \(intent.run) asked people for \(intent.step)"
                + (other.map { " of project '\($0)'" } ?? "") + ", who may still send it"
            throw stillOpen(
                action, as: intent.step, words,
                remedy: other.map { "give the project its name '\($0)' again" })
        }
        let lost = try lostNames(action, at: address, on: network)
        guard
            let made = try callsOnRecord(under: lost, at: address, on: network).first(where: {
                $0.callDataHash == hash
            })
        else { return }
        throw StepFailure(
            .blocked,
            code: LostName.made,
            "\(action.step) would do what '\(made.name)' did at \(address) in run \(made.run) (\(made.transactionHash)), and the manifest "
                + "has no call '\(made.name)' any more: it may be the same under a new name",
            hint:
                "where it is the same, say so in it: formerly: [\(made.name)]; where it is meant to be made once more, keep "
                + "'\(made.name)' in the manifest beside it; nothing was sent"
        )
    }

    /// The names under which calls to an address are on record and that the deployment of a call does not have, sorted.
    func lostNames(
        _ action: CallAction,
        at address: Address,
        on network: OpenNetwork
    ) throws(StepFailure) -> [String] {
        let names = try inLedger { () throws(LedgerError) in
            try ledger.callNames(at: address, on: network.spec.chainID, genesisHash: network.genesis)
        }.union(registered(at: address, on: network).flatMap(\.calls).map(\.name))
        return names.subtracting(action.declared).subtracting(action.names).sorted()
    }

    /// The calls to an address that are on record under some names, with whatever data.
    func callsOnRecord(
        under names: [String],
        at address: Address,
        on network: OpenNetwork
    ) throws(StepFailure) -> [RegistryCall] {
        let registered = registered(at: address, on: network).flatMap(\.calls)
        var calls: [RegistryCall] = []
        for name in names {
            calls += try inLedger { () throws(LedgerError) in
                try ledger.callsMade(
                    name: name, chainID: network.spec.chainID, genesisHash: network.genesis, address: address)
            }.map(RegistryCall.init)
            calls += registered.filter { $0.name == name }
        }
        return calls
    }

    /// Whether a call with its data is on record of an address under its names.
    func isOnRecord(
        _ action: CallAction,
        _ data: [UInt8],
        to address: Address,
        on network: OpenNetwork
    ) throws(StepFailure) -> Bool {
        let hash = Keccak256.hash(data)
        return try callsOnRecord(under: action.names, at: address, on: network)
            .contains { $0.callDataHash == hash }
    }

    /// Whether a step is a call that the one which is asked for was, or may have been: no other one that the manifest has.
    private func isOfLostName(_ step: StepID, _ action: CallAction) -> Bool {
        guard step.kind == .call, step != action.step else { return false }
        let name = LeftPlace(step).call
        return action.names.contains(name) || !action.declared.contains(name)
    }

    private func stillOpen(
        _ action: CallAction,
        as step: StepID,
        _ words: String,
        remedy: String? = nil
    ) -> StepFailure {
        let name = LeftPlace(step).call
        let remedy =
            remedy
            ?? (name == action.name
                ? "give its deployment the name '\(LeftPlace(step).name)' again"
                : "give it the name '\(name)' again"
                    + (action.declared.contains(name) ? "" : ", or keep '\(name)' in the manifest beside it"))
        return StepFailure(
            .blocked,
            code: LostName.open,
            "\(words), and \(action.step) would do the same",
            hint: "\(remedy), until a block has it; nothing was sent"
        )
    }
}
