import Model

extension ReportV1 {
    /// How many of what.
    package struct Summary: Codable, Hashable, Sendable {
        package struct Steps: Codable, Hashable, Sendable {
            package var total = 0
            package var succeeded = 0
            package var reused = 0
            package var failed = 0
            package var refused = 0
            package var skipped = 0
            package var blocked = 0
            package var cancelled = 0
        }

        /// Open ones.
        package struct Findings: Codable, Hashable, Sendable {
            package var critical = 0
            package var high = 0
            package var medium = 0
            package var low = 0
            package var informational = 0
        }

        package struct Deployments: Codable, Hashable, Sendable {
            package var created = 0
            package var kept = 0
            package var replaced = 0
            package var upgraded = 0
            package var proposed = 0
            package var failed = 0
            package var blocked = 0
            package var skipped = 0
        }

        package var steps = Steps()
        package var findings = Findings()
        package var deployments = Deployments()
    }
}

extension ReportV1.Summary {
    init(_ reading: RunReading) {
        steps.total = reading.steps.count
        for step in reading.steps { steps[keyPath: Steps.counter(of: step.end.status)] += 1 }
        for finding in reading.findings where finding.status == .open {
            findings[keyPath: Findings.counter(of: finding.severity)] += 1
        }
        for deployment in reading.deployments {
            deployments[keyPath: Deployments.counter(of: deployment.action)] += 1
        }
    }
}

extension ReportV1.Summary.Steps {
    fileprivate static func counter(of status: StepEnd.Status) -> WritableKeyPath<Self, Int> {
        switch status {
        case .succeeded: \.succeeded
        case .reused: \.reused
        case .failed: \.failed
        case .refused: \.refused
        case .skipped: \.skipped
        case .blocked: \.blocked
        case .cancelled: \.cancelled
        }
    }
}

extension ReportV1.Summary.Findings {
    fileprivate static func counter(of severity: Severity) -> WritableKeyPath<Self, Int> {
        switch severity {
        case .critical: \.critical
        case .high: \.high
        case .medium: \.medium
        case .low: \.low
        case .informational: \.informational
        }
    }
}

extension ReportV1.Summary.Deployments {
    fileprivate static func counter(of action: DeploymentFact.Action) -> WritableKeyPath<Self, Int> {
        switch action {
        case .created: \.created
        case .kept: \.kept
        case .replaced: \.replaced
        case .upgraded: \.upgraded
        case .proposed: \.proposed
        case .failed: \.failed
        case .blocked: \.blocked
        case .skipped: \.skipped
        }
    }
}
