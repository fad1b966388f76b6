import EthereumTypes

/// What is known of a public chain by its name; a manifest may say otherwise of everything but the chain id.
package struct NetworkPreset: Hashable, Sendable {
    package let name: String
    /// As EIP-155 numbers it.
    package let chainNumber: UInt64
    package let fees: NetworkSpec.Fees
    /// Deep enough that a block of that depth has not gone away in living memory.
    package let confirmations: NetworkSpec.Confirmations
    package let limits: NetworkSpec.Limits
    package let blockTime: Duration
    package let explorer: String
    /// What its own coin is called.
    package let coin: String

    private init(
        _ name: String,
        _ chainNumber: UInt64,
        fees: NetworkSpec.Fees = NetworkSpec.Fees(),
        confirmations: Int,
        limits: NetworkSpec.Limits = NetworkSpec.Limits(),
        blockTime: Duration,
        explorer: String,
        coin: String = "ETH"
    ) {
        self.name = name
        self.chainNumber = chainNumber
        self.fees = fees
        self.confirmations = .blocks(confirmations)
        self.limits = limits
        self.blockTime = blockTime
        self.explorer = explorer
        self.coin = coin
    }

    /// Pools reject a tip under 25 gwei (PIP-35), and what a node suggests may be lower.
    private static let polygonFees = NetworkSpec.Fees(minPriorityFeePerGas: Wei(25_000_000_000))
    /// Larger runtime code since the Ahmedabad fork (PIP-30), init code as everywhere.
    private static let polygonLimits = NetworkSpec.Limits(maxRuntimeCode: 32_768)
    /// The base fee is always 0 (BEP-226).
    private static let bscFees = NetworkSpec.Fees(zeroBaseFee: true)
    /// Since the Maxwell fork (BEP-619).
    private static let bscBlockTime = Duration.milliseconds(450)

    package static let all: [NetworkPreset] = [
        NetworkPreset(
            "ethereum", 1, confirmations: 5, blockTime: .seconds(12), explorer: "https://etherscan.io"),
        NetworkPreset(
            "sepolia", 11_155_111, confirmations: 3, blockTime: .seconds(12),
            explorer: "https://sepolia.etherscan.io"),
        NetworkPreset(
            "hoodi", 560_048, confirmations: 3, blockTime: .seconds(12),
            explorer: "https://hoodi.etherscan.io"),
        NetworkPreset(
            "polygon", 137, fees: polygonFees, confirmations: 16, limits: polygonLimits,
            blockTime: .seconds(2), explorer: "https://polygonscan.com", coin: "POL"),
        NetworkPreset(
            "amoy", 80_002, fees: polygonFees, confirmations: 8, limits: polygonLimits,
            blockTime: .seconds(2), explorer: "https://amoy.polygonscan.com", coin: "POL"),
        NetworkPreset(
            "bsc", 56, fees: bscFees, confirmations: 15, blockTime: bscBlockTime,
            explorer: "https://bscscan.com", coin: "BNB"),
        NetworkPreset(
            "bsc-testnet", 97, fees: bscFees, confirmations: 8, blockTime: bscBlockTime,
            explorer: "https://testnet.bscscan.com", coin: "BNB"),
    ]

    package static func named(_ name: String) -> NetworkPreset? { all.first { $0.name == name } }

    package static func numbered(_ number: UInt64) -> NetworkPreset? {
        all.first { $0.chainNumber == number }
    }
}
