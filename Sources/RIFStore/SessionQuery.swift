public import RIFModel

/// Which sessions a list holds; what is none does not narrow it. Lists are ordered by priority descending, then age,
/// then id.
public struct SessionQuery: Sendable, Hashable {
    /// Only active ones, only finished ones, or all.
    public var active: Bool?
    /// Those whose current state it is.
    public var state: String?
    public var workflowType: String?
    /// Those that ended like this.
    public var outcome: Outcome?
    /// Those that changed after this moment.
    public var updatedAfter: Timestamp?
    /// A text that their id, workflow type, state or context (as compact JSON) holds, in upper or lower case.
    public var search: String?
    /// What the caller knows of contexts that rows do not hold yet; for `search`.
    public var contexts: SearchedContexts?
    /// Those behind this place in the order.
    public var after: SessionCursor?
    /// The first so many; none: all.
    public var limit: Int?

    public init(
        active: Bool? = nil, state: String? = nil, workflowType: String? = nil, outcome: Outcome? = nil,
        updatedAfter: Timestamp? = nil, search: String? = nil, after: SessionCursor? = nil, limit: Int? = nil
    ) {
        self.active = active
        self.state = state
        self.workflowType = workflowType
        self.outcome = outcome
        self.updatedAfter = updatedAfter
        self.search = search
        self.after = after
        self.limit = limit
    }
}

/// Sessions whose contexts were searched elsewhere, so that their rows' contexts, which may be older, do not count.
public struct SearchedContexts: Sendable, Hashable {
    public var sessionIDs: [String]
    /// Those of them in whose context the text was found.
    public var found: [String]

    public init(sessionIDs: [String], found: [String]) {
        self.sessionIDs = sessionIDs
        self.found = found
    }
}

/// A place in a list of sessions. Neither the priority nor the age of a session ever changes, so pages that follow each
/// other hold every session that is there throughout exactly once, whatever happens to it meanwhile.
public struct SessionCursor: Sendable, Hashable {
    public var priority: Int32
    public var createdAt: Timestamp
    public var sessionID: String

    public init(priority: Int32, createdAt: Timestamp, sessionID: String) {
        self.priority = priority
        self.createdAt = createdAt
        self.sessionID = sessionID
    }

    /// The place of a session.
    public init(_ listing: SessionListing) {
        self.init(priority: listing.priority, createdAt: listing.createdAt, sessionID: listing.sessionID)
    }

    /// Whether a session stands behind this place.
    public func isBefore(_ listing: SessionListing) -> Bool {
        (listing.priority, createdAt, sessionID) < (priority, listing.createdAt, listing.sessionID)
    }
}

// MARK: - As text

extension SessionCursor {
    private static let checkDigits = 16
    private static let longest = 4096

    /// What clients get and give back: letters and digits that mean nothing to them. Hexadecimal: the place as JSON, and
    /// a hash of it.
    public var text: String {
        let place = JSONValue.array([.int(Int64(priority)), .int(createdAt.microseconds), .string(sessionID)])
        let bytes = Array(place.compact.utf8)
        return bytes.map { Self.padded(UInt64($0), digits: 2) }.joined()
            + Self.padded(FNV1a.hash(bytes), digits: Self.checkDigits)
    }

    /// - Throws: `invalid_request` naming `cursor` for what `text` never gave.
    public init(text: String) throws(RIFError) {
        guard let cursor = Self.read(text) else {
            throw RIFError.invalid(
                field: "cursor", value: text, problem: "is no cursor of ours",
                expected: "next_cursor of an earlier page, unchanged")
        }
        self = cursor
    }

    private static func read(_ text: String) -> SessionCursor? {
        let digits = Array(text.utf8)
        let count = digits.count - checkDigits
        guard count > 0, count <= longest, count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[index..<(index + 2)], as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(byte)
        }
        guard digits[count...].elementsEqual(padded(FNV1a.hash(bytes), digits: checkDigits).utf8),
            let place = try? JSONValue.parse(utf8: bytes),
            let priority = place[0]?.intValue.flatMap(Int32.init(exactly:)),
            let createdAt = place[1]?.intValue, let sessionID = place[2]?.stringValue
        else { return nil }
        return SessionCursor(
            priority: priority, createdAt: Timestamp(microseconds: createdAt), sessionID: sessionID)
    }

    private static func padded(_ number: UInt64, digits: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
