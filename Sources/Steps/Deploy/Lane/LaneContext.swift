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

    var sender: Address { lane.sender }

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
