import Model

/// The deploy and call steps: what they need, and the order in which one sender sends.
enum EffectSteps {
    /// The steps of one deployment on one network; `others` are all that this plan deploys.
    static func steps(
        of instance: DeploymentExpansion.Instance,
        _ pure: PureSteps,
        _ checks: CheckSteps,
        among others: Set<StepID>,
        twins: [DeploymentExpansion.Instance] = []
    ) -> [Plan<Action>.Step] {
        let claims = [Claim("network:\(instance.network.name)")]
        let compile = StepID.compile(instance.contract)
        let audit = StepID.audit(instance.contract)
        // Where the other network is not part of this plan, the step itself finds out what is there.
        let first = instance.liveFirst.map {
            StepID.placing(
                instance.proxy == nil ? .contract : .proxy, of: instance.name, on: $0.network.name)
        }
        let references = instance.arguments.references + instance.creation.references
        let factory = self.factory(instance)
        // Their addresses tell whether this one's is the same everywhere.
        let ofTwins = twins.flatMap {
            deployments($0.arguments.references + $0.creation.references, $0, among: others)
        }
        let needs =
            [compile, audit] + checks.gating(.deploy) + deployments(references, instance, among: others)
            + (factory.map { [$0.step] } ?? [])
        let after = Set((first.map { [$0] } ?? []) + ofTwins).filter(others.contains).subtracting(needs)
            .sorted()
        let action = DeployAction(
            name: instance.name,
            contract: instance.contract,
            compile: compile,
            audit: audit,
            network: instance.network,
            signer: instance.signer,
            arguments: instance.arguments,
            value: instance.spec.value,
            gasLimit: instance.spec.gasLimit,
            redeploy: instance.spec.redeploy,
            signersRead: signersRead(references, instance),
            gates: (pure.gates[instance.contract] ?? []).filter {
                $0.network == nil || $0.network == instance.network.name
            },
            laneMates: [],
            checks: checks.gating(.deploy),
            liveFirst: instance.liveFirst,
            formerly: instance.formerly,
            calls: instance.calls,
            expectations: instance.expectations,
            signersExpected: signersRead(
                instance.expectations.flatMap(\.equals.references), instance),
            creation: instance.creation,
            twins: twins.map { twin($0, isNamed: others.contains($0.step)) },
            location: instance.spec.location
        )
        var steps: [Plan<Action>.Step]
        var proxied: ProxyAction?
        if let proxy = instance.proxy {
            var behind = ProxyAction(action, proxy, owner: instance.owner)
            behind.deployment.signersRead = signersRead(behind.spec.references, instance)
            proxied = behind
            steps = ProxySteps.steps(
                action, behind, needs: needs, after: after,
                reading: { deployments($0, instance, among: others) }, claims)
        } else {
            steps = [
                Plan.Step(
                    id: instance.step, work: .deploy(action), needs: needs, after: after, claims: claims)
            ]
        }
        let placed = steps.count
        let declared = Set(instance.calls.map(\.name))
        for call in instance.calls {
            let references = call.arguments.references + (call.unless?.equals.references ?? [])
            let read = deployments(references, instance, among: others).filter { $0 != instance.step }
            let previous = steps.count > placed ? steps[steps.count - 1].id : nil
            steps.append(
                Plan.Step(
                    id: .call(call.name, of: instance.name, on: instance.network.name),
                    work: .call(
                        CallAction(
                            name: call.name,
                            deployment: instance.name,
                            compile: compile,
                            deploy: instance.step,
                            previous: previous,
                            network: instance.network,
                            signer: call.by == .owner ? instance.owner ?? instance.signer : instance.signer,
                            function: call.function,
                            arguments: call.arguments,
                            value: call.value,
                            gasLimit: call.gasLimit,
                            unless: call.unless,
                            signersRead: signersRead(references, instance),
                            liveFirst: instance.liveFirst,
                            formerly: call.formerly.map(\.value),
                            declared: declared
                        )
                    ),
                    // A call is made where the one that the manifest writes before it was.
                    needs: [compile, instance.step] + read + (previous.map { [$0] } ?? []),
                    claims: claims
                )
            )
        }
        if !instance.network.verifiers.isEmpty {
            let libraries = action.creation.libraries.flatMap(\.address.references)
            steps.append(
                VerifySteps.step(
                    of: action, behind: proxied, reading: deployments(libraries, instance, among: others),
                    signersRead(libraries, instance)))
        }
        return steps
    }

    /// The steps that put factories on the devnets where deployments have a salt.
    static func factories(of instances: [DeploymentExpansion.Instance]) -> [Plan<Action>.Step] {
        let actions = Set(instances.compactMap(factory))
        return actions.sorted { $0.step < $1.step }.map { action in
            Plan.Step(
                id: action.step, work: .factory(action), claims: [Claim("network:\(action.network.name)")])
        }
    }

    /// What a deployment with a salt needs first; nil on a network that is not hyperkit's own.
    private static func factory(_ instance: DeploymentExpansion.Instance) -> FactoryAction? {
        guard let salt = instance.creation.salt, instance.network.isDevnet else { return nil }
        return FactoryAction(factory: salt.factory, network: instance.network)
    }

    private static func twin(
        _ instance: DeploymentExpansion.Instance,
        isNamed: Bool
    ) -> DeployAction.Twin {
        let references = instance.arguments.references + instance.creation.references
        return DeployAction.Twin(
            network: instance.network,
            signer: instance.signer,
            arguments: instance.arguments,
            creation: instance.creation,
            signersRead: signersRead(references, instance),
            isNamed: isNamed
        )
    }

    /// Puts the effects of one sender on one network in a row, so that nonces follow the plan whatever runs at once; each
    /// waits only until the one before it has its place.
    ///
    /// The first of a row also waits until everything that the row deploys is compiled and audited: what can fail
    /// without spending has failed by then, and the row's cost is known before its first transaction.
    static func inLanes(_ plan: Plan<Action>) -> Plan<Action> {
        guard plan.steps.contains(where: \.id.kind.isEffect) else { return plan }
        var last: [String: StepID] = [:]
        var preparations: [String: [StepID]] = [:]
        var mates: [String: [DeployAction.LaneMate]] = [:]
        for step in plan.steps {
            guard let (action, mate) = step.creation, let lane = step.lane?.name else { continue }
            preparations[lane, default: []] += [mate.compile, action.audit]
            mates[lane, default: []].append(mate)
        }
        let steps = plan.steps.map { step -> Plan<Action>.Step in
            let lanes = step.lanes
            guard let lane = lanes.first else { return step }
            var work = step.work
            switch step.work {
            case .deploy(var action) where last[lane] == nil:
                action.laneMates = mates[lane] ?? []
                work = .deploy(action)
            case .implementation(var action, let proxy) where last[lane] == nil:
                action.laneMates = mates[lane] ?? []
                work = .implementation(action, behind: proxy)
            // The implementation of a proxy or a beacon is before it.
            case .deploy, .implementation, .beacon, .proxy, .call, .generate, .compile, .audit, .check,
                .factory,
                .verify:
                break
            }
            let previous = lanes.compactMap { last[$0] }
            let ahead = lanes.flatMap { lane in last[lane].map { [$0] } ?? preparations[lane] ?? [] }
            for lane in lanes { last[lane] = step.id }
            return Plan.Step(
                id: step.id,
                work: work,
                needs: step.needs,
                after: Set(step.after + ahead).subtracting(step.needs).sorted(),
                early: early(step, behind: previous, in: plan),
                claims: step.claims
            )
        }
        return plan.replacing(steps)
    }

    /// Where an effect need not wait for another's confirmation: behind one it is sent as soon as that has its nonce, and
    /// what it uses on the same chain need only be in a block, since nonces and blocks keep their order.
    ///
    /// People are asked only for what uses what stays: nobody takes back what they were shown when a block goes away.
    private static func early(
        _ step: Plan<Action>.Step,
        behind previous: [StepID],
        in plan: Plan<Action>
    ) -> [StepID: Milestone] {
        var early: [StepID: Milestone] = [:]
        for other in previous { early[other] = .handedOver }
        for other in step.after where plan[other]?.network?.name == step.network?.name {
            early[other] = .handedOver
        }
        for need in step.needs where plan[need]?.network?.name == step.network?.name {
            early[need] = step.isAskedOfPeople ? nil : .usable
        }
        return early
    }

    /// The steps that references are of.
    ///
    /// What is on another network that is not part of this plan is left out: the step itself finds out what is on record there.
    private static func deployments(
        _ references: [Interpolated.Reference],
        _ instance: DeploymentExpansion.Instance,
        among others: Set<StepID>
    ) -> [StepID] {
        let ids = references.compactMap { reference -> StepID? in
            guard case .deploymentAddress(let name, let network) = reference else { return nil }
            let part: DeploymentPart = instance.proxied.contains(name) ? .proxy : .contract
            let home = network ?? instance.network.name
            let step = StepID.placing(part, of: name, on: home)
            let isElsewhere = home != instance.network.name && instance.recorded.contains(home)
            return isElsewhere && !others.contains(step) ? nil : step
        }
        return Set(ids).sorted()
    }

    private static func signersRead(
        _ references: [Interpolated.Reference],
        _ instance: DeploymentExpansion.Instance
    ) -> [SignerSpec] {
        let names = references.compactMap { reference -> String? in
            if case .signerAddress(let name) = reference { name } else { nil }
        }
        return Set(names).sorted().compactMap { instance.signers[$0] }
    }
}

extension Plan<Action>.Step {
    /// The network that it is about; nil where it is about none.
    var network: NetworkSpec? {
        switch work {
        case .generate, .compile, .audit, .check: nil
        case .factory(let action): action.network
        case .deploy(let action), .implementation(let action, _): action.network
        case .beacon(let action), .proxy(let action): action.network
        case .call(let action): action.network
        case .verify(let action): action.network
        }
    }

    /// The contract that it may create, as its lane counts it; nil where it creates none.
    fileprivate var creation: (DeployAction, DeployAction.LaneMate)? {
        switch work {
        case .generate, .compile, .audit, .check, .call, .factory, .verify: nil
        case .deploy(let action), .implementation(let action, _):
            (action, DeployAction.LaneMate(action, compile: action.compile, redeploy: action.redeploy))
        case .beacon(let action):
            action.beaconCompile.map { compile in
                let beacon = action.beaconDeployment(compiledBy: compile)
                return (beacon, DeployAction.LaneMate(beacon, compile: compile, redeploy: beacon.lasting))
            }
        case .proxy(let action):
            (
                action.deployment,
                DeployAction.LaneMate(
                    action.deployment, compile: action.proxyCompile, redeploy: action.deployment.lasting)
            )
        }
    }
}
