import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import RIFHTTP
import RIFOrchestrator

/// Reaches the process that owns a database, through its socket.
struct OwnerClient {
    /// The owner went away before it answered. What it was asked for may have been done.
    struct Lost: Error {}

    private let socket: String

    /// A socket that nobody listens at says that the owner is gone. The shared client would try it again for as long as a
    /// request may take.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
    }()

    /// - Parameter database: absolute, links resolved.
    /// - Returns: nil where nobody serves it.
    init?(database: String) {
        guard let socket = OwnerSocket.find(for: database) else { return nil }
        self.socket = socket
    }

    /// - Throws: the error of the command; `Lost`.
    func run(_ command: RemoteCommand) async throws -> Answer {
        try RemoteCommand.answer(try await post(command.json))
    }

    /// One reading for `rif top`.
    ///
    /// - Throws: why it could not be read; `Lost`.
    func read(details id: String?) async throws -> TopReading {
        let json = try await post([
            "protocol_version": .int(Int64(OwnerNote.protocolVersion)), "top": ["details": .optional(id)],
        ])
        if json["error"] != nil { _ = try RemoteCommand.answer(json) }
        do {
            return try TopReading(json)
        } catch {
            throw RIFError(
                .storageUnavailable, "the process that serves the database is of another version; restart it")
        }
    }

    private func post(_ document: JSONValue) async throws -> JSONValue {
        var request = HTTPClientRequest(url: "http+unix://\(Self.encoded(socket))/rif/command")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "Host", value: "localhost")
        request.body = .bytes(ByteBuffer(string: document.compact))
        let body: ByteBuffer
        let status: UInt
        do {
            // A backup of a large database takes its time.
            let response = try await Self.client.execute(request, timeout: .hours(1))
            status = response.status.code
            body = try await response.body.collect(upTo: 512 << 20)
        } catch {
            throw Lost()
        }
        let json: JSONValue
        do {
            json = try JSONValue.parse(utf8: Array(body.readableBytesView))
        } catch {
            throw RIFError(.internal, "the owner of the database answered with status \(status) and no JSON")
        }
        guard status == 200 else {
            throw RIFError(
                json["code"]?.stringValue.flatMap { RIFError.Code(rawValue: $0) } ?? .storageUnavailable,
                json["detail"]?.stringValue ?? "the owner of the database answered with status \(status)")
        }
        return json
    }

    private static func encoded(_ path: String) -> String {
        path.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}
