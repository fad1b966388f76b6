import Model

/// The generate, compile and audit steps of a project.
struct PureSteps {
    private(set) var steps: [Plan<Action>.Step] = []
    /// The gates of each contract's audit.
    private(set) var gates: [ContractName: [AuditAction.Gate]] = [:]

    init(
        _ manifest: Manifest,
        _ snapshot: Snapshot,
        _ roster: Roster,
        _ deployments: DeploymentExpansion,
        _ checks: CheckSteps
    ) {
        let instances = Dictionary(grouping: deployments.instances, by: \.contract)
        for entry in roster.entries {
            let gates = Self.gates(of: entry, instances[entry.name] ?? [], manifest)
            self.gates[entry.name] = gates
            if case .template(let options) = entry.origin {
                steps.append(
                    Plan.Step(
                        id: .generate(entry.name),
                        work: .generate(GenerateAction(contract: entry.name, options: options))
                    )
                )
            }
            let compile = Self.compile(entry, manifest, snapshot)
            steps.append(compile)
            steps.append(
                Plan.Step(
                    id: .audit(entry.name),
                    work: .audit(
                        AuditAction(
                            contract: entry.name,
                            compile: compile.id,
                            tools: Set(gates.flatMap(\.policy.tools)).sorted(),
                            gates: gates
                        )
                    ),
                    needs: [compile.id] + checks.gating(.audit)
                )
            )
        }
        steps += ProxySteps.compilations(for: Set(deployments.instances.compactMap(\.proxy?.kind)))
    }

    private static func compile(
        _ entry: Roster.Entry,
        _ manifest: Manifest,
        _ snapshot: Snapshot
    ) -> Plan<Action>.Step {
        let settings = manifest.compilers[entry.compiler] ?? CompilerSettings()
        let source: CompileAction.Source
        var pragmas: [String] = []
        var contractInFile: String?
        var needs: [StepID] = []
        switch entry.origin {
        case .file(let path, let contract):
            let key = Snapshot.ClosureKey(compiler: entry.compiler, path: path)
            let files = (snapshot.closures[key] ?? []).compactMap { snapshot.sources[$0] }
            pragmas = Set(files.flatMap(\.pragmas)).sorted()
            // Where it cannot be told which contract is meant, the survey has said so.
            contractInFile = try? snapshot.sources[path]?.contractMeant(named: contract).get()
            source = .files(
                entry: path,
                closure: files.map { CompileAction.Unit(path: $0.path, digest: $0.digest) }
            )
        case .template:
            needs = [.generate(entry.name)]
            source = .generated(by: .generate(entry.name))
        }
        return Plan.Step(
            id: .compile(entry.name),
            work: .compile(
                CompileAction(
                    contract: entry.name,
                    source: source,
                    contractInFile: contractInFile,
                    settings: settings,
                    pragmas: pragmas
                )
            ),
            needs: needs
        )
    }

    /// Which policies judge a contract where.
    ///
    /// Every policy that is named must pass: by the contract (everywhere), by a network, by a deployment. Where none is named,
    /// the manifest's `default` judges, else the built-in one.
    private static func gates(
        of entry: Roster.Entry,
        _ instances: [DeploymentExpansion.Instance],
        _ manifest: Manifest
    ) -> [AuditAction.Gate] {
        let fallback = manifest.policies["default"] ?? .builtIn
        var gates: [AuditAction.Gate] = []
        if let own = entry.policy.flatMap({ manifest.policies[$0] }) {
            gates.append(AuditAction.Gate(network: nil, policy: own))
        } else if instances.isEmpty {
            gates.append(AuditAction.Gate(network: nil, policy: fallback))
        }
        for instance in instances {
            let named = [instance.network.policy, instance.spec.policy].compactMap { name in
                name.flatMap { manifest.policies[$0] }
            }
            let inForce = named.isEmpty && entry.policy == nil ? [fallback] : named
            for policy in inForce {
                let gate = AuditAction.Gate(network: instance.network.name, policy: policy)
                if !gates.contains(gate) { gates.append(gate) }
            }
        }
        return gates
    }
}
