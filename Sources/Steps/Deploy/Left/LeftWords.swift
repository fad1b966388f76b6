import Ethereum
import EthereumTypes
package import Ledger
package import Model

/// What is said of an operation that a run leaves, or left, on its way.
package struct LeftWords {
    private let operation: ChainOperation
    private let isWanted: Bool
    private let isAsked: Bool
    private let project: String

    /// `isWanted`: a run takes it to its end; `isAsked`: the one that is planned does.
    init(_ operation: ChainOperation, isWanted: Bool, isAsked: Bool = false, _ project: String) {
        self.operation = operation
        self.isWanted = isWanted
        self.isAsked = isAsked
        self.project = project
    }

    static let code = "earlier-run"

    /// Where it stands, and what to do about it.
    ///
    /// - Parameter failure: Why it has not come further; nil where its state says all.
    /// - Returns: A warning; a note where another run takes it to its end.
    func note(because failure: StepFailure? = nil) -> Diagnostic {
        let isQuiet = isWanted && !isAsked && !operation.state.isFinished
        let intent = operation.intent
        let other = intent.project == project ? "" : " of project '\(intent.project)'"
        let none = isWanted ? "of which this run has no step" : "which no manifest has any more"
        let whose =
            isAsked ? "which a run sends again as it was signed where it is still wanted as it is" : none
        // How it ended its state says.
        let isSaid = failure?.code == Lane.inNoBlock.code || [.reverted, .foreign].contains(operation.state)
        let why = isSaid ? "" : failure.map { "; \($0.message)" } ?? ""
        return Diagnostic(
            isQuiet ? .note : .warning,
            Self.code,
            "run \(intent.run)\(other) signed \(intent.step), \(whose): \(state)\(why)",
            hint: hint
        )
    }

    static func unknown(on network: String, _ failure: StepFailure) -> Diagnostic {
        Diagnostic(
            .warning, code,
            "what earlier runs signed on '\(network)' could not be looked up: \(failure.message)",
            hint: failure.hint)
    }

    /// What a run that is cut short says of what its steps have signed and not taken to its end.
    package static func cutShort(_ operation: ChainOperation) -> Diagnostic {
        let words = LeftWords(operation, isWanted: true, operation.intent.project)
        let hash = operation.inclusion?.transactionHash ?? operation.attempts.last?.hash
        let place =
            operation.inclusion.map { "block \($0.blockNumber) has it, not yet deep enough" }
            ?? "it may come into a block at any time"
        return Diagnostic(
            .warning,
            "on-its-way",
            "the run was cut short, and \(operation.intent.step) is signed: \(hash?.description ?? "?") (\(words.nonce))"
                + "\(words.value): \(place)",
            hint: "run again with this state directory: it goes on with it, and makes nothing anew"
        )
    }

    private var nonce: String { "nonce \(operation.nonce ?? 0) of \(operation.intent.sender)" }

    private var value: String {
        // What did nothing in its block, such as what used its nonce up, sent none.
        guard operation.inclusion?.succeeded != false else { return "" }
        return operation.intent.value > .zero ? ", with \(operation.intent.value) wei" : ""
    }

    private var place: String {
        let inclusion = operation.inclusion
        return
            "block \(inclusion?.blockNumber ?? 0) has it (transaction \(inclusion?.transactionHash.description ?? "?"))"
    }

    private var state: String {
        switch operation.state {
        case .planned, .nonce, .signed, .sent:
            return "it has \(nonce)\(value) and is in no block yet, which any may still take"
        case .included: return "\(place)\(value), and it has not come to its end yet"
        case .final:
            let made = operation.inclusion?.address.map { ", created \($0)" } ?? ""
            return "\(place)\(value)\(made), and it is on record"
        case .reverted:
            return "\(place), where it did nothing: \(operation.error ?? "it reverted"); its fee is spent"
        case .foreign: return "another transaction has \(nonce), so that none of it comes into a block"
        case .blocked: return "it has \(nonce)\(value) and is blocked: \(operation.error ?? "")"
        case .withdrawn: return "it was given up"
        }
    }

    private var hint: String? {
        if operation.state.isFinished { return nil }
        if isAsked { return "to have it not, send a transaction of your own with its nonce" }
        if isWanted { return "the run that has its step takes it to its end" }
        if operation.state == .included { return "run again: it is taken to its end and put on record" }
        return
            "a run sends it again only where something waits behind it. To have it, put it back into the manifest; to have it not, "
            + "send a transaction of your own with its nonce"
    }
}
