package import EthereumTypes
package import Model

/// Where a network's registry says that the project's deployments are, though the network is another chain.
package struct RecordedElsewhere: Hashable, Sendable {
    package let network: String
    /// How many deployments.
    package let count: Int
    package let chainID: ChainID
    package let genesis: Hash

    /// nil where some are on the chain that the network is, or none are anywhere.
    ///
    /// - Parameters:
    ///   - registry: The file of the network.
    ///   - project: Whose deployments count.
    ///   - chainID: That of the network now.
    ///   - here: The hash of its block 0.
    package init?(_ registry: RegistryFile, project: String, chainID: ChainID, genesis here: Hash) {
        let entries = registry.entries.filter { $0.project == project && $0.status == .current }
        let isHere = entries.contains { $0.chainID == chainID && $0.genesisHash == here }
        guard !isHere, let last = entries.max(by: { ($0.run ?? "") < ($1.run ?? "") }) else { return nil }
        network = registry.network
        self.chainID = last.chainID
        genesis = last.genesisHash
        count = entries.count { $0.chainID == last.chainID && $0.genesisHash == last.genesisHash }
    }

    /// `the registry has 5 deployments of 'sepolia' on another chain (…)`.
    package var words: String {
        let deployments = count == 1 ? "1 deployment" : "\(count) deployments"
        return
            "the registry has \(deployments) of '\(network)' on another chain (chain id \(chainID), genesis "
            + "\(genesis.short))"
    }

    /// What a run that finds it is warned of.
    package func warning(chainID now: ChainID, genesis here: Hash) -> Diagnostic {
        Diagnostic(
            .warning,
            "other-chain",
            "\(words), and the network is one with chain id \(now) and genesis \(here.short): none of them counts here",
            hint: "find out which chain is meant; where the old one is gone, hyperkit deployments forget "
                + "NAME@\(network) says so"
        )
    }
}

extension EffectContext {
    /// Where the registry has a network's deployments on another chain than it is.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `other-chain`, where the network is changed by approved plans alone.
    func recordedElsewhere(_ network: OpenNetwork) throws(StepFailure) -> RecordedElsewhere? {
        let spec = network.spec
        guard let file = registry[spec.name],
            let elsewhere = RecordedElsewhere(
                file, project: project, chainID: spec.chainID, genesis: network.genesis)
        else { return nil }
        guard spec.needsApproval else { return elsewhere }
        throw StepFailure(
            .blocked,
            code: "other-chain",
            "\(elsewhere.words), and the network is one with chain id \(spec.chainID) and genesis \(network.genesis.short)",
            hint:
                "find out which chain is meant; where the old one is gone, say so of each: hyperkit deployments forget "
                + "NAME@\(spec.name); nothing was sent"
        )
    }
}
