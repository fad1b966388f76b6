package import EthereumTypes
package import Model

/// What a run asked people to send, since nobody here can sign for the account.
package struct Proposal: Hashable, Sendable {
    /// What it is for; never changes.
    package struct Intent: Hashable, Sendable {
        package var run: String
        package var project: String
        package var step: StepID
        package var network: String
        /// The account, and the chain that it is on.
        package var lane: ChainOperation.Lane
        /// nil: a contract is created.
        package var to: Address?
        package var value: Wei
        /// Keccak-256 of the init code with its arguments, or of the call data.
        package var payloadHash: Hash
        /// The contract that a factory creates for it, which no receipt names; nil where the nonce decides.
        package var creates: Address?
        /// Of code for a proxy that is to be put there.
        package var storageLayout: StorageLayout?

        package init(
            run: String,
            project: String,
            step: StepID,
            network: String,
            lane: ChainOperation.Lane,
            to: Address?,
            value: Wei,
            payloadHash: Hash,
            creates: Address? = nil,
            storageLayout: StorageLayout? = nil
        ) {
            self.run = run
            self.project = project
            self.step = step
            self.network = network
            self.lane = lane
            self.to = to
            self.value = value
            self.payloadHash = payloadHash
            self.creates = creates
            self.storageLayout = storageLayout
        }
    }

    /// Why what people may still send was taken back.
    package static let notNeeded = "it is not needed any more"
    /// Why one has ended under whose nonce blocks have something else.
    package static let overtaken = "another transaction has its nonce"
    /// The same of what was done and undone, behind the hash of the transaction.
    package static let reverted = " reverted"
    /// Why one has ended that goes on as what another step asks for, ahead of that step: it is not what was asked for any more.
    static let moved = "it is asked for as "

    package enum State: String, CaseIterable, Sendable {
        /// Nobody is known to have sent it.
        case open
        /// Another was asked for in its place: people may have sent either.
        case superseded
        /// A block that stays has it.
        case executed
        /// It can no longer be sent, or no longer should.
        case withdrawn
    }

    package let id: Int64
    package let intent: Intent
    /// The nonce that was proposed; of a Safe its own.
    package let nonce: UInt64
    /// How far the chain was then.
    ///
    /// How many transactions of the account were in blocks: what was sent later has that nonce or a higher one. Of a Safe the
    /// number of the newest block: what it executed later is in a later one.
    package let counted: UInt64
    /// What the owners of a Safe sign, with this among others; nil where a key signs.
    package let batchHash: Hash?
    package let state: State
    package let createdAt: Timestamp
}
