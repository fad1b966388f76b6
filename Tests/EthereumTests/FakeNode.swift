import Ethereum
import Foundation
import Synchronization

/// Answers requests with prepared texts, one each, and keeps what it was asked.
///
/// `$ID` in an answer is replaced by the request's id, `$ID0`, `$ID1` … by those of a batch.
final class FakeNode: Sendable {
    enum Answer: Sendable {
        case body(String)
        case failure(TransportFailure)
    }

    private let state: Mutex<(answers: [Answer], asked: [String])>

    init(_ answers: Answer...) { state = Mutex((answers, [])) }

    convenience init(result: String) {
        self.init(.body(#"{"jsonrpc":"2.0","id":$ID,"result":\#(result)}"#))
    }

    convenience init(error: String) {
        self.init(.body(#"{"jsonrpc":"2.0","id":$ID,"error":\#(error)}"#))
    }

    /// The requests so far, with their ids replaced by `$ID`.
    var asked: [String] { state.withLock(\.asked) }

    var rpc: EthereumRPC { EthereumRPC(send: answer) }

    /// A client that asks once more.
    var rpcThatAsksAgain: EthereumRPC {
        EthereumRPC(send: answer, again: { asked, _ in asked == 1 })
    }

    /// A client whose line tells what it hears.
    func heard(_ heard: @escaping @Sendable (RPCFailure?) -> Void) -> EthereumRPC {
        let line = EthereumRPC.Line(
            send: { data, _ throws(TransportFailure) in try self.answer(data) }, heard: heard)
        return EthereumRPC(choose: { line })
    }

    func answer(_ data: Data) throws(TransportFailure) -> Data {
        let text = String(decoding: data, as: UTF8.self)
        let ids = text.matches(of: /"id":(\d+)/).map { String($0.output.1) }
        let answer = state.withLock { state in
            state.asked.append(text.replacing(/"id":\d+/, with: #""id":$ID"#))
            return state.answers.isEmpty
                ? Answer.failure(.notSent("no answer is left")) : state.answers.removeFirst()
        }
        switch answer {
        case .failure(let failure):
            throw failure
        case .body(var body):
            for (index, id) in ids.enumerated().reversed() {
                body = body.replacing("$ID\(index)", with: id)
            }
            return Data(body.replacing("$ID", with: ids.first ?? "").utf8)
        }
    }
}
