package import EthereumTypes

/// Who signs what a Safe is asked for and hands it to the service that its owners look at.
package struct SafeProposer: Hashable, Sendable {
    /// The signer's name in the manifest.
    package var name: String
    /// Where its key is, or who has it.
    package var form: SignerSpec.Form
    /// The account that its key must be of; nil where only the key tells, and where the form has it.
    package var keyAddress: Address?
    /// Where the Safe Transaction Service is asked; nil: the one that is known of the network.
    package var service: NetworkSpec.Endpoint?
    package var apiKey: SecretReference?

    package init(
        name: String,
        form: SignerSpec.Form,
        keyAddress: Address? = nil,
        service: NetworkSpec.Endpoint? = nil,
        apiKey: SecretReference? = nil
    ) {
        self.name = name
        self.form = form
        self.keyAddress = keyAddress
        self.service = service
        self.apiKey = apiKey
    }
}

extension NetworkPreset {
    /// Where the chain's Safe Transaction Service is asked ("Smart Account Supported Networks" of Safe's documentation); nil
    /// where it names none.
    package var safeService: String? {
        switch name {
        case "ethereum": "https://api.safe.global/tx-service/eth"
        case "sepolia": "https://api.safe.global/tx-service/sep"
        case "polygon": "https://api.safe.global/tx-service/pol"
        case "bsc": "https://api.safe.global/tx-service/bnb"
        default: nil
        }
    }
}
