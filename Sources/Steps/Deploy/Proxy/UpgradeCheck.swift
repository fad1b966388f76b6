import Engine
import Ethereum
import EthereumTypes
import Ledger
import Model

/// Whether other code can take the place of what a proxy runs; all of it is looked at before anything is sent.
struct UpgradeCheck: Sendable {
    let context: EffectContext
    let action: ProxyAction
    let network: OpenNetwork

    var subject: String { action.step.subject }

    /// Everything: the code itself, what the chain has, the storage, and who may.
    ///
    /// - Parameters:
    ///   - known: What is on record of the proxy.
    ///   - inputs: What the implementation's compile step stored.
    ///   - sender: Who would upgrade; nil where that is not known, and then it is not looked at.
    /// - Throws: ``StepFailure`` for the first thing that stands against it.
    func all(_ known: KnownDeployment, inputs: StepInputs, sender: Address?) async throws(StepFailure) {
        try contract(inputs)
        let state = try await state(of: known)
        try await requireOwnBeacon(known.entry, state)
        try layout(known, inputs)
        if let sender { try await authority(of: sender, over: known.entry.address, state, inputs) }
    }

    // MARK: The code

    /// Whether the contract is one for such a proxy.
    ///
    /// - Throws: ``StepFailure``: `no-function` where it cannot be initialized as the manifest says; `not-upgradeable`.
    func contract(_ inputs: StepInputs) throws(StepFailure) {
        let abi = try EffectContext.abi(try inputs[action.deployment.compile])
        if let initialize = action.spec.initialize { _ = try CallStep.function(initialize.function, abi) }
        guard action.spec.kind == .uups else { return }
        let has = Set(abi.functions.map(\.signature))
        let missing = [Upgrade.own, "proxiableUUID()"].filter { !has.contains($0) }
        guard missing.isEmpty else {
            throw StepFailure(
                code: "not-upgradeable",
                "\(action.deployment.contract) has no \(missing.joined(separator: " and no ")): "
                    + "behind a uups proxy it could never be upgraded",
                hint: "inherit from UUPSUpgradeable, or take kind: transparent; nothing was sent"
            )
        }
    }

    // MARK: The chain

    /// What the proxy on record points to.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`: `kind-changed` where it is on record as something else, `drift` where
    ///   the chain has something else.
    @discardableResult
    func state(of known: KnownDeployment) async throws(StepFailure) -> ProxyState {
        let entry = known.entry
        guard let recorded = entry.proxy, recorded.kind == action.spec.kind else {
            let what = entry.proxy.map { "behind a \($0.kind.rawValue) proxy" } ?? "without a proxy"
            throw StepFailure(
                .blocked,
                code: "kind-changed",
                "\(subject) is at \(entry.address) \(what)\(known.words), and the manifest says "
                    + "\(action.spec.kind.rawValue): what stands there cannot become another kind",
                hint: "give it a name of its own, or say that this one no longer counts: "
                    + "hyperkit deployments forget \(subject); nothing was sent"
            )
        }
        let code = try await context.codeBefore(at: entry.address, on: network)
        guard !code.isEmpty, entry.deployedCodeDigest.map({ $0 == Digest(of: code) }) ?? true else {
            throw drift(
                "is on record at \(entry.address)\(known.words), and the chain has "
                    + (code.isEmpty ? "no code there" : "other code there"))
        }
        let now = try await network.proxyState(recorded.kind, at: entry.address)
        guard now.controller == recorded.controller else {
            let what = recorded.kind == .beacon ? "beacon" : "admin"
            throw drift(
                "has the \(what) \(recorded.controller ?? .zero) on record\(known.words), and on the chain "
                    + "\(now.controller ?? .zero)")
        }
        guard now.implementation == recorded.implementation else {
            throw drift(
                "runs the code at \(recorded.implementation) by the record\(known.words), and on the chain that at "
                    + "\(now.implementation)")
        }
        return recorded
    }

    private func drift(_ what: String) -> StepFailure {
        StepFailure(
            .blocked,
            code: "drift",
            "\(subject) \(what)",
            hint:
                "find out what happened to it; where that was meant, check out the sources of what runs there, and: "
                + "hyperkit deployments adopt \(subject) ADDRESS; nothing was sent"
        )
    }

    // MARK: The storage

    /// Whether the new code reads what the old code wrote.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`: `storage-layout`, with the variables and slots; `layout-unknown`, where
    ///   nothing says what the old code wrote.
    func layout(_ known: KnownDeployment, _ inputs: StepInputs) throws(StepFailure) {
        guard let before = known.entry.storageLayout else {
            throw StepFailure(
                .blocked,
                code: "layout-unknown",
                "the storage layout of the code that \(subject) runs is not on record, so that the new one cannot be compared",
                hint:
                    "bring back the registry or the state directory that has it; or check out the sources of what runs "
                    + "there, and: hyperkit deployments adopt \(subject) \(known.entry.address)"
            )
        }
        let after = try StorageLayout(compiled: try inputs[action.deployment.compile])
        var conflicts = before.conflicts(upgradingTo: after)
        if conflicts.contains(where: { $0.kind == .function }), try isSameCode(known, inputs) {
            conflicts.removeAll { $0.kind == .function }
        }
        guard let first = conflicts.first else { return }
        let named = conflicts.prefix(5).map(\.description).joined(separator: "; ")
        let rest = conflicts.count > 5 ? "; and \(conflicts.count - 5) more" : ""
        throw StepFailure(
            .blocked,
            code: "storage-layout",
            "the new code does not fit the storage of \(subject): \(named)\(rest)",
            hint: "\(Self.remedy(conflicts.first { $0.kind == .renamed } ?? first)); nothing was sent"
        )
    }

    private static func remedy(_ conflict: LayoutConflict) -> String {
        switch conflict.kind {
        case .renamed:
            "where only the name changed, say so above the variable: /// @custom:oz-renamed-from OLD"
        case .function:
            "store which function is meant, such as an enum, and not the function; where an initializer of the new code sets it "
                + "anew, say so above the variable: /// @custom:oz-upgrades-unsafe-allow internal-function-storage"
        case .redeclared:
            "the contracts that declare them tell variables of one name apart: keep the order of those contracts, "
                + "rename at most one of them in an upgrade, and give new variables other names"
        case .removed, .moved, .retyped: "keep variables where they are and add new ones behind them"
        }
    }

    /// Whether the new code is what runs already but for immutables: functions are at the same places in it.
    private func isSameCode(_ known: KnownDeployment, _ inputs: StepInputs) throws(StepFailure) -> Bool {
        guard let state = known.entry.proxy,
            let code = try context.codeOnRecord(of: action.name, at: state.implementation, network)
        else { return false }
        return try inputs[action.deployment.compile].digest(CompileOutput.runtimeCode)
            == code.runtimeCodeDigest
    }

    // MARK: Who may

    /// Whether a sender may upgrade: the chain is asked what an upgrade to the code that runs already would do.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `not-owner`, that says who may.
    private func authority(
        of sender: Address,
        over proxy: Address,
        _ state: ProxyState,
        _ inputs: StepInputs
    ) async throws(StepFailure) {
        let upgrade = try Upgrade(of: proxy, state, to: state.implementation)
        let reason: RevertReason
        do throws(RPCFailure) {
            _ = try await network.rpc.call(CallRequest(from: sender, to: upgrade.to, data: upgrade.data))
            return
        } catch {
            guard case .node(let fault) = error, fault.revertData != nil || fault.kind == .reverted else {
                throw StepFailure(error, on: network.spec)
            }
            let abi = try EffectContext.abi(try inputs[action.deployment.compile])
            reason = RevertReason(fault.revertData ?? [], abi: abi)
        }
        let what =
            switch state.kind {
            case .uups: "it"
            case .transparent: "its admin \(upgrade.to)"
            case .beacon: "its beacon \(upgrade.to)"
            }
        let owner = await network.owner(of: upgrade.to)
        let who = owner.map { "\(what) is owned by \($0)" } ?? "\(what) says: \(reason)"
        throw StepFailure(
            .blocked,
            code: "not-owner",
            "\(sender) may not upgrade \(subject): \(who)",
            hint:
                "let the owner sign on '\(network.spec.name)', or name it as that network's 'owner'; nothing was sent"
        )
    }
}
