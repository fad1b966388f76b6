import EthereumTypes
import Model

/// Reads the code at addresses of one network: those asked for while an exchange is on its way go together in the next.
///
/// Nothing waits for them but the ends of steps, so that where a node limits questions what sends goes first.
///
/// An actor because the steps that ask share no parent task. Each has an answer of its own: where an exchange fails, each
/// address is asked for alone.
actor CodeReader {
    private typealias Answer = Result<[UInt8], StepFailure>
    private typealias Reading = (address: Address, answer: CheckedContinuation<Answer, Never>)

    private let network: OpenNetwork
    /// Who waits for an answer, by the order in which they asked.
    private var readings: [Int: Reading] = [:]
    /// Those of them that are not being asked yet.
    private(set) var next: [Int] = []
    private var last = 0
    private var isAsking = false

    init(_ network: OpenNetwork) { self.network = network }

    /// The code at an address now; empty where there is none.
    func code(of address: Address) async throws(StepFailure) -> [UInt8] {
        last += 1
        let ticket = last
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { (answer: CheckedContinuation<Answer, Never>) in
                guard !Task.isCancelled else { return answer.resume(returning: .failure(.cancelled)) }
                readings[ticket] = (address, answer)
                next.append(ticket)
                if !isAsking { ask() }
            }
        } onCancel: {
            Task { await self.end(ticket, .failure(.cancelled)) }
        }
        return try answer.get()
    }

    private func end(_ ticket: Int, _ answer: Answer) {
        readings.removeValue(forKey: ticket)?.answer.resume(returning: answer)
    }

    private func ask() {
        isAsking = true
        Task {
            while !next.isEmpty { await askNext() }
            isAsking = false
        }
    }

    private func askNext() async {
        let asked = next.compactMap { ticket in readings[ticket].map { (ticket: ticket, address: $0.address) }
        }
        next = []
        guard !asked.isEmpty else { return }
        switch await network.codes(of: asked.map(\.address), last: true) {
        case .success(let codes):
            for one in asked { end(one.ticket, .success(codes[one.address] ?? [])) }
        case .failure(let failure) where asked.count == 1: end(asked[0].ticket, .failure(failure))
        case .failure:
            for one in asked {
                do throws(StepFailure) {
                    end(one.ticket, .success(try await network.code(of: one.address)))
                } catch {
                    end(one.ticket, .failure(error))
                }
            }
        }
    }
}
