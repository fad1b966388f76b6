package import EthereumTypes
package import Model

/// A plan and what was left out of it.
package struct Planned: Sendable {
    package var plan: Plan<Action>
    /// Deployments on networks that the command did not name.
    package var notNamed: [PlannedDeployment]
    /// Who sends in other shards, by chain; without devnets, which each machine has to itself.
    package var apart: [ChainID: Set<SignerSpec>] = [:]
    /// The names that deployments of the whole manifest have and had, by network.
    package var deploymentNames: [String: Set<String>] = [:]
    /// Implied choices and the like.
    package var notes: [Diagnostic]
}

/// What is wrong with a manifest once the disk is known; every problem, sorted by location.
package struct PlanningError: Error, Sendable {
    package var diagnostics: [Diagnostic]
}

/// Turns a manifest and what a survey saw into a plan: a pure function, without clock, disk or network.
package enum Planner {
    /// Plans what `request` asks for.
    ///
    /// - Throws: ``PlanningError`` with every problem found.
    package static func plan(
        _ manifest: Manifest,
        _ snapshot: Snapshot,
        _ request: PlanRequest = PlanRequest()
    ) throws(PlanningError) -> Planned {
        var problems = snapshot.diagnostics.filter { $0.severity == .error }
        let roster = Roster(manifest, snapshot, problems: &problems)
        guard problems.isEmpty else { throw PlanningError(sorting: problems) }
        let deployments = DeploymentExpansion(manifest, roster, problems: &problems)
        problems += unknownNetworks(request, manifest)
        guard problems.isEmpty else { throw PlanningError(sorting: problems) }

        let checks = CheckSteps(manifest, snapshot)
        let pure = PureSteps(manifest, snapshot, roster, deployments, checks)
        let effects = deployments.instances.filter { request.names($0.network) }
        let all: Plan<Action>
        do {
            let names = Set(effects.map(\.step))
            let sending = effects.flatMap {
                EffectSteps.steps(
                    of: $0, pure, checks, among: names, twins: deployments.twins(of: $0))
            }
            all = try Plan(
                ordering: checks.steps + pure.steps + EffectSteps.factories(of: effects) + sending)
        } catch {
            throw PlanningError(sorting: [diagnostic(error, deployments)])
        }
        let tags = Dictionary(grouping: deployments.instances, by: \.name)
            .mapValues { $0.flatMap(\.spec.tags) }
        var chosen = all.closed(over: selection(request, tags))
        guard !chosen.steps.isEmpty || request.select.isEmpty else {
            throw PlanningError(sorting: [nothingSelected(request, all)])
        }
        let whole = chosen
        if let shard = request.shard { chosen = chosen.part(shard) }
        do {
            chosen = try Plan(ordering: LaneOrder.arranged(LiveFirstOrder.arranged(chosen.steps)))
        } catch {
            throw PlanningError(sorting: [diagnostic(error, deployments)])
        }
        return Planned(
            plan: EffectSteps.inLanes(chosen),
            notNamed: deployments.instances.filter { !request.names($0.network) }.map(\.planned),
            apart: whole.senders(besides: chosen),
            deploymentNames: deployments.names,
            notes: snapshot.diagnostics.filter { $0.severity != .error } + roster.notes
        )
    }

    /// `tags` are those of each deployment, by its name.
    private static func selection(
        _ request: PlanRequest,
        _ tags: [String: [String]]
    ) -> (Plan<Action>.Step) -> Bool {
        let patterns = request.select.map(StepPattern.init)
        let kinds = StepID.Kind.allCases
        let last = kinds.firstIndex(of: request.until) ?? kinds.count - 1
        let wanted = Set(kinds[...last])
        return { step in
            guard request.steps?.contains(step.id) ?? true, !request.leavingOut.contains(step.id) else {
                return false
            }
            guard CheckSteps.kinds(of: step).contains(where: wanted.contains) else { return false }
            // `token` means the deployment on every network as well as the contract of that name.
            let name = String(step.id.subject.prefix { $0 != "@" })
            let names =
                [step.id.rawValue, step.id.subject, name]
                + (step.network == nil ? [] : tags[name] ?? []).map { "tag:\($0)" }
            return patterns.isEmpty || patterns.contains { names.contains(where: $0.matches) }
        }
    }

    private static func unknownNetworks(_ request: PlanRequest, _ manifest: Manifest) -> [Diagnostic] {
        let known = Set(manifest.networks.map(\.name))
        return request.networks.filter { !known.contains($0) }.map { name in
            .error(
                "unknown-network",
                "there is no network '\(name)'",
                hint: known.isEmpty
                    ? "the manifest names none" : "the manifest has \(known.sorted().joined(separator: ", "))"
            )
        }
    }

    private static func nothingSelected(_ request: PlanRequest, _ plan: Plan<Action>) -> Diagnostic {
        let some = plan.steps.prefix(3).map(\.id.rawValue).joined(separator: ", ")
        return .error(
            "nothing-selected",
            "no step matches \(request.select.map { "'\($0)'" }.joined(separator: " or "))",
            hint: "steps are \(some)…; 'hyperkit graph' shows all"
        )
    }

    private static func diagnostic(_ error: PlanError, _ deployments: DeploymentExpansion) -> Diagnostic {
        switch error {
        case .duplicate(let step):
            .error("duplicate-step", "two parts of the manifest make the step \(step)")
        case .cycle(let steps):
            .error(
                "cycle",
                "steps need each other: \(steps.map(\.rawValue).joined(separator: " → "))",
                hint: "take one of these references out"
            )
        case .unknown(let need, let step):
            .error(
                "not-named",
                "\(step) needs \(need), which is not part of this run",
                at: deployments.instances.first { $0.step == step }?.spec.location,
                hint: deployments.instances.first { $0.step == need }.map {
                    "name its network as well: --network \($0.network.name)"
                }
            )
        }
    }
}

extension PlanningError {
    init(sorting diagnostics: [Diagnostic]) {
        self.diagnostics = diagnostics.enumerated().sorted { left, right in
            switch (left.element.location, right.element.location) {
            case (let a?, let b?) where a != b: a < b
            case (nil, _?): true
            case (_?, nil): false
            default: left.offset < right.offset
            }
        }.map(\.element)
    }
}
