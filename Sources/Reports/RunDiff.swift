package import Model

/// In what two recorded runs differ; times, and what hangs on them alone, are no difference.
package struct RunDiff: Hashable, Sendable {
    package struct ChangedStep: Hashable, Sendable {
        package let before: PastRunDetail.Step
        package let after: PastRunDetail.Step

        package var isFingerprintChanged: Bool { before.fingerprint != after.fingerprint }
    }

    package struct ChangedDeployment: Hashable, Sendable {
        package let before: PastRunDetail.Deployment
        package let after: PastRunDetail.Deployment
    }

    /// Steps of the first run alone, in its order.
    package let stepsGone: [PastRunDetail.Step]
    /// Steps of the second run alone, in its order.
    package let stepsNew: [PastRunDetail.Step]
    /// Steps that ended in another way, for another reason or from other inputs, in the order of the second run.
    package let stepsChanged: [ChangedStep]
    package let findingsNew: [PastRunDetail.Finding]
    /// Findings of the first run on contracts that the second one audited too.
    package let findingsGone: [PastRunDetail.Finding]
    /// Contracts with findings in the first run that the second one did not audit: nothing can be said of them.
    package let notAudited: [String]
    package let deploymentsNew: [PastRunDetail.Deployment]
    package let deploymentsGone: [PastRunDetail.Deployment]
    package let deploymentsChanged: [ChangedDeployment]

    package init(_ before: PastRunDetail, _ after: PastRunDetail) {
        let steps = Changes(before.steps, after.steps, by: \.id)
        stepsGone = steps.gone
        stepsNew = steps.new
        stepsChanged = steps.both.map { ChangedStep(before: $0, after: $1) }.filter { step in
            step.before.status != step.after.status || step.before.reason != step.after.reason
                || step.isFingerprintChanged
        }
        let findings = Changes(before.findings, after.findings) { [$0.contract, $0.id] }
        findingsNew = findings.new
        findingsGone = findings.gone.filter { after.audited.contains($0.contract) }
        notAudited = Set(findings.gone.map(\.contract)).subtracting(after.audited).sorted()
        let deployments = Changes(before.deployments, after.deployments) { [$0.name, $0.network] }
        deploymentsNew = deployments.new
        deploymentsGone = deployments.gone
        deploymentsChanged = deployments.both.map { ChangedDeployment(before: $0, after: $1) }
            .filter { Self.claim($0.before) != Self.claim($0.after) }
    }

    package var isEmpty: Bool {
        stepsGone.isEmpty && stepsNew.isEmpty && stepsChanged.isEmpty && findingsNew.isEmpty
            && findingsGone.isEmpty && notAudited.isEmpty && deploymentsNew.isEmpty && deploymentsGone.isEmpty
            && deploymentsChanged.isEmpty
    }

    /// A deployment without who made it: an ephemeral devnet gets the same one in each run.
    private static func claim(_ deployment: PastRunDetail.Deployment) -> PastRunDetail.Deployment {
        var claim = deployment
        claim.run = ""
        return claim
    }
}

/// Two lists by key: what only one has, and the pairs, each in its list's order.
private struct Changes<Element> {
    private(set) var gone: [Element] = []
    private(set) var new: [Element] = []
    private(set) var both: [(Element, Element)] = []

    init<Key: Hashable>(_ before: [Element], _ after: [Element], by key: (Element) -> Key) {
        let old = Dictionary(before.map { (key($0), $0) }, uniquingKeysWith: { first, _ in first })
        let keys = Set(after.map(key))
        gone = before.filter { !keys.contains(key($0)) }
        for element in after {
            if let earlier = old[key(element)] {
                both.append((earlier, element))
            } else {
                new.append(element)
            }
        }
    }
}
