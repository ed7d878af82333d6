/// What an integrity check found (`validate_state_integrity`).
public struct IntegrityReport: Sendable, Hashable {
    /// Each says which session or row, what is wrong, and what was expected.
    public var errors: [String]
    public var warnings: [String]
    public var sessionsChecked: Int
    public var timestamp: Timestamp

    public var isValid: Bool { errors.isEmpty }

    public init(errors: [String], warnings: [String], sessionsChecked: Int, timestamp: Timestamp) {
        self.errors = errors
        self.warnings = warnings
        self.sessionsChecked = sessionsChecked
        self.timestamp = timestamp
    }
}

extension IntegrityReport: JSONRepresentable {
    public var json: JSONValue {
        [
            "valid": .bool(isValid), "errors": .strings(errors), "warnings": .strings(warnings),
            "sessions_checked": .int(Int64(sessionsChecked)), "timestamp": .string(timestamp.rfc3339),
        ]
    }
}
