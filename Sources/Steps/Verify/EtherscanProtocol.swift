import Foundation
import Model

/// The API of Etherscan, version 2, and of Blockscout, which speaks as Etherscan does of one chain ("Verify with the API" and
/// "Contract RPC API" of their documentation).
struct EtherscanProtocol: VerifierProtocol {
    let service: VerifierSpec.Service
    /// Where it is asked.
    let url: String
    /// The explorer of the network; nil where nobody says.
    let explorer: String?

    private struct Said: Decodable {
        var status: String?
        var message: String?
        var result: String?
    }

    func submission(of source: SourceSubmission, key: Secret?) throws(StepFailure) -> HTTPRequest {
        // Explorers link as the input says, and do not compare the hash of the metadata.
        let input = try source.linkedInput()
        return request(
            "verifysourcecode",
            of: source,
            key,
            [
                ("codeformat", Data("solidity-standard-json-input".utf8)),
                ("sourceCode", input),
                ("contractaddress", Data("\(source.address)".utf8)),
                ("contractname", Data(source.contract.utf8)),
                ("compilerversion", Data("v\(source.compilerVersion)".utf8)),
                ("constructorArguments", Data(source.constructorArguments.utf8)),
                // The name that the first version had, and that Blockscout reads.
                ("constructorArguements", Data(source.constructorArguments.utf8)),
            ]
        )
    }

    func question(_ ticket: String, of source: SourceSubmission, key: Secret?) -> HTTPRequest {
        request("checkverifystatus", of: source, key, [("guid", Data(ticket.utf8))])
    }

    /// The key goes into the form, so that it is in no URL, which others may write down.
    private func request(
        _ action: String,
        of source: SourceSubmission,
        _ key: Secret?,
        _ fields: [(String, Data)]
    ) -> HTTPRequest {
        let chain = service == .etherscan ? "chainid=\(source.chainID)&" : ""
        let all = (key.map { [("apikey", Data($0.reveal().utf8))] } ?? []) + fields
        return HTTPRequest(
            method: "POST",
            url: "\(url)?\(chain)module=contract&action=\(action)",
            headers: ["content-type": "application/x-www-form-urlencoded"],
            body: Data(
                all.map { Data("\($0.0)=".utf8) + Self.encoded($0.1) }.joined(separator: Data("&".utf8))),
            deadline: VerifierTalk.deadline,
            replyBytes: VerifierTalk.mostBytes
        )
    }

    /// As the URL Standard's application/x-www-form-urlencoded serializer writes bytes.
    private static func encoded(_ bytes: Data) -> Data {
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        encoded.reserveCapacity(bytes.count * 3 / 2)
        for byte in bytes {
            switch byte {
            case 48...57, 65...90, 97...122, 42, 45, 46, 95: encoded.append(byte)
            case 32: encoded.append(43)
            default: encoded += [37, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return Data(encoded)
    }

    func answer(toSubmission reply: HTTPReply) -> VerifierAnswer {
        if let refusal = reply.refusalByStatus { return refusal }
        guard let said = Self.said(reply) else { return reply.strange }
        let (words, lower) = Self.words(said)
        if lower.contains("already verified") { return .verified("it was verified before") }
        if said.status == "1", let ticket = said.result, !ticket.isEmpty { return .accepted(ticket: ticket) }
        if Self.isPassing(lower) { return .later(words) }
        return .refused(words)
    }

    func answer(toQuestion reply: HTTPReply) -> VerifierAnswer {
        if let refusal = reply.refusalByStatus { return refusal }
        guard let said = Self.said(reply) else { return reply.strange }
        let (words, lower) = Self.words(said)
        if lower.contains("already verified") { return .verified("it was verified before") }
        if lower.hasPrefix("pass") { return .verified("the code is the same") }
        if lower.contains("pending") || lower.contains("in progress") { return .pending(words) }
        if lower.contains("unable to locate contractcode") { return .again(words) }
        // Blockscout has a ticket before it can say anything of it.
        if lower.contains("unknown uid") || Self.isPassing(lower) { return .later(words) }
        return .refused(words)
    }

    private static func said(_ reply: HTTPReply) -> Said? {
        guard reply.status == 200 else { return nil }
        return try? JSONDecoder().decode(Said.self, from: reply.body)
    }

    /// What was said, and the same in lower case.
    private static func words(_ said: Said) -> (String, String) {
        let words = [said.result, said.message].compactMap(\.self).first { !$0.isEmpty } ?? "it says no more"
        return (words, [said.result, said.message].compactMap(\.self).joined(separator: " ").lowercased())
    }

    /// A rate limit, but not that of a whole day, or a contract that the service has not seen yet.
    private static func isPassing(_ lower: String) -> Bool {
        if lower.contains("rate limit") { return !lower.contains("daily") }
        return lower.contains("unable to locate contractcode") || lower.contains("not a smart contract")
            || lower.contains("not a smart-contract")
    }

    func page(of source: SourceSubmission) -> String? {
        switch service {
        case .blockscout where url.hasSuffix("/api"):
            "\(url.dropLast("/api".count))/address/\(source.address)?tab=contract"
        case .etherscan, .sourcify, .blockscout: explorer.map { "\($0)/address/\(source.address)#code" }
        }
    }
}
