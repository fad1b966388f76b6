package import Foundation
import Glibc
import Synchronization

/// An HTTP/1.1 server on this machine that answers as a test says, a thread a connection.
package final class TestServer: Sendable {
    package struct Request: Sendable {
        package var line: String
        /// By lower-case name.
        package var headers: [String: String]
        package var body: Data

        package var path: String { String(line.split(separator: " ")[1]) }
    }

    /// What its threads have met with.
    private final class Log: Sendable {
        let accepted = Atomic(0)
        let seen = Mutex<[Request]>([])
    }

    /// Answers one request; false closes the connection.
    package typealias Answer = @Sendable (Request, Connection) -> Bool

    package let port: UInt16
    private let listener: Int32
    private let log = Log()
    private let isStopped = Atomic(false)

    package var connections: Int { log.accepted.load(ordering: .acquiring) }
    package var requests: [Request] { log.seen.withLock { $0 } }

    package init(_ answer: @escaping Answer) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = unsafe withUnsafeMutablePointer(to: &address) { place in
            unsafe place.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
                unsafe bind(listener, place, size) == 0 && listen(listener, 256) == 0
                    && getsockname(listener, place, &size) == 0
            }
        }
        guard bound else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [log] in
            while true {
                let socket = accept(listener, nil, nil)
                guard socket >= 0 else { break }
                log.accepted.add(1, ordering: .releasing)
                Thread.detachNewThread {
                    let connection = Connection(socket)
                    while let request = connection.request() {
                        log.seen.withLock { $0.append(request) }
                        guard answer(request, connection) else { break }
                    }
                    connection.close()
                }
            }
            _ = close(listener)
        }
    }

    deinit { stop() }

    /// Accepts no more connections.
    package func stop() {
        let isFirst = isStopped.exchange(true, ordering: .acquiringAndReleasing) == false
        if isFirst { _ = shutdown(listener, Int32(SHUT_RDWR)) }
    }

    package func url(_ path: String = "/", host: String = "127.0.0.1") -> String {
        "http://\(host):\(port)\(path)"
    }

    /// A server that gives the same bytes to everybody.
    package convenience init(saying text: String) throws {
        try self.init { _, connection in connection.send(Data(text.utf8)) }
    }
}

/// One accepted connection; used on its own thread only.
package final class Connection {
    private let socket: Int32
    private var buffer = Data()
    private var isOpen = true

    init(_ socket: Int32) { self.socket = socket }

    /// Sends an answer with a body and its length.
    package func reply(_ body: Data, status: String = "200 OK", headers: [String] = []) -> Bool {
        let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.count)"] + headers + ["", ""]
        return send(Data(lines.joined(separator: "\r\n").utf8) + body)
    }

    /// Sends bytes; false where the client is gone.
    package func send(_ bytes: Data) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Waits until the client hangs up.
    package func waitForHangUp() { while receive() {} }

    /// Ends the connection with a reset.
    package func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        _ = unsafe setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    package func close() {
        if isOpen { _ = Glibc.close(socket) }
        isOpen = false
    }

    /// The next request; nil where the client has hung up.
    func request() -> TestServer.Request? {
        guard isOpen else { return nil }
        let end = Data("\r\n\r\n".utf8)
        while buffer.range(of: end) == nil {
            guard receive() else { return nil }
        }
        guard let head = buffer.range(of: end) else { return nil }
        let lines = String(decoding: buffer[..<head.lowerBound], as: UTF8.self).components(
            separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        let length = Int(headers["content-length"] ?? "") ?? 0
        buffer = Data(buffer[head.upperBound...])
        while buffer.count < length {
            guard receive() else { return nil }
        }
        defer { buffer = Data(buffer.dropFirst(length)) }
        return TestServer.Request(line: lines[0], headers: headers, body: Data(buffer.prefix(length)))
    }

    private func receive() -> Bool {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe recv(socket, &bytes, bytes.count, 0)
        guard count > 0 else { return false }
        buffer.append(contentsOf: bytes.prefix(count))
        return true
    }
}
