// The same bytes as `json.compact` would give, written without building the value first: a session goes out with every
// answer to a transition. Keys stand in the order of their letters.

extension Session {
    /// What may grow without an end, and can be left out.
    public struct Parts: OptionSet, Sendable {
        public let rawValue: Int

        public init(rawValue: Int) { self.rawValue = rawValue }

        public static let context = Parts(rawValue: 1)
        public static let history = Parts(rawValue: 2)
    }

    /// Appends the bytes of the compact JSON.
    ///
    /// - Parameter left: keys that are left out.
    public func append(to bytes: inout [UInt8], leavingOut left: Parts = []) {
        bytes.append(contentsOf: #"{"agent_assignments":"#.utf8)
        JSONValue.object(agentAssignments).append(to: &bytes)
        if !left.contains(.context) {
            bytes.append(contentsOf: #","context":"#.utf8)
            JSONValue.object(context).append(to: &bytes)
        }
        Self.append(#","created_at":"#, createdAt.rfc3339, to: &bytes)
        Self.append(#","current_state":"#, currentState, to: &bytes)
        if !left.contains(.history) {
            bytes.append(contentsOf: #","history":"#.utf8)
            history.append(to: &bytes)
        }
        Self.append(#","outcome":"#, outcome?.rawValue, to: &bytes)
        bytes.append(
            contentsOf: pauseReason == nil ? #","paused":false,"priority":"#.utf8 : #","paused":true,"priority":"#.utf8)
        JSONValue.int(Int64(priority)).append(to: &bytes)
        Self.append(#","session_id":"#, sessionID, to: &bytes)
        Self.append(#","updated_at":"#, updatedAt.rfc3339, to: &bytes)
        Self.append(#","workflow_type":"#, workflowType, to: &bytes)
        bytes.append(UInt8(ascii: "}"))
    }

    private static func append(_ key: StaticString, _ text: String?, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount))
        guard let text else { return bytes.append(contentsOf: "null".utf8) }
        JSONValue.appendString(text, to: &bytes)
    }
}

extension HistoryEntry {
    /// Appends the bytes of the compact JSON.
    func append(to bytes: inout [UInt8]) {
        guard case .step(let step) = self else { return json.append(to: &bytes) }
        bytes.append(UInt8(ascii: "{"))
        if step.decisionID != nil {
            bytes.append(contentsOf: #""agents_selected":["#.utf8)
            for (index, agent) in step.agentsSelected.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                JSONValue.appendString(agent, to: &bytes)
            }
            bytes.append(contentsOf: "],".utf8)
        }
        if let confidence = step.confidence {
            bytes.append(contentsOf: #""confidence_score":"#.utf8)
            JSONValue.float(confidence).append(to: &bytes)
            bytes.append(UInt8(ascii: ","))
        }
        if let decisionID = step.decisionID {
            bytes.append(contentsOf: #""decision_id":"#.utf8)
            JSONValue.appendString(decisionID, to: &bytes)
            bytes.append(UInt8(ascii: ","))
        }
        bytes.append(contentsOf: #""reason":"#.utf8)
        JSONValue.appendString(step.reason, to: &bytes)
        bytes.append(contentsOf: #","state":"#.utf8)
        JSONValue.appendString(step.state, to: &bytes)
        bytes.append(contentsOf: #","timestamp":""#.utf8)
        bytes.append(contentsOf: step.timestamp.rfc3339.utf8)
        bytes.append(contentsOf: #""}"#.utf8)
    }
}
