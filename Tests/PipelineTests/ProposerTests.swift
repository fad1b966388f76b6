import Ethereum
import EthereumTypes
import Foundation
import Testing

extension Pipelines {
    /// What a Safe is asked for, signed and handed to a service that is a fake.
    @Suite struct Proposers {
        private static let apiKey = Canary("the key of the service", text: "canary5a90c4e1bd27f863")

        private struct Bench {
            let sandbox: Sandbox
            let chain: RunningDevnet
            let safe: RealSafe
            let service: FakeSafeService

            /// - Parameters:
            ///   - members: Whom the service knows; nil: the proposer, who is the Safe's owner.
            ///   - words: What the service says to others.
            /// - Throws: What starting a chain throws.
            init(members: [String]? = nil, words: String = "not an owner") async throws {
                sandbox = try Sandbox()
                chain = try await RunningDevnet(sandbox)
                let wallet = try Wallet(chain)
                try await wallet.deployFactory()
                safe = try await RealSafe(wallet)
                service = try FakeSafeService(
                    of: safe.address, on: try #require(ChainID(31_337)),
                    members: members ?? [DevelopmentAccount.address], words: words)
                try write()
            }

            func write(service url: String? = nil) throws {
                let where_ = "service: \"\(url ?? service.url)\", apiKey: \"env:SAFE_KEY\""
                try sandbox.write(
                    Data(
                        """
                        version: 1
                        project: proposers
                        contracts:
                          Token: { generate: { template: erc20, options: { name: Quick, symbol: QCK, premint: "5" } } }
                        signers:
                          ci: { key: "env:DEV_KEY" }
                          dao: { safe: "\(safe.address)", multiSend: "\(safe.multiSend)", proposer: ci\(url == "" ? "" : ", \(where_)") }
                        networks:
                          council: { rpc: "\(chain.url)", chainId: 31337, signer: dao }
                        deployments:
                          one: { contract: Token, networks: [council], salt: one }
                          two: { contract: Token, networks: [council], salt: two }
                        """.utf8), to: "m.yaml")
            }

            /// Runs, and gives what was proposed and what was said.
            func proposal(key: String? = DevelopmentAccount.key) async throws -> (JSON, said: String) {
                var environment = ["SAFE_KEY": Proposers.apiKey.text]
                environment["DEV_KEY"] = key
                let ran = try await sandbox.run("m.yaml", "--network", "council", environment: environment)
                #expect(ran.end == .exited(4), "\(ran.errors)")
                let file = try #require(
                    try sandbox.names("reports/latest/safe").first { !$0.hasSuffix("-builder.json") })
                return (try JSON(text: try sandbox.text("reports/latest/safe/\(file)")), ran.errors)
            }

            func stop() async {
                service.stop()
                await chain.stop()
            }
        }

        @Test func whatIsAskedForIsSignedAndOwnersFindIt() async throws {
            let bench = try await Bench()
            let (proposal, said) = try await bench.proposal()
            let hash = try #require(proposal["safeTxHash"].string)
            let signature = try #require(proposal["signature"].string)
            #expect(bench.service.signatures == [hash: signature])
            #expect(proposal["proposer"].string == DevelopmentAccount.address)
            #expect(proposal["service"].string?.contains("127.0.0.1") == true)
            #expect(said.contains("its owners find it in the Safe's interface"), "\(said)")
            // The Safe's own word on what was signed, and that its owner did.
            #expect(try await bench.safe.hash(of: proposal) == hash)
            #expect(try await bench.safe.takes(signature, of: hash))
            #expect(try await !bench.safe.takes(signature, of: Keccak256.hash("other".utf8).description))
            #expect(bench.service.asked == ["GET", "POST"])
            #expect(
                bench.service.headers.allSatisfy {
                    $0["authorization"] == "Bearer \(Self.apiKey.text)"
                })
            // The same again is there already.
            let (again, saidAgain) = try await bench.proposal()
            #expect(again["safeTxHash"].string == hash && again["signature"].string == signature)
            #expect(bench.service.asked == ["GET", "POST", "GET"])
            #expect(saidAgain.contains("since run "), "\(saidAgain)")
            for (path, bytes) in try bench.sandbox.everything() {
                #expect(Self.apiKey.form(in: bytes) == nil, "\(path)")
            }
            try await bench.safe.execute(proposal)
            let done = try await bench.sandbox.run("m.yaml", "--network", "council")
            #expect(done.end == .exited(0), "\(done.errors)")
            #expect(bench.service.asked.count == 3)
            await bench.stop()
        }

        @Test func aRefusalIsToldInTheServicesWordsAndTheProposalStands() async throws {
            let words = #"Sender is no owner \u001b[31m and no delegate \#(Self.apiKey.text)"#
            let bench = try await Bench(members: [], words: words)
            let (proposal, said) = try await bench.proposal()
            #expect(said.contains("Sender is no owner"), "\(said)")
            #expect(said.contains("not handed over") && said.contains("a delegate of one"))
            #expect(!said.contains("\u{1b}") && Self.apiKey.form(in: Data(said.utf8)) == nil)
            #expect(proposal["signature"].string != nil && proposal["service"] == .null)
            #expect(try bench.sandbox.report()["summary"]["deployments"]["proposed"] == 2)
            await bench.stop()
        }

        @Test func withoutAServiceOrAKeyItIsWrittenDown() async throws {
            let bench = try await Bench()
            // Without the proposer's secret nothing is signed and nobody is asked.
            let (unsigned, why) = try await bench.proposal(key: nil)
            #expect(unsigned["signature"] == .null && unsigned["safeTxHash"].string != nil)
            #expect(why.contains("not handed over") && why.contains("DEV_KEY"), "\(why)")
            #expect(bench.service.asked == [])
            try bench.write(service: "")
            let (signed, said) = try await bench.proposal()
            let (hash, signature) = (signed["safeTxHash"].string ?? "", signed["signature"].string ?? "")
            #expect(try await bench.safe.takes(signature, of: hash))
            #expect(signed["service"] == .null)
            #expect(said.contains("no transaction service is known of 'council'"), "\(said)")
            #expect(bench.service.asked == [])
            await bench.stop()
        }
    }
}
