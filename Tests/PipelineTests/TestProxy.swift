import Foundation
import Glibc
import Synchronization

/// A way to a server of this machine, which a test may listen in on, and cut.
final class TestProxy: Sendable {
    /// Takes a piece of what one side says, and hands it on; false cuts the connection.
    typealias Carry = @Sendable (Data, _ onward: FileHandle) -> Bool

    let port: UInt16
    private let listener: Int32
    private let asked: Carry
    private let answered: Carry

    /// Takes connections on a port of its own.
    ///
    /// - Parameters:
    ///   - target: The server's port on this machine.
    ///   - asked: Hears what clients say.
    ///   - answered: Hears what the server says.
    /// - Throws: What the system says where there is no port.
    init(
        to target: UInt16,
        asked: @escaping Carry = TestProxy.pass,
        answered: @escaping Carry = TestProxy.pass
    ) throws {
        self.asked = asked
        self.answered = answered
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        self.listener = listener
        var address = Self.address(port: 0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = unsafe withUnsafeMutablePointer(to: &address) { place in
            unsafe place.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
                unsafe bind(listener, place, size) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, place, &size) == 0
            }
        }
        guard bound else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { break }
                Thread.detachNewThread { [self] in carry(client, to: target) }
            }
        }
    }

    /// Hands everything on.
    static let pass: Carry = { data, onward in
        var rest = data
        while !rest.isEmpty {
            let sent = unsafe rest.withUnsafeBytes { buffer in
                // Without a signal where the other side is gone.
                unsafe send(
                    onward.fileDescriptor, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }

    /// Accepts no more connections.
    func stop() {
        _ = shutdown(listener, Int32(SHUT_RDWR))
        _ = close(listener)
    }

    private func carry(_ client: Int32, to target: UInt16) {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = Self.address(port: target)
        let connected = unsafe withUnsafePointer(to: &address) { place in
            unsafe place.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
                unsafe connect(server, place, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        let (ofClient, ofServer) = (
            FileHandle(fileDescriptor: client, closeOnDealloc: true),
            FileHandle(fileDescriptor: server, closeOnDealloc: true)
        )
        guard connected else { return }
        Thread.detachNewThread { [answered] in
            Self.pump(ofServer, ofClient, answered)
            _ = shutdown(client, Int32(SHUT_RDWR))
        }
        Self.pump(ofClient, ofServer, asked)
        _ = shutdown(client, Int32(SHUT_RDWR))
        _ = shutdown(server, Int32(SHUT_RDWR))
    }

    private static func pump(_ from: FileHandle, _ to: FileHandle, _ carry: Carry) {
        while true {
            guard let data = piece(from), carry(data, to) else { return }
        }
    }

    /// What came next; nil at the end, and where the other side was killed.
    private static func piece(_ from: FileHandle) -> Data? {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe recv(from.fileDescriptor, buffer.baseAddress, buffer.count, 0)
        }
        return count > 0 ? Data(bytes.prefix(count)) : nil
    }

    private static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        address.sin_port = port.bigEndian
        return address
    }
}

/// A way that breaks for good: once clients have said so much, every connection is cut.
final class BreakingProxy: Sendable {
    private final class Count: Sendable {
        let left: Mutex<Int>

        init(_ pieces: Int) { left = Mutex(pieces) }
    }

    private let proxy: TestProxy
    private let count: Count

    /// `pieces` of what clients say still pass.
    init(to target: UInt16, breakingAfter pieces: Int) throws {
        let count = Count(pieces)
        self.count = count
        proxy = try TestProxy(to: target) { data, onward in
            let passes = count.left.withLock { left in
                left -= 1
                return left >= 0
            }
            return passes && TestProxy.pass(data, onward)
        }
    }

    var port: UInt16 { proxy.port }

    /// Whether it has broken.
    var isBroken: Bool { count.left.withLock { $0 < 0 } }

    /// Accepts no more connections.
    func stop() { proxy.stop() }
}
