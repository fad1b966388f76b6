package import EthereumTypes

/// A named chain: who answers for it, what a transaction may cost there, and when one counts as done.
package struct NetworkSpec: Hashable, Sendable {
    package enum DevnetState: String, CaseIterable, Sendable { case ephemeral, persistent }

    package enum Endpoint: Hashable, Sendable {
        case url(String)
        /// A URL that may hold a key of its own.
        case secret(SecretReference)
    }

    package enum Chain: Hashable, Sendable {
        /// A chain on this machine that the run starts, with funded accounts.
        case devnet(state: DevnetState, chainID: ChainID)
        /// Nodes that answer for the chain, the preferred one first; at least one.
        case rpc([Endpoint], chainID: ChainID)
    }

    package enum Confirmations: Hashable, Sendable {
        /// Blocks on top of and including the transaction's own; at least 1.
        case blocks(Int)
        case finalized
    }

    package struct Fees: Hashable, Sendable {
        package var maxFeePerGas: Wei?
        package var maxPriorityFeePerGas: Wei?
        /// What the chain's pools ask for at least, whatever a node suggests.
        package var minPriorityFeePerGas: Wei
        /// Transactions with a gas price (EIP-155) in place of type 2.
        package var legacy: Bool
        /// Whether the base fee is 0 in every block, so that all that is paid is the priority fee.
        package var zeroBaseFee: Bool
        /// How long a transaction may wait for its block before its fees are raised.
        package var bumpAfter: Duration
        /// How often the fees of one transaction are raised at most.
        package var maxBumps: Int

        package init(
            maxFeePerGas: Wei? = nil,
            maxPriorityFeePerGas: Wei? = nil,
            minPriorityFeePerGas: Wei = .zero,
            legacy: Bool = false,
            zeroBaseFee: Bool = false,
            bumpAfter: Duration = .seconds(180),
            maxBumps: Int = 4
        ) {
            self.maxFeePerGas = maxFeePerGas
            self.maxPriorityFeePerGas = maxPriorityFeePerGas
            self.minPriorityFeePerGas = minPriorityFeePerGas
            self.legacy = legacy
            self.zeroBaseFee = zeroBaseFee
            self.bumpAfter = bumpAfter
            self.maxBumps = maxBumps
        }
    }

    /// The most that may be spent, fees and value together; nil where nothing is said.
    package struct Budget: Hashable, Sendable {
        package var transaction: Wei?
        package var run: Wei?
        /// In one day of UTC.
        package var day: Wei?

        package init(transaction: Wei? = nil, run: Wei? = nil, day: Wei? = nil) {
            self.transaction = transaction
            self.run = run
            self.day = day
        }
    }

    /// What the chain's rules allow; the numbers move with forks, so they are data.
    package struct Limits: Hashable, Sendable {
        /// The largest runtime code in bytes (EIP-170).
        package var maxRuntimeCode: Int
        /// The largest init code in bytes (EIP-3860).
        package var maxInitCode: Int
        /// The most gas that one transaction may use (EIP-7825).
        package var maxTransactionGas: UInt64

        package init(
            maxRuntimeCode: Int = 24_576,
            maxInitCode: Int = 49_152,
            maxTransactionGas: UInt64 = 16_777_216
        ) {
            self.maxRuntimeCode = maxRuntimeCode
            self.maxInitCode = maxInitCode
            self.maxTransactionGas = maxTransactionGas
        }
    }

    /// What a run does where no node of the network answers.
    package enum WhenUnavailable: String, CaseIterable, Sendable {
        case fail
        /// Goes on without the network; the run is then degraded.
        case skip
    }

    package var name: String
    package var location: FileLocation
    package var chain: Chain
    /// nil on a devnet alone: its first funded account signs.
    package var signer: String?
    package var policy: String?
    package var confirmations: Confirmations
    package var fees: Fees
    package var budget: Budget
    package var limits: Limits
    /// How many transactions of one sender may wait for a block at once.
    package var inFlight: Int
    package var onUnavailable: WhenUnavailable
    /// The most requests that each endpoint is sent in a second; nil: as many as there are.
    package var requestsPerSecond: Int?
    /// Whether it is changed only as an approved plan says.
    package var needsApproval: Bool
    /// The network on which the same code must be live first.
    package var after: String?
    /// How long a block takes; nil where nobody says.
    package var blockTime: Duration?
    /// The address of a block explorer for people.
    package var explorer: String?
    /// What `${network.values.KEY}` reads; may refer to signers and to the network itself.
    package var values: [String: Interpolated]
    /// The signer that upgrades proxies and makes the calls that are the owner's; nil: whoever signs.
    package var owner: String?
    /// The Safe Transaction Service of the chain; nil where none is known.
    package var safeService: String?
    /// Who is handed the sources of what is deployed on it.
    package var verifiers: [VerifierSpec] = []

    package init(
        name: String,
        location: FileLocation,
        chain: Chain,
        signer: String? = nil,
        policy: String? = nil,
        confirmations: Confirmations = .blocks(1),
        fees: Fees = Fees(),
        budget: Budget = Budget(),
        limits: Limits = Limits(),
        inFlight: Int = 16,
        onUnavailable: WhenUnavailable = .fail,
        requestsPerSecond: Int? = nil,
        needsApproval: Bool = false,
        after: String? = nil,
        blockTime: Duration? = nil,
        explorer: String? = nil,
        values: [String: Interpolated] = [:]
    ) {
        self.name = name
        self.location = location
        self.chain = chain
        self.signer = signer
        self.policy = policy
        self.confirmations = confirmations
        self.fees = fees
        self.budget = budget
        self.limits = limits
        self.inFlight = inFlight
        self.onUnavailable = onUnavailable
        self.requestsPerSecond = requestsPerSecond
        self.needsApproval = needsApproval
        self.after = after
        self.blockTime = blockTime
        self.explorer = explorer
        self.values = values
    }

    /// Whether it is a chain that nobody had before: it has another block 0 each time.
    package var startsEmpty: Bool {
        if case .devnet(.ephemeral, _) = chain { true } else { false }
    }

    package var isDevnet: Bool {
        switch chain {
        case .devnet: true
        case .rpc: false
        }
    }

    package var chainID: ChainID {
        switch chain {
        case .devnet(_, let chainID), .rpc(_, let chainID): chainID
        }
    }
}
