package import EthereumTypes
package import Model

/// What a deployment's operation leaves behind when it is final, beyond what its receipt says.
package struct DeploymentClaim: Hashable, Sendable {
    package var name: String
    package var contract: String
    /// Of the init code without its arguments.
    package var initCodeDigest: Digest
    /// Of the artifact's runtime code.
    package var runtimeCodeDigest: Digest
    /// Their ABI encoding.
    package var constructorArguments: [UInt8]
    package var creation: CreationRecord
    /// Of the code at the address once it was there; nil where nobody looked.
    package var deployedCodeDigest: Digest?
    /// What it points to; nil where it is no proxy.
    package var proxy: ProxyState?
    /// Of a proxy, that of the code which it runs; nil where nobody noted it.
    package var storageLayout: StorageLayout?

    package init(
        name: String,
        contract: String,
        initCodeDigest: Digest,
        runtimeCodeDigest: Digest,
        constructorArguments: [UInt8],
        creation: CreationRecord = .plain,
        deployedCodeDigest: Digest? = nil,
        proxy: ProxyState? = nil,
        storageLayout: StorageLayout? = nil
    ) {
        self.name = name
        self.contract = contract
        self.initCodeDigest = initCodeDigest
        self.runtimeCodeDigest = runtimeCodeDigest
        self.constructorArguments = constructorArguments
        self.creation = creation
        self.deployedCodeDigest = deployedCodeDigest
        self.proxy = proxy
        self.storageLayout = storageLayout
    }
}

/// A deployment as the ledger keeps it.
package struct DeploymentRow: Hashable, Sendable {
    package enum Status: String, CaseIterable, Sendable {
        /// What is there now, as far as this ledger knows.
        case current
        /// Another deployment of the same name took its place.
        case replaced
        /// It has another name now.
        case renamed
        /// A person said that it no longer counts.
        case forgotten
        case failed
    }

    package let id: Int64
    package let run: String
    /// The run that made it: another than ``run`` where that took it over from a registry or under another name.
    package let madeIn: String
    package let operation: ChainOperation.ID?
    /// Whether no run made it: a person named it, or its salt led to it.
    package let isAdopted: Bool
    package let project: String
    package let claim: DeploymentClaim
    package let network: String
    package let chainID: ChainID
    /// nil only where it failed before the chain could be asked.
    package let genesisHash: Hash?
    package let status: Status
    package let address: Address?
    package let deployer: Address?
    package let gasUsed: UInt64?
    package let feePaid: Wei?
    package let transactionHash: Hash?
    package let blockNumber: UInt64?
    /// Why it failed.
    package let error: String?
    package let recordedAt: Timestamp
}

/// A call that was made and is final.
package struct CallRow: Hashable, Sendable {
    package let run: String
    /// The run that made it: another than ``run`` where that took it over from a registry or under another name.
    package let madeIn: String
    package let project: String
    package let network: String
    /// nil where another ledger has it.
    package let operation: ChainOperation.ID?
    package let claim: CallClaim
    package let callDataHash: Hash
    package let transactionHash: Hash
    package let blockNumber: UInt64
    package let gasUsed: UInt64?
    package let feePaid: Wei?
    package let recordedAt: Timestamp
}

/// What a call's operation leaves behind when it is final.
package struct CallClaim: Hashable, Sendable {
    package var name: String
    package var deployment: String
    /// What it was made to.
    package var address: Address
    /// Its signature.
    package var function: String

    package init(name: String, deployment: String, address: Address, function: String) {
        self.name = name
        self.deployment = deployment
        self.address = address
        self.function = function
    }
}
