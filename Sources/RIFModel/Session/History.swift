/// One line of a session's `history`.
public enum HistoryEntry: Sendable, Hashable {
    /// Written by us: entering a state.
    case step(Step)
    /// Brought by `save_state` or an imported file, kept as it came.
    case other(JSONValue)

    /// Entering a state: when, why, and by which decision.
    public struct Step: Sendable, Hashable {
        public var state: String
        public var timestamp: Timestamp
        public var reason: String
        /// The decision that led here; none for the start and the completion of a session.
        public var decisionID: String?
        public var agentsSelected: [String]
        public var confidence: Float?

        public init(
            state: String, timestamp: Timestamp, reason: String, decisionID: String? = nil,
            agentsSelected: [String] = [], confidence: Float? = nil
        ) {
            self.state = state
            self.timestamp = timestamp
            self.reason = reason
            self.decisionID = decisionID
            self.agentsSelected = agentsSelected
            self.confidence = confidence
        }
    }

    /// The state that was entered, where the entry names one.
    public var state: String? {
        switch self {
        case .step(let step): step.state
        case .other(let value): value["state"]?.stringValue
        }
    }

    /// When it was entered. Times without a zone, as the earlier Python system wrote them, are read as UTC.
    public var timestamp: Timestamp? {
        switch self {
        case .step(let step): step.timestamp
        case .other(let value):
            value["timestamp"]?.stringValue.flatMap { Timestamp(rfc3339: $0) ?? Timestamp(rfc3339: $0 + "Z") }
        }
    }
}

extension HistoryEntry: JSONRepresentable {
    public var json: JSONValue {
        switch self {
        case .other(let value): return value
        case .step(let step):
            var object: [String: JSONValue] = [
                "state": .string(step.state), "timestamp": .string(step.timestamp.rfc3339),
                "reason": .string(step.reason),
            ]
            if let decisionID = step.decisionID {
                object["decision_id"] = .string(decisionID)
                object["agents_selected"] = .strings(step.agentsSelected)
            }
            if let confidence = step.confidence { object["confidence_score"] = .float(confidence) }
            return .object(object)
        }
    }
}

/// A session's history: append-only, and cheap to copy and to extend however long it is.
///
/// A plain array would be copied whole by the first append after each copy, and the engine keeps two copies (what is
/// committed and what is under way): the cost of a step would grow with the length of the session. Here an append
/// copies one chunk at most.
public struct History: Sendable, RandomAccessCollection {
    private static let chunk = 32
    private var sealed: [SealedHistory] = []
    private var tail: [HistoryEntry] = []

    public init() {}

    public init(_ entries: some Sequence<HistoryEntry>) {
        for entry in entries { append(entry) }
    }

    public mutating func append(_ entry: HistoryEntry) {
        tail.append(entry)
        if tail.count == Self.chunk {
            sealed.append(SealedHistory(tail))
            tail = []
        }
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { sealed.count * Self.chunk + tail.count }

    public subscript(position: Int) -> HistoryEntry {
        let (chunk, offset) = position.quotientAndRemainder(dividingBy: Self.chunk)
        return chunk < sealed.count ? sealed[chunk].entries[offset] : tail[offset]
    }
}

extension History: Hashable {
    public static func == (left: History, right: History) -> Bool { left.elementsEqual(right) }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        if let last { hasher.combine(last) }
    }
}

extension History: JSONRepresentable {
    public var json: JSONValue { .array(map(\.json)) }

    /// Appends the bytes of the compact JSON. What was encoded once is not encoded again, so the cost of a long history
    /// is that of copying its bytes.
    public func append(to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "["))
        for (index, chunk) in sealed.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(contentsOf: chunk.encoded)
        }
        for (index, entry) in tail.enumerated() {
            if index > 0 || !sealed.isEmpty { bytes.append(UInt8(ascii: ",")) }
            entry.append(to: &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
    }
}
