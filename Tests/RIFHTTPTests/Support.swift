import Foundation
import Logging
import NIOCore
import NIOPosix
import RIFHTTP
import RIFModel
import RIFOrchestrator
import RIFTesting
import Testing

/// A server on a free port, over sessions in memory.
struct TestServer: Sendable {
    let orchestrator: Orchestrator
    let port: Int

    /// Starts one, and stops it whatever happens.
    static func run(
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        _ change: (inout ServerConfiguration) -> Void = { _ in }, _ body: (TestServer) async throws -> Void
    ) async throws {
        let folder = NSTemporaryDirectory() + "rif-http-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let orchestrator = try await Orchestrator(store: MemoryStore(on: MemoryDisk()), logger: logger)
        var configuration = ServerConfiguration(backupDirectory: folder + "/backups")
        configuration.address = .init(port: 0)
        configuration.drain = .seconds(1)
        change(&configuration)
        do {
            let server = try await HTTPServer.start(orchestrator, configuration: configuration, logger: logger)
            let port = try #require(server.address?.split(separator: ":").last.flatMap { Int($0) })
            do {
                try await body(TestServer(orchestrator: orchestrator, port: port))
            } catch {
                await server.stop()
                throw error
            }
            await server.stop()
        } catch {
            await orchestrator.close()
            throw error
        }
        await orchestrator.close()
    }

    /// A request with its head line, our Host, and `Connection: close`.
    func request(
        _ line: String, _ headers: String..., body: String? = nil, host: String? = nil
    ) async throws -> Reply {
        var lines = ["\(line) HTTP/1.1", "Host: \(host ?? "127.0.0.1:\(port)")", "Connection: close"] + headers
        if let body {
            lines.append("Content-Length: \(body.utf8.count)")
            if !headers.contains(where: { $0.lowercased().hasPrefix("content-type") }) {
                lines.append("Content-Type: application/json")
            }
        }
        return try #require(try await replies(lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")).first)
    }

    /// Sends bytes as they are, and reads until the server closes.
    func replies(_ bytes: String) async throws -> [Reply] { try await replies(Array(bytes.utf8)) }

    func replies(_ bytes: [UInt8]) async throws -> [Reply] {
        Reply.parse(try await exchange([bytes]))
    }

    /// Sends parts one after the other, each as soon as the one before is written, and reads until the server closes.
    func exchange(_ parts: [[UInt8]], host: String = "127.0.0.1") async throws -> [UInt8] {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: false)
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var received: [UInt8] = []
            do {
                for part in parts { try await outbound.write(ByteBuffer(bytes: part)) }
            } catch {
                // The server may have had enough before everything was sent; what it said counts.
            }
            do {
                for try await buffer in inbound { received += buffer.readableBytesView }
            } catch let error as IOError where error.errnoCode == ECONNRESET {
                // Closed with something unread.
            }
            return received
        }
    }
}

/// An answer as it came over the wire.
struct Reply: Sendable, CustomStringConvertible {
    var status: Int
    var headers: [(name: String, value: String)]
    var body: String

    subscript(name: String) -> String? { headers.first { $0.name == name.lowercased() }?.value }

    var json: JSONValue? { try? JSONValue.parse(body) }
    var code: String? { json?["code"]?.stringValue }
    var detail: String { json?["detail"]?.stringValue ?? "" }

    var description: String {
        "\(status)\n" + headers.map { "\($0.name): \($0.value)\n" }.joined() + "\n" + body
    }

    /// What came back, which may be several answers behind each other; only Content-Length is known.
    static func parse(_ bytes: [UInt8]) -> [Reply] {
        var rest = bytes[...]
        var replies: [Reply] = []
        while let end = rest.firstRange(of: Array("\r\n\r\n".utf8)) {
            let lines = String(decoding: rest[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
            let words = lines[0].split(separator: " ")
            guard words.count >= 2, let status = Int(words[1]) else { break }
            let headers = lines.dropFirst().map { line in
                let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                return (name: parts[0].lowercased(), value: parts.count > 1 ? parts[1] : "")
            }
            rest = rest[end.upperBound...]
            let length = headers.first { $0.name == "content-length" }.flatMap { Int($0.value) } ?? 0
            replies.append(
                Reply(status: status, headers: headers, body: String(decoding: rest.prefix(length), as: UTF8.self)))
            rest = rest.dropFirst(length)
        }
        return replies
    }
}
