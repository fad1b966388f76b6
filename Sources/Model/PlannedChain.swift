package import EthereumTypes

/// Which chain a network of a plan is: a name, a preset or an endpoint of the manifest may come to mean another one.
package struct PlannedChain: Hashable, Sendable {
    package var network: String
    package var chainID: ChainID
    /// The hash of block 0; nil where nothing was asked: a devnet that starts empty, or a network that did not answer.
    package var genesis: Hash?

    package init(network: String, chainID: ChainID, genesis: Hash?) {
        self.network = network
        self.chainID = chainID
        self.genesis = genesis
    }
}

extension ApprovedPlan {
    /// In what way the networks of the plan are now other chains than it is for, a line for each.
    ///
    /// What was not asked for its block 0 is compared only where something is done there all the same: on a devnet that starts
    /// empty. Of what did not answer nothing is approved.
    ///
    /// - Parameters:
    ///   - now: Every network of the manifests.
    ///   - forecasts: What a run would do now.
    /// - Returns: Lines; none where all are what they were.
    func departures(of now: [PlannedChain], _ forecasts: [DeploymentForecast]) -> [String] {
        let here = Dictionary(now.map { ($0.network, $0) }) { first, _ in first }
        let used = Set(forecasts.filter { !$0.isStuck }.map(\.network))
        return chains.flatMap { planned -> [String] in
            let name = "network '\(planned.network)'"
            guard let found = here[planned.network] else {
                return ["\(name): the manifests no longer have it"]
            }
            var lines: [String] = []
            if found.chainID != planned.chainID {
                lines.append("\(name): chain id \(planned.chainID) → \(found.chainID)")
            }
            let isCompared =
                (planned.genesis != nil || isUsed(planned.network))
                && (found.genesis != nil || used.contains(planned.network))
            if isCompared, found.genesis != planned.genesis {
                lines.append("\(name): block 0 \(Self.words(planned)) → \(Self.words(found))")
            }
            return lines
        }
    }

    /// In what way a chain is not the one that the plan is for.
    ///
    /// - Parameters:
    ///   - chain: The chain that a network was found to be.
    ///   - startsEmpty: Whether it is a devnet that starts empty, which has another block 0 each time.
    /// - Returns: nil where it is that one.
    package func departure(of chain: PlannedChain, startsEmpty: Bool) -> String? {
        let name = "network '\(chain.network)'"
        guard let planned = chains.first(where: { $0.network == chain.network }) else {
            return "\(name) is not in the plan"
        }
        if planned.chainID != chain.chainID {
            return "\(name): chain id \(planned.chainID) → \(chain.chainID)"
        }
        if planned.genesis == nil, startsEmpty { return nil }
        guard planned.genesis != chain.genesis else { return nil }
        return "\(name): block 0 \(Self.words(planned)) → \(Self.words(chain))"
    }

    private static func words(_ chain: PlannedChain) -> String { chain.genesis?.description ?? "not known" }
}
