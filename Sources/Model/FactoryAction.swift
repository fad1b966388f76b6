package import EthereumTypes

/// Puts a factory on a devnet, or finds it there.
package struct FactoryAction: Hashable, Sendable {
    package var factory: Create2Factory
    /// A devnet that hyperkit starts; nothing is put on any other network.
    package var network: NetworkSpec

    package init(factory: Create2Factory, network: NetworkSpec) {
        self.factory = factory
        self.network = network
    }

    package var step: StepID { .factory(factory, on: network.name) }
}

extension DeployAction {
    /// What is another on another network of the same deployment.
    package struct Twin: Hashable, Sendable {
        package var network: NetworkSpec
        package var signer: SignerSpec?
        package var arguments: Arguments
        package var creation: CreationSpec
        package var signersRead: [SignerSpec]
        /// Whether the command names that network, so that it may be asked.
        package var isNamed: Bool

        package init(
            network: NetworkSpec,
            signer: SignerSpec?,
            arguments: Arguments,
            creation: CreationSpec,
            signersRead: [SignerSpec],
            isNamed: Bool
        ) {
            self.network = network
            self.signer = signer
            self.arguments = arguments
            self.creation = creation
            self.signersRead = signersRead
            self.isNamed = isNamed
        }
    }

    /// The deployment on the network of a twin, without what the plan knows of its step.
    package func on(_ twin: Twin) -> DeployAction {
        var other = self
        other.network = twin.network
        other.signer = twin.signer
        other.arguments = twin.arguments
        other.creation = twin.creation
        other.signersRead = twin.signersRead
        other.twins = []
        other.laneMates = []
        other.liveFirst = nil
        return other
    }
}
