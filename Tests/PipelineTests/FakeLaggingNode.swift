import Foundation
import Synchronization

/// The way to a chain's node, as if there were several behind one address, of which some have not heard of the newest block.
final class FakeLaggingNode: Sendable {
    /// What old nodes answer to.
    enum Lag: Hashable, Sendable {
        case none
        /// Events: a Safe's executions are in none of their blocks.
        case events
        /// A Safe's nonce, so many times: it is one less.
        case nonce(times: Int)
    }

    private final class State: Sendable {
        let lag = Mutex(Lag.none)
        /// Whether what is answered next is a nonce.
        let isAsked = Mutex(false)
    }

    private let proxy: TestProxy
    private let state: State

    init(to target: UInt16) throws {
        let state = State()
        self.state = state
        proxy = try TestProxy(
            to: target,
            asked: { data, onward in
                var text = String(decoding: data, as: UTF8.self)
                switch state.lag.withLock({ $0 }) {
                case .none: break
                case .events:
                    // Of the same length, so that the request is as long as it says.
                    text = text.replacing(Self.executed, with: Self.other)
                case .nonce(let times):
                    if times > 0, text.contains(Self.nonce) {
                        state.lag.withLock { $0 = .nonce(times: times - 1) }
                        state.isAsked.withLock { $0 = true }
                    }
                }
                return TestProxy.pass(Data(text.utf8), onward)
            },
            answered: { data, onward in
                guard data.count > 0, state.isAsked.withLock({ $0 }) else {
                    return TestProxy.pass(data, onward)
                }
                var text = String(decoding: data, as: UTF8.self)
                if text.contains(Self.one) {
                    state.isAsked.withLock { $0 = false }
                    text = text.replacing(Self.one, with: Self.zero)
                }
                return TestProxy.pass(Data(text.utf8), onward)
            }
        )
    }

    var url: String { "http://127.0.0.1:\(proxy.port)/" }

    func lag(_ lag: Lag) { state.lag.withLock { $0 = lag } }

    func stop() { proxy.stop() }

    /// The topic of `ExecutionSuccess(bytes32,uint256)`.
    private static let executed = "442e715f626346e8c54381002da614f62bee8d27386535b2521ec8540898556e"
    private static let other = String(repeating: "0", count: 64)
    private static let nonce = "affed0e0"
    private static let one = String(repeating: "0", count: 63) + "1"
    private static let zero = String(repeating: "0", count: 64)
}
