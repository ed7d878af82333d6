public import RIFModel
public import RIFStore

/// An alert with its life, as the log tells it: raised once, true until it was cleared.
public struct Alert: Sendable, Hashable {
    /// Sequence of the event that raised it.
    public var alertID: Int64
    /// Name of the check that went out of order.
    public var check: String
    /// `critical` or `warning`.
    public var severity: String
    public var message: String
    /// What to do about it.
    public var action: String
    public var raisedAt: Timestamp
    /// None while it is true.
    public var clearedAt: Timestamp?
    public var measured: Double
    public var limit: Double
    public var unit: String

    /// - Parameter figures: the event that raised it, and when it was cleared.
    public init(_ figures: AlertFigures) {
        let data = figures.raised.data
        func text(_ key: String) -> String { data[key]?.stringValue ?? "" }
        alertID = figures.raised.sequence
        check = text("check")
        severity = data["severity"]?.stringValue ?? "warning"
        message = text("message")
        action = text("action")
        raisedAt = figures.raised.timestamp
        clearedAt = figures.clearedAt
        measured = data["measured"]?.doubleValue ?? 0
        limit = data["limit"]?.doubleValue ?? 0
        unit = text("unit")
    }
}

extension Alert: JSONRepresentable {
    public var json: JSONValue {
        [
            "alert_id": .int(alertID), "check": .string(check), "severity": .string(severity),
            "message": .string(message), "action": .string(action), "raised_at": .string(raisedAt.rfc3339),
            "cleared_at": .optional(clearedAt?.rfc3339), "measured": .double(measured), "limit": .double(limit),
            "unit": .string(unit),
        ]
    }
}

extension SystemHealth.Check {
    /// By what it costs: 30 points and more are critical.
    public var severity: String { points >= 30 ? "critical" : "warning" }

    /// What the event says that raises or clears the alert; the unit is that of `measured` and `limit`.
    public var eventData: JSONValue {
        [
            "check": .string(name), "severity": .string(severity), "message": .string(message),
            "action": .string(action), "measured": .double(measured), "limit": .double(limit), "unit": .string(unit),
        ]
    }
}
