import Foundation
import Glibc
import Synchronization

/// A way to a node that kills the program which asks, when it hands over one of its transactions.
final class SendKiller: Sendable {
    private struct Aim {
        var victim: pid_t = 0
        /// How many it may still hand over, that one too.
        var left = 0
        /// Whether the node takes that one.
        var isTaken = false
        var waitsForAnswer = false

        mutating func strike() -> Bool {
            _ = kill(victim, SIGKILL)
            victim = 0
            waitsForAnswer = false
            return false
        }
    }

    private final class State: Sendable {
        let aim = Mutex(Aim())
    }

    private let proxy: TestProxy
    private let state: State

    convenience init(to chain: RunningDevnet) throws {
        try self.init(to: UInt16(URLComponents(string: chain.url)?.port ?? 0))
    }

    init(to target: UInt16) throws {
        let state = State()
        self.state = state
        proxy = try TestProxy(
            to: target,
            asked: { data, onward in
                guard data.range(of: Data("eth_sendRawTransaction".utf8)) != nil else {
                    return TestProxy.pass(data, onward)
                }
                return state.aim.withLock { aim in
                    aim.left -= 1
                    guard aim.victim != 0, aim.left == 0 else { return TestProxy.pass(data, onward) }
                    guard aim.isTaken else { return aim.strike() }
                    aim.waitsForAnswer = true
                    return TestProxy.pass(data, onward)
                }
            },
            answered: { data, onward in
                state.aim.withLock { aim in
                    aim.waitsForAnswer ? aim.strike() : TestProxy.pass(data, onward)
                }
            }
        )
    }

    var port: UInt16 { proxy.port }

    /// Kills `victim` when it hands over its transactions for the `send`th time from now; the node takes that one, or never hears of it.
    func aim(at victim: pid_t, send: Int, taken: Bool = false) {
        state.aim.withLock { $0 = Aim(victim: victim, left: send, isTaken: taken) }
    }

    /// Accepts no more connections.
    func stop() { proxy.stop() }
}
