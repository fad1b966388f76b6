import Foundation
import Model
import Synchronization
import Transport

/// A way to a local chain on which time goes on: from a moment on a block comes whenever somebody asks for the newest.
final class MiningProxy: Sendable {
    private final class Clock: Sendable {
        let goesOn = Mutex(false)
    }

    private let proxy: TestProxy
    private let clock: Clock
    private let miner: Task<Void, Never>

    /// Takes connections to a chain of this machine.
    init(to chain: RunningDevnet) throws {
        let clock = Clock()
        self.clock = clock
        let (asks, ask) = AsyncStream.makeStream(of: Void.self)
        let port = URLComponents(string: chain.url)?.port ?? 0
        proxy = try TestProxy(to: UInt16(port)) { data, onward in
            let isAsked = String(decoding: data, as: UTF8.self).contains("eth_blockNumber")
            if isAsked, clock.goesOn.withLock(\.self) { ask.yield() }
            return TestProxy.pass(data, onward)
        }
        let mine = HTTPRequest(
            method: "POST", url: chain.url, headers: ["Content-Type": "application/json"],
            body: Data(#"{"jsonrpc": "2.0", "id": 1, "method": "evm_mine", "params": []}"#.utf8))
        miner = Task {
            let http = HTTPClient()
            for await _ in asks { _ = try? await http.send(mine) }
        }
    }

    var port: UInt16 { proxy.port }

    /// Lets blocks come, which they do not at first.
    func goOn() { clock.goesOn.withLock { $0 = true } }

    func stop() {
        proxy.stop()
        miner.cancel()
    }
}
