import EthereumTypes
import Model

/// How what a step wants comes to a chain.
enum Sending: Sendable {
    /// It is signed here and sent.
    case signed(any TransactionSigner)
    /// People are asked to send it.
    case proposed(PeoplesAccount)

    var address: Address {
        switch self {
        case .signed(let signer): signer.address
        case .proposed(let account): account.address
        }
    }
}

/// An account that nobody here can sign for: what it is to send is written down.
struct PeoplesAccount: Hashable, Sendable {
    /// The signer's name in the manifest.
    var name: String
    var address: Address
}
