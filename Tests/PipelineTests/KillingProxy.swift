import Foundation
import Glibc
import Synchronization

/// A way to a node that kills the program which asks, at one of its requests.
final class KillingProxy: Sendable {
    enum Moment: String, CaseIterable, Sendable {
        /// The node never hears of the request.
        case before
        /// The node hears the first half of it.
        case during
        /// The node has answered, and nobody hears that.
        case after
    }

    fileprivate struct Aim {
        var victim: pid_t = 0
        var position = 0
        var moment = Moment.before
        var asked = 0
        var isArmed = false
        var waitsForAnswer = false
        /// The methods at which it killed.
        var hit: [String: Int] = [:]
    }

    fileprivate final class State: Sendable {
        let aim = Mutex(Aim())
    }

    private let proxy: TestProxy
    private let state: State

    init(to target: UInt16) throws {
        let state = State()
        self.state = state
        proxy = try TestProxy(
            to: target,
            asked: { data, onward in state.aim.withLock { $0.hear(data, onward) } },
            answered: { data, onward in state.aim.withLock { $0.hearAnswer(data, onward) } }
        )
    }

    var port: UInt16 { proxy.port }
    var hit: [String: Int] { state.aim.withLock(\.hit) }

    /// Kills `victim` at its request of that number, counted from 1.
    func aim(at victim: pid_t, position: Int, _ moment: Moment) {
        state.aim.withLock { aim in
            aim.victim = victim
            aim.position = position
            aim.moment = moment
            aim.asked = 0
            aim.isArmed = true
            aim.waitsForAnswer = false
        }
    }

    /// Accepts no more connections.
    func stop() { proxy.stop() }
}

extension KillingProxy.Aim {
    fileprivate mutating func hear(_ data: Data, _ onward: FileHandle) -> Bool {
        let methods = Self.methods(data)
        guard isArmed, !methods.isEmpty else { return TestProxy.pass(data, onward) }
        asked += 1
        guard asked == position else { return TestProxy.pass(data, onward) }
        hit[methods[0], default: 0] += 1
        switch moment {
        case .before: return strike()
        case .during:
            _ = TestProxy.pass(data.prefix(data.count / 2), onward)
            return strike()
        case .after:
            waitsForAnswer = true
            return TestProxy.pass(data, onward)
        }
    }

    fileprivate mutating func hearAnswer(_ data: Data, _ onward: FileHandle) -> Bool {
        waitsForAnswer ? strike() : TestProxy.pass(data, onward)
    }

    private mutating func strike() -> Bool {
        _ = kill(victim, SIGKILL)
        isArmed = false
        waitsForAnswer = false
        return false
    }

    /// The methods that a piece of a request asks for.
    private static func methods(_ data: Data) -> [String] {
        String(decoding: data, as: UTF8.self).components(separatedBy: #""method":""#).dropFirst()
            .map { String($0.prefix { $0 != "\"" }) }
    }
}
