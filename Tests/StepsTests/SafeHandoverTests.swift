import Ethereum
import EthereumTypes
import Foundation
import Model
import Synchronization
import Testing

@testable import Ledger
@testable import Steps

/// A batch and a fake service that answers as a test says; time is the bench's.
@Suite struct SafeHandoverTests {
    private static let url = "https://safe.example/tx-service/sep"
    private let bench: DeployBench
    private let heard = Heard()

    /// What was asked and what was told, in order.
    private final class Heard: Sendable {
        let asked = Mutex<[String]>([])
        let told = Mutex<[Diagnostic]>([])
        let written = Mutex<[String]>([])
    }

    init() throws {
        bench = try DeployBench()
        bench.environment.withLock { $0 = ["KEY": String(repeating: "3c", count: 32)] }
    }

    private var batch: SafeProposal {
        get throws {
            var batch = SafeProposal(
                lane: ChainOperation.Lane(
                    chainID: DeployBench.sepolia.chainID, genesisHash: Keccak256.hash("genesis".utf8),
                    sender: try Address("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")),
                network: "sepolia", nonce: 7, head: 1, multiSend: SafeProposal.multiSend)
            let call = SafeBatch.Call(to: .zero, value: Wei(5), data: [1, 2, 3])
            batch.calls = [SafeProposal.StepCall(step: .deploy("token", on: "sepolia"), call: call)]
            return batch
        }
    }

    /// Hands the batch over to a service that has these answers, the last of them for good.
    private func handOver(
        _ answers: [(Int, String)],
        service: NetworkSpec.Endpoint? = .url(url),
        preset: String? = nil
    ) async throws -> [Diagnostic] {
        var context = try bench.context(try bench.ledger())
        let left = Mutex(answers)
        let heard = heard
        context.world.http = { request throws(HTTPError) in
            heard.asked.withLock { $0.append("\(request.method) \(request.url)") }
            let answer = left.withLock { $0.count > 1 ? $0.removeFirst() : $0.first }
            guard let answer else { throw HTTPError(.notSent, "nobody is there") }
            return HTTPReply(status: answer.0, body: Data(answer.1.utf8))
        }
        context.world.files.write = { _, bytes, _ throws(FileError) in
            heard.written.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
        }
        context.notice = { diagnostic in heard.told.withLock { $0.append(diagnostic) } }
        var network = DeployBench.sepolia
        network.safeService = preset
        let proposer = SafeProposer(name: "ci", form: .key(.environment("KEY")), service: service)
        await SafeHandover(context: context, batch: try batch, proposer: proposer, network: network).run()
        return heard.told.withLock(\.self)
    }

    private var asked: [String] { heard.asked.withLock(\.self) }

    private func urls() throws -> (look: String, post: String) {
        let batch = try batch
        let hash = try #require(batch.hashes?.transaction)
        return (
            "GET \(Self.url)/api/v2/multisig-transactions/\(hash)/",
            "POST \(Self.url)/api/v2/safes/\(batch.lane.sender)/multisig-transactions/"
        )
    }

    private func known() throws -> (Int, String) {
        (200, #"{"safeTxHash":"\#(try #require(try batch.hashes?.transaction))"}"#)
    }

    @Test func whatPassesIsTriedAgainAndWhatMayHaveBeenTakenIsLookedUp() async throws {
        // Down; not there, and the answer to the proposal is lost; there.
        let told = try await handOver([(503, ""), (404, "{}"), (500, ""), try known()])
        let (look, post) = try urls()
        #expect(asked == [look, look, post, look])
        #expect(told.map(\.code) == ["safe-service"])
        // The signature is written down before anybody is asked, the service once it has it.
        let written = heard.written.withLock(\.self)
        #expect(written.map { $0.contains(#""signature":"0x"#) } == [true, true])
        #expect(written.map { $0.contains("safe.example") } == [false, true])
    }

    @Test func whatIsThereIsNotHandedOverAgain() async throws {
        #expect(try await handOver([try known()]).map(\.code) == ["safe-service"])
        #expect(asked == [try urls().look])
        // Another batch than was asked for is none.
        let told = try await handOver([(200, #"{"safeTxHash":"0x00"}"#)])
        #expect(told.last?.code == "not-handed-over")
    }

    @Test func aRefusalEndsItAtOnce() async throws {
        let told = try await handOver([
            (404, ""), (422, #"{"nonFieldErrors":["Sender=0x1 is not an owner"]}"#),
        ])
        #expect(asked == [try urls().look, try urls().post])
        #expect(told.map(\.severity) == [.warning])
        #expect(told[0].message.contains("status 422: Sender=0x1 is not an owner"))
    }

    @Test func whoCannotBeReachedIsLeftAfterAMinute() async throws {
        let told = try await handOver([])
        #expect(told.map(\.code) == ["not-handed-over"])
        #expect(told[0].message.contains("nobody is there"))
        #expect(asked.count == 7)
    }

    @Test func thePresetsServiceIsAskedWhereNoneIsNamed() async throws {
        _ = try await handOver([try known()], service: nil, preset: "\(Self.url)/api/")
        #expect(asked == [try urls().look])
        #expect(try await handOver([try known()], service: nil).last?.code == "no-safe-service")
        #expect(asked.count == 1)
    }

    /// Whoever signs may answer with anything; owners would see it as the proposer's word.
    @Test func aSignatureThatIsNotTheProposersIsNotHandedOver() async throws {
        let context = try bench.context(try bench.ledger())
        let proposer = SafeProposer(name: "ci", form: .key(.environment("KEY")), service: .url(Self.url))
        let handover = SafeHandover(
            context: context, batch: try batch, proposer: proposer, network: DeployBench.sepolia)
        let failure = await #expect(throws: StepFailure.self) {
            _ = try await handover.confirmation(by: LaneFakeSigner())
        }
        #expect(failure?.code == "signer-answer")
        #expect(failure?.message.contains(LaneFakeSigner.addressText) == true)
        let own = KeySigner(bench.key)
        #expect(try await handover.confirmation(by: own).proposer == bench.key.address)
    }

    @Test func keysGoNowhereWithoutEncryptionAndURLsThatHoldThemIntoNoMessage() async throws {
        let secret = "https://safe.example/canary9d1f77c02b"
        bench.environment.withLock { $0["URL"] = secret.replacing("https", with: "http") }
        let open = try await handOver([try known()], service: .secret(.environment("URL")))
        #expect(open.last?.code == "not-handed-over" && asked == [])
        bench.environment.withLock { $0["URL"] = secret }
        let told = try await handOver(
            [(404, ""), (400, #"{"detail":"\#(secret) is wrong"}"#)], service: .secret(.environment("URL")))
        #expect(told.allSatisfy { !"\($0)".contains("canary9d1f77c02b") })
        #expect(told.last?.message.contains("(env:URL)") == true)
    }
}
