public import RIFModel

/// How well the system is, as a score that opens to its parts.
public struct SystemHealth: Sendable, Hashable {
    public enum Status: String, Sendable, Hashable, Codable {
        case healthy, warning, critical
    }

    /// One check: what was measured, against which limit, and what it took from the score.
    public struct Check: Sendable, Hashable {
        public var name: String
        public var isOK: Bool
        public var measured: Double
        public var limit: Double
        public var unit: String
        /// Points taken from the score; 0 where it is in order.
        public var points: Int
        public var message: String
        public var action: String
        /// Since when it has not been in order.
        public var since: Timestamp?

        public init(
            name: String, isOK: Bool, measured: Double, limit: Double, unit: String, points: Int, message: String,
            action: String, since: Timestamp? = nil
        ) {
            self.name = name
            self.isOK = isOK
            self.measured = measured
            self.limit = limit
            self.unit = unit
            self.points = isOK ? 0 : points
            self.message = message
            self.action = action
            self.since = since
        }
    }

    public var checks: [Check]
    public var activeSessions: Int64
    public var errorRate: Double
    public var lastCheck: Timestamp

    public init(checks: [Check], activeSessions: Int64, errorRate: Double, lastCheck: Timestamp) {
        self.checks = checks
        self.activeSessions = activeSessions
        self.errorRate = errorRate
        self.lastCheck = lastCheck
    }

    /// 100 less the points of the checks that are not in order, at least 0.
    public var score: Int { max(0, 100 - checks.reduce(0) { $0 + $1.points }) }

    public var status: Status {
        switch score {
        case 90...: .healthy
        case 70...: .warning
        default: .critical
        }
    }

    /// Severity by what a check costs: 30 points and more are critical.
    public var alerts: [Check] { checks.filter { !$0.isOK } }
}

extension SystemHealth: JSONRepresentable {
    public var json: JSONValue {
        let database = checks.first { $0.name == "database" }
        return [
            "status": .string(status.rawValue), "health_score": .int(Int64(score)),
            "active_sessions": .int(activeSessions), "error_rate": .double(errorRate),
            "database_health": .string(database?.isOK == false ? "error" : "healthy"),
            "last_check": .string(lastCheck.rfc3339),
            "alerts": .array(
                alerts.map {
                    [
                        "severity": .string($0.severity), "message": .string($0.message),
                        "action": .string($0.action), "check": .string($0.name), "since": .optional($0.since?.rfc3339),
                    ]
                }),
            "checks": .array(
                checks.map {
                    [
                        "name": .string($0.name), "ok": .bool($0.isOK), "measured": .double($0.measured),
                        "limit": .double($0.limit), "unit": .string($0.unit), "points": .int(Int64($0.points)),
                        "since": .optional($0.since?.rfc3339),
                    ]
                }),
        ]
    }
}
