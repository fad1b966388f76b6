import Model

extension ReportV1 {
    /// What a service says of the source of a deployment.
    package struct Verification: Codable, Hashable, Sendable {
        package var service: String
        package var status: String
        package var url: String?
        package var message: String
    }
}

extension ReportV1.Verification {
    init(_ fact: VerificationFact) {
        service = fact.service.rawValue
        status = fact.status.rawValue
        url = fact.url
        message = fact.message
    }
}

extension ReportV1.Verification: JSONObject {
    func writeMembers(to json: inout JSONWriter) {
        json.member("message", message)
        json.member("service", service)
        json.member("status", status)
        json.member("url", ifThere: url)
    }
}

extension JSONEventsV1 {
    struct Verification: Encodable, JSONObject {
        var deployment: String
        var network: String
        var message: String
        var service: String
        var status: String
        var url: String?

        init(_ fact: VerificationFact) {
            deployment = fact.deployment
            network = fact.network
            message = fact.message
            service = fact.service.rawValue
            status = fact.status.rawValue
            url = fact.url
        }

        func writeMembers(to json: inout JSONWriter) {
            json.member("deployment", deployment)
            json.member("message", message)
            json.member("network", network)
            json.member("service", service)
            json.member("status", status)
            json.member("url", ifThere: url)
        }
    }
}
