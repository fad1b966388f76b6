import EthereumTypes
import Foundation
import Model

/// The source of one deployment, as services that show sources want it.
struct SourceSubmission: Sendable {
    var chainID: ChainID
    var address: Address
    /// The compiler's standard JSON input: this contract's sources and settings, and nobody else's.
    var standardInput: Data
    /// What the code was linked with, after it was compiled.
    var libraries: [LibraryAddress] = []
    /// With its commit, such as `0.8.29+commit.ab55807c`.
    var compilerVersion: String
    /// `path:Name`.
    var contract: String
    /// The ABI encoding, as hexadecimal digits without `0x`.
    var constructorArguments: String
    /// The transaction that created it; nil where none is known.
    var transactionHash: String?
}

/// What a service answers.
enum VerifierAnswer: Hashable, Sendable {
    /// It shows the source; in words, how well it fits.
    case verified(String)
    /// It will look at it; how to ask what became of that.
    case accepted(ticket: String)
    /// It is still looking.
    case pending(String)
    /// It does not want to be asked now, or does not know the contract yet.
    case later(String)
    /// It lost the ticket, or gave up for a reason that passes: the source is to be handed over again.
    case again(String)
    case refused(String)
}

/// How one service is spoken to: pure functions of what is asked and answered.
protocol VerifierProtocol: Sendable {
    /// The request that hands a source over.
    func submission(of source: SourceSubmission, key: Secret?) throws(StepFailure) -> HTTPRequest

    func answer(toSubmission reply: HTTPReply) -> VerifierAnswer

    /// The request that asks what became of a source.
    func question(_ ticket: String, of source: SourceSubmission, key: Secret?) -> HTTPRequest

    func answer(toQuestion reply: HTTPReply) -> VerifierAnswer

    /// Where people see the source; nil where nobody knows.
    func page(of source: SourceSubmission) -> String?
}

extension HTTPReply {
    /// What every service means by a status: nil where the body says more.
    var refusalByStatus: VerifierAnswer? {
        switch status {
        case 429: .later("it limits how often it is asked")
        case 500...599, 408: .later("it answered with status \(status)")
        default: nil
        }
    }

    /// An answer that is not what the service's documentation says.
    var strange: VerifierAnswer {
        .refused("it answered with status \(status), and nothing that can be read")
    }
}
