import EthereumTypes
package import Foundation
package import Model

/// Why a file is no plan that can be applied.
package enum PlanFileError: Error, Hashable, Sendable {
    /// `path` leads to the value that is wrong, by keys and places in lists, and is empty where the text itself is; nil where it
    /// is the whole of the plan that makes no sense.
    case malformed(detail: String, path: [String]? = nil)
    case version(Int)
    case unknownAction(String, deployment: String)
    case expired(at: String)
    case otherProject(String, expected: String)
}

extension PlanFileError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let detail, _): "it is no plan file: \(detail)"
        case .version(1):
            "it is a plan of version 1, which does not say which chains it is for: make a new plan"
        case .version(let version):
            "it is a plan of version \(version); this hyperkit reads version \(PlanV2.current)"
        case .unknownAction(let action, let deployment):
            "the action '\(action)' of \(deployment) is not known"
        case .expired(let moment): "it was good until \(moment)"
        case .otherProject(let project, let expected):
            "it is a plan of project '\(project)', and the manifests are of '\(expected)'"
        }
    }
}

extension PlanV2 {
    private struct Head: Decodable { var version: Int }

    /// Reads a plan file.
    ///
    /// - Throws: ``PlanFileError`` where it cannot be read, or has had its time.
    package init(reading json: Data, at now: Timestamp) throws(PlanFileError) {
        let decoder = JSONDecoder()
        let plan: PlanV2
        do {
            let version = try decoder.decode(Head.self, from: json).version
            guard version == PlanV2.current else { throw PlanFileError.version(version) }
            plan = try decoder.decode(PlanV2.self, from: json)
        } catch let error as PlanFileError {
            throw error
        } catch let error as DecodingError {
            let path = error.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
            throw .malformed(detail: error.words, path: path)
        } catch {
            throw .malformed(detail: "it cannot be read")
        }
        guard Self.isTime(plan.expiresAt) else {
            throw .malformed(
                detail: "expiresAt is no time such as \(now.rfc3339)", path: ["expiresAt"])
        }
        // Both are in UTC and of one length, so that they compare as texts.
        guard plan.expiresAt > now.rfc3339 else { throw .expired(at: plan.expiresAt) }
        self = plan
    }

    /// Whether a text is a moment as plans write it.
    private static func isTime(_ text: String) -> Bool {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        guard let date = try? style.parse(text) else { return false }
        return Timestamp(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded())).rfc3339 == text
    }

    /// What was approved.
    ///
    /// - Throws: ``PlanFileError`` for an action that no plan has, an entry that is there twice, or a plan of another project.
    package func approved(for project: String) throws(PlanFileError) -> ApprovedPlan {
        guard self.project == project else { throw .otherProject(self.project, expected: project) }
        try Self.requireOnce(steps.map(\.id.rawValue))
        var forecasts: [DeploymentForecast] = []
        for deployment in deployments { forecasts.append(try deployment.forecast()) }
        try Self.requireOnce(forecasts.map(\.step.placed))
        let chains = try chains()
        let named = Set(chains.map(\.network))
        let read = forecasts.filter { !$0.isStuck }.flatMap { $0.networksRead.sorted() }
        let used = forecasts.map(\.network) + read
        if let other = used.first(where: { !named.contains($0) }) {
            throw .malformed(detail: "it does not say which chain '\(other)' is")
        }
        for forecast in forecasts { try requireSteps(of: forecast) }
        guard let digest = try? digest() else { throw .malformed(detail: "it has no digest") }
        return ApprovedPlan(
            digest: digest, chains: chains, order: steps.map(\.id), deployments: forecasts,
            signedBefore: Set((signedBefore ?? []).compactMap(\.transactionHash)))
    }

    private func chains() throws(PlanFileError) -> [PlannedChain] {
        try Self.requireOnce(networks.map { "network \($0.name)" })
        var chains: [PlannedChain] = []
        for network in networks {
            guard let chainID = ChainID(network.chainId) else {
                throw .malformed(detail: "network \(network.name) has the chain id 0")
            }
            let genesis = network.genesisHash.flatMap { Hash($0) }
            guard genesis != nil || network.genesisHash == nil else {
                throw .malformed(detail: "the 'genesisHash' of network \(network.name) is no hash")
            }
            chains.append(PlannedChain(network: network.name, chainID: chainID, genesis: genesis))
        }
        return chains
    }

    /// Without a place among its steps nothing would say when it is done; and both say what is done.
    private func requireSteps(of forecast: DeploymentForecast) throws(PlanFileError) {
        let known = Dictionary(steps.map { ($0.id, $0.action) }) { first, _ in first }
        let calls = forecast.calls.filter { !$0.isUpgrade }.map { forecast.step(of: $0) }
        for step in [forecast.step] + calls {
            guard let said = known[step] else {
                throw .malformed(detail: "'\(step)' is not among its 'steps'")
            }
            let meant = step == forecast.step ? [forecast.action.rawValue] : Self.callActions
            guard meant.contains(said) else {
                throw .malformed(
                    detail: "its step '\(step)' says '\(said)', and its deployment '\(meant[0])'")
            }
        }
        if let other = forecast.stepsLeftOut.first(where: { known[$0] != nil }) {
            throw .malformed(detail: "it leaves '\(other)' out and has a step of it")
        }
    }

    /// What a step of a call says that would be made; a person must decide about the second.
    private static let callActions = ["call", "blocked"]

    /// Of two entries of one name nobody could say which was approved.
    fileprivate static func requireOnce(_ names: [String]) throws(PlanFileError) {
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            throw .malformed(detail: "it has '\(name)' twice")
        }
    }
}

extension PlanV2.Deployment {
    fileprivate func forecast() throws(PlanFileError) -> DeploymentForecast {
        guard let action = DeploymentForecast.Action(rawValue: action) else {
            throw .unknownAction(self.action, deployment: id)
        }
        let parts = id.split(separator: "@", maxSplits: 1)
        guard parts.count == 2 else { throw .malformed(detail: "'\(id)' is no deployment") }
        let network = String(parts[1])
        let bounds = [gasBound] + calls.map(\.gasBound)
        for case let bound? in bounds where DeploymentForecast.GasBound(rawValue: bound) == nil {
            throw .malformed(detail: "'\(bound)' of \(id) is no 'gasBound'")
        }
        try PlanV2.requireOnce(calls.map { "call \($0.name) of \(id)" })
        try requireBounds("it", sender, maxGas, maxCostWei)
        for call in calls {
            try requireBounds("call \(call.name)", call.sender, call.maxGas, call.maxCostWei)
        }
        var forecast = DeploymentForecast(
            // The parts of what stands behind a proxy have the kind of their step before their name.
            step: StepID(id) ?? .deploy(String(parts[0]), on: network),
            network: network,
            action: action,
            reason: reason,
            sender: sender,
            address: address,
            initCodeDigest: initCodeDigest,
            arguments: arguments,
            valueWei: valueWei,
            calls: calls.map { call in
                var forecast = DeploymentForecast.Call(
                    name: call.name,
                    function: call.function,
                    arguments: call.arguments,
                    sender: call.sender,
                    to: call.to,
                    data: call.data,
                    valueWei: call.valueWei,
                    reason: "",
                    maxGas: call.maxGas,
                    maxCostWei: call.maxCostWei,
                    gasBound: call.gasBound.flatMap { .init(rawValue: $0) }
                )
                forecast.signers = PlanV2.Signer.read(call.signers)
                forecast.deployments = PlanV2.Place.read(call.addresses)
                forecast.unless = call.unless
                forecast.formerly = call.formerly ?? []
                forecast.past =
                    (call.madeBefore ?? []).map { PastCall(.made, $0) }
                    + (call.askedBefore ?? []).map { PastCall(.asked, $0) }
                return forecast
            },
            maxGas: maxGas,
            maxCostWei: maxCostWei,
            unlinkedCodeDigest: unlinkedCodeDigest,
            libraries: libraries,
            salt: salt,
            gasBound: gasBound.flatMap { .init(rawValue: $0) },
            replaces: replaces
        )
        guard !forecast.isStuck || calls.isEmpty else {
            throw .malformed(detail: "\(id) is \(action.rawValue) and has calls")
        }
        forecast.replacesSince = replacesSince
        forecast.signers = PlanV2.Signer.read(signers)
        forecast.deployments = PlanV2.Place.read(addresses)
        forecast.leftOut = leftOut ?? []
        return forecast
    }
}

extension PlanV2.Deployment {
    /// A bound that cannot be read bounds nothing, and what has one has an account: without that nothing bounds who sends.
    private func requireBounds(
        _ subject: String,
        _ sender: String?,
        _ gas: UInt64?,
        _ cost: String?
    ) throws(PlanFileError) {
        if let cost, UInt128(cost) == nil {
            throw .malformed(detail: "'\(cost)' of \(id) is no 'maxCostWei'")
        }
        guard sender == nil, gas != nil || cost != nil else { return }
        throw .malformed(detail: "\(id): \(subject) has bounds and no 'sender'")
    }
}

extension PlanV2.Signer {
    fileprivate static func read(_ signers: [PlanV2.Signer]?) -> [ReadSigner] {
        (signers ?? []).map { ReadSigner(name: $0.name, address: $0.address) }
    }
}

extension PlanV2.Place {
    fileprivate static func read(_ places: [PlanV2.Place]?) -> [ReadDeployment] {
        (places ?? []).map { ReadDeployment(name: $0.name, address: $0.address) }
    }
}
