import NIOCore
import RIFOrchestrator

/// The transition that every benchmark makes, as requests.
enum HTTPWorkload {
    /// A session at the server, and how far it has come.
    // Safe because each is stepped by one conversation at a time, on its event loop.
    final class Runner: @unchecked Sendable {
        let id: String
        private let port: String
        private var row = 0

        init(id: String, port: Int) {
            self.id = id
            self.port = "\(port)"
        }

        /// The next transition.
        ///
        /// - Parameter isMinimal: asks for an answer without context and history.
        func step(isMinimal: Bool) -> ByteBuffer {
            defer { row += 1 }
            let states = row % 2 == 0 ? ("implementing", "validating") : ("validating", "implementing")
            return LoadClient.post(
                "/api/v1/sessions/\(id)/transitions", port: port,
                headers: isMinimal ? "Prefer: return=minimal\r\n" : "",
                body: """
                    {"from_state":"\(row == 0 ? "initialized" : states.0)","to_state":"\(states.1)",\
                    "reason":"\(Workload.reason)","agents_selected":\(Workload.agentsJSON),\
                    "context_updates":\(Workload.updatesJSON(row)),"confidence_score":0.85}
                    """)
        }
    }

    /// Starts sessions, over several connections.
    static func start(_ count: Int, _ client: LoadClient, connections: Int) async throws -> [Runner] {
        let found = Found()
        let conversations = (0..<connections).map { connection in
            var left = count / connections + (connection < count % connections ? 1 : 0)
            return Conversation(answered: { found.add($0) }) {
                guard left > 0 else { return .end }
                left -= 1
                return .send(LoadClient.post("/api/v1/sessions", port: "\(client.port)", body: "{}"))
            }
        }
        _ = try await client.run(conversations)
        return found.ids.map { Runner(id: $0, port: client.port) }
    }

    /// What one GET answers.
    static func answer(_ path: String, _ client: LoadClient) async throws -> String {
        let found = Text()
        var isSent = false
        _ = try await client.run([
            Conversation(answered: { found.text = String(buffer: $0) }) {
                defer { isSent = true }
                return isSent ? .end : .send(LoadClient.get(path, port: "\(client.port)"))
            }
        ])
        return found.text
    }

    // Safe because it is filled on the one event loop, and read when that is done.
    private final class Text: @unchecked Sendable {
        var text = ""
    }

    // Safe because it is filled on the one event loop, and read when that is done.
    private final class Found: @unchecked Sendable {
        private(set) var ids: [String] = []

        func add(_ body: ByteBuffer) {
            let text = String(buffer: body)
            guard let value = try? JSONValue.parse(text), let id = value["session_id"]?.stringValue else { return }
            ids.append(id)
        }
    }

    /// A connection that takes so many steps, in turns over its sessions.
    static func walk(_ runners: [Runner], steps: Int, isMinimal: Bool = false) -> Conversation {
        var done = 0
        return Conversation {
            guard done < steps, !runners.isEmpty else { return .end }
            defer { done += 1 }
            return .send(runners[done % runners.count].step(isMinimal: isMinimal))
        }
    }

    /// Sessions dealt to connections.
    static func deal(_ runners: [Runner], to connections: Int) -> [[Runner]] {
        (0..<connections).map { connection in
            stride(from: connection, to: runners.count, by: connections).map { runners[$0] }
        }
    }
}
