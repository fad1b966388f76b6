/// The network that one comes after, with what must hold of a deployment there before anything of it is sent here.
package struct LiveFirst: Hashable, Sendable {
    package var network: NetworkSpec
    /// The deployment's name.
    package var deployment: String
    /// Names that it had before.
    package var formerly: [String]
    /// What its functions must give there.
    package var expectations: [Expectation]
    /// The signers that expectations read addresses of.
    package var signersExpected: [SignerSpec]
    /// Its calls there in the same plan, which must end well first.
    package var calls: [StepID]

    package init(
        network: NetworkSpec,
        deployment: String,
        formerly: [String] = [],
        expectations: [Expectation] = [],
        signersExpected: [SignerSpec] = [],
        calls: [StepID] = []
    ) {
        self.network = network
        self.deployment = deployment
        self.formerly = formerly
        self.expectations = expectations
        self.signersExpected = signersExpected
        self.calls = calls
    }

    /// The steps that it may come to be by there: one of them where the plan has it.
    package var places: [StepID] {
        [DeploymentPart.contract, .proxy].map { .placing($0, of: deployment, on: network.name) }
    }
}

extension Action {
    /// What must hold elsewhere first; nil where its network comes after none, or it sends nothing.
    package var liveFirst: LiveFirst? {
        switch self {
        case .generate, .compile, .audit, .check, .factory, .verify: nil
        case .deploy(let action), .implementation(let action, _): action.liveFirst
        case .beacon(let action), .proxy(let action): action.deployment.liveFirst
        case .call(let action): action.liveFirst
        }
    }

    /// The same, where some calls must end well elsewhere first.
    package func waiting(for calls: [StepID]) -> Action {
        switch self {
        case .generate, .compile, .audit, .check, .factory, .verify: return self
        case .deploy(var action):
            action.liveFirst?.calls = calls
            return .deploy(action)
        case .implementation(var action, let proxy):
            action.liveFirst?.calls = calls
            return .implementation(action, behind: proxy)
        case .beacon(var action):
            action.deployment.liveFirst?.calls = calls
            return .beacon(action)
        case .proxy(var action):
            action.deployment.liveFirst?.calls = calls
            return .proxy(action)
        case .call(var action):
            action.liveFirst?.calls = calls
            return .call(action)
        }
    }
}
