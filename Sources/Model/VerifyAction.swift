/// Hands the sources of one deployment to the services of its network.
package struct VerifyAction: Hashable, Sendable {
    /// One contract whose source is shown.
    package struct Contract: Hashable, Sendable {
        package var part: VerificationFact.Part
        package var compile: StepID
        /// The step that puts it there, or what creates it.
        package var deploy: StepID
        /// The libraries that its code calls.
        package var libraries: [LibraryLink]

        package init(
            _ part: VerificationFact.Part = .contract,
            compile: StepID,
            deploy: StepID,
            libraries: [LibraryLink] = []
        ) {
            self.part = part
            self.compile = compile
            self.deploy = deploy
            self.libraries = libraries
        }
    }

    package var deployment: String
    package var network: NetworkSpec
    /// Several where there is a proxy.
    package var contracts: [Contract]
    /// The signers that addresses of libraries are read from.
    package var signersRead: [SignerSpec]

    package init(
        deployment: String,
        network: NetworkSpec,
        contracts: [Contract],
        signersRead: [SignerSpec] = []
    ) {
        self.deployment = deployment
        self.network = network
        self.contracts = contracts
        self.signersRead = signersRead
    }

    package var step: StepID { .verify(deployment, on: network.name) }
}

/// What a service says of the source of one of a deployment's contracts.
package struct VerificationFact: Hashable, Codable, Sendable {
    package enum Status: String, Codable, CaseIterable, Sendable {
        case verified
        /// The service has not come to an end in the time that it was given.
        case pending
        case failed
        /// It was not asked.
        case skipped
    }

    /// Which of a deployment's contracts it is about; in the order in which reports have them.
    package enum Part: String, Codable, CaseIterable, Sendable {
        /// The only one.
        case contract
        /// The code that a proxy runs.
        case implementation
        /// What tells proxies which code they run.
        case beacon
        /// What is called.
        case proxy
        /// The contract that upgrades a transparent proxy, which created it.
        case admin
    }

    package var deployment: String
    package var network: String
    package var part: Part
    package var service: VerifierSpec.Service
    package var status: Status
    /// Where people see the source; nil where there is no such place, or nothing to see.
    package var url: String?
    package var message: String

    package init(
        deployment: String,
        network: String,
        part: Part = .contract,
        service: VerifierSpec.Service,
        status: Status,
        url: String? = nil,
        message: String
    ) {
        self.deployment = deployment
        self.network = network
        self.part = part
        self.service = service
        self.status = status
        self.url = url
        self.message = message
    }
    /// The deployment on its network, with the part where there are several.
    package var subject: String {
        "\(deployment)@\(network)" + (part == .contract ? "" : " \(part.rawValue)")
    }
}
