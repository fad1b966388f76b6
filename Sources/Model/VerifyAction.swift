/// Hands the source of one deployment to the services of its network.
package struct VerifyAction: Hashable, Sendable {
    package var deployment: String
    package var compile: StepID
    package var deploy: StepID
    package var network: NetworkSpec

    package init(deployment: String, compile: StepID, deploy: StepID, network: NetworkSpec) {
        self.deployment = deployment
        self.compile = compile
        self.deploy = deploy
        self.network = network
    }

    package var step: StepID { .verify(deployment, on: network.name) }
}

/// What a service says of the source of one deployment.
package struct VerificationFact: Hashable, Codable, Sendable {
    package enum Status: String, Codable, CaseIterable, Sendable {
        case verified
        /// The service has not come to an end in the time that it was given.
        case pending
        case failed
        /// It was not asked.
        case skipped
    }

    package var deployment: String
    package var network: String
    package var service: VerifierSpec.Service
    package var status: Status
    /// Where people see the source; nil where there is no such place, or nothing to see.
    package var url: String?
    package var message: String

    package init(
        deployment: String,
        network: String,
        service: VerifierSpec.Service,
        status: Status,
        url: String? = nil,
        message: String
    ) {
        self.deployment = deployment
        self.network = network
        self.service = service
        self.status = status
        self.url = url
        self.message = message
    }
}
