/// Which of a deployment's contracts is meant: there are several where a proxy stands before the code.
package enum DeploymentPart: String, CaseIterable, Hashable, Sendable {
    /// The only one.
    case contract
    /// The code that a proxy runs.
    case implementation
    /// What tells proxies which code they run.
    case beacon
    /// What is called: its address is the deployment's.
    case proxy

    /// The name under which it is on record; no name of a manifest has a colon.
    package func recordName(of deployment: String) -> String {
        switch self {
        case .contract, .proxy: deployment
        case .implementation, .beacon: "\(rawValue):\(deployment)"
        }
    }

    /// Whether a name on record is that of a contract behind a deployment, not of the deployment.
    package static func isBehind(_ recordName: String) -> Bool { recordName.contains(":") }
}

extension StepID {
    /// The step that puts a part of a deployment on a network, or finds it there.
    package static func placing(_ part: DeploymentPart, of deployment: String, on network: String) -> StepID {
        switch part {
        case .contract: .deploy(deployment, on: network)
        case .implementation: .implementation(deployment, on: network)
        case .beacon: .beacon(deployment, on: network)
        case .proxy: .proxy(deployment, on: network)
        }
    }

    /// The steps that may have put there what is on record under a name.
    package static func placing(recordedAs name: String, on network: String) -> [StepID] {
        DeploymentPart.allCases.compactMap { part in
            let prefix = part.recordName(of: "")
            guard name.hasPrefix(prefix), prefix.isEmpty != DeploymentPart.isBehind(name) else { return nil }
            return .placing(part, of: String(name.dropFirst(prefix.count)), on: network)
        }
    }

    /// How plans name what it puts there: the deployment, with the part where there are several.
    package var placed: String { kind == .deploy ? subject : rawValue }
}
