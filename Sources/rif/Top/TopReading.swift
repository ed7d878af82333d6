import RIFOrchestrator

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What one reading of `rif top` brings; as JSON, where the owner of the database reads it for another process.
struct TopReading: Sendable {
    var snapshot: TopSnapshot
    var details: TopDetails?

    init(snapshot: TopSnapshot, details: TopDetails? = nil) {
        self.snapshot = snapshot
        self.details = details
    }

    var events: [TopScreen.Event] { [.read(snapshot)] + (details.map { [.details($0)] } ?? []) }

    /// - Throws: an encoding error, which no snapshot gives.
    func json() throws -> JSONValue {
        let encoded = try JSONEncoder().encode(snapshot)
        var object: [String: JSONValue] = ["snapshot": try JSONValue.parse(utf8: Array(encoded))]
        if let details {
            object["details"] = [
                "id": .string(details.id), "session": details.session?.json ?? .null,
                "decisions": .array(details.decisions.map(\.json)),
            ]
        }
        return .object(object)
    }

    /// - Throws: a decoding error where it comes from another version.
    init(_ json: JSONValue) throws {
        snapshot = try JSONDecoder().decode(
            TopSnapshot.self, from: Data((json["snapshot"] ?? .null).compact.utf8))
        details = json["details"].flatMap { details in
            details["id"]?.stringValue.map { id in
                TopDetails(
                    id: id, session: details["session"].flatMap { Session(top: $0) },
                    decisions: (details["decisions"]?.arrayValue ?? []).compactMap { Decision(top: $0) })
            }
        }
    }
}

extension Session {
    /// What the API says of a session; the entries of its history stay as they came.
    fileprivate init?(top json: JSONValue) {
        guard let id = json["session_id"]?.stringValue, let state = json["current_state"]?.stringValue,
            let created = json["created_at"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }),
            let updated = json["updated_at"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        self.init(
            sessionID: id, currentState: state,
            outcome: json["outcome"]?.stringValue.flatMap { Outcome(rawValue: $0) },
            workflowType: json["workflow_type"]?.stringValue,
            priority: Int32(truncatingIfNeeded: json["priority"]?.intValue ?? 0),
            context: json["context"]?.objectValue ?? [:],
            history: History((json["history"]?.arrayValue ?? []).map { HistoryEntry.other($0) }),
            agentAssignments: json["agent_assignments"]?.objectValue ?? [:], createdAt: created, updatedAt: updated)
    }
}

extension Decision {
    fileprivate init?(top json: JSONValue) {
        guard let id = json["decision_id"]?.stringValue, let session = json["session_id"]?.stringValue,
            let from = json["from_state"]?.stringValue, let to = json["to_state"]?.stringValue,
            let time = json["timestamp"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        self.init(
            decisionID: id, sessionID: session, fromState: from, toState: to,
            reason: json["reason"]?.stringValue ?? "",
            agentsSelected: json["agents_selected"]?.arrayValue?.compactMap(\.stringValue) ?? [],
            confidence: Float(json["confidence_score"]?.doubleValue ?? 0),
            executionTimeMS: json["execution_time_ms"]?.intValue.flatMap { Int32(exactly: $0) },
            success: json["success"]?.boolValue ?? true, errorDetails: json["error_details"]?.stringValue,
            timestamp: time)
    }
}
