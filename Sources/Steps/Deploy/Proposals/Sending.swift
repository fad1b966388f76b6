import EthereumTypes
import Ledger
import Model

/// How what a step wants comes to a chain.
enum Sending: Sendable {
    /// It is signed here and sent.
    case signed(any TransactionSigner)
    /// People are asked to send it.
    case proposed(PeoplesAccount)

    /// Whether the account pays for gas: a Safe's transactions are paid for by whoever executes them.
    var paysItself: Bool {
        if case .proposed(let account) = self, case .safe = account.kind { false } else { true }
    }

    var address: Address {
        switch self {
        case .signed(let signer): signer.address
        case .proposed(let account): account.address
        }
    }
}

/// What became of what was to be sent.
enum Sent: Sendable {
    case settled(Settlement)
    /// What people must do, where steps that need this one may be asked for with it.
    case proposed(StepFailure)
}

/// An account that nobody here can sign for: what it is to send is written down.
struct PeoplesAccount: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// Somebody has its key.
        case key
        /// A Safe; the contract that makes several calls one, where it is not the usual one.
        case safe(multiSend: Address?)
    }

    /// The signer's name in the manifest.
    var name: String
    var address: Address
    var kind: Kind
    /// Who hands over what a Safe is asked for; nil: it is only written down.
    var proposer: SafeProposer?
}
