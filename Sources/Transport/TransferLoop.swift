internal import CCurl
internal import Foundation
internal import Model

/// Rouses the thread that waits in a multi handle.
@safe struct WakeUp: Sendable {
    nonisolated(unsafe) private let multi: UnsafeMutableRawPointer

    fileprivate init(_ multi: UnsafeMutableRawPointer) { unsafe self.multi = multi }

    /// The one call that libcurl allows from another thread; the handle must still be there.
    func ring() { _ = unsafe curl_multi_wakeup(multi) }
}

/// The thread that owns the multi handle and every transfer in it.
@safe final class TransferLoop {
    private static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private let queue: TransferQueue
    private let trust: Trust
    private let multi: UnsafeMutableRawPointer
    private var transfers: [UInt: Transfer] = [:]

    private init?(serving queue: TransferQueue, trust: Trust) {
        guard Self.isReady, let multi = unsafe curl_multi_init() else { return nil }
        self.queue = queue
        self.trust = trust
        unsafe self.multi = multi
    }

    /// Starts the thread; it ends when the queue is stopped.
    static func start(serving queue: TransferQueue, trust: Trust) {
        let thread = Thread {
            if let loop = TransferLoop(serving: queue, trust: trust) {
                loop.run()
            } else {
                queue.stop()
                for ticket in queue.take().arrivals { ticket.settle(.failure(Self.outOfMemory)) }
                queue.attach(nil)
            }
        }
        thread.name = "hyperkit-http"
        thread.start()
    }

    private func run() {
        unsafe queue.attach(WakeUp(multi))
        while true {
            let work = queue.take()
            for ticket in work.arrivals { admit(ticket) }
            for (_, transfer) in transfers where work.isStopped || transfer.ticket.isCancelled {
                finish(
                    transfer,
                    with: .failure(HTTPError(.cancelled, transfer.says("the request was cancelled"))))
            }
            if work.isStopped { break }
            var running: Int32 = 0
            _ = unsafe curl_multi_perform(multi, &running)
            settleFinished()
            _ = unsafe curl_multi_poll(multi, nil, 0, 60_000, nil)
        }
        // First the last word, so that nobody rings a handle that is gone.
        queue.attach(nil)
        _ = unsafe curl_multi_cleanup(multi)
    }

    private func admit(_ ticket: Ticket) {
        guard !ticket.isCancelled else {
            return ticket.settle(
                .failure(HTTPError(.cancelled, "the request was cancelled before it was sent")))
        }
        let transfer: Transfer
        do throws(HTTPError) {
            transfer = try Transfer(ticket, trust: trust)
        } catch {
            return ticket.settle(.failure(error))
        }
        guard unsafe curl_multi_add_handle(multi, transfer.easy) == CURLM_OK else {
            return ticket.settle(.failure(Self.outOfMemory))
        }
        transfers[transfer.number] = transfer
    }

    private func settleFinished() {
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi, &left) {
            guard
                unsafe message.pointee.msg == CURLMSG_DONE,
                let easy = unsafe message.pointee.easy_handle,
                let transfer = transfers[UInt(bitPattern: easy)]
            else { continue }
            // Read before the handle is removed, which frees the message.
            let code = unsafe message.pointee.data.result
            finish(transfer, with: transfer.result(code))
        }
    }

    private func finish(_ transfer: Transfer, with result: Result<Exchange, HTTPError>) {
        _ = unsafe curl_multi_remove_handle(multi, transfer.easy)
        transfers[transfer.number] = nil
        transfer.ticket.settle(result)
    }

    private static let outOfMemory = HTTPError(.notSent, "libcurl could not be started: out of memory")
}
