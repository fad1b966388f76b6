import Model

extension ReportV1 {
    /// What a service says of the source of a deployment.
    package struct Verification: Codable, Hashable, Sendable {
        /// `implementation`, `beacon`, `proxy` or `admin`; nil where the deployment is one contract.
        package var part: String?
        package var service: String
        package var status: String
        package var url: String?
        package var message: String
    }
}

extension ReportV1.Verification {
    init(_ fact: VerificationFact) {
        part = fact.partIfSeveral
        service = fact.service.rawValue
        status = fact.status.rawValue
        url = fact.url
        message = fact.message
    }
}

extension ReportV1.Verification: JSONObject {
    func writeMembers(to json: inout JSONWriter) {
        json.member("message", message)
        json.member("part", ifThere: part)
        json.member("service", service)
        json.member("status", status)
        json.member("url", ifThere: url)
    }
}

extension VerificationFact {
    /// What the wire calls the part; nil where the deployment is one contract.
    fileprivate var partIfSeveral: String? { part == .contract ? nil : part.rawValue }
}

extension JSONEventsV1 {
    struct Verification: Encodable, JSONObject {
        var deployment: String
        var network: String
        var message: String
        var part: String?
        var service: String
        var status: String
        var url: String?

        init(_ fact: VerificationFact) {
            deployment = fact.deployment
            network = fact.network
            message = fact.message
            part = fact.partIfSeveral
            service = fact.service.rawValue
            status = fact.status.rawValue
            url = fact.url
        }

        func writeMembers(to json: inout JSONWriter) {
            json.member("deployment", deployment)
            json.member("message", message)
            json.member("network", network)
            json.member("part", ifThere: part)
            json.member("service", service)
            json.member("status", status)
            json.member("url", ifThere: url)
        }
    }
}
