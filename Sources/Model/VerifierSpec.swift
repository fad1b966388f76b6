/// A service that shows the source of what is deployed, once it has compiled it to the same code.
package struct VerifierSpec: Hashable, Sendable {
    package enum Service: String, CaseIterable, Codable, Sendable {
        case sourcify, etherscan, blockscout

        /// Where it is asked unless a manifest says otherwise; nil where each chain has its own.
        package var usualURL: String? {
            switch self {
            case .sourcify: "https://sourcify.dev/server"
            // One for all chains ("API V2" in Etherscan's documentation).
            case .etherscan: "https://api.etherscan.io/v2/api"
            case .blockscout: nil
            }
        }
    }

    package var service: Service
    /// Where it is asked; never with a key.
    package var url: String
    package var key: SecretReference?

    package init(_ service: Service, url: String, key: SecretReference? = nil) {
        self.service = service
        self.url = url
        self.key = key
    }
}

extension NetworkPreset {
    /// Where the chain's Blockscout is asked; nil where none is known.
    package var blockscout: String? {
        switch name {
        case "ethereum": "https://eth.blockscout.com/api"
        case "sepolia": "https://eth-sepolia.blockscout.com/api"
        case "hoodi": "https://eth-hoodi.blockscout.com/api"
        case "polygon": "https://polygon.blockscout.com/api"
        default: nil
        }
    }
}
