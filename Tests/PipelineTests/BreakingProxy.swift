import Foundation
import Glibc
import Synchronization

/// A way to a server of this machine that breaks for good: once clients have said so much, every connection is cut.
final class BreakingProxy: Sendable {
    let port: UInt16
    private let listener: Int32
    private let left: Mutex<Int>

    /// Takes connections on a port of its own.
    ///
    /// - Parameters:
    ///   - target: The server's port on this machine.
    ///   - pieces: How many pieces of what clients say still pass.
    /// - Throws: What the system says where there is no port.
    init(to target: UInt16, breakingAfter pieces: Int) throws {
        left = Mutex(pieces)
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

    /// Whether it has broken.
    var isBroken: Bool { left.withLock { $0 < 0 } }

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
        Thread.detachNewThread {
            Self.pump(ofServer, ofClient) { true }
            _ = shutdown(client, Int32(SHUT_RDWR))
        }
        Self.pump(ofClient, ofServer) {
            left.withLock { left in
                left -= 1
                return left >= 0
            }
        }
        _ = shutdown(client, Int32(SHUT_RDWR))
        _ = shutdown(server, Int32(SHUT_RDWR))
    }

    private static func pump(_ from: FileHandle, _ to: FileHandle, passes: () -> Bool) {
        while true {
            let data = from.availableData
            guard !data.isEmpty, passes(), (try? to.write(contentsOf: data)) != nil else { return }
        }
    }

    private static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        address.sin_port = port.bigEndian
        return address
    }
}
