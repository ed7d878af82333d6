import Foundation
import RIFModel
import Synchronization
import Testing

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// How the built server ends: in good order, at once, and by force.
@Suite(.timeLimit(.minutes(5))) struct ServerEndTests {
    let work: Workspace

    init() throws { work = try Workspace() }

    @Test func `Ends with 50 open event streams, each with a last word`() async throws {
        let server = try await ServerProcess(work)
        let url = try #require(URL(string: server.address + "/api/v1/events"))
        let streams = OpenStreams()
        streams.open(50, url)
        await streams.haveBegun()
        let started = try await server.request("POST", "/api/v1/sessions", .object([:]))
        #expect(started.status == 201)
        #expect(await server.end() == 0)
        let ends = await streams.haveEnded()
        #expect(ends.count == 50)
        for end in ends {
            #expect(end.error == nil)
            let messages = end.text.components(separatedBy: "\n\n")
            #expect(messages.first == "retry: 2000")
            #expect(messages.contains { $0.hasPrefix("event: snapshot\ndata: {") })
            #expect(messages.dropLast().last?.hasPrefix("retry: ") == true && messages.last == "")
        }
        // Closed, not only left: nothing has to be taken up again, and nobody has the lock.
        let list = try await work.rif("list", "--json")
        #expect(try list.json()["sessions"]?.arrayValue?.count == 1)
    }

    @Test func `A second signal ends it at once, whatever is under way`() async throws {
        let server = try await ServerProcess(work, ["--set", "server.drain_seconds=600"])
        let port = try #require(URL(string: server.address)?.port)
        let half = try HalfRequest(port: port)
        defer { half.hangUp() }
        // Answered on the same thread of the server, so the half request has come in before.
        #expect(try await server.request("GET", "/api/v1/health").status == 200)
        async let status = server.end()
        while !(try logs().contains("again to stop at once")) {
            // clock: the line in the log is what tells that the first signal was heard.
            try await Task.sleep(for: .milliseconds(20))
        }
        async let second = server.end()
        #expect(await status == 128 + SIGTERM)
        _ = await second
    }

    private func logs() throws -> String {
        try FileManager.default.contentsOfDirectory(atPath: work.folder).filter { $0.hasPrefix("serve-") }
            .map { try String(contentsOfFile: work.path($0), encoding: .utf8) }.joined()
    }

    @Test func `Killed under the load of 64 connections, it has everything that it answered for`() async throws {
        let server = try await ServerProcess(work)
        let load = Load(address: server.address, connections: 64)
        let sessions = try await load.startSessions()
        let answered = await load.drive(sessions, until: 640) { await server.end(SIGKILL) }
        #expect(answered.values.reduce(0) { $0 + $1.count } >= 640)

        let again = try await ServerProcess(work)
        for session in sessions {
            let path = "/api/v1/sessions/\(session)"
            let decisions = try await again.request("GET", path + "/decisions?limit=1000").json["decisions"]?.arrayValue
            let stored = Set((decisions ?? []).compactMap { $0["decision_id"]?.stringValue })
            let acknowledged = answered[session] ?? []
            #expect(stored.isSuperset(of: acknowledged))
            // One more at most: it was stored, and the answer did not get through.
            #expect(stored.count <= acknowledged.count + 1)
            #expect(try await again.request("GET", path).json["current_state"] == .string("s\(stored.count)"))
        }
        let integrity = try await again.request("GET", "/api/v1/maintenance/integrity")
        #expect(integrity.json["valid"] == true, "\(integrity.json)")
        #expect(await again.end() == 0)
    }
}

/// Clients that drive a session each, one transition after the other, each on a connection of its own.
private struct Load: Sendable {
    let address: String
    let connections: Int
    private let client: URLSession

    init(address: String, connections: Int) {
        self.address = address
        self.connections = connections
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpMaximumConnectionsPerHost = connections
        client = URLSession(configuration: configuration)
    }

    private func post(_ path: String, _ body: JSONValue) async throws -> (status: Int, json: JSONValue) {
        var request = URLRequest(url: try #require(URL(string: address + "/api/v1" + path)))
        request.httpMethod = "POST"
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        request.httpBody = Data(body.compact.utf8)
        let (data, response) = try await client.data(for: request)
        return ((response as? HTTPURLResponse)?.statusCode ?? 0, try JSONValue.parse(utf8: Array(data)))
    }

    func startSessions() async throws -> [String] {
        var ids: [String] = []
        for _ in 0..<connections {
            ids.append(try #require(try await post("/sessions", .object([:])).json["session_id"]?.stringValue))
        }
        return ids
    }

    private final class Total: Sendable {
        private let value = Atomic(0)

        func next() -> Int { value.add(1, ordering: .relaxed).newValue }
    }

    /// Drives until the server answers no more, which `end` sees to once so many transitions were answered.
    ///
    /// - Returns: the ids of the decisions that were answered with 200, by session.
    func drive(
        _ sessions: [String], until count: Int, end: @escaping @Sendable () async -> Void
    ) async -> [String: Set<String>] {
        let (enough, isEnough) = AsyncStream<Void>.makeStream()
        let total = Total()
        return await withTaskGroup(of: (String, Set<String>).self) { group in
            for session in sessions {
                group.addTask {
                    var state = "initialized"
                    var answered: Set<String> = []
                    while true {
                        let next = "s\(answered.count + 1)"
                        guard
                            let answer = try? await post(
                                "/sessions/\(session)/transitions",
                                ["from_state": .string(state), "to_state": .string(next)]),
                            answer.status == 200, let id = answer.json["decision_id"]?.stringValue
                        else { return (session, answered) }
                        answered.insert(id)
                        state = next
                        if total.next() == count { isEnough.finish() }
                    }
                }
            }
            for await _ in enough {}
            await end()
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }
}

/// Event streams that are read to their end.
private final class OpenStreams: NSObject, URLSessionDataDelegate {
    struct End: Sendable {
        var text: String
        var error: String?
    }

    private let data = Mutex<[Int: Data]>([:])
    private let begun: (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation) =
        AsyncStream.makeStream()
    private let ended: (stream: AsyncStream<End>, continuation: AsyncStream<End>.Continuation) =
        AsyncStream.makeStream()
    private let count = Mutex(0)

    func open(_ count: Int, _ url: URL) {
        self.count.withLock { $0 = count }
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpMaximumConnectionsPerHost = count
        configuration.timeoutIntervalForRequest = 120
        let client = URLSession(configuration: configuration, delegate: self, delegateQueue: nil)
        for _ in 0..<count { client.dataTask(with: url).resume() }
        client.finishTasksAndInvalidate()
    }

    /// Every stream has said something.
    func haveBegun() async { await take(begun.stream) }

    func haveEnded() async -> [End] { await take(ended.stream) }

    @discardableResult
    private func take<Element: Sendable>(_ stream: AsyncStream<Element>) async -> [Element] {
        let count = count.withLock { $0 }
        var elements: [Element] = []
        for await element in stream {
            elements.append(element)
            if elements.count == count { break }
        }
        return elements
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let isFirst = self.data.withLock { all in
            let isFirst = all[dataTask.taskIdentifier] == nil
            all[dataTask.taskIdentifier, default: Data()] += data
            return isFirst
        }
        if isFirst { begun.continuation.yield() }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        let data = data.withLock { $0[task.taskIdentifier] ?? Data() }
        ended.continuation.yield(End(text: String(decoding: data, as: UTF8.self), error: error.map { "\($0)" }))
    }
}

/// A request whose body never comes to its end.
private final class HalfRequest: Sendable {
    private let descriptor: Int32

    init(port: Int) throws {
        #if os(Linux)
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
        descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
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
        let text =
            "POST /api/v1/sessions HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nContent-Type: application/json\r\n"
            + "Content-Length: 100\r\n\r\n{"
        #expect(send(descriptor, text, text.utf8.count, 0) == text.utf8.count)
    }

    func hangUp() { close(descriptor) }
}
