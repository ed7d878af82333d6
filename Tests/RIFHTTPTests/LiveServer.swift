import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import RIFHTTP
import RIFOrchestrator
import RIFStoreDuckDB
import RIFTesting
import Testing

/// A server on a database of its own, reached over TCP.
final class LiveServer: Sendable {
    let orchestrator: Orchestrator
    let server: HTTPServer
    private let folder: URL

    private init(_ orchestrator: Orchestrator, _ server: HTTPServer, _ folder: URL) {
        self.orchestrator = orchestrator
        self.server = server
        self.folder = folder
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Runs a test against a server, and ends it.
    static func run(
        policy: EnginePolicy = EnginePolicy(), _ change: (inout ServerConfiguration) -> Void = { _ in },
        _ test: (LiveServer) async throws -> Void
    ) async throws {
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let folder = FileManager.default.temporaryDirectory.appending(path: "rif-http-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let orchestrator = try await Orchestrator.open(
            .file(folder.appending(path: "o.duckdb").path), policy: policy, logger: quiet)
        var configuration = ServerConfiguration(backupDirectory: folder.appending(path: "backups").path)
        configuration.address = .init(port: 0)
        change(&configuration)
        let server = try await HTTPServer.start(orchestrator, configuration: configuration, logger: quiet)
        let live = LiveServer(orchestrator, server, folder)
        do {
            try await test(live)
        } catch {
            await live.stop()
            throw error
        }
        await live.stop()
    }

    func stop() async {
        await server.stop()
        await orchestrator.close()
    }

    /// Opens as many connections as it is asked for; by itself it would open eight.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1000
        return HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup, configuration: configuration)
    }()

    var port: Int { server.address.flatMap { $0.split(separator: ":").last }.flatMap { Int($0) } ?? 0 }

    func url(_ path: String) -> String { (server.address ?? "") + path }

    /// Sends a request and reads its whole answer.
    func send(
        _ method: String, _ path: String, _ body: JSONValue? = nil, headers: [(String, String)] = []
    ) async throws -> (status: Int, headers: [String: String], body: JSONValue?) {
        var request = HTTPClientRequest(url: url(path))
        request.method = .init(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: body.compact))
        }
        let response = try await Self.client.execute(request, timeout: .seconds(60))
        let bytes = try await response.body.collect(upTo: 64 << 20)
        let headers = response.headers.map { ($0.name.lowercased(), $0.value) }
        return (
            Int(response.status.code), Dictionary(headers, uniquingKeysWith: { $1 }),
            try? JSONValue.parse(String(buffer: bytes))
        )
    }

    /// Opens the event stream.
    func follow(_ query: String = "", after id: String? = nil) async throws -> EventClient {
        var request = HTTPClientRequest(url: url("/api/v1/events" + query))
        if let id { request.headers.add(name: "Last-Event-ID", value: id) }
        return EventClient(try await Self.client.execute(request, timeout: .seconds(60)))
    }
}

/// One message of an event stream, or what stands for itself between two empty lines.
struct EventMessage: Equatable {
    var id: String?
    var event: String?
    var data: String?
    var retry: String?

    var sequence: Int64? { id.flatMap { Int64($0) } }

    func json() throws -> JSONValue { try JSONValue.parse(try #require(data)) }
}

/// A client of the event stream that checks what every stream must keep to.
struct EventClient {
    let response: HTTPClientResponse
    private var body: AsyncThrowingStream<ByteBuffer, any Error>.Iterator
    private var buffer: [UInt8] = []

    init(_ response: HTTPClientResponse) {
        self.response = response
        // A client that is dropped hangs up.
        body = AsyncThrowingStream { continuation in
            let reading = Task {
                do {
                    for try await bytes in response.body { continuation.yield(bytes) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in reading.cancel() }
        }.makeAsyncIterator()
    }

    /// The next message; none at an orderly end of the stream.
    mutating func next() async throws -> EventMessage? {
        while true {
            if let end = buffer.firstRange(of: [10, 10]) {
                let text = String(decoding: buffer[..<end.lowerBound], as: UTF8.self)
                buffer.removeFirst(end.upperBound)
                return try Self.parse(text)
            }
            guard let more = try await body.next(isolation: #isolation) else {
                #expect(buffer.isEmpty, "half a message: \(String(decoding: buffer, as: UTF8.self))")
                return nil
            }
            buffer += more.readableBytesView
        }
    }

    private static func parse(_ text: String) throws -> EventMessage {
        var message = EventMessage()
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
            let value = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
            switch parts.first {
            case "id" where message.id == nil: message.id = value
            case "event" where message.event == nil: message.event = value
            case "data" where message.data == nil: message.data = value
            case "retry" where message.retry == nil: message.retry = value
            default: Issue.record("a line that does not belong there: \(line)")
            }
        }
        return message
    }

    /// The next message that is an event of the log.
    mutating func nextEvent() async throws -> Event? {
        while let message = try await next() {
            guard message.id != nil else { continue }
            return try Event(message)
        }
        return nil
    }

    /// The sequences of the next events, until one of them is reached.
    mutating func sequences(until last: Int64) async throws -> [Int64] {
        var sequences: [Int64] = []
        while sequences.last.map({ $0 < last }) ?? true, let event = try await nextEvent() {
            sequences.append(event.sequence)
        }
        return sequences
    }
}

extension Event {
    /// - Throws: where the message and the event in it disagree.
    init(_ message: EventMessage) throws {
        let json = try message.json()
        self.init(
            sequence: try #require(json["sequence"]?.intValue), sessionID: json["session_id"]?.stringValue,
            eventType: try #require(json["event_type"]?.stringValue), data: try #require(json["data"]),
            timestamp: Timestamp(microseconds: 0))
        #expect(message.sequence == sequence)
        #expect(message.event == eventType)
    }
}
