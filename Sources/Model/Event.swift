/// One thing that happened in a run; the terminal, the JSON lines and the run record all read these.
package struct Event: Hashable, Codable, Sendable {
    /// Closed: a reader knows them all.
    package enum Kind: Hashable, Codable, Sendable {
        case runStarted(RunHeader)
        case planned([PlannedStep])
        /// Nothing changed since an earlier run: its steps, so many, stand, and none is told of one by one.
        case repeated(run: String, steps: Int)
        case stepStarted(attempt: Int)
        /// Where a step is, in words for a person.
        case stepProgressed(String)
        case fact(Fact)
        case stepFinished(StepEnd)
        case runFinished(RunEnd)
    }

    /// Counts from 1 within a run.
    package let sequence: Int
    package let time: Timestamp
    package let step: StepID?
    package let kind: Kind

    package init(sequence: Int, time: Timestamp, step: StepID?, kind: Kind) {
        self.sequence = sequence
        self.time = time
        self.step = step
        self.kind = kind
    }
}

/// What is known of a run before its first step.
package struct RunHeader: Hashable, Codable, Sendable {
    package var id: String
    package var project: String
    package var startedAt: Timestamp
    package var hyperkitVersion: String
    package var manifests: [Manifest.File]
    /// Who ran it, by the system's name of the user.
    package var actor: String
    /// The plan that it applies; nil where it applies none.
    package var planDigest: Digest?

    package init(
        id: String,
        project: String,
        startedAt: Timestamp,
        hyperkitVersion: String,
        manifests: [Manifest.File],
        actor: String,
        planDigest: Digest? = nil
    ) {
        self.id = id
        self.project = project
        self.startedAt = startedAt
        self.hyperkitVersion = hyperkitVersion
        self.manifests = manifests
        self.actor = actor
        self.planDigest = planDigest
    }
}

/// A step of the plan, as far as records need it.
package struct PlannedStep: Hashable, Codable, Sendable {
    package var id: StepID
    package var needs: [StepID]
    package var pool: String
    /// What a deploy step is about, so that one that never ran is still told of.
    package var deployment: PlannedDeployment?

    package init(id: StepID, needs: [StepID], pool: String, deployment: PlannedDeployment? = nil) {
        self.id = id
        self.needs = needs
        self.pool = pool
        self.deployment = deployment
    }
}

/// One deployment on one network, as planned.
package struct PlannedDeployment: Hashable, Codable, Sendable {
    package var name: String
    package var contract: String
    package var network: String
    package var chainID: UInt64

    package init(name: String, contract: String, network: String, chainID: UInt64) {
        self.name = name
        self.contract = contract
        self.network = network
        self.chainID = chainID
    }
}

/// How a step ended and what it took.
package struct StepEnd: Hashable, Codable, Sendable {
    /// As report.json spells it.
    package enum Status: String, Codable, CaseIterable, Sendable {
        case succeeded, reused, failed, refused, skipped, blocked, cancelled
    }

    package var status: Status
    package var outputs: [Output]
    package var failure: StepFailure?
    /// The step after which this one was skipped.
    package var skippedAfter: StepID?
    package var attempts: Int
    package var durationMilliseconds: Int64
    package var fingerprint: Digest?
    /// Why it ran or was reused, in words.
    package var reason: String

    package init(
        _ outcome: Outcome,
        attempts: Int,
        durationMilliseconds: Int64,
        fingerprint: Digest?,
        reason: String
    ) {
        self.attempts = attempts
        self.durationMilliseconds = durationMilliseconds
        self.fingerprint = fingerprint
        self.reason = reason
        outputs = outcome.outputs
        switch outcome {
        case .succeeded: status = .succeeded
        case .reused: status = .reused
        case .failed(let failure):
            status = .failed
            self.failure = failure
        case .refused(let why):
            status = .refused
            failure = StepFailure(code: "policy-refused", why)
        case .skipped(let after):
            status = .skipped
            skippedAfter = after
        case .unavailable(let failure):
            status = .skipped
            self.failure = failure
        case .blocked(let failure), .proposed(_, let failure):
            status = .blocked
            self.failure = failure
        case .cancelled: status = .cancelled
        }
    }
}

/// How a run ended.
package struct RunEnd: Hashable, Codable, Sendable {
    package enum Status: String, Codable, CaseIterable, Sendable {
        case succeeded, degraded, failed, refused, blocked, cancelled
    }

    package var status: Status
    package var exitCode: Int32
    package var finishedAt: Timestamp
    package var durationMilliseconds: Int64
    /// What left the accounts that the run sends from, by network.
    package var paid: [String: Paid]

    package init(
        status: Status,
        exitCode: Int32,
        finishedAt: Timestamp,
        durationMilliseconds: Int64,
        paid: [String: Paid] = [:]
    ) {
        self.status = status
        self.exitCode = exitCode
        self.finishedAt = finishedAt
        self.durationMilliseconds = durationMilliseconds
        self.paid = paid
    }

    /// What transactions cost that are in blocks; each in decimal wei.
    package struct Paid: Hashable, Codable, Sendable {
        package var feesWei: String
        /// What was sent along, by those that did not fail.
        package var valueWei: String

        package init(feesWei: String, valueWei: String) {
            self.feesWei = feesWei
            self.valueWei = valueWei
        }
    }
}
