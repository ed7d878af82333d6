import Foundation
import Testing

/// A TCP connection that does only what a test tells it to: also not to read, or to stop in the middle of a request.
/// Reading blocks, so it runs on a thread of its own.
final class RawClient: Sendable {
    private let descriptor: Int32
    private let port: Int

    /// - Parameter receiveBuffer: bytes that the system takes for us before the other side has to wait.
    init(port: Int, receiveBuffer: Int32 = 4096) throws {
        self.port = port
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        var size = receiveBuffer
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(connected == 0)
    }

    deinit { close(descriptor) }

    /// - Parameter text: `HOST` in it becomes the server's.
    func send(_ text: String) {
        let bytes = Array(text.replacing("HOST", with: "127.0.0.1:\(port)").utf8)
        _ = Foundation.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Goes away, as a browser does when its tab is closed.
    func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// At least so many bytes, or all until the other side ends the connection.
    func read(_ count: Int = .max) async -> [UInt8] {
        await withCheckedContinuation { continuation in
            let thread = Thread { [self] in
                var all: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 65536)
                while all.count < count {
                    let got = recv(descriptor, &buffer, buffer.count, 0)
                    guard got > 0 else { break }
                    all += buffer.prefix(got)
                }
                continuation.resume(returning: all)
            }
            thread.start()
        }
    }
}

/// Waits for something that nothing signals.
func eventually(_ what: Comment, _ isTrue: () async throws -> Bool) async throws {
    for _ in 0..<3000 {
        if try await isTrue() { return }
        // clock: what is waited for happens in the system or in a connection's task, and signals nothing.
        try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record(what)
}
