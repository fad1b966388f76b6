import Ethereum
import EthereumTypes
import Ledger
import Model

/// Does what a ``Lane`` decides: the thin loop around it.
///
/// An actor because the steps that wait for one sender share no parent task. One task drives at a time; it ends when
/// nobody waits, and begins again when somebody does.
actor LaneDriver {
    /// The name of the network that it sends on.
    nonisolated let network: String
    private let performer: LanePerformer
    private var lane: Lane
    private var driving: Task<Void, Never>?
    private var sleeper: Task<Bool, Never>?
    private var listeners: [LaneTicket: AsyncStream<LaneNotice>.Continuation] = [:]
    private var isClosed = false
    /// What earlier runs signed, and no step has asked for.
    private(set) var unasked: Set<ChainOperation.ID>

    init(_ performer: LanePerformer, _ lane: Lane) {
        network = performer.network.spec.name
        self.performer = performer
        self.lane = lane
        unasked = Set(lane.slots.map(\.id))
    }

    /// Asks for a transaction; what becomes of it is told in order, to its end.
    func submit(_ request: LaneRequest) -> AsyncStream<LaneNotice> {
        listen { lane.submit(request, at: performer.now()) }
    }

    /// Waits for an operation that is stored.
    func attach(
        _ id: ChainOperation.ID,
        signer: (any TransactionSigner)?,
        as terms: SignedTerms,
        unwanted: StepFailure? = nil
    ) -> AsyncStream<LaneNotice> {
        unasked.remove(id)
        return listen {
            lane.attach(
                id, signer: signer, mark: terms.mark, within: terms.allowance, unwanted: unwanted,
                at: performer.now())
        }
    }

    /// Waits for one that is stored, if a block has it.
    func watch(_ id: ChainOperation.ID, proving: Bool = false) -> AsyncStream<LaneNotice> {
        listen { lane.watch(id, proving: proving, at: performer.now()) }
    }

    /// Ends the driving; what is durable is taken up by the next run.
    func close() async {
        isClosed = true
        driving?.cancel()
        sleeper?.cancel()
        await driving?.value
        for listener in listeners.values { listener.finish() }
        listeners = [:]
    }

    private func listen(_ ask: () -> LaneTicket) -> AsyncStream<LaneNotice> {
        let (stream, continuation) = AsyncStream.makeStream(of: LaneNotice.self)
        let ticket = ask()
        listeners[ticket] = continuation
        continuation.onTermination = { [weak self] end in
            guard case .cancelled = end else { return }
            Task { await self?.leave(ticket) }
        }
        deliver()
        drive()
        return stream
    }

    private func leave(_ ticket: LaneTicket) {
        listeners[ticket] = nil
        lane.leave(ticket)
        sleeper?.cancel()
    }

    private func drive() {
        sleeper?.cancel()
        guard driving == nil, !isClosed else { return }
        driving = Task { await run() }
    }

    private func run() async {
        defer { driving = nil }
        while !Task.isCancelled {
            let move = lane.next(at: performer.now())
            deliver()
            guard case .rest(let until) = move else {
                let result = await performer.perform(move)
                lane.ended(move, result, at: performer.now())
                deliver()
                continue
            }
            guard let until else { return }
            if await !sleep(until: until) { lane.breakDown(.cancelled) }
            deliver()
        }
    }

    /// Sleeps until a moment, or until somebody asks for something; false where there is no sleep any more.
    private func sleep(until: Duration) async -> Bool {
        let sleep = Task { [performer] in await performer.sleep(until: until) || Task.isCancelled }
        sleeper = sleep
        defer { sleeper = nil }
        return await withTaskCancellationHandler {
            await sleep.value
        } onCancel: {
            sleep.cancel()
        }
    }

    private func deliver() {
        for (ticket, notice) in lane.takeNotices() {
            listeners[ticket]?.yield(notice)
            switch notice {
            case .confirmed, .stranded, .failed:
                listeners[ticket]?.finish()
                listeners[ticket] = nil
            case .placed, .included, .said, .warned: break
            }
        }
    }
}
