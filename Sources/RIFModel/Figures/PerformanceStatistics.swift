/// Figures over the decisions of one session or of all (`get_performance_stats`).
public struct PerformanceStatistics: Sendable, Hashable {
    public var sessionID: String?
    public var timestamp: Timestamp
    /// None where there are no decisions.
    public var figures: DecisionFigures?

    public init(sessionID: String?, timestamp: Timestamp, figures: DecisionFigures?) {
        self.sessionID = sessionID
        self.timestamp = timestamp
        self.figures = figures
    }
}

/// Aggregates over decisions, failed ones included.
public struct DecisionFigures: Sendable, Hashable {
    public var total: Int64
    public var successful: Int64
    /// Milliseconds, over the decisions that have a time; 0 where none has.
    public var averageExecutionTimeMS: Double
    public var maximumExecutionTimeMS: Int64
    public var minimumExecutionTimeMS: Int64
    public var averageConfidence: Double
    /// The pair of states that was decided most often; of equals the first in the alphabet.
    public var mostCommonTransition: (from: String, to: String)? {
        get { common.map { ($0.from, $0.to) } }
        set { common = newValue.map { Pair(from: $0.from, to: $0.to) } }
    }
    private var common: Pair?

    private struct Pair: Sendable, Hashable { var from: String, to: String }

    /// Share of the decisions that succeeded, 0…1; 0 without decisions.
    public var successRate: Double { total == 0 ? 0 : Double(successful) / Double(total) }

    public init(
        total: Int64, successful: Int64, averageExecutionTimeMS: Double, maximumExecutionTimeMS: Int64,
        minimumExecutionTimeMS: Int64, averageConfidence: Double, mostCommonTransition: (from: String, to: String)?
    ) {
        self.total = total
        self.successful = successful
        self.averageExecutionTimeMS = averageExecutionTimeMS
        self.maximumExecutionTimeMS = maximumExecutionTimeMS
        self.minimumExecutionTimeMS = minimumExecutionTimeMS
        self.averageConfidence = averageConfidence
        common = mostCommonTransition.map { Pair(from: $0.from, to: $0.to) }
    }

    public static let none = DecisionFigures(
        total: 0, successful: 0, averageExecutionTimeMS: 0, maximumExecutionTimeMS: 0, minimumExecutionTimeMS: 0,
        averageConfidence: 0, mostCommonTransition: nil)
}

extension PerformanceStatistics: JSONRepresentable {
    public var json: JSONValue {
        guard let figures else { return ["no_data": true] }
        return [
            "total_decisions": .int(figures.total), "success_rate": .double(figures.successRate),
            "avg_execution_time_ms": .double(figures.averageExecutionTimeMS),
            "max_execution_time_ms": .int(figures.maximumExecutionTimeMS),
            "min_execution_time_ms": .int(figures.minimumExecutionTimeMS),
            "avg_confidence_score": .double(figures.averageConfidence), "session_id": .optional(sessionID),
            "timestamp": .string(timestamp.rfc3339),
        ]
    }
}
