import Foundation
import Glibc
import Model
import Synchronization
import Testing

extension Pipelines {
    /// What a killed run signed, and a later commit took back.
    @Suite struct TakenBack {
        /// The second version was put there, and the run was killed before any node had its upgrade.
        @Test(arguments: ProxyKind.allCases)
        func anUpgradeThatWasTakenBackNeverRuns(_ kind: ProxyKind) async throws {
            let killers = Mutex<SendKiller?>(nil)
            let bench = try await ProxyBench(kind) { port in
                let killer = try SendKiller(to: port)
                killers.withLock { $0 = killer }
                return killer.port
            }
            let made = killers.withLock { $0 }
            let killer = try #require(made)
            #expect(try await bench.run().end == .exited(0))
            try bench.code(more: ProxyBench.second)
            #expect(try await bench.sandbox.run("m.yaml", "--until", "audit").end == .exited(0))
            let child = try bench.sandbox.start(
                Sandbox.command("run", "m.yaml", ["--network", "chain"]), environment: ProxyBench.environment)
            killer.aim(at: child.processID, send: 2)
            _ = await child.remainingErrors()
            #expect(await child.end() == .killed(by: SIGKILL))
            #expect(try await bench.sent() == bench.first + 1, "the code is there, and nothing runs it")

            try bench.code(more: ProxyBench.third)
            let plan = try await bench.plan()
            let forecast = plan["deployments"].first("id", "proxy:vault@chain")
            #expect(forecast["maxCostWei"].string != nil, "the plan bounds what is signed anew: \(plan)")
            let run = try await bench.run()
            #expect(run.end == .exited(0), "\(run.errors)")
            #expect(try await bench.number("version") == 3)
            // The third version's code, what uses the nonce up, and its upgrade.
            #expect(try await bench.sent() == bench.first + 4)
            var own = 0
            let head = try await bench.chain.ask("eth_blockNumber", "").string.flatMap {
                Int($0.dropFirst(2), radix: 16)
            }
            for number in 0...(try #require(head)) {
                let block = try await bench.chain.ask(
                    "eth_getBlockByNumber", "\"0x\(String(number, radix: 16))\", true")
                own += block["transactions"].array.count { $0["from"].string == $0["to"].string }
            }
            #expect(own == 1, "the nonce of the second version's upgrade was used up")
            await bench.chain.stop()
        }
    }
}
