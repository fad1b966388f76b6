import EthereumTypes
import Foundation
import Model
import Testing

@testable import Steps

/// What is asked of services that show sources, and what their answers mean.
@Suite struct VerifierProtocolTests {
    static func source(arguments: String = "00ff") throws -> SourceSubmission {
        SourceSubmission(
            chainID: try #require(ChainID(11_155_111)),
            address: try Address("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
            standardInput: Data(#"{"language":"Solidity","sources":{"a b.sol":{"content":"é+&=%"}}}"#.utf8),
            compilerVersion: "0.8.29+commit.ab55807c", contract: "contracts/Token.sol:Token",
            constructorArguments: arguments, transactionHash: "0x" + String(repeating: "ab", count: 32))
    }

    private func reply(_ status: Int, _ body: String) -> HTTPReply {
        HTTPReply(status: status, body: Data(body.utf8))
    }

    private let sourcify = SourcifyProtocol(url: "https://sourcify.dev/server")
    private let etherscan = EtherscanProtocol(
        service: .etherscan, url: "https://api.etherscan.io/v2/api", explorer: "https://sepolia.etherscan.io")
    private let blockscout = EtherscanProtocol(
        service: .blockscout, url: "https://eth.blockscout.com/api", explorer: "https://etherscan.io")

    // MARK: Sourcify

    @Test func sourcifyIsHandedTheVeryBytesThatWereCompiled() throws {
        let request = try sourcify.submission(of: Self.source(), key: nil)
        #expect(request.method == "POST")
        #expect(
            request.url
                == "https://sourcify.dev/server/v2/verify/11155111/0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
        )
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.body.range(of: try Self.source().standardInput) != nil)
        let body = try #require(try JSONSerialization.jsonObject(with: request.body) as? [String: Any])
        #expect(
            Set(body.keys) == [
                "stdJsonInput", "compilerVersion", "contractIdentifier", "creationTransactionHash",
            ])
        #expect(body["compilerVersion"] as? String == "0.8.29+commit.ab55807c")
        #expect(body["contractIdentifier"] as? String == "contracts/Token.sol:Token")
        #expect(body["creationTransactionHash"] as? String == "0x" + String(repeating: "ab", count: 32))
        var old = try Self.source()
        old.transactionHash = nil
        #expect(try sourcify.submission(of: old, key: nil).body.range(of: Data("creation".utf8)) == nil)
        let question = sourcify.question("a/b", of: old, key: Secret("k"))
        #expect(question.url == "https://sourcify.dev/server/v2/verify/a%2Fb")
        #expect(question.method == "GET")
    }

    @Test(arguments: [
        (202, #"{"verificationId":"72d12273"}"#, VerifierAnswer.accepted(ticket: "72d12273")),
        (409, #"{"customCode":"already_verified","message":"…"}"#, .verified("it was verified before")),
        (429, "slow down", .later("it limits how often it is asked")),
        (503, "", .later("it answered with status 503")),
        (
            400, #"{"customCode":"unsupported_chain","message":"The chain is not supported"}"#,
            .refused("The chain is not supported")
        ),
        (202, "{}", .refused("it answered with status 202")),
        (200, "<html>", .refused("it answered with status 200, and nothing that can be read")),
    ])
    func sourcifyAnswersASource(_ status: Int, _ body: String, _ meaning: VerifierAnswer) {
        #expect(sourcify.answer(toSubmission: reply(status, body)) == meaning)
    }

    @Test(arguments: [
        (
            200, #"{"isJobCompleted":false,"contract":{"match":null}}"#,
            VerifierAnswer.pending("it is still compiling")
        ),
        (200, #"{"isJobCompleted":true,"contract":{"match":"exact_match"}}"#, .verified("exact match")),
        (
            200, #"{"isJobCompleted":true,"contract":{"match":"match"}}"#,
            .verified("match, but for the metadata")
        ),
        (200, #"{"isJobCompleted":true,"contract":{"match":null}}"#, .refused("the code is another")),
        (
            200,
            #"{"isJobCompleted":true,"error":{"customCode":"no_match","message":"Bytecodes differ"},"contract":{"match":null}}"#,
            .refused("Bytecodes differ")
        ),
        (
            200, #"{"isJobCompleted":true,"error":{"customCode":"already_verified"}}"#,
            .verified("it was verified before")
        ),
        (
            200, #"{"isJobCompleted":true,"error":{"customCode":"contract_not_deployed"}}"#,
            .again("it sees no contract there")
        ),
        (404, "{}", .again("it no longer knows what it was handed")),
        (500, "", .later("it answered with status 500")),
        (200, "[]", .refused("it answered with status 200, and nothing that can be read")),
    ])
    func sourcifyAnswersAQuestion(_ status: Int, _ body: String, _ meaning: VerifierAnswer) {
        #expect(sourcify.answer(toQuestion: reply(status, body)) == meaning)
    }

    // MARK: Etherscan, Blockscout

    private func form(_ request: HTTPRequest) -> [String: String] {
        var fields: [String: String] = [:]
        for field in String(decoding: request.body, as: UTF8.self).split(separator: "&") {
            let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            fields[String(parts[0])] = parts[1].replacing("+", with: " ").removingPercentEncoding
        }
        return fields
    }

    @Test func etherscanIsHandedAFormWithTheKeyInIt() throws {
        let request = try etherscan.submission(of: Self.source(), key: Secret("K+1&2"))
        #expect(
            request.url
                == "https://api.etherscan.io/v2/api?chainid=11155111&module=contract&action=verifysourcecode")
        #expect(request.headers["content-type"] == "application/x-www-form-urlencoded")
        #expect(
            form(request) == [
                "apikey": "K+1&2", "codeformat": "solidity-standard-json-input",
                "sourceCode": String(decoding: try Self.source().standardInput, as: UTF8.self),
                "contractaddress": "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
                "contractname": "contracts/Token.sol:Token", "compilerversion": "v0.8.29+commit.ab55807c",
                "constructorArguments": "00ff", "constructorArguements": "00ff",
            ])
        let question = etherscan.question("g&1", of: try Self.source(), key: Secret("K"))
        #expect(question.url.hasSuffix("?chainid=11155111&module=contract&action=checkverifystatus"))
        #expect(form(question) == ["apikey": "K", "guid": "g&1"])
    }

    @Test func blockscoutIsOfOneChainAndNeedsNoKey() throws {
        let request = try blockscout.submission(of: Self.source(), key: nil)
        #expect(request.url == "https://eth.blockscout.com/api?module=contract&action=verifysourcecode")
        #expect(form(request)["apikey"] == nil)
    }

    @Test(arguments: [
        (#"{"status":"1","message":"OK","result":"guid-1"}"#, VerifierAnswer.accepted(ticket: "guid-1")),
        (
            #"{"status":"0","message":"NOTOK","result":"Contract source code already verified"}"#,
            .verified("it was verified before")
        ),
        (
            #"{"status":"0","message":"Smart-contract already verified.","result":null}"#,
            .verified("it was verified before")
        ),
        (
            #"{"status":"0","message":"NOTOK","result":"Unable to locate ContractCode at 0xf39F"}"#,
            .later("Unable to locate ContractCode at 0xf39F")
        ),
        (
            #"{"status":"0","message":"NOTOK","result":"Max rate limit reached, please use API Key for higher rate limit"}"#,
            .later("Max rate limit reached, please use API Key for higher rate limit")
        ),
        (
            #"{"status":"0","message":"NOTOK","result":"Max daily rate limit reached"}"#,
            .refused("Max daily rate limit reached")
        ),
        (#"{"status":"0","message":"NOTOK","result":"Invalid API Key"}"#, .refused("Invalid API Key")),
        (
            #"{"status":"0","message":"The address is not a smart contract","result":null}"#,
            .later("The address is not a smart contract")
        ),
        (#"{"status":"1","message":"OK","result":""}"#, .refused("OK")),
        ("oops", .refused("it answered with status 200, and nothing that can be read")),
    ])
    func etherscanAnswersASource(_ body: String, _ meaning: VerifierAnswer) {
        #expect(etherscan.answer(toSubmission: reply(200, body)) == meaning)
        #expect(etherscan.answer(toSubmission: reply(429, body)) == .later("it limits how often it is asked"))
        #expect(etherscan.answer(toSubmission: reply(502, body)) == .later("it answered with status 502"))
    }

    @Test(arguments: [
        (
            #"{"status":"0","message":"NOTOK","result":"Pending in queue"}"#,
            VerifierAnswer.pending("Pending in queue")
        ),
        (#"{"status":"0","message":"NOTOK","result":"In progress"}"#, .pending("In progress")),
        (#"{"status":"1","message":"OK","result":"Pass - Verified"}"#, .verified("the code is the same")),
        (
            #"{"status":"0","message":"NOTOK","result":"Already Verified"}"#,
            .verified("it was verified before")
        ),
        (
            #"{"status":"0","message":"NOTOK","result":"Fail - Unable to verify"}"#,
            .refused("Fail - Unable to verify")
        ),
        (
            #"{"status":"0","message":"NOTOK","result":"Fail - Unable to verify. Unable to locate ContractCode at 0xf3"}"#,
            .again("Fail - Unable to verify. Unable to locate ContractCode at 0xf3")
        ),
        (#"{"status":"0","message":"OK","result":"Unknown UID"}"#, .later("Unknown UID")),
        (
            #"{"status":"0","message":"NOTOK","result":"Max rate limit reached"}"#,
            .later("Max rate limit reached")
        ),
    ])
    func etherscanAnswersAQuestion(_ body: String, _ meaning: VerifierAnswer) {
        #expect(etherscan.answer(toQuestion: reply(200, body)) == meaning)
    }

    @Test func peopleAreSentToWhereTheSourceIs() throws {
        let (source, address) = (try Self.source(), "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")
        #expect(sourcify.page(of: source) == "https://repo.sourcify.dev/11155111/\(address)")
        #expect(SourcifyProtocol(url: "https://own.example").page(of: source) == nil)
        #expect(etherscan.page(of: source) == "https://sepolia.etherscan.io/address/\(address)#code")
        #expect(blockscout.page(of: source) == "https://eth.blockscout.com/address/\(address)?tab=contract")
        #expect(EtherscanProtocol(service: .etherscan, url: "", explorer: nil).page(of: source) == nil)
    }
}
