package import Engine
package import EthereumTypes
import Foundation
import Ledger
package import Model
import Synchronization

/// Hands the sources of a deployment's contracts to the services of its network, each once.
///
/// It never fails: whoever deploys has deployed, whether a service shows the source or not. What no service shows leaves the
/// step skipped and the run degraded.
package struct VerifyStep: Sendable {
    /// Which services nobody could reach, so that the next deployment does not wait for them as long.
    private final class Lost: Sendable {
        let services = Mutex<Set<VerifierSpec>>([])
    }

    private let context: EffectContext
    private let patience: Duration
    private let told: @Sendable (StepID, VerificationFact) -> Void
    private let lost = Lost()

    /// - Parameters:
    ///   - context: The chain, the ledger, secrets, and whose run it is.
    ///   - patience: How long one service may take for one source.
    ///   - told: Hears what each service says.
    package init(
        _ context: EffectContext,
        patience: Duration = .seconds(300),
        told: @escaping @Sendable (StepID, VerificationFact) -> Void
    ) {
        self.context = context
        self.patience = patience
        self.told = told
    }

    /// What came of all that was to be shown.
    private struct End {
        var asked = 0
        var isShown = false
        var skipped: [String] = []
        var failures: [String] = []

        var reason: String {
            let shown = asked == 0 ? "its source is shown already" : "its source is shown"
            return ((isShown ? [shown] : []) + skipped).joined(separator: "; ")
        }
    }

    package func perform(
        _ action: VerifyAction,
        inputs: StepInputs,
        progress: StepProgress
    ) async throws(StepFailure) -> Performed {
        var end = End()
        for contract in action.contracts {
            try await show(contract, of: action, inputs, progress, &end)
        }
        guard end.failures.isEmpty else {
            throw StepFailure(
                .unavailable,
                code: "not-verified",
                end.failures.joined(separator: "; "),
                hint: "the contract is deployed; the next run hands its source over again"
            )
        }
        return Performed(outputs: [], isReuse: end.asked == 0, reason: end.reason)
    }

    /// Hands one contract's source to each service that is not on record to show it.
    private func show(
        _ contract: VerifyAction.Contract,
        of action: VerifyAction,
        _ inputs: StepInputs,
        _ progress: StepProgress,
        _ end: inout End
    ) async throws(StepFailure) {
        let shown = try ShownContract(contract, inputs)
        let prefix = contract.part == .contract ? "" : "\(contract.part.rawValue): "
        if let why = shown.whyNot {
            for verifier in action.network.verifiers { tell(action, contract, verifier, .skipped, why) }
            end.skipped.append(prefix + why)
            return
        }
        let network = try await context.hub.open(action.network)
        let source = try await submission(of: shown, contract, action, inputs)
        var left: [(verifier: VerifierSpec, key: VerificationKey)] = []
        for verifier in action.network.verifiers {
            let key = try Self.key(verifier, network, source.address, try inputs[contract.compile])
            if let known = try inLedger({ () throws(LedgerError) in try context.ledger.verified(key) }) {
                let page = Self.words(of: verifier, action.network).page(of: source)
                tell(action, contract, verifier, .verified, "\(known.message), in run \(known.run)", page)
                end.isShown = true
            } else {
                left.append((verifier, key))
            }
        }
        guard !left.isEmpty else { return }
        if let (status, why) = await objection(to: shown, on: network) {
            for (verifier, _) in left { tell(action, contract, verifier, status, why) }
            if status == .failed {
                end.failures.append(prefix + why)
            } else {
                end.skipped.append(prefix + why)
            }
            return
        }
        for (verifier, key) in left {
            end.asked += 1
            let words = Self.words(of: verifier, action.network)
            let said = await said(by: verifier, words, source) {
                progress("\(prefix)\(verifier.service.rawValue): \($0)")
            }
            if said.status == .verified {
                try inLedger { () throws(LedgerError) in
                    try context.ledger.recordVerified(key, message: said.message, run: context.run)
                }
                end.isShown = true
            } else {
                end.failures.append("\(prefix)\(verifier.service.rawValue): \(said.message)")
            }
            let page = said.status == .verified ? words.page(of: source) : nil
            tell(action, contract, verifier, said.status, said.message, page)
        }
    }

    /// Why a contract's source is handed to nobody, by what the chain has there; nil where it is.
    private func objection(
        to shown: ShownContract,
        on network: OpenNetwork
    ) async -> (VerificationFact.Status, String)? {
        do throws(StepFailure) {
            guard let place = try shown.mustHoldOwnCode() else { return nil }
            let code = try await network.code(of: place)
            return try shown.whyNot(with: code).map { (.skipped, $0) }
        } catch {
            return (.failed, error.message)
        }
    }

    private func submission(
        of shown: ShownContract,
        _ contract: VerifyAction.Contract,
        _ action: VerifyAction,
        _ inputs: StepInputs
    ) async throws(StepFailure) -> SourceSubmission {
        let resolution = try await context.resolution(
            of: contract.libraries.flatMap(\.address.references),
            on: action.network.name,
            signers: contract.libraries.isEmpty ? [] : action.signersRead,
            inputs: inputs
        )
        return try shown.submission(chainID: action.network.chainID, action.deployment, resolution)
    }

    /// Whether every service is on record to show the sources of what some steps put at addresses; nobody is asked.
    package func isShown(
        _ action: VerifyAction,
        at places: [StepID: Address],
        inputs: StepInputs
    ) async -> Bool {
        do throws(StepFailure) {
            let network = try await context.hub.open(action.network)
            for contract in action.contracts {
                guard let place = places[contract.deploy] else { return false }
                let address = ShownContract.address(of: contract.part, placedAt: place)
                for verifier in action.network.verifiers {
                    let key = try Self.key(verifier, network, address, try inputs[contract.compile])
                    let known = try inLedger { () throws(LedgerError) in try context.ledger.verified(key) }
                    guard known != nil else { return false }
                }
            }
            return true
        } catch {
            return false
        }
    }

    private static func key(
        _ verifier: VerifierSpec,
        _ network: OpenNetwork,
        _ address: Address,
        _ compiled: StoredOutputs
    ) throws(StepFailure) -> VerificationKey {
        guard let digest = compiled.digest(CompileOutput.initCode) else {
            throw StepFailure(code: "lost-output", "there is no output '\(CompileOutput.initCode)'")
        }
        return VerificationKey(
            chainID: network.spec.chainID,
            genesisHash: network.genesis,
            address: address,
            initCodeDigest: digest,
            verifier: verifier
        )
    }

    /// What a service says; an interruption is one more reason why it says nothing.
    private func said(
        by verifier: VerifierSpec,
        _ words: any VerifierProtocol,
        _ source: SourceSubmission,
        say: @escaping @Sendable (String) -> Void
    ) async -> VerifierTalk.End {
        do throws(StepFailure) {
            var key: Secret?
            if let reference = verifier.key {
                key = try await context.secrets.read(
                    reference, for: "verification by \(verifier.service.rawValue)")
            }
            let isLost = lost.services.withLock { $0.contains(verifier) }
            let end = try await VerifierTalk(
                words: words,
                world: context.world,
                key: key,
                patience: isLost ? .zero : patience,
                say: say
            ).run(source)
            if end.isUnreachable { _ = lost.services.withLock { $0.insert(verifier) } }
            return end
        } catch {
            return VerifierTalk.End(status: .failed, message: error.message)
        }
    }

    private func tell(
        _ action: VerifyAction,
        _ contract: VerifyAction.Contract,
        _ verifier: VerifierSpec,
        _ status: VerificationFact.Status,
        _ message: String,
        _ page: String? = nil
    ) {
        let fact = VerificationFact(
            deployment: action.deployment,
            network: action.network.name,
            part: contract.part,
            service: verifier.service,
            status: status,
            url: page,
            message: message
        )
        told(action.step, fact)
    }

    private static func words(of verifier: VerifierSpec, _ network: NetworkSpec) -> any VerifierProtocol {
        switch verifier.service {
        case .sourcify: SourcifyProtocol(url: verifier.url)
        case .etherscan, .blockscout:
            EtherscanProtocol(service: verifier.service, url: verifier.url, explorer: network.explorer)
        }
    }
}
