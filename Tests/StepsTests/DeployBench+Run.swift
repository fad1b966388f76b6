import Engine
import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model
import Synchronization
import Testing

@testable import Steps

/// One effect with the contract that it is about.
struct FakeEffect: Sendable {
    var work: Action
    var artifact: FakeArtifact

    var step: StepID {
        switch work {
        case .deploy(let action), .implementation(let action, _): action.step
        case .beacon(let action), .proxy(let action): action.step
        case .call(let action): action.step
        case .verify(let action): action.step
        case .generate(let action): .generate(action.contract)
        case .compile(let action): .compile(action.contract)
        case .audit(let action): .audit(action.contract)
        case .check(let action): .check(action.name)
        case .factory(let action): action.step
        }
    }
}

/// How each effect of a run ended.
struct FakeRun: Sendable {
    var ends: [StepID: Result<Performed, StepFailure>] = [:]

    func deployment(_ name: String = "token", on network: String = "sepolia") throws -> DeploymentFact {
        let performed = try #require(ends[.deploy(name, on: network)]).get()
        return try WireJSON.decode(DeploymentFact.self, from: try #require(performed.outputs.first).bytes)
    }

    func call(_ name: String = "setFee", of deployment: String = "token") throws -> CallFact {
        let performed = try #require(ends[.call(name, of: deployment, on: "sepolia")]).get()
        return try WireJSON.decode(CallFact.self, from: try #require(performed.outputs.first).bytes)
    }

    func failure(_ step: StepID) -> StepFailure? {
        guard case .failure(let failure) = ends[step] else { return nil }
        return failure
    }

    var failures: [StepFailure] {
        ends.values.compactMap { if case .failure(let failure) = $0 { failure } else { nil } }
    }
}

extension DeployBench {
    static var sepolia: NetworkSpec { network() }

    static func network(
        chainID: UInt64 = 11_155_111,
        endpoints: [String] = [endpoint],
        confirmations: NetworkSpec.Confirmations = .blocks(1)
    ) -> NetworkSpec {
        guard let id = ChainID(chainID) else { preconditionFailure("a chain has a number") }
        return NetworkSpec(
            name: "sepolia", location: here, chain: .rpc(endpoints.map { .url($0) }, chainID: id),
            signer: "ci", confirmations: confirmations)
    }

    static let ci = SignerSpec(name: "ci", location: here, key: .environment("CI_KEY"))

    static func text(_ text: String, line: Int = 7) -> Argument {
        .text(Interpolated(text: text, at: FileLocation(file: here.file, line: line, column: 15)))
    }

    func deploy(
        _ name: String = "token",
        _ artifact: FakeArtifact = FakeArtifact(),
        arguments: Arguments = .none,
        value: Wei = .zero,
        redeploy: DeploymentSpec.Redeploy = .changed,
        network: NetworkSpec = DeployBench.sepolia,
        signer: SignerSpec = DeployBench.ci,
        signersRead: [SignerSpec] = [],
        gates: [AuditAction.Gate] = [],
        mates: [DeployAction.LaneMate] = [],
        formerly: [String] = [],
        calls: [CallSpec] = [],
        expectations: [Model.Expectation] = [],
        creation: CreationSpec = .plain,
        twins: [DeployAction.Twin] = []
    ) throws -> FakeEffect {
        let contract = try #require(ContractName(artifact.name))
        return FakeEffect(
            work: .deploy(
                DeployAction(
                    name: name, contract: contract, compile: .compile(contract), audit: .audit(contract),
                    network: network, signer: signer, arguments: arguments, value: value, redeploy: redeploy,
                    signersRead: signersRead, gates: gates, laneMates: mates, formerly: formerly,
                    calls: calls, expectations: expectations, creation: creation, twins: twins,
                    location: Self.here)),
            artifact: artifact
        )
    }

    func call(
        _ name: String = "setFee",
        of deployment: String = "token",
        _ artifact: FakeArtifact = .withFee,
        arguments: Arguments = .positional([DeployBench.text("25")]),
        value: Wei = .zero,
        unless: CallSpec.Unless? = nil,
        network: NetworkSpec = DeployBench.sepolia,
        signer: SignerSpec = DeployBench.ci,
        signersRead: [SignerSpec] = [],
        previous: StepID? = nil,
        formerly: [String] = []
    ) throws -> FakeEffect {
        FakeEffect(
            work: .call(
                CallAction(
                    name: name, deployment: deployment,
                    compile: .compile(try #require(ContractName(artifact.name))),
                    deploy: .deploy(deployment, on: network.name), previous: previous, network: network,
                    signer: signer,
                    function: Located("setFee(uint256)", at: Self.here), arguments: arguments, value: value,
                    unless: unless, signersRead: signersRead, formerly: formerly)),
            artifact: artifact
        )
    }

    /// Some effects as one manifest has them: each call knows the others of its deployment.
    static func declared(_ effects: [FakeEffect]) -> [FakeEffect] {
        var names: [String: Set<String>] = [:]
        for case .call(let action) in effects.map(\.work) {
            names["\(action.deployment)@\(action.network.name)", default: []].insert(action.name)
        }
        return effects.map { effect in
            guard case .call(var action) = effect.work else { return effect }
            action.declared = names["\(action.deployment)@\(action.network.name)"] ?? []
            return FakeEffect(work: .call(action), artifact: effect.artifact)
        }
    }

    /// What the pure steps of some effects left.
    static func pure(_ effects: [FakeEffect]) throws -> [StepID: StoredOutputs] {
        var stored: [StepID: StoredOutputs] = [:]
        let audit = try AuditV1(tools: [], findings: []).encoded()
        for effect in effects {
            let contract = try #require(ContractName(effect.artifact.name))
            stored[.compile(contract)] = try effect.artifact.compiled()
            stored[.audit(contract)] = StepsTests.stored([AuditOutput.findings: audit])
        }
        return stored
    }

    /// One process that performs the effects one after the other, as their lane would.
    func run(_ effects: FakeEffect...) async throws -> FakeRun { try await run(effects) }

    /// Each comes when the one before it has ended.
    private static func inARow(_ steps: [StepID]) -> [StepID: StepWaits] {
        let waits = zip(steps, [nil] + steps.dropLast().map(\.self)).map { step, before in
            (step, StepWaits(after: before.map { [$0] } ?? []))
        }
        return Dictionary(waits) { first, _ in first }
    }

    /// The context of a new run of some effects.
    func context(of effects: [FakeEffect], applying approved: ApprovedPlan? = nil) throws -> EffectContext {
        var context = try context(
            try ledger(), steps: Self.inARow(effects.map(\.step)), of: effects, applying: approved)
        context.deploymentNames = context.deployments.reduce(into: beside.withLock(\.self)) { names, action in
            names[action.network.name, default: []].formUnion([action.name] + action.formerly)
        }
        context.approved = approved
        return context
    }

    /// `last` is done when all effects are.
    func run(
        _ effects: [FakeEffect],
        applying approved: ApprovedPlan? = nil,
        last: (EffectContext, StepInputs) async -> Void = { _, _ in }
    ) async throws -> FakeRun {
        let effects = Self.declared(effects)
        var inputs = try Self.pure(effects)
        var run = FakeRun()
        let context = try context(of: effects, applying: approved)
        let progress = StepProgress(say: { [self] in note($0) })
        for effect in effects where !isDead {
            do throws(StepFailure) {
                let performed: Performed
                switch effect.work {
                case .deploy(let action):
                    performed = try await DeployStep(context)
                        .perform(action, inputs: StepInputs(inputs), progress: progress)
                case .call(let action):
                    performed = try await CallStep(context)
                        .perform(action, inputs: StepInputs(inputs), progress: progress)
                case .factory(let action): performed = try await FactoryStep(context).perform(action)
                case .generate, .compile, .audit, .check, .verify, .implementation, .beacon, .proxy: continue
                }
                run.ends[effect.step] = .success(performed)
                inputs[effect.step] = StepsTests.stored(
                    Dictionary(performed.outputs.map { ($0.name, $0.bytes) }, uniquingKeysWith: { $1 }))
            } catch {
                run.ends[effect.step] = .failure(error)
                note("\(error)")
            }
        }
        await last(context, StepInputs(inputs))
        await context.hub.close()
        return run
    }
}

extension FakeArtifact {
    /// A contract with one number that a function sets and another reads.
    static let withFee = FakeArtifact(abi: feeABI)

    static let feeABI = """
        [{"type":"function","name":"setFee","inputs":[{"name":"fee","type":"uint256"}],"outputs":[],
        "stateMutability":"nonpayable"},
        {"type":"function","name":"fee","inputs":[],"outputs":[{"name":"","type":"uint256"}],
        "stateMutability":"view"}]
        """

    static func withConstructor(_ inputs: String, name: String = "Token", runtime: [UInt8] = [0x60, 0x01])
        -> FakeArtifact
    {
        FakeArtifact(
            name: name, runtime: runtime,
            abi: #"[{"type":"constructor","inputs":[\#(inputs)],"stateMutability":"nonpayable"}]"#)
    }
}

extension DeployBench {
    /// Lets the fake chain understand `setFee` and `fee`.
    func knowFees() {
        node.change { $0.setters[Selector.of("setFee(uint256)")] = Selector.of("fee()") }
    }
}
