import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model

/// Has a proposer sign what a Safe is asked for, and hands that to the service that its owners look at.
///
/// It never fails what is proposed: the files beside the report have all that owners need.
struct SafeHandover: Sendable {
    /// How long a service may take.
    private static let patience = Duration.seconds(60)

    let context: EffectContext
    let batch: SafeProposal
    let proposer: SafeProposer
    let network: NetworkSpec

    private var subject: String {
        "Safe \(batch.lane.sender) on '\(batch.network)'"
    }

    func run() async {
        do throws(StepFailure) {
            var confirmation = try await sign()
            try context.write(try batch.document(with: confirmation), to: "\(batch.file).json")
            guard let endpoint = proposer.service ?? network.safeService.map({ .url($0) }) else {
                tell(
                    .note, "no-safe-service",
                    "no transaction service is known of '\(batch.network)': \(batch.file).json has the signature of "
                        + "\(confirmation.proposer)",
                    hint: "say where it is with 'service' of the Safe's signer")
                return
            }
            let service = Self.name(endpoint)
            let earlier = try await handOver(confirmation, endpoint, named: service)
            confirmation.service = service
            try context.write(try batch.document(with: confirmation), to: "\(batch.file).json")
            let since = earlier.map { " since run \($0)" } ?? ""
            tell(
                .note, "safe-service",
                "\(service) has what \(subject) is asked for under nonce \(batch.nonce)\(since), with the signature of "
                    + "\(confirmation.proposer): its owners find it in the Safe's interface",
                hint: "compare the hashes before you sign")
        } catch {
            tell(
                .warning, "not-handed-over",
                "what \(subject) is asked for is not handed over: \(error.message)",
                hint: [error.hint, "it stands, and \(batch.file).json has it; the next run tries again"]
                    .compactMap(\.self).joined(separator: "; "))
        }
    }

    private func tell(_ severity: Diagnostic.Severity, _ code: String, _ message: String, hint: String) {
        context.notice(Diagnostic(severity, code, message, hint: hint))
    }

    // MARK: The signature

    private func sign() async throws(StepFailure) -> SafeProposal.Confirmation {
        // What an interrupted run asks for is not all that it would have.
        guard !Task.isCancelled else { throw .cancelled }
        var spec = SignerSpec(name: proposer.name, location: network.location, form: proposer.form)
        spec.keyAddress = proposer.keyAddress
        guard case .signed(let signer) = try await context.sending(spec) else { throw signsNothing }
        return try await confirmation(by: signer)
    }

    private var signsNothing: StepFailure {
        StepFailure(code: "needs-key", "signer '\(proposer.name)' signs nothing here")
    }

    /// What a signer says to the batch.
    ///
    /// - Throws: ``StepFailure`` coded `signer-answer` where the signature is not its own of this batch: owners would be shown it
    ///   as if it were.
    func confirmation(
        by signer: any TransactionSigner
    ) async throws(StepFailure) -> SafeProposal.Confirmation {
        guard let transaction = batch.transaction, let hash = batch.hashes?.transaction else {
            throw signsNothing
        }
        let signature = try await signer.sign(transaction, of: batch.lane.sender, on: batch.lane.chainID)
        guard signature.signer(of: hash)?.address == signer.address else {
            throw StepFailure(
                .blocked, code: "signer-answer",
                "the signature of signer '\(proposer.name)' is not one of \(signer.address)")
        }
        return SafeProposal.Confirmation(proposer: signer.address, signature: signature.bytes)
    }

    // MARK: The service

    /// Hands it over unless the service has it.
    ///
    /// - Returns: The run that did so before; nil where none is on record.
    private func handOver(
        _ confirmation: SafeProposal.Confirmation,
        _ endpoint: NetworkSpec.Endpoint,
        named service: String
    ) async throws(StepFailure) -> String? {
        guard let hash = batch.hashes?.transaction else { throw .cancelled }
        let purpose = "the transaction service of \(subject)"
        let url: Secret =
            switch endpoint {
            case .url(let text): Secret(text)
            case .secret(let reference): try await context.secrets.url(reference, for: purpose)
            }
        guard Self.isPrivate(url) else {
            throw StepFailure(
                code: "bad-url", "\(service) is not asked over https",
                hint: "http is for this machine alone")
        }
        var key: Secret?
        if let reference = proposer.apiKey { key = try await context.secrets.read(reference, for: purpose) }
        let words = SafeServiceProtocol(url: url, key: key)
        var late = ""
        let asking = AskingAgain(world: context.world, patience: Self.patience)
        let taken: Void? = try await asking.until {
            () async throws(StepFailure) -> AskingAgain.Heard<Void> in
            switch try await exchange(words, confirmation, hash) {
            case .has: return .answer(())
            case .missing: late = "it does not show what it was handed"
            case .later(let why): late = why
            case .refused(let why):
                throw StepFailure(
                    code: "service-refused",
                    "\(service) does not take it: \(VerifierTalk.clean(why, without: key))",
                    hint: "a proposer must be an owner of the Safe or a delegate of one")
            }
            return .notYet(late)
        }
        guard taken != nil else {
            throw StepFailure(
                code: "service-unavailable", "\(service): \(VerifierTalk.clean(late, without: key))")
        }
        let handover = Handover(
            lane: batch.lane, batchHash: hash, service: service, proposer: confirmation.proposer)
        return try inLedger { () throws(LedgerError) in
            let earlier = try context.ledger.handedOver(handover)
            try context.ledger.recordHandover(handover, run: context.run)
            return earlier
        }
    }

    /// Looks whether it is there, and hands it over where it is not.
    private func exchange(
        _ words: SafeServiceProtocol,
        _ confirmation: SafeProposal.Confirmation,
        _ hash: Hash
    ) async throws(StepFailure) -> SafeServiceProtocol.Answer {
        let looked = try await ask(words.question(hash)) { words.answer(toQuestion: $0, about: hash) }
        guard looked == .missing else { return looked }
        return try await ask(try words.submission(batch, confirmation)) { words.answer(toSubmission: $0) }
    }

    private func ask(
        _ request: HTTPRequest,
        _ read: (HTTPReply) -> SafeServiceProtocol.Answer
    ) async throws(StepFailure) -> SafeServiceProtocol.Answer {
        do throws(HTTPError) {
            return read(try await context.world.http(request))
        } catch {
            switch error.kind {
            case .cancelled: throw .cancelled
            case .tooLarge: return .refused("its answer is too long")
            // Whether it has it by now is looked up.
            case .notSent, .unknown: return .later("it cannot be reached: \(error.message)")
            }
        }
    }

    /// What a message calls a service: where it was read from, else its host; neither holds a key.
    static func name(_ endpoint: NetworkSpec.Endpoint) -> String {
        switch endpoint {
        case .secret(let reference): return "the transaction service (\(reference))"
        case .url(let text):
            let parts = URLComponents(string: text)
            let port = parts?.port.map { ":\($0)" } ?? ""
            return "the transaction service \(parts?.host ?? "")\(port)\(parts?.path ?? "")"
        }
    }

    private static func isPrivate(_ url: Secret) -> Bool {
        let parts = URLComponents(string: url.reveal())
        let isHere = ["127.0.0.1", "localhost", "[::1]", "::1"].contains(parts?.host?.lowercased() ?? "")
        return parts?.scheme?.lowercased() == "https" || isHere
    }
}
