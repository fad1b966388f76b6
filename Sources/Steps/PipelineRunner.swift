package import Engine
package import Model

/// Performs every kind of step of a pipeline.
package struct PipelineRunner: StepRunner {
    private let compile: CompileStep
    private let audit: AuditStep
    private let deploy: DeployStep
    private let proxies: ProxyStep
    private let call: CallStep
    private let verify: VerifyStep
    private let check: CheckStep
    private let factory: FactoryStep

    package init(
        compile: CompileStep,
        audit: AuditStep,
        deploy: DeployStep,
        call: CallStep,
        verify: VerifyStep,
        check: CheckStep,
        factory: FactoryStep
    ) {
        self.compile = compile
        self.audit = audit
        self.deploy = deploy
        proxies = ProxyStep(deploy.context)
        self.call = call
        self.verify = verify
        self.check = check
        self.factory = factory
    }

    package func isEffect(_ step: Plan<Action>.Step) -> Bool { step.id.kind.isEffect }

    package func fingerprint(
        of step: Plan<Action>.Step,
        inputs: StepInputs
    ) async throws(StepFailure) -> Fingerprint? {
        switch step.work {
        case .generate(let action): GenerateStep.fingerprint(action)
        case .compile(let action): try compile.fingerprint(action, inputs: inputs)
        case .audit(let action): try audit.fingerprint(action, inputs: inputs)
        case .deploy, .implementation, .beacon, .proxy, .call, .factory, .verify: nil
        case .check(let action): try check.fingerprint(action)
        }
    }

    package func perform(
        _ step: Plan<Action>.Step,
        inputs: StepInputs,
        progress: StepProgress
    ) async throws(StepFailure) -> Performed {
        try await deploy.context.stepsAtWork.during(step.id) { () async throws(StepFailure) in
            try await work(on: step, inputs, progress)
        }
    }

    private func work(
        on step: Plan<Action>.Step,
        _ inputs: StepInputs,
        _ progress: StepProgress
    ) async throws(StepFailure) -> Performed {
        switch step.work {
        case .generate(let action): Performed(outputs: GenerateStep.perform(action))
        case .compile(let action): try await compile.perform(action, inputs: inputs)
        case .audit(let action): try await audit.perform(action, inputs: inputs) { progress($0) }
        case .deploy(let action): try await deploy.perform(action, inputs: inputs, progress: progress)
        case .implementation(let action, let proxy):
            try await proxies.performImplementation(action, behind: proxy, inputs: inputs, progress: progress)
        case .beacon(let action):
            try await proxies.performBeacon(action, inputs: inputs, progress: progress)
        case .proxy(let action):
            try await proxies.performProxy(action, inputs: inputs, progress: progress)
        case .call(let action): try await call.perform(action, inputs: inputs, progress: progress)
        case .verify(let action): try await verify.perform(action, inputs: inputs, progress: progress)
        case .check(let action): try await check.perform(action)
        case .factory(let action): try await factory.perform(action)
        }
    }

    package func batch(of step: Plan<Action>.Step) -> Batch? {
        guard case .compile(let action) = step.work else { return nil }
        return compile.batchKey(action).map { Batch(key: $0, most: CompileStep.mostMembers) }
    }

    package func perform(together members: [Performing<Action>]) async -> [Result<Performed, StepFailure>] {
        let compilations = members.compactMap { member in
            if case .compile(let action) = member.step.work {
                (action: action, inputs: member.inputs)
            } else {
                nil
            }
        }
        precondition(compilations.count == members.count, "only compilations are done together")
        return await compile.perform(together: compilations)
    }

    package func interpret(
        _ step: Plan<Action>.Step,
        inputs: StepInputs,
        outputs: StoredOutputs
    ) async throws(StepFailure) -> Interpretation {
        switch step.work {
        case .generate, .factory: Interpretation(facts: [])
        case .compile(let action): try compile.interpret(action, outputs: outputs)
        case .audit(let action): try audit.interpret(action, inputs: inputs, outputs: outputs)
        case .deploy, .implementation, .beacon, .proxy:
            Interpretation(facts: [
                .deployment(
                    try WireJSON.decode(DeploymentFact.self, from: try outputs.bytes(EffectOutput.deployment))
                )
            ])
        case .call:
            Interpretation(facts: [
                .call(try WireJSON.decode(CallFact.self, from: try outputs.bytes(EffectOutput.call)))
            ])
        // It has told already, as not all that it tells ends well.
        case .verify: Interpretation(facts: [])
        case .check(let action): try check.interpret(action, outputs: outputs)
        }
    }
}
