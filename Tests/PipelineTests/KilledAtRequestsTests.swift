import Foundation
import Glibc
import Testing

extension Pipelines {
    /// Runs that are killed at their requests to a node, again and again on one chain.
    ///
    /// Each run is killed at its request of the same number, and takes up what those before it left; one that gets no further
    /// by that is let go at last. `HYPERKIT_KILLS` with any value plays every number that a run comes to, to 40 at most, each on
    /// a chain of its own.
    @Suite struct KilledAtRequests {
        private static let mostKills = 25

        @Test(arguments: KillingProxy.Moment.allCases)
        func thereIsOneOfEachInTheEnd(_ moment: KillingProxy.Moment) async throws {
            let isWhole = ProcessInfo.processInfo.environment["HYPERKIT_KILLS"] != nil
            var hit: [String: Int] = [:]
            for position in isWhole ? Array(1...40) : [7, 10, 11, 13, 18] {
                let met = try await play(moment, position)
                // The undisturbed run comes to its end before: it has no request of that number.
                guard !met.isEmpty else {
                    #expect(isWhole && position > 25, "nothing was killed \(moment) \(position)")
                    break
                }
                hit.merge(met) { $0 + $1 }
            }
            print("killed \(moment) \(hit.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" })")
            // Which question comes when depends on how fast the chain is; that runs are killed at sends does not.
            #expect(hit["eth_sendRawTransaction"] != nil)
        }

        /// Returns the methods at which runs were killed.
        private func play(_ moment: KillingProxy.Moment, _ position: Int) async throws -> [String: Int] {
            let sandbox = try Sandbox("examples/treasury")
            let chain = try await RunningDevnet(sandbox)
            let port = try #require(URLComponents(string: chain.url)?.port)
            let proxy = try KillingProxy(to: UInt16(port))
            try sandbox.replace(
                """
                    engine: devnet
                    state: persistent               # a second run finds everything in place
                """,
                with: """
                        rpc: "http://127.0.0.1:\(proxy.port)/"
                        chainId: 31337
                        signer: dev
                    """,
                in: "networks.yaml")
            let networks = try sandbox.text("networks.yaml")
            try sandbox.write(
                Data((networks + "signers: { dev: { key: 'env:HYPERKIT_PIPELINE_KEY' } }\n").utf8),
                to: "networks.yaml")
            #expect(try await sandbox.run("treasury.yaml", "--until", "audit").end == .exited(0))

            var kills = 0
            while true {
                let child = try sandbox.start(
                    Sandbox.command("run", "treasury.yaml", ["--network", "devnet"]),
                    environment: ["HYPERKIT_PIPELINE_KEY": DevelopmentAccount.key])
                if kills < Self.mostKills { proxy.aim(at: child.processID, position: position, moment) }
                let errors = await child.remainingErrors()
                let end = await child.end()
                guard end == .killed(by: SIGKILL) else {
                    #expect(
                        end == .exited(0), "\(moment) \(position), killed \(kills) times before: \(errors)")
                    break
                }
                kills += 1
            }
            // The chain counts, not the ledger: three creations and three calls, no nonce left out.
            #expect(
                try await chain.transactionCount(DevelopmentAccount.address) == 6, "\(moment) \(position)")
            let report = try sandbox.report()
            #expect(report["deployments"].array.count == 3)
            for deployment in report["deployments"].array {
                #expect(deployment["codeMatches"] == true)
                let address = try #require(deployment["address"].string)
                #expect(try await chain.code(address)?.count ?? 0 > 10)
            }
            proxy.stop()
            await chain.stop()
            return proxy.hit
        }
    }
}
