package import EthereumTypes

/// A deployment as a registry has it: all that another machine needs to go on from it.
package struct RegistryEntry: Hashable, Sendable {
    package enum Status: String, CaseIterable, Sendable {
        /// What is there now.
        case current
        /// Another deployment of the same name took its place; only ledgers keep these.
        case replaced
        /// It has another name now; only ledgers keep these.
        case renamed
        /// A person said that it no longer counts.
        case forgotten
    }

    /// What tells one entry of a network's file from another.
    package struct Key: Hashable, Comparable, Sendable {
        package var project: String
        package var name: String
        package var chainID: ChainID
        package var genesisHash: Hash

        package init(project: String, name: String, chainID: ChainID, genesisHash: Hash) {
            self.project = project
            self.name = name
            self.chainID = chainID
            self.genesisHash = genesisHash
        }

        package static func < (left: Key, right: Key) -> Bool {
            let (mine, theirs) = (left.chainID.rawValue, right.chainID.rawValue)
            if (left.project, left.name, mine) != (right.project, right.name, theirs) {
                return (left.project, left.name, mine) < (right.project, right.name, theirs)
            }
            return left.genesisHash.bytes.lexicographicallyPrecedes(right.genesisHash.bytes)
        }
    }

    package var project: String
    package var name: String
    package var contract: String
    package var chainID: ChainID
    package var genesisHash: Hash
    package var status: Status
    package var address: Address
    /// nil where it is not known how it came there.
    package var transactionHash: Hash?
    package var block: UInt64?
    package var deployer: Address?
    /// Of the init code without its arguments.
    package var initCodeDigest: Digest
    /// Of the artifact's runtime code.
    package var runtimeCodeDigest: Digest
    /// Of the code at the address, with what the constructor wrote into it; nil where nobody noted it.
    package var deployedCodeDigest: Digest?
    /// Their ABI encoding.
    package var constructorArguments: [UInt8]
    package var creation: CreationRecord
    /// The run that made it; nil where none did.
    package var run: String?
    /// Whether it was taken over as it was, by a person's word or by its salt: no record has what was done to it before.
    package var isAdopted: Bool
    /// Calls that were made to it.
    package var calls: [RegistryCall]
    /// What it points to; nil where it is no proxy.
    package var proxy: ProxyState?
    /// The layout of its storage: of a proxy, that of the code which it runs; nil where nobody noted it.
    package var storageLayout: StorageLayout?
    /// Where contracts were whose place it took or that a person said do not count, so that none of them is taken for one that is
    /// on no record.
    package var earlier: Set<Address>

    package init(
        project: String,
        name: String,
        contract: String,
        chainID: ChainID,
        genesisHash: Hash,
        status: Status = .current,
        address: Address,
        transactionHash: Hash? = nil,
        block: UInt64? = nil,
        deployer: Address? = nil,
        initCodeDigest: Digest,
        runtimeCodeDigest: Digest,
        deployedCodeDigest: Digest? = nil,
        constructorArguments: [UInt8],
        creation: CreationRecord = .plain,
        run: String?,
        isAdopted: Bool = false,
        calls: [RegistryCall] = [],
        proxy: ProxyState? = nil,
        storageLayout: StorageLayout? = nil,
        earlier: Set<Address> = []
    ) {
        self.project = project
        self.name = name
        self.contract = contract
        self.chainID = chainID
        self.genesisHash = genesisHash
        self.status = status
        self.address = address
        self.transactionHash = transactionHash
        self.block = block
        self.deployer = deployer
        self.initCodeDigest = initCodeDigest
        self.runtimeCodeDigest = runtimeCodeDigest
        self.deployedCodeDigest = deployedCodeDigest
        self.constructorArguments = constructorArguments
        self.creation = creation
        self.run = run
        self.isAdopted = isAdopted
        self.calls = calls
        self.proxy = proxy
        self.storageLayout = storageLayout
        self.earlier = earlier
    }

    /// Every address that it names as one of its deployment.
    package var addresses: Set<Address> { earlier.union([address]) }

    /// Keeps the addresses of another entry of the same deployment, and the calls that were made to the same address.
    package mutating func remember(_ other: RegistryEntry) {
        earlier = earlier.union(other.addresses).subtracting([address])
        if other.address == address { remember(other.calls) }
    }

    /// Keeps calls that were made to it and that it does not have.
    package mutating func remember(_ others: [RegistryCall]) {
        for call in others where !calls.contains(where: call.isSame(as:)) { calls.append(call) }
    }

    package var key: Key {
        Key(project: project, name: name, chainID: chainID, genesisHash: genesisHash)
    }

    /// Whether both mean the same contract on the chain; a code address may be used again after a self-destruction.
    package func isSameInstance(as other: RegistryEntry) -> Bool {
        guard address == other.address else { return false }
        guard let mine = transactionHash, let theirs = other.transactionHash else { return true }
        return mine == theirs
    }

    /// Whether a registry's entry says something that a ledger with this history of the same name does not know yet.
    ///
    /// Of one contract the registry's word counts on whether it is forgotten: a person says that there first. Of two, the
    /// one in the later block took the other's place.
    package func isNews(to history: [RegistryEntry]) -> Bool {
        if let same = history.first(where: isSameInstance) {
            if status != .forgotten, same.status == .current, upgradeIsNews(to: same) { return true }
            guard status != .forgotten else { return same.status == .current }
            // One that is forgotten here is not where another took its place since: the file is of before.
            guard same.status == .forgotten else { return false }
        }
        guard let current = history.first(where: { $0.status == .current }) else { return true }
        guard status == .current else { return false }
        guard let mine = block, let theirs = current.block else { return true }
        return mine > theirs
    }

    /// Whether the same proxy was upgraded in a later block than `other` knows of.
    private func upgradeIsNews(to other: RegistryEntry) -> Bool {
        guard let mine = proxy?.block else { return false }
        guard let theirs = other.proxy?.block else {
            return proxy?.implementation != other.proxy?.implementation
        }
        return mine > theirs
    }
}

/// A call that was made to a deployment and is final.
package struct RegistryCall: Hashable, Sendable {
    package var name: String
    /// Its signature.
    package var function: String
    package var callDataHash: Hash
    package var transactionHash: Hash
    package var block: UInt64
    /// The run that made it.
    package var run: String

    package init(
        name: String,
        function: String,
        callDataHash: Hash,
        transactionHash: Hash,
        block: UInt64,
        run: String
    ) {
        self.name = name
        self.function = function
        self.callDataHash = callDataHash
        self.transactionHash = transactionHash
        self.block = block
        self.run = run
    }

    /// Whether both are one call of what they were made to, which may have been made more than once.
    package func isSame(as other: RegistryCall) -> Bool {
        name == other.name && callDataHash == other.callDataHash && transactionHash == other.transactionHash
    }
}
