/// Everything that was recorded of one run.
package struct PastRunDetail: Hashable, Sendable {
    package struct Step: Hashable, Sendable {
        package var id: StepID
        /// nil where it has not ended.
        package var status: StepEnd.Status?
        package var reason: String
        /// Whole milliseconds; nil where it has not ended.
        package var durationMilliseconds: Int64?
        package var retries: Int
        package var fingerprint: Digest?
        package var failure: Failure?
        /// The step that did not end well and because of which this one was skipped; nil where nobody says.
        package var skippedAfter: StepID?

        package init(
            id: StepID,
            status: StepEnd.Status?,
            reason: String = "",
            durationMilliseconds: Int64? = nil,
            retries: Int = 0,
            fingerprint: Digest? = nil,
            failure: Failure? = nil,
            skippedAfter: StepID? = nil
        ) {
            self.id = id
            self.status = status
            self.reason = reason
            self.durationMilliseconds = durationMilliseconds
            self.retries = retries
            self.fingerprint = fingerprint
            self.failure = failure
            self.skippedAfter = skippedAfter
        }
    }

    package struct Failure: Hashable, Sendable {
        package var code: String
        package var message: String
        package var hint: String?

        package init(code: String, message: String, hint: String?) {
            self.code = code
            self.message = message
            self.hint = hint
        }
    }

    package struct Finding: Hashable, Sendable {
        /// Stays the same when unrelated lines move.
        package var id: String
        package var contract: String
        package var tool: String
        package var rule: String
        package var severity: Severity
        package var confidence: Confidence
        package var file: String?
        package var line: Int?
        package var title: String
        package var status: Model.Finding.Status

        package init(
            id: String,
            contract: String,
            tool: String,
            rule: String,
            severity: Severity,
            confidence: Confidence,
            file: String?,
            line: Int?,
            title: String,
            status: Model.Finding.Status
        ) {
            self.id = id
            self.contract = contract
            self.tool = tool
            self.rule = rule
            self.severity = severity
            self.confidence = confidence
            self.file = file
            self.line = line
            self.title = title
            self.status = status
        }
    }

    /// What stood under a name on a network when the run had ended.
    package struct Deployment: Hashable, Sendable {
        package var name: String
        package var network: String
        package var contract: String
        package var chainID: UInt64
        /// EIP-55.
        package var address: String?
        package var initCodeDigest: Digest
        package var runtimeCodeDigest: Digest
        /// The ABI encoding behind `0x`.
        package var constructorArguments: String
        /// The run that made it: this one, or one before it.
        package var run: String

        package init(
            name: String,
            network: String,
            contract: String,
            chainID: UInt64,
            address: String?,
            initCodeDigest: Digest,
            runtimeCodeDigest: Digest,
            constructorArguments: String,
            run: String
        ) {
            self.name = name
            self.network = network
            self.contract = contract
            self.chainID = chainID
            self.address = address
            self.initCodeDigest = initCodeDigest
            self.runtimeCodeDigest = runtimeCodeDigest
            self.constructorArguments = constructorArguments
            self.run = run
        }
    }

    package var run: PastRun
    package var manifests: [Manifest.File]
    /// In plan order.
    package var steps: [Step]
    /// By contract, severest first.
    package var findings: [Finding]
    /// The contracts that it audited, with findings or without.
    package var audited: Set<String>
    /// By name and network.
    package var deployments: [Deployment]

    package init(
        run: PastRun,
        manifests: [Manifest.File] = [],
        steps: [Step] = [],
        findings: [Finding] = [],
        audited: Set<String> = [],
        deployments: [Deployment] = []
    ) {
        self.run = run
        self.manifests = manifests
        self.steps = steps
        self.findings = findings
        self.audited = audited
        self.deployments = deployments
    }
}
