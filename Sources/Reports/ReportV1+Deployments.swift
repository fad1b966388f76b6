import EthereumTypes
import Model

extension ReportV1 {
    package struct Network: Codable, Hashable, Sendable {
        package var name: String
        package var chainId: UInt64
        package var genesisHash: OrNull<String>
        package var spentWei: String
        package var status: String
    }

    package struct Deployment: Codable, Hashable, Sendable {
        package var name: String
        package var contract: String
        package var network: String
        package var chainId: UInt64
        package var action: String
        package var reason: String
        package var address: OrNull<String>
        package var codeMatches: OrNull<Bool>
        package var transactionHash: OrNull<String>
        package var blockNumber: OrNull<UInt64>
        package var gasUsed: OrNull<UInt64>
        package var feePaidWei: OrNull<String>
        package var constructorArguments: OrNull<String>
        /// nil where nobody was to be shown its source.
        package var verification: [Verification]?
        /// Left out where it is no proxy.
        package var implementation: String?
    }

    package struct Call: Codable, Hashable, Sendable {
        package var name: String
        package var deployment: String
        package var network: String
        package var function: String
        package var address: String
        package var made: Bool
        package var reason: String
        package var transactionHash: OrNull<String>
        package var blockNumber: OrNull<UInt64>
        package var gasUsed: OrNull<UInt64>
        package var feePaidWei: OrNull<String>
    }
}

extension ReportV1.Network {
    init(_ network: RunReading.Network) {
        name = network.fact.name
        chainId = network.fact.chainID
        genesisHash = OrNull(network.fact.genesisHash)
        spentWei = network.spent.description
        status = network.fact.status.rawValue
    }
}

extension ReportV1.Deployment {
    init(_ fact: DeploymentFact) {
        name = fact.name
        contract = fact.contract
        network = fact.network
        chainId = fact.chainID
        action = fact.action.rawValue
        reason = fact.reason
        address = OrNull(fact.address)
        codeMatches = OrNull(fact.codeMatches)
        transactionHash = OrNull(fact.transactionHash)
        blockNumber = OrNull(fact.blockNumber)
        gasUsed = OrNull(fact.gasUsed)
        feePaidWei = OrNull(fact.feePaidWei)
        constructorArguments = OrNull(fact.constructorArguments)
        implementation = fact.implementation
    }
}

extension ReportV1.Call {
    init(_ fact: CallFact) {
        name = fact.name
        deployment = fact.deployment
        network = fact.network
        function = fact.function
        address = fact.address
        made = fact.isMade
        reason = fact.reason
        transactionHash = OrNull(fact.transactionHash)
        blockNumber = OrNull(fact.blockNumber)
        gasUsed = OrNull(fact.gasUsed)
        feePaidWei = OrNull(fact.feePaidWei)
    }
}
