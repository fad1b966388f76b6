package import EthereumTypes
package import Model

/// One thing that a run wants of a chain: it holds one nonce, and every transaction signed for it has that nonce.
package struct ChainOperation: Hashable, Sendable {
    package struct ID: Hashable, Comparable, Sendable {
        package let rawValue: Int64

        package init(_ rawValue: Int64) { self.rawValue = rawValue }

        package static func < (left: ID, right: ID) -> Bool { left.rawValue < right.rawValue }
    }

    package enum Kind: String, CaseIterable, Sendable { case deploy, call }

    /// Where it stands; the chain decides about all that were signed.
    package enum State: String, CaseIterable, Sendable {
        /// The intent is durable, and its spend is reserved.
        case planned
        /// A nonce is reserved; nothing is signed.
        case nonce
        /// At least one attempt is signed and durable; it may or may not have been sent.
        case signed
        case sent
        /// A block has it; the block may still go away.
        case included
        /// Deep enough, and it succeeded.
        case final
        /// Deep enough, and it failed on the chain: a person decides.
        case reverted
        /// It is proved that a transaction of someone else used the nonce.
        case foreign
        /// A gap or a doubt: a person decides.
        case blocked
        /// Given up before anything was signed.
        case withdrawn
    }

    /// What it is for; never changes.
    package struct Intent: Hashable, Sendable {
        package var run: String
        package var project: String
        package var step: StepID
        package var kind: Kind
        package var network: String
        package var chainID: ChainID
        package var genesisHash: Hash
        package var sender: Address
        /// Keccak-256 of the init code with its arguments, or of the call data, a factory's too.
        package var payloadHash: Hash
        /// The most that it may cost: value and fees.
        package var spendReserved: Wei
        /// What is sent along.
        package var value: Wei
        /// The contract that a factory creates for it, which no receipt names; nil where the nonce decides.
        package var creates: Address?

        package init(
            run: String,
            project: String,
            step: StepID,
            kind: Kind,
            network: String,
            chainID: ChainID,
            genesisHash: Hash,
            sender: Address,
            payloadHash: Hash,
            spendReserved: Wei,
            value: Wei = .zero,
            creates: Address? = nil
        ) {
            self.run = run
            self.project = project
            self.step = step
            self.kind = kind
            self.network = network
            self.chainID = chainID
            self.genesisHash = genesisHash
            self.sender = sender
            self.payloadHash = payloadHash
            self.spendReserved = spendReserved
            self.value = value
            self.creates = creates
        }

        package var lane: Lane { Lane(chainID: chainID, genesisHash: genesisHash, sender: sender) }
    }

    /// One sender on one chain: what nonces are counted in.
    package struct Lane: Hashable, Sendable {
        package var chainID: ChainID
        package var genesisHash: Hash
        package var sender: Address

        package init(chainID: ChainID, genesisHash: Hash, sender: Address) {
            self.chainID = chainID
            self.genesisHash = genesisHash
            self.sender = sender
        }
    }

    /// A transaction that was signed for it.
    package struct Attempt: Hashable, Sendable {
        package var hash: Hash
        /// Exactly what is sent, each time it is sent.
        package var rawTransaction: [UInt8]
        package var predictedAddress: Address?
        package var createdAt: Timestamp

        package init(hash: Hash, rawTransaction: [UInt8], predictedAddress: Address?, createdAt: Timestamp) {
            self.hash = hash
            self.rawTransaction = rawTransaction
            self.predictedAddress = predictedAddress
            self.createdAt = createdAt
        }
    }

    /// What a receipt says of the attempt that a block has.
    package struct Inclusion: Hashable, Sendable {
        package var transactionHash: Hash
        package var blockHash: Hash
        package var blockNumber: UInt64
        /// The receipt's status; a receipt without one is no success.
        package var succeeded: Bool
        package var gasUsed: UInt64
        package var feePaid: Wei
        package var address: Address?

        package init(
            transactionHash: Hash,
            blockHash: Hash,
            blockNumber: UInt64,
            succeeded: Bool,
            gasUsed: UInt64,
            feePaid: Wei,
            address: Address? = nil
        ) {
            self.transactionHash = transactionHash
            self.blockHash = blockHash
            self.blockNumber = blockNumber
            self.succeeded = succeeded
            self.gasUsed = gasUsed
            self.feePaid = feePaid
            self.address = address
        }
    }

    package let id: ID
    package let intent: Intent
    package let state: State
    package let nonce: UInt64?
    /// In the order in which they were signed; all have the operation's nonce.
    package let attempts: [Attempt]
    /// Where a block has or had one of the attempts.
    package let inclusion: Inclusion?
    /// Why it is reverted, foreign, blocked or withdrawn.
    package let error: String?
    package let updatedAt: Timestamp
}

extension ChainOperation.ID: CustomStringConvertible {
    package var description: String { String(rawValue) }
}

extension ChainOperation.State {
    /// What each state may become; everything else is refused, in the database too.
    static let transitions: [(before: Self, after: Self)] = [
        (.planned, [.nonce, .blocked, .withdrawn]),
        (.nonce, [.signed, .blocked, .withdrawn]),
        (.signed, [.sent, .included, .foreign, .blocked]),
        (.sent, [.signed, .included, .foreign, .blocked]),
        (.included, [.sent, .final, .reverted, .blocked]),
        (.blocked, [.planned, .nonce, .signed, .included, .foreign, .withdrawn]),
    ].flatMap { (before: Self, afters: [Self]) in afters.map { (before, $0) } }

    /// Whether nothing is left to do; a step may then have another operation.
    package var isFinished: Bool {
        switch self {
        case .final, .reverted, .foreign, .withdrawn: true
        case .planned, .nonce, .signed, .sent, .included, .blocked: false
        }
    }

    package func mayBecome(_ next: Self) -> Bool {
        Self.transitions.contains { $0.before == self && $0.after == next }
    }
}

extension ChainOperation.Inclusion {
    /// What the sender is poorer by.
    package func cost(of intent: ChainOperation.Intent) -> Wei {
        succeeded ? feePaid + intent.value : feePaid
    }
}
