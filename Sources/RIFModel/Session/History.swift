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
/// committed and what is under way): the cost of a step would grow with the length of the session. Here copies share
/// their pages, and an append copies at most references to them, once a page.
public struct History: Sendable, RandomAccessCollection {
    /// All but the last are full.
    private var pages: [HistoryPage] = []
    public private(set) var endIndex = 0

    public init() {}

    public init(_ entries: some Sequence<HistoryEntry>) {
        for entry in entries { append(entry) }
    }

    public mutating func append(_ entry: HistoryEntry) {
        let position = endIndex % HistoryPage.capacity
        if position == 0 {
            pages.append(HistoryPage([entry]))
        } else if let page = pages.last, !page.append(entry, at: position) {
            // Another copy went another way from here.
            pages[pages.count - 1] = HistoryPage(page.first(position) + [entry])
        }
        endIndex += 1
    }

    public var startIndex: Int { 0 }

    public subscript(position: Int) -> HistoryEntry {
        let (page, offset) = position.quotientAndRemainder(dividingBy: HistoryPage.capacity)
        precondition(position < endIndex, "a history has no entry behind its end")
        return pages[page][offset]
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
        for (index, page) in pages.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            page.encode(Swift.min(HistoryPage.capacity, endIndex - index * HistoryPage.capacity), to: &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
    }
}
