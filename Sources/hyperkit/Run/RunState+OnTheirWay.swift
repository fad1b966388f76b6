import EthereumTypes
import Ledger
import Model
import Steps

extension RunState {
    /// What steps of a run that was cut short have signed, in words: it is on its way though they have no end here.
    ///
    /// Whoever reads of them that nothing came of them would have it made again.
    func onTheirWay(_ record: RunRecord) -> [Diagnostic] {
        let isCut = record.steps.contains { step in
            step.end?.status == .cancelled || step.end?.failure?.code == "run-deadline"
        }
        guard isCut else { return [] }
        let left = Set(
            record.steps.filter { ![.succeeded, .reused, .blocked].contains($0.end?.status) }
                .map(\.planned.id))
        return record.networks.filter { $0.status == .used }.flatMap { network -> [Diagnostic] in
            guard let chainID = ChainID(network.chainID),
                let genesis = network.genesisHash.flatMap({ Hash($0) }),
                let open = try? ledger.signedOperations(on: chainID, genesisHash: genesis)
            else { return [] }
            return open.filter {
                $0.intent.project == header.project && $0.intent.network == network.name
                    && left.contains($0.intent.step)
            }.map(LeftWords.cutShort)
        }
    }
}
