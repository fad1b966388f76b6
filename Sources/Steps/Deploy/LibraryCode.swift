import Ethereum
import EthereumTypes
import Model

/// Whether there is code where a contract is to look for its libraries.
extension EffectContext {
    /// Looks at the libraries whose address the manifest says; those that are deployments of it were looked at when they were made.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `no-library`: every call of it would fail.
    func checkLibraries(of action: DeployAction, on network: OpenNetwork) async throws(StepFailure) {
        for library in action.creation.libraries {
            guard let address = library.givenAddress else { continue }
            // It may be of a deployment of this run.
            if try await !codeBefore(at: address, on: network).isEmpty { continue }
            if try await !network.code(of: address).isEmpty { continue }
            let message =
                "\(action.contract) calls the library '\(library.name.value)' at \(address), and "
                + "'\(network.spec.name)' has no code there"
            let hint =
                "write the address that it has on '\(network.spec.name)', or deploy it; nothing was sent"
            throw StepFailure(
                .blocked,
                code: "no-library",
                message,
                hint: hint,
                diagnostics: [.error("no-library", message, at: library.address.location, hint: hint)]
            )
        }
    }

    /// The addresses of libraries that the manifest says, of this plan's deployments on a network.
    func libraries(on network: OpenNetwork) -> [Address] {
        deployments.filter { $0.network.name == network.spec.name }.flatMap(\.creation.libraries)
            .compactMap(\.givenAddress)
    }
}

extension LibraryLink {
    /// nil where it refers to a deployment or a signer.
    fileprivate var givenAddress: Address? { address.text.flatMap { try? Address($0) } }
}
