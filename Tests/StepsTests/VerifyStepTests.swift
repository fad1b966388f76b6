import Engine
import Ethereum
import EthereumTypes
import Foundation
import Model
import Support
import Synchronization
import Testing
import Transport

@testable import Ledger
@testable import Steps

/// Deployments whose sources are handed to fake services over real HTTP; time is the bench's.
@Suite struct VerifyStepTests {
    typealias Answer = FakeVerifierServer.Answer

    static let address = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
    static let math = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
    static let input = #"{"language":"Solidity","settings":{"optimizer":{}},"sources":{}}"#
    static let accepted = Answer("202 Accepted", #"{"verificationId":"id-1"}"#)
    static let pending = Answer(#"{"isJobCompleted":false}"#)
    static let exact = Answer(#"{"isJobCompleted":true,"contract":{"match":"exact_match"}}"#)

    let bench: DeployBench
    private let facts = Facts()

    /// What was told, in order.
    private final class Facts: Sendable {
        let all = Mutex<[VerificationFact]>([])
    }

    init() throws { bench = try DeployBench() }

    private var told: [VerificationFact] { facts.all.withLock(\.self) }

    private func step(patience: Duration = .seconds(300)) throws -> VerifyStep {
        var context = try bench.context(try bench.ledger())
        let (world, http) = (bench.world, HTTPClient())
        context.world.http = { request throws(HTTPError) in
            let isHere = request.url.hasPrefix("http://127.0.0.1:")
            return isHere ? try await http.send(request) : try await world.http(request)
        }
        return VerifyStep(context, patience: patience) { [facts] _, fact in
            facts.all.withLock { $0.append(fact) }
        }
    }

    private func perform(
        _ verifiers: [VerifierSpec],
        _ step: VerifyStep? = nil,
        codeMatches: Bool? = true,
        arguments: String? = "0x00ff",
        of artifact: FakeArtifact = FakeArtifact(),
        part: VerificationFact.Part = .contract,
        _ deployed: DeploymentFact.Action = .created,
        libraries: [LibraryLink] = []
    ) async throws -> Result<Performed, StepFailure> {
        var network = DeployBench.sepolia
        network.verifiers = verifiers
        let contract = try #require(ContractName("Token"))
        let fact = DeploymentFact(
            name: "token", contract: "Token", network: "sepolia", chainID: 11_155_111, action: deployed,
            reason: "", address: Self.address, codeMatches: codeMatches, transactionHash: "0xabcd",
            constructorArguments: arguments)
        let plain = try artifact.compiled()
        var compiled: [String: Data] = [
            CompileOutput.metadata: Data(#"{"compiler":{"version":"0.8.29+commit.ab55807c"}}"#.utf8),
            CompileOutput.standardInput: Data(Self.input.utf8),
        ]
        for output in plain.outputs { compiled[output.name] = try plain.bytes(output.name) }
        let shown = VerifyAction.Contract(
            part, compile: .compile(contract), deploy: .deploy("token", on: "sepolia"), libraries: libraries)
        let action = VerifyAction(deployment: "token", network: network, contracts: [shown])
        let inputs = StepInputs([
            shown.compile: stored(compiled),
            shown.deploy: stored([EffectOutput.deployment: try WireJSON.encode(fact)]),
            .deploy("math", on: "sepolia"): stored([
                EffectOutput.deployment: try WireJSON.encode(
                    DeploymentFact(
                        name: "math", contract: "Math", network: "sepolia", chainID: 11_155_111,
                        action: .kept, reason: "", address: Self.math))
            ]),
        ])
        let used = try step ?? self.step()
        do throws(StepFailure) {
            return .success(
                try await used.perform(
                    action, inputs: inputs, progress: StepProgress(say: { [bench] in bench.note($0) })))
        } catch {
            return .failure(error)
        }
    }

    private func sourcify(_ server: FakeVerifierServer) -> VerifierSpec {
        VerifierSpec(.sourcify, url: server.url)
    }

    private func failure(_ result: Result<Performed, StepFailure>) throws -> StepFailure {
        guard case .failure(let failure) = result else { throw Missing() }
        return failure
    }

    private struct Missing: Error {}

    // MARK: The way through

    @Test func aSourceIsHandedOverAndAskedForUntilItIsShown() async throws {
        let server = try FakeVerifierServer(Self.accepted, Self.pending, Self.exact)
        let performed = try await perform([sourcify(server)]).get()
        #expect(!performed.isReuse)
        #expect(
            server.requests.map(\.asked) == [
                "POST /v2/verify/11155111/\(Self.address)", "GET /v2/verify/id-1", "GET /v2/verify/id-1",
            ])
        let body = try #require(
            try JSONSerialization.jsonObject(with: server.requests[0].body) as? [String: Any])
        #expect(body["contractIdentifier"] as? String == "contracts/Token.sol:Token")
        #expect(body["compilerVersion"] as? String == "0.8.29+commit.ab55807c")
        #expect(body["creationTransactionHash"] as? String == "0xabcd")
        #expect(
            told == [
                VerificationFact(
                    deployment: "token", network: "sepolia", service: .sourcify, status: .verified,
                    message: "exact match")
            ])
    }

    @Test func whatIsShownIsNotAskedForAgainButForOtherCode() async throws {
        let server = try FakeVerifierServer(Answer("409 Conflict", #"{"customCode":"already_verified"}"#))
        _ = try await perform([sourcify(server)]).get()
        #expect(server.requests.count == 1)
        let again = try await perform([sourcify(server)]).get()
        #expect(again.isReuse)
        #expect(server.requests.count == 1)
        #expect(told.last?.status == .verified)
        #expect(told.last?.message == "it was verified before, in run run-1")
        _ = try await perform([sourcify(server)], of: FakeArtifact(runtime: [0x60, 0x07])).get()
        #expect(server.requests.count == 2)
    }

    @Test func etherscanIsAskedWithAKeyThatIsInNoURL() async throws {
        bench.environment.withLock { $0["ETHERSCAN_KEY"] = "CANARY7KEY" }
        let server = try FakeVerifierServer(
            Answer(#"{"status":"0","message":"NOTOK","result":"Unable to locate ContractCode at 0xf3"}"#),
            Answer(#"{"status":"1","message":"OK","result":"guid-1"}"#),
            Answer(#"{"status":"0","message":"NOTOK","result":"Pending in queue"}"#),
            Answer(#"{"status":"1","message":"OK","result":"Pass - Verified"}"#))
        let spec = VerifierSpec(.etherscan, url: "\(server.url)/v2/api", key: .environment("ETHERSCAN_KEY"))
        _ = try await perform([spec]).get()
        let actions = ["verifysourcecode", "verifysourcecode", "checkverifystatus", "checkverifystatus"]
        #expect(
            server.requests.map(\.asked)
                == actions.map { "POST /v2/api?chainid=11155111&module=contract&action=\($0)" })
        #expect(server.requests.allSatisfy { $0.form["apikey"] == "CANARY7KEY" })
        #expect(server.requests[1].form["sourceCode"] == Self.input)
        #expect(server.requests[1].form["compilerversion"] == "v0.8.29+commit.ab55807c")
        #expect(server.requests[1].form["constructorArguments"] == "00ff")
        #expect(server.requests[2].form["guid"] == "guid-1")
        #expect(told.map(\.status) == [.verified])
        #expect(!bench.said.contains { $0.contains("CANARY7") })
    }

    @Test func aBlockscoutIsSpokenToAsEtherscanOfOneChain() async throws {
        let server = try FakeVerifierServer(
            Answer(#"{"status":"1","message":"OK","result":"uid-1"}"#),
            Answer(#"{"status":"0","message":"OK","result":"Unknown UID"}"#),
            Answer(#"{"status":"1","message":"OK","result":"Pass - Verified"}"#))
        _ = try await perform([VerifierSpec(.blockscout, url: "\(server.url)/api")]).get()
        #expect(server.requests[0].asked == "POST /api?module=contract&action=verifysourcecode")
        #expect(told.first?.url == "\(server.url)/address/\(Self.address)?tab=contract")
    }

    // MARK: What passes

    @Test func aServiceThatIsBusyIsAskedAgainAfterTheWaitThatItWants() async throws {
        let server = try FakeVerifierServer(
            Answer("429 Too Many Requests", "", headers: ["Retry-After: 40"]),
            Answer("503 Service Unavailable", ""), Self.accepted, Answer("500 Internal Server Error", ""),
            Self.exact)
        let start = bench.elapsed
        _ = try await perform([sourcify(server)]).get()
        #expect(server.requests.count == 5)
        #expect((.seconds(40)..<(.seconds(120))).contains(bench.elapsed - start))
    }

    @Test func whatTheServiceLostIsHandedOverAgain() async throws {
        let server = try FakeVerifierServer(
            Self.accepted, Answer("404 Not Found", "{}"), Self.accepted, Self.exact)
        _ = try await perform([sourcify(server)]).get()
        #expect(server.requests.map { $0.asked.prefix(4) } == ["POST", "GET ", "POST", "GET "])
    }

    // MARK: What does not

    @Test func aRefusalLeavesTheRunDegradedAndIsTriedAgainByTheNext() async throws {
        let server = try FakeVerifierServer(
            Self.accepted,
            Answer(
                #"{"isJobCompleted":true,"error":{"message":"Bytecodes\n differ"},"contract":{"match":null}}"#
            ))
        let failure = try failure(try await perform([sourcify(server)]))
        #expect(failure.kind == .unavailable)
        #expect(failure.code == "not-verified")
        #expect(failure.message == "sourcify: Bytecodes differ")
        #expect(told.map(\.status) == [.failed])
        _ = try await perform([sourcify(server)])
        #expect(server.requests.count > 2)
    }

    @Test func aServiceThatNeverEndsIsLeftAfterItsTime() async throws {
        let server = try FakeVerifierServer(Self.accepted, Self.pending)
        let start = bench.elapsed
        let failure = try failure(try await perform([sourcify(server)]))
        #expect(failure.message == "sourcify: it is still compiling; asked for 300 s")
        #expect(told.map(\.status) == [.pending])
        #expect(bench.elapsed - start <= .seconds(300))
        #expect(bench.elapsed - start > .seconds(270))
    }

    @Test func aServiceThatNobodyReachesIsWaitedForOnceARun() async throws {
        let server = try FakeVerifierServer(Self.accepted)
        server.stop()
        let step = try step()
        let start = bench.elapsed
        _ = try await perform([sourcify(server)], step)
        let first = bench.elapsed - start
        #expect(first > .seconds(200))
        let failure = try failure(try await perform([sourcify(server)], step))
        #expect(failure.message.hasPrefix("sourcify: it cannot be reached: "))
        #expect(bench.elapsed - start == first)
    }

    @Test func oneServiceThatRefusesDoesNotKeepAnotherFromShowing() async throws {
        let bad = try FakeVerifierServer(
            Answer("400 Bad Request", #"{"message":"The chain is not supported"}"#))
        let good = try FakeVerifierServer(Answer("409 Conflict", "{}"))
        let failure = try failure(try await perform([sourcify(bad), sourcify(good)]))
        #expect(failure.message == "sourcify: The chain is not supported")
        #expect(told.map(\.status) == [.failed, .verified])
        _ = try await perform([sourcify(bad), sourcify(good)])
        #expect((bad.requests.count, good.requests.count) == (2, 1))
    }

    @Test func aKeyThatIsNotThereFailsNothing() async throws {
        let server = try FakeVerifierServer(Answer(""))
        let spec = VerifierSpec(.etherscan, url: server.url, key: .environment("ETHERSCAN_KEY"))
        let failure = try failure(try await perform([spec]))
        #expect(failure.kind == .unavailable)
        #expect(
            failure.message
                == "etherscan: verification by etherscan needs the environment variable ETHERSCAN_KEY")
        #expect(server.requests.isEmpty)
    }

    @Test func aServiceThatRepeatsTheKeyDoesNotGiveItAway() async throws {
        bench.environment.withLock { $0["ETHERSCAN_KEY"] = "CANARY7KEY" }
        let server = try FakeVerifierServer(
            Answer(#"{"status":"0","message":"NOTOK","result":"Invalid API Key CANARY7KEY"}"#))
        let spec = VerifierSpec(.etherscan, url: server.url, key: .environment("ETHERSCAN_KEY"))
        let failure = try failure(try await perform([spec]))
        #expect(failure.message == "etherscan: Invalid API Key <redacted>")
        #expect(told.first?.message == "Invalid API Key <redacted>")
    }

    @Test func codeOfAnEarlierSourceIsNotVerifiedWithThisOne() async throws {
        let server = try FakeVerifierServer(Self.accepted)
        let performed = try await perform([sourcify(server)], codeMatches: false).get()
        #expect(performed.isReuse)
        #expect(performed.reason == "what is there was made of an earlier source")
        #expect(told.map(\.status) == [.skipped])
        #expect(server.requests.isEmpty)
    }

    @Test func aPlanKnowsWhatIsShownAndAsksNobody() async throws {
        let server = try FakeVerifierServer(Answer("409 Conflict", "{}"))
        var network = DeployBench.sepolia
        network.verifiers = [sourcify(server)]
        let contract = try #require(ContractName("Token"))
        let shown = VerifyAction.Contract(
            compile: .compile(contract), deploy: .deploy("token", on: "sepolia"))
        let action = VerifyAction(deployment: "token", network: network, contracts: [shown])
        let inputs = StepInputs([shown.compile: try FakeArtifact().compiled()])
        let here = [shown.deploy: try Address(Self.address)]
        let other = [shown.deploy: try Address("0x" + String(repeating: "11", count: 20))]
        #expect(!(await (try step()).isShown(action, at: here, inputs: inputs)))
        _ = try await perform([sourcify(server)]).get()
        #expect(await (try step()).isShown(action, at: here, inputs: inputs))
        #expect(!(await (try step()).isShown(action, at: other, inputs: inputs)))
        #expect(!(await (try step()).isShown(action, at: [:], inputs: inputs)))
        #expect(server.requests.count == 1)
    }

    // MARK: Libraries and proxies

    @Test func explorersAreToldOfLibrariesAndSourcifyReadsThemFromTheCode() async throws {
        let (first, second) = (
            try FakeVerifierServer(Answer("409 Conflict", "{}")),
            try FakeVerifierServer(
                Answer(#"{"status":"0","result":"Contract source code already verified"}"#))
        )
        _ = try await perform(
            [sourcify(first), VerifierSpec(.blockscout, url: second.url)], of: DeployLibraryTests.vault(),
            libraries: [DeployLibraryTests.toMath]
        ).get()
        #expect(String(decoding: first.requests[0].body, as: UTF8.self).contains(Self.input))
        #expect(
            second.requests[0].form["sourceCode"]
                == Self.input.replacing(
                    #""settings":{"#,
                    with: #""settings":{"libraries":{"lib/Math.sol":{"Math":"\#(Self.math)"}},"#))
        #expect(told.map(\.status) == [.verified, .verified])
    }

    /// A fake proxy's code, and what the chain has where it should be.
    @Test(
        arguments: [
            ([0x60, 0x01, 0x60, 0x02], nil),
            ([0x60, 0x01], "what is there was not made by this version of hyperkit"),
            ([], "it is proposed and not there yet"),
        ] as [([UInt8], String?)])
    func aProxyIsShownWhereItIsHyperkitsOwn(_ code: [UInt8], _ why: String?) async throws {
        bench.node.change { [address = try? Address(Self.address)] in $0.tamper(address ?? .zero, code: code)
        }
        let server = try FakeVerifierServer(Answer("409 Conflict", "{}"))
        // That its upgrade is proposed does not matter.
        let performed = try await perform([sourcify(server)], part: .proxy, .proposed).get()
        #expect(performed.reason == (why.map { "proxy: \($0)" } ?? "its source is shown"))
        #expect(server.requests.count == (why == nil ? 1 : 0))
        #expect(told.map(\.status) == [why == nil ? .verified : .skipped])
        #expect(told.map(\.part) == [.proxy])
        let body = server.requests.first.map { String(decoding: $0.body, as: UTF8.self) } ?? ""
        #expect(!body.contains("creationTransactionHash"))
    }

    @Test func aNodeThatDoesNotSayWhatIsThereFailsNothing() async throws {
        let server = try FakeVerifierServer(Answer("409 Conflict", "{}"))
        let step = try step()
        bench.node.plan(.refuse(code: -32_000, "no"), on: "eth_getCode", times: 9)
        let failure = try failure(try await perform([sourcify(server)], step, part: .beacon))
        #expect(failure.kind == .unavailable && failure.message.hasPrefix("beacon: network 'sepolia': "))
        #expect(told.map(\.status) == [.failed])
        #expect(server.requests.isEmpty)
    }

    @Test func theAdminOfAProxyHasAnAddressAndArgumentsOfItsOwn() async throws {
        let proxy = try Address(Self.address)
        bench.node.change { $0.tamper(proxy, code: FakeArtifact().runtime) }
        let server = try FakeVerifierServer(
            Answer(#"{"status":"0","result":"Contract source code already verified"}"#))
        let word = { (tail: String) in String(repeating: "0", count: 64 - tail.count) + tail }
        let owner = word(Self.math.dropFirst(2).lowercased())
        _ = try await perform(
            [VerifierSpec(.blockscout, url: server.url)],
            arguments: "0x" + word("11") + owner + word("60") + word("0"), part: .admin
        ).get()
        let form = server.requests[0].form
        #expect(form["contractaddress"] == Address.created(by: proxy, nonce: 1).description)
        #expect(form["contractname"] == "contracts/Token.sol:ProxyAdmin")
        #expect(form["constructorArguments"] == owner)
    }
}
