import Foundation
import Model

/// Sourcify's API, version 2 ("Sourcify API v2" of its documentation).
struct SourcifyProtocol: VerifierProtocol {
    /// Where it is asked.
    let url: String

    /// Of RFC 3986, 2.3.
    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

    private struct Accepted: Decodable {
        var verificationId: String?
        var customCode: String?
        var message: String?
    }

    private struct Job: Decodable {
        struct Failure: Decodable {
            var customCode: String?
            var message: String?
        }

        struct Contract: Decodable {
            var match: String?
        }

        var isJobCompleted: Bool
        var error: Failure?
        var contract: Contract?
    }

    func submission(of source: SourceSubmission, key: Secret?) throws(StepFailure) -> HTTPRequest {
        // The input goes in as the bytes that were compiled: whoever makes a tree of them may write other ones. Addresses of
        // libraries are not in it, since they are none of the metadata that the code has the hash of: where they are missing
        // they are read from the code at the address ("Verification with Libraries" of its documentation), and all of it fits.
        var body = Data(#"{"compilerVersion":"#.utf8)
        body += try WireJSON.encode(source.compilerVersion)
        body += Data(#","contractIdentifier":"#.utf8)
        body += try WireJSON.encode(source.contract)
        if let hash = source.transactionHash {
            body += Data(#","creationTransactionHash":"#.utf8)
            body += try WireJSON.encode(hash)
        }
        body += Data(#","stdJsonInput":"#.utf8) + source.standardInput + Data("}".utf8)
        var headers = ["content-type": "application/json"]
        if let key { headers["authorization"] = "Bearer \(key.reveal())" }
        return HTTPRequest(
            method: "POST",
            url: "\(url)/v2/verify/\(source.chainID)/\(source.address)",
            headers: headers,
            body: body,
            deadline: VerifierTalk.deadline,
            replyBytes: VerifierTalk.mostBytes
        )
    }

    func answer(toSubmission reply: HTTPReply) -> VerifierAnswer {
        if let refusal = reply.refusalByStatus { return refusal }
        guard let said = try? JSONDecoder().decode(Accepted.self, from: reply.body) else {
            return reply.strange
        }
        if reply.status == 409 { return .verified("it was verified before") }
        guard reply.status == 202, let ticket = said.verificationId else {
            return .refused(said.message ?? said.customCode ?? "it answered with status \(reply.status)")
        }
        return .accepted(ticket: ticket)
    }

    func question(_ ticket: String, of source: SourceSubmission, key: Secret?) -> HTTPRequest {
        let name = ticket.addingPercentEncoding(withAllowedCharacters: Self.unreserved) ?? ""
        return HTTPRequest(
            url: "\(url)/v2/verify/\(name)",
            headers: key.map { ["authorization": "Bearer \($0.reveal())"] } ?? [:],
            deadline: VerifierTalk.deadline,
            replyBytes: VerifierTalk.mostBytes
        )
    }

    func answer(toQuestion reply: HTTPReply) -> VerifierAnswer {
        if let refusal = reply.refusalByStatus { return refusal }
        if reply.status == 404 { return .again("it no longer knows what it was handed") }
        guard reply.status == 200, let job = try? JSONDecoder().decode(Job.self, from: reply.body) else {
            return reply.strange
        }
        guard job.isJobCompleted else { return .pending("it is still compiling") }
        switch (job.error?.customCode, job.contract?.match) {
        case ("already_verified", _): return .verified("it was verified before")
        // The node that it asks may be behind ours.
        case ("contract_not_deployed", _): return .again(job.error?.message ?? "it sees no contract there")
        case (_, "exact_match"): return .verified("exact match")
        case (_, "match"): return .verified("match, but for the metadata")
        default: return .refused(job.error?.message ?? job.error?.customCode ?? "the code is another")
        }
    }

    func page(of source: SourceSubmission) -> String? {
        guard url == VerifierSpec.Service.sourcify.usualURL else { return nil }
        return "https://repo.sourcify.dev/\(source.chainID)/\(source.address)"
    }
}
