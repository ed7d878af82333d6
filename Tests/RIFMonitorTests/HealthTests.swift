import RIFModel
import RIFMonitor
import RIFStore
import Testing

struct HealthTests {
    private let now = Timestamp(microseconds: 1_790_000_000_000_000)

    private func transition(averageMS: Double) -> TransitionTime {
        TransitionTime(from: "implementing", to: "validating", count: 1, averageMS: averageMS)
    }

    private func health(
        _ change: (inout DashboardFigures) -> Void = { _ in }, queryMS: Double = 5, growth: Double? = nil
    ) -> SystemHealth {
        var figures = DashboardFigures()
        change(&figures)
        return HealthChecks(configuration: MonitorConfiguration()).examine(
            figures, measurements: .init(queryMS: queryMS, memoryGrowthMBPerHour: growth), at: now)
    }

    @Test func anEmptySystemIsHealthy() {
        let health = health()
        #expect(health.score == 100)
        #expect(health.status == .healthy)
        #expect(health.errorRate == 0)
        #expect(health.alerts.isEmpty)
    }

    @Test func eachCheckTakesItsPoints() {
        #expect(health { ($0.windowDecisions, $0.windowFailures) = (100, 11) }.score == 70)
        #expect(health { ($0.windowDecisions, $0.windowFailures) = (100, 10) }.score == 100)
        #expect(health { $0.activeSessions = 101 }.score == 80)
        #expect(health { $0.activeSessions = 100 }.score == 100)
        #expect(health { $0.recentTransitions = [transition(averageMS: 10_001)] }.score == 80)
        #expect(health { $0.recentTransitions = [transition(averageMS: 10_000)] }.score == 100)
        #expect(health(queryMS: 1001).score == 80)
        #expect(health(growth: 65).score == 80)
        #expect(health { $0.recentTransitions = Array(repeating: transition(averageMS: 50_000), count: 3) }.score == 80)
    }

    @Test func aSilentDatabaseIsCritical() {
        let health = HealthChecks(configuration: MonitorConfiguration()).examine(
            nil, measurements: .init(queryMS: 1, memoryGrowthMBPerHour: nil), at: now, problem: "gone")
        #expect(health.score == 50)
        #expect(health.status == .critical)
        #expect(health.json["database_health"] == "error")
        #expect(health.alerts.map(\.name) == ["database"])
    }

    @Test func theScoreNeverFallsBelowZero() {
        let health = health(
            {
                ($0.windowDecisions, $0.windowFailures) = (10, 10)
                $0.activeSessions = 1000
                $0.recentTransitions = [transition(averageMS: 99_999)]
            }, queryMS: 99_999, growth: 9_999)
        #expect(health.score == 0)
    }

    @Test func memoryGrowthIsTheMedianSlope() {
        let trend = MemoryTrend(windowSeconds: 600)
        #expect(trend.growthPerHour == nil)
        // One MB a minute, with one wild reading that a plain fit would follow.
        for minute in 0...9 {
            let value = minute == 5 ? 5_000 : 100 + Double(minute)
            trend.add(value, at: now.advanced(by: Int64(minute) * 60_000_000))
        }
        #expect(abs((trend.growthPerHour ?? 0) - 60) < 1e-6)
    }
}
