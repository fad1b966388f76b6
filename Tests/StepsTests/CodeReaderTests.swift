import EthereumTypes
import Foundation
import Model
import Synchronization
import Testing

@testable import Ethereum
@testable import Steps

/// Codes that are read at the same time.
@Suite struct CodeReaderTests {
    private static func address(_ number: UInt8) -> Address {
        Address(bytes: [UInt8](repeating: number, count: 20)) ?? .zero
    }

    /// A node whose code at an address is that address; `answer` may say something else, or wait.
    private static func reader(
        _ asked: Asked,
        _ answer: @escaping @Sendable ([Address]) async -> String? = { _ in nil }
    ) throws -> CodeReader {
        var world = try DeployBench().world
        world.http = { request throws(HTTPError) in
            let body = try? JSONDecoder().decode(JSONValue.self, from: request.body)
            let questions: [JSONValue] = body?.array ?? body.map { [$0] } ?? []
            let addresses = questions.compactMap { question -> Address? in
                (question["params"]?.array?.first?.string).flatMap { try? Address($0) }
            }
            asked.all.withLock { $0.append(addresses) }
            if let said = await answer(addresses) { return HTTPReply(status: 200, body: Data(said.utf8)) }
            let answers = zip(questions, addresses).map { question, address in
                JSONValue.object([
                    "jsonrpc": .string("2.0"), "id": question["id"] ?? .null,
                    "result": .string(Hex.prefixed(address.bytes)),
                ])
            }
            let reply = try? JSONEncoder().encode(body?.array == nil ? answers[0] : .array(answers))
            return HTTPReply(status: 200, body: reply ?? Data())
        }
        let door = NodeDoor(
            index: 0, name: "endpoint 1", url: Secret("http://node.example"), perSecond: nil, world: world)
        return CodeReader(
            OpenNetwork(
                spec: DeployBench.sepolia, endpoints: NetworkEndpoints([door], world: world),
                genesis: LaneFakeChain.hash(0),
                devnetKey: nil))
    }

    @Test func thoseAskedForWhileAnExchangeIsOnItsWayGoTogetherInTheNext() async throws {
        let asked = Asked()
        let gate = Gate()
        let reader = try Self.reader(asked) { addresses in
            if addresses == [Self.address(1)] { await gate.opened() }
            return nil
        }
        let codes = await withTaskGroup(of: (UInt8, [UInt8]?).self) { group in
            group.addTask { (1, try? await reader.code(of: Self.address(1))) }
            while asked.all.withLock(\.isEmpty) { await Task.yield() }
            for number in UInt8(2)...6 {
                group.addTask { (number, try? await reader.code(of: Self.address(number))) }
            }
            while await reader.next.count < 5 { await Task.yield() }
            gate.open()
            var codes: [UInt8: [UInt8]] = [:]
            for await (number, code) in group { codes[number] = code }
            return codes
        }
        #expect(asked.all.withLock { $0.map(\.count) } == [1, 5])
        for number in UInt8(1)...6 { #expect(codes[number] == Self.address(number).bytes) }
    }

    @Test func oneThatCannotBeReadFailsAlone() async throws {
        let asked = Asked()
        let gate = Gate()
        let bad = #"{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"no state there"}}"#
        let reader = try Self.reader(asked) { addresses in
            if addresses == [Self.address(1)] { await gate.opened() }
            return addresses == [Self.address(2)] || addresses.count > 1 ? bad : nil
        }
        let ends = await withTaskGroup(of: (UInt8, Bool).self) { group in
            group.addTask { (1, (try? await reader.code(of: Self.address(1))) != nil) }
            while asked.all.withLock(\.isEmpty) { await Task.yield() }
            for number in UInt8(2)...4 {
                group.addTask { (number, (try? await reader.code(of: Self.address(number))) != nil) }
            }
            while await reader.next.count < 3 { await Task.yield() }
            gate.open()
            var ends: [UInt8: Bool] = [:]
            for await (number, isRead) in group { ends[number] = isRead }
            return ends
        }
        #expect(ends == [1: true, 2: false, 3: true, 4: true])
    }

    @Test func whoIsInterruptedDoesNotWait() async throws {
        let asked = Asked()
        let gate = Gate()
        let reader = try Self.reader(asked) { _ in
            await gate.opened()
            return nil
        }
        let reading = Task { () async throws(StepFailure) in try await reader.code(of: Self.address(1)) }
        while asked.all.withLock(\.isEmpty) { await Task.yield() }
        reading.cancel()
        let end = await reading.result
        #expect(throws: StepFailure.cancelled) { try end.get() }
        gate.open()
    }
}

/// Holds up whoever comes until it is opened.
private final class Gate: Sendable {
    private let state = Mutex<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

    func opened() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            defer { state = (true, []) }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// The addresses of each exchange.
private final class Asked: Sendable {
    let all = Mutex<[[Address]]>([])
}
