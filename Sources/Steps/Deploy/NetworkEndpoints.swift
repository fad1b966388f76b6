package import Ethereum
import Foundation
import Model
import Synchronization

/// The endpoints of one network that have shown to be its chain, behind one value.
///
/// Questions go to the preferred one that does well; what is pinned to an endpoint stays there.
package final class NetworkEndpoints: Sendable {
    private let doors: [NodeDoor]
    private let world: World
    private let rotation: Mutex<EndpointRotation>

    /// How far behind a node may be, in time, and in blocks where nobody says how long one takes.
    private static let mostBehind = (time: Duration.seconds(36), blocks: UInt64(5))

    /// How long and how often a node is asked.
    struct Patience: Sendable {
        /// How long an answer may take.
        let deadline: Duration
        /// How often a question is asked, where another answer may come.
        let mostAsked: Int

        static let usual = Patience(deadline: .seconds(30), mostAsked: 5)
        /// Where others may answer in its place: one that hangs does not hold up the run.
        static let amongOthers = Patience(deadline: .seconds(10), mostAsked: 2)
        /// Where what it says is one word among several.
        static let opinion = Duration.seconds(5)
    }

    private let patience: Patience

    /// `doors` lead to the same chain and are in the manifest's order.
    init(_ doors: [NodeDoor], blockTime: Duration? = nil, patience: Patience = .usual, world: World) {
        self.doors = doors
        self.world = world
        self.patience = patience
        let blocks = blockTime.map { UInt64(max(3, Self.mostBehind.time / $0)) } ?? Self.mostBehind.blocks
        rotation = Mutex(
            EndpointRotation(count: doors.count, mostBehind: blocks, at: world.elapsed()))
    }

    /// Which endpoint is asked now, by its place in the manifest's list, counted from 0.
    package var current: Int { doors[choice].index }

    /// Asks whichever endpoint does well; one that fails is left for a while, and the question goes to the next.
    ///
    /// A transaction is handed to one endpoint once.
    package var rpc: EthereumRPC { rpc(last: false) }

    /// The same, which where a node limits requests lets all others go first.
    var patientRPC: EthereumRPC { rpc(last: true) }

    private func rpc(last isLast: Bool) -> EthereumRPC {
        EthereumRPC(
            together: doors.compactMap(\.together).min(),
            choose: {
                await self.probe()
                return self.line(to: self.choice, last: isLast)
            },
            again: { asked, failure in
                guard asked < self.patience.mostAsked + self.doors.count - 1, !Task.isCancelled else {
                    return false
                }
                let ready = self.rotation.withLock { $0.ready(at: self.world.elapsed()) }
                if self.doors.count > 1, failure.isTheNodes, !ready.isEmpty { return true }
                return await self.waits(asked, failure)
            }
        )
    }

    /// Asks one endpoint alone; nil where the network has none of that index that answered at first.
    package func pinned(_ index: Int) -> EthereumRPC? {
        guard let position = doors.firstIndex(where: { $0.index == index }) else { return nil }
        return EthereumRPC(
            together: doors[position].together,
            choose: { self.line(to: position) },
            again: { asked, failure in
                guard asked < self.patience.mostAsked, !Task.isCancelled else { return false }
                return await self.waits(asked, failure)
            }
        )
    }

    /// Asks all that do not rest, each once and all at the same time.
    ///
    /// - Returns: What those said that answered, by their places in the manifest's list.
    func all<Value: Sendable>(
        _ ask: @escaping @Sendable (EthereumRPC) async throws(RPCFailure) -> Value
    ) async -> [(index: Int, answer: Value)] {
        let ready = rotation.withLock { $0.ready(at: world.elapsed()) }
        return await withTaskGroup(of: (Int, Value?).self) { group in
            for position in ready.isEmpty ? [choice] : ready {
                let line = line(to: position, within: min(patience.deadline, Patience.opinion))
                let rpc = EthereumRPC(together: doors[position].together, choose: { line })
                group.addTask { (position, try? await ask(rpc)) }
            }
            var answers: [(index: Int, answer: Value)] = []
            for await (position, answer) in group {
                if let answer { answers.append((doors[position].index, answer)) }
            }
            return answers.sorted { $0.index < $1.index }
        }
    }

    /// What messages call an endpoint.
    func name(of index: Int) -> String {
        doors.first { $0.index == index }?.name ?? "endpoint \(index + 1)"
    }

    private var choice: Int { rotation.withLock { $0.choice(at: world.elapsed()) } }

    private func line(
        to position: Int,
        last isLast: Bool = false,
        within deadline: Duration? = nil
    ) -> EthereumRPC.Line {
        EthereumRPC.Line { body, questions async throws(TransportFailure) in
            try await self.doors[position].send(
                body, questions, within: deadline ?? self.patience.deadline, last: isLast)
        } heard: { failure in
            self.rotation.withLock { rotation in
                guard let failure else { return rotation.answered(position) }
                rotation.failed(position, failure, at: self.world.elapsed(), fraction: self.fraction)
            }
        }
    }

    /// Waits before a question is asked again: twice as long each time from a quarter of a second, or as the node says.
    private func waits(_ asked: Int, _ failure: RPCFailure) async -> Bool {
        guard failure.mayPass, failure.isWorthWaiting else { return false }
        let wait = max(.milliseconds(250) * (1 << min(asked - 1, 6)), failure.retryAfter ?? .zero)
        return (try? await world.sleep(wait)) != nil
    }

    /// Compares the newest blocks of all endpoints that do not rest, every now and then.
    private func probe() async {
        let due = rotation.withLock { rotation -> [Int] in
            let now = world.elapsed()
            return rotation.takesProbe(at: now) ? rotation.ready(at: now) : []
        }
        guard due.count > 1 else { return }
        let heads = await withTaskGroup(of: (Int, UInt64?).self) { group in
            for position in due {
                let line = line(to: position)
                group.addTask { (position, try? await EthereumRPC(choose: { line }).blockNumber()) }
            }
            var heads: [Int: UInt64] = [:]
            for await (position, head) in group { heads[position] = head }
            return heads
        }
        rotation.withLock { $0.compare(heads: heads, at: world.elapsed()) { fraction } }
    }

    /// At random, from 0 to 1.
    private var fraction: Double {
        Double(world.randomBytes(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }) / Double(UInt32.max)
    }
}
