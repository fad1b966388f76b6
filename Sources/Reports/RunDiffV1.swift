package import Foundation
import Model

/// `runs diff A B --json`, version 1.
package struct RunDiffV1: Codable, Hashable, Sendable {
    package struct Steps: Codable, Hashable, Sendable {
        package struct Side: Codable, Hashable, Sendable {
            package var status: OrNull<String>
            package var reason: String
            package var fingerprint: OrNull<String>
        }

        package struct Changed: Codable, Hashable, Sendable {
            package var id: String
            package var before: Side
            package var after: Side
        }

        /// Ids, in the order of the plans.
        package var onlyBefore: [String]
        package var onlyAfter: [String]
        package var changed: [Changed]
    }

    package struct Findings: Codable, Hashable, Sendable {
        package var new: [PastRunV1.Finding]
        package var gone: [PastRunV1.Finding]
        /// Contracts with findings before that were not audited after.
        package var notAudited: [String]
    }

    package struct Deployments: Codable, Hashable, Sendable {
        package struct Changed: Codable, Hashable, Sendable {
            package var before: PastRunV1.Deployment
            package var after: PastRunV1.Deployment
        }

        package var onlyBefore: [PastRunV1.Deployment]
        package var onlyAfter: [PastRunV1.Deployment]
        package var changed: [Changed]
    }

    package var version = 1
    package var before: RunListV1.Run
    package var after: RunListV1.Run
    package var steps: Steps
    package var findings: Findings
    package var deployments: Deployments

    package init(_ diff: RunDiff, before: ListedRun, after: ListedRun) {
        self.before = RunListV1.Run(before)
        self.after = RunListV1.Run(after)
        steps = Steps(
            onlyBefore: diff.stepsGone.map(\.id.rawValue),
            onlyAfter: diff.stepsNew.map(\.id.rawValue),
            changed: diff.stepsChanged.map { step in
                Steps.Changed(
                    id: step.after.id.rawValue,
                    before: Steps.Side(step.before),
                    after: Steps.Side(step.after)
                )
            }
        )
        findings = Findings(
            new: diff.findingsNew.map { PastRunV1.Finding($0) },
            gone: diff.findingsGone.map { PastRunV1.Finding($0) },
            notAudited: diff.notAudited
        )
        deployments = Deployments(
            onlyBefore: diff.deploymentsGone.map { PastRunV1.Deployment($0) },
            onlyAfter: diff.deploymentsNew.map { PastRunV1.Deployment($0) },
            changed: diff.deploymentsChanged.map { deployment in
                Deployments.Changed(
                    before: PastRunV1.Deployment(deployment.before),
                    after: PastRunV1.Deployment(deployment.after)
                )
            }
        )
    }

    /// The bytes of the answer.
    ///
    /// - Throws: ``ReportError/notEncodable(_:)``.
    package func json() throws(ReportError) -> Data { try WireJSON.encode(self, pretty: true) }
}

extension RunDiffV1.Steps.Side {
    init(_ step: PastRunDetail.Step) {
        status = OrNull(step.status?.rawValue)
        reason = step.reason
        fingerprint = OrNull(step.fingerprint?.description)
    }
}
