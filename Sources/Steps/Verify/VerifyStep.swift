package import Engine
package import EthereumTypes
import Foundation
import Ledger
package import Model
import Synchronization

/// Hands the source of a deployment to the services of its network, each once.
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

    package func perform(
        _ action: VerifyAction,
        inputs: StepInputs,
        progress: StepProgress
    ) async throws(StepFailure) -> Performed {
        let bytes = try inputs[action.deploy].bytes(EffectOutput.deployment)
        let fact = try WireJSON.decode(DeploymentFact.self, from: bytes)
        let compiled = try inputs[action.compile]
        if let why = try Self.whyNot(fact, compiled) {
            for verifier in action.network.verifiers { tell(action, verifier, .skipped, why) }
            return Performed(outputs: [], isReuse: true, reason: why)
        }
        let source = try Self.submission(fact, compiled, action)
        let network = try await context.hub.open(action.network)
        var failures: [String] = []
        var asked = 0
        for verifier in action.network.verifiers {
            let key = try Self.key(verifier, network, source.address, compiled)
            let words = Self.words(of: verifier, action.network)
            if let known = try inLedger({ () throws(LedgerError) in try context.ledger.verified(key) }) {
                tell(
                    action, verifier, .verified, "\(known.message), in run \(known.run)",
                    words.page(of: source))
                continue
            }
            asked += 1
            let end = await end(of: verifier, words, source) {
                progress("\(verifier.service.rawValue): \($0)")
            }
            if end.status == .verified {
                try inLedger { () throws(LedgerError) in
                    try context.ledger.recordVerified(key, message: end.message, run: context.run)
                }
            } else {
                failures.append("\(verifier.service.rawValue): \(end.message)")
            }
            let page = end.status == .verified ? words.page(of: source) : nil
            tell(action, verifier, end.status, end.message, page)
        }
        guard failures.isEmpty else {
            throw StepFailure(
                .unavailable,
                code: "not-verified",
                failures.joined(separator: "; "),
                hint: "the contract is deployed; the next run hands its source over again"
            )
        }
        let reason = asked == 0 ? "its source is shown already" : "its source is shown"
        return Performed(outputs: [], isReuse: asked == 0, reason: reason)
    }

    /// Why nobody is asked; nil where they are.
    private static func whyNot(_ fact: DeploymentFact, _ compiled: StoredOutputs) throws(StepFailure)
        -> String?
    {
        if fact.action == .proposed { return "it is proposed and not there yet" }
        if fact.codeMatches == false { return "what is there was made of an earlier source" }
        let links = try CompilationV1.read(compiled).links
        return links.isEmpty ? nil : "its code is linked with libraries, which services are not told of"
    }

    /// Whether every service is on record to show the source of what is at an address; nobody is asked.
    package func isShown(_ action: VerifyAction, at address: Address, inputs: StepInputs) async -> Bool {
        do throws(StepFailure) {
            let network = try await context.hub.open(action.network)
            for verifier in action.network.verifiers {
                let key = try Self.key(verifier, network, address, try inputs[action.compile])
                let known = try inLedger { () throws(LedgerError) in try context.ledger.verified(key) }
                guard known != nil else { return false }
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
    private func end(
        of verifier: VerifierSpec,
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
        _ verifier: VerifierSpec,
        _ status: VerificationFact.Status,
        _ message: String,
        _ page: String? = nil
    ) {
        let fact = VerificationFact(
            deployment: action.deployment,
            network: action.network.name,
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

    /// The compiler's name of itself, which other names of one may add to.
    private static func compilerVersion(_ compiled: StoredOutputs) throws(StepFailure) -> String {
        struct Metadata: Decodable {
            struct Compiler: Decodable {
                var version: String
            }
            var compiler: Compiler
        }
        let text = try compiled.bytes(CompileOutput.metadata)
        return try WireJSON.decode(Metadata.self, from: text).compiler.version
    }

    private static func submission(
        _ fact: DeploymentFact,
        _ compiled: StoredOutputs,
        _ action: VerifyAction
    ) throws(StepFailure) -> SourceSubmission {
        let compilation = try CompilationV1.read(compiled)
        return SourceSubmission(
            chainID: action.network.chainID,
            address: try EffectContext.address(of: fact),
            standardInput: try compiled.bytes(CompileOutput.standardInput),
            compilerVersion: try compilerVersion(compiled),
            contract: "\(compilation.path):\(compilation.name)",
            constructorArguments: String((fact.constructorArguments ?? "").trimmingPrefix("0x")),
            transactionHash: fact.transactionHash
        )
    }
}
