import EthereumTypes
import Ledger
import Model

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
            }.map(Self.onItsWay)
        }
    }

    private static func onItsWay(_ operation: ChainOperation) -> Diagnostic {
        let intent = operation.intent
        let value = intent.value > .zero ? ", with \(intent.value) wei" : ""
        let hash = operation.inclusion?.transactionHash ?? operation.attempts.last?.hash
        let place =
            operation.inclusion.map { "block \($0.blockNumber) has it, not yet deep enough" }
            ?? "it may come into a block at any time"
        return Diagnostic(
            .warning,
            "on-its-way",
            "the run was cut short, and \(intent.step) is signed: \(hash?.description ?? "?") (nonce \(operation.nonce ?? 0) of "
                + "\(intent.sender))\(value): \(place)",
            hint: "run again with this state directory: it goes on with it, and makes nothing anew"
        )
    }
}
