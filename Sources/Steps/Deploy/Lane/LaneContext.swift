import Ethereum
import EthereumTypes
import Ledger
import Model

/// Whose lane it is.
struct LaneContext: Sendable {
    var run: String
    var project: String
    var network: String
    var lane: ChainOperation.Lane
    var fees: Fees.Settings
    /// Whether approved plans alone change the network.
    var needsApproval = false
    /// Where the manifest has the network.
    var location: FileLocation?
    /// The most gas that a transaction may use.
    var mostGas = UInt64.max

    var sender: Address { lane.sender }
    var room: MarkRoom {
        MarkRoom(network: network, location: location, cap: fees.maxFeePerGas, gas: mostGas)
    }

    func intent(_ request: TransactionRequest, most: Wei) -> ChainOperation.Intent {
        ChainOperation.Intent(
            run: run,
            project: project,
            step: request.step,
            kind: request.kind,
            network: network,
            chainID: lane.chainID,
            genesisHash: lane.genesisHash,
            sender: sender,
            payloadHash: request.payloadHash,
            spendReserved: most,
            value: request.value,
            creates: request.creates
        )
    }
}
