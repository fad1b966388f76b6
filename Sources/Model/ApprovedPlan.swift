import EthereumTypes

/// A plan that somebody approved: exactly this may be done, and nothing is done twice.
///
/// It holds intent and bounds, not nonces and prices, so that it outlasts the days of a review and other people's
/// transactions.
package struct ApprovedPlan: Sendable {
    package let digest: Digest
    /// Which chains its networks are, each network once.
    package let chains: [PlannedChain]
    /// Its steps in the order in which they were approved.
    let order: [StepID]
    private let deployments: [StepID: DeploymentForecast]
    /// The transactions that were signed before, and may be sent again: by their hashes.
    package let signedBefore: Set<String>
    /// The addresses of signers that were approved, by network and signer.
    private let signers: [String: [String: Set<String>]]
    /// The addresses of deployments that were approved, by the network of what reads them and `name@network`.
    private let places: [String: [String: Set<String>]]
    /// The deployments whose addresses it says itself, as `name@network`.
    private let made: Set<String>

    package init(
        digest: Digest,
        chains: [PlannedChain],
        order: [StepID] = [],
        deployments: [DeploymentForecast],
        signedBefore: Set<String> = []
    ) {
        self.digest = digest
        self.signedBefore = signedBefore
        self.chains = chains
        self.order = order
        self.deployments = Dictionary(deployments.map { ($0.step, $0) }) { first, _ in first }
        made = Set(deployments.map(\.step).filter { [.deploy, .proxy].contains($0.kind) }.map(\.subject))
        var signers: [String: [String: Set<String>]] = [:]
        var places: [String: [String: Set<String>]] = [:]
        for forecast in deployments where !forecast.isStuck {
            for read in forecast.deployments + forecast.calls.flatMap(\.deployments) {
                places[forecast.network, default: [:]][read.name, default: []].insert(read.address)
            }
            for signer in forecast.signers + forecast.calls.flatMap(\.signers) {
                guard let address = signer.address else { continue }
                signers[forecast.network, default: [:]][signer.name, default: []].insert(address)
            }
        }
        self.signers = signers
        self.places = places
    }

    /// The networks that it changes or looks at.
    package var networks: Set<String> { Set(deployments.values.map(\.network)) }

    package var steps: [StepID] { deployments.keys.sorted() }

    var forecasts: some Collection<DeploymentForecast> { deployments.values }

    /// Whether something of a network was approved, be it only where a deployment on it is.
    func isUsed(_ network: String) -> Bool {
        deployments.values.contains {
            !$0.isStuck && ($0.network == network || $0.networksRead.contains(network))
        }
    }

    package subscript(step: StepID) -> DeploymentForecast? { deployments[step] }

    /// What was approved of a call; nil where it was not foreseen.
    package func call(_ name: String, of deployment: StepID) -> DeploymentForecast.Call? {
        deployments[deployment]?.calls.first { $0.name == name }
    }

    /// In what way the address of a signer is not what was approved on a network; nil where it is, or nothing there reads it.
    package func departure(of signer: ReadSigner, on network: String) -> String? {
        guard let planned = signers[network]?[signer.name], let now = signer.address,
            !planned.contains(now)
        else { return nil }
        return "address of signer '\(signer.name)' \(planned.sorted().joined(separator: ", ")) → \(now)"
    }

    /// In what way the address of a deployment is not what was approved on a network; nil where it is, or nothing there reads it.
    package func departure(of deployment: ReadDeployment, on network: String) -> String? {
        guard let planned = places[network]?[deployment.name], !planned.contains(deployment.address) else {
            return nil
        }
        let before = planned.sorted().joined(separator: ", ")
        return "address of \(deployment.name) \(before) → \(deployment.address)"
    }

    /// In what way a run would now do something else than was approved, or leave something of it out.
    ///
    /// What an application of the plan did already is no departure, so that an interrupted run can be taken up with the same plan.
    ///
    /// - Parameters:
    ///   - forecasts: What a run would do now.
    ///   - chains: Which chain every network of the manifests is now.
    /// - Returns: A line for each; none where it would not.
    package func departures(of forecasts: [DeploymentForecast], on chains: [PlannedChain]) -> [String] {
        let now = Set(forecasts.map(\.step))
        let gone = steps.filter { !now.contains($0) }
        var found = departures(of: chains, forecasts)
        for forecast in forecasts { found += departures(of: forecast) }
        for step in gone { found.append("\(step.placed): the manifests no longer have it") }
        return found
    }

    private func departures(of forecast: DeploymentForecast) -> [String] {
        let name = forecast.step.placed
        guard let approved = deployments[forecast.step] else { return ["\(name): it is not in the plan"] }
        // Nothing of it was approved, so its own steps refuse whatever they would do.
        guard !approved.isStuck else { return [] }
        // A run leaves it out, as it would without a plan, and goes on.
        guard !forecast.isUnavailable else { return [] }
        var found: [String] = approved.differences(from: forecast)
        if forecast.action != .keep, forecast.action != approved.action {
            let why = forecast.reason.isEmpty ? "" : " (\(forecast.reason))"
            found.append("planned \(approved.action.rawValue), now \(forecast.action.rawValue)\(why)")
        }
        if let other = approved.departure(keeping: forecast) { found.append(other) }
        found += unplanned(forecast.deployments, approved.deployments)
        if forecast.action != .keep {
            found += Self.excess(
                (forecast.maxGas, forecast.maxCostWei, forecast.gasBound),
                (approved.maxGas, approved.maxCostWei, approved.sender)
            )
        }
        for call in forecast.calls where call.obstacle?.kind != .unavailable {
            guard let foreseen = approved.calls.first(where: { $0.name == call.name }) else {
                found.append("call \(call.name) is not in the plan")
                continue
            }
            let more = Self.excess(
                (call.maxGas, call.maxCostWei, call.gasBound),
                (foreseen.maxGas, foreseen.maxCostWei, foreseen.sender)
            )
            let unplanned = unplanned(call.deployments, foreseen.deployments)
            found += (foreseen.differences(from: call) + unplanned + more)
                .map { "call \(call.name): \($0)" }
        }
        found += approved.departures(ofCallsLeftOut: forecast)
        return found.map { "\(name): \($0)" }
    }

    /// The deployments that something reads now and of which the plan says no address.
    private func unplanned(_ now: [ReadDeployment], _ planned: [ReadDeployment]) -> [String] {
        now.filter { read in !made.contains(read.name) && !planned.contains { $0.name == read.name } }
            .map { "the address of \($0.name) is not in the plan" }
    }

    /// Whether what is needed now is beyond the bounds.
    ///
    /// What a forecast names has room on top of what is needed: a part of the gas, by what the bound is from, and twice the
    /// base fee. The bounds of the plan may use that room up. A bound by rule says nothing of what is needed. What is signed has its price,
    /// and is held against the bounds when it is sent; where a block had it when the plan was made the plan has no bounds for it.
    private static func excess(
        _ now: (maxGas: UInt64?, maxCostWei: String?, bound: DeploymentForecast.GasBound?),
        _ approved: (maxGas: UInt64?, maxCostWei: String?, sender: String?)
    ) -> [String] {
        guard now.bound != .rule else { return [] }
        if now.bound == .signed, approved.sender != nil, approved.maxGas == nil {
            return ["it was signed before and is in no block, and the plan bounds nothing of it"]
        }
        var found: [String] = []
        let needed = now.maxGas.map { (now.bound ?? .estimated).least(of: $0) }
        if let needed, let most = approved.maxGas, needed > most {
            found.append("it needs \(needed) gas now, and the plan allows \(most)")
        }
        let cost = now.maxCostWei.flatMap { UInt128($0) }
        if now.bound != .signed, let cost, let most = approved.maxCostWei.flatMap({ UInt128($0) }),
            cost / 2 > most
        {
            found.append("it costs about \(cost / 2) wei now, and the plan allows \(most)")
        }
        return found
    }
}

extension DeploymentForecast {
    /// What a deployment means that is not what was approved.
    package func differences(from now: DeploymentForecast) -> [String] {
        var found: [String] = []
        // The address of a library that is not there yet moves with other people's transactions, as that of an argument
        // does: what counts is which library is meant.
        let (mine, theirs) = (
            unlinkedCodeDigest ?? initCodeDigest, now.unlinkedCodeDigest ?? now.initCodeDigest
        )
        if let before = mine, let after = theirs, before != after {
            found.append("init code \(before.short)… → \(after.short)…")
        }
        if mine == nil, theirs != nil, action != .keep {
            found.append("its code was not known when the plan was made")
        }
        if libraries != now.libraries {
            found.append("libraries \(libraries ?? "none") → \(now.libraries ?? "none")")
        }
        if salt != now.salt { found.append("salt \(salt ?? "none") → \(now.salt ?? "none")") }
        if arguments != now.arguments { found.append("arguments \(arguments) → \(now.arguments)") }
        if valueWei != now.valueWei { found.append("value \(valueWei) → \(now.valueWei) wei") }
        if let before = sender, let after = now.sender, before != after {
            found.append("sender \(before) → \(after)")
        }
        // What is there already was made with what was approved, else it would be made anew.
        if now.action != .keep {
            found += signers.differences(from: now.signers)
            found += deployments.differences(from: now.deployments)
        }
        if action == now.action, action == .replace || action == .upgrade {
            if replaces != now.replaces {
                found.append("starts from \(replaces ?? "nothing") → \(now.replaces ?? "nothing")")
            } else if let after = now.replacesSince, replacesSince != after {
                let before = replacesSince.map { "since block \($0)" } ?? "since nobody knows when"
                found.append("starts from \(replaces ?? "nothing") \(before) → since block \(after)")
            }
        }
        // Of what a salt places the account may not have been known.
        let isTold = address != nil || action == .keep || action == .upgrade
        if isAtOnePlace, isTold, action == now.action, let after = now.address, address != after {
            found.append("address \(address ?? "not known") → \(after)")
        }
        return found
    }

    /// The networks of the deployments whose addresses it reads.
    package var networksRead: Set<String> {
        Set((deployments + calls.flatMap(\.deployments)).compactMap(\.network))
    }

    /// Whether other people's transactions do not move its address: it is there, or a salt decides and nothing that moves is
    /// in its code.
    private var isAtOnePlace: Bool {
        switch action {
        case .keep, .upgrade: true
        case .create, .replace:
            // A proxy's code holds addresses that the plan does not spell out.
            salt != nil && [.deploy, .implementation].contains(step.kind)
                && !(arguments + (libraries ?? "")).contains("${deployments.")
        case .drift, .blocked: false
        }
    }
}

extension DeploymentForecast.Call {
    /// What a call means that is not what was approved.
    package func differences(from now: Self) -> [String] {
        var found: [String] = []
        if let before = sender, let after = now.sender, before != after {
            found.append("sender \(before) → \(after)")
        }
        found += changes(to: now)
        found += signers.differences(from: now.signers)
        found += deployments.differences(from: now.deployments)
        found += PastCall.news(in: now.past, to: past)
        return found
    }
}
