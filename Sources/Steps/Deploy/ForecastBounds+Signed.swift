import Ethereum
import EthereumTypes
import Ledger
import Model

/// What may still be paid for what earlier runs signed.
extension ForecastBounds {
    /// Fills in the bounds of what a run goes on with as it was signed; what a block has costs nothing more, and has none.
    func fill(_ forecasts: inout [DeploymentForecast], _ signed: [ForecastSigned]) async {
        for name in Set(signed.map(\.network.spec.name)).sorted() {
            let here = signed.filter {
                $0.network.spec.name == name && [.signed, .sent].contains($0.operation.state)
            }
            guard let network = here.first?.network else { continue }
            let hashes = here.flatMap { $0.operation.attempts.map(\.hash) }
            // Where the node does not tell, or the price is beyond the caps, what is signed may be paid all the same.
            let records = (try? await network.records(hashes).get()) ?? [:]
            let price = try? await GasPrice.now(network)
            for one in here where !forecasts[one.deployment].isStuck {
                let isMined = one.operation.attempts.contains { records[$0.hash]?.receipt != nil }
                guard !isMined, let most = Self.most(one.operation, price, network.spec) else { continue }
                set((most.gas, .signed, 0), most.cost, one.deployment, one.call, &forecasts)
            }
        }
    }

    /// The most that an operation may use and cost: what is signed, and what may be signed in its place that pays more.
    ///
    /// `price`: what gas costs now; nil: nothing that pays more can be signed. nil where nothing of it can be read.
    private static func most(
        _ operation: ChainOperation,
        _ price: GasPrice?,
        _ network: NetworkSpec
    ) -> (gas: UInt64, cost: Wei)? {
        var transactions = operation.transactions
        guard var last = transactions.last else { return nil }
        // A mark lowers what is offered: without one it is the most.
        while let price, transactions.count <= network.fees.maxBumps,
            let more = try? price.replacing(last, within: network.feeSettings, markedBy: nil)
        {
            transactions.append(more)
            last = more
        }
        let gas = transactions.map(\.gasLimit).max() ?? 0
        return (gas, transactions.map(\.maxCost).max() ?? .zero)
    }
}
