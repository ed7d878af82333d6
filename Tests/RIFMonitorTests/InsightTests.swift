import RIFModel
import RIFMonitor
import RIFStore
import Testing

struct InsightTests {
    private let now = Timestamp(microseconds: 1_790_000_000_000_000)

    /// Worked by hand: 8 of 10 at z = 1.96 is 0.4902…0.9433 (Wilson's own form, without continuity correction).
    @Test func wilsonInterval() {
        let interval = AgentComparison.wilson(successes: 8, of: 10)
        #expect(abs(interval.lowerBound - 0.490_162) < 1e-5)
        #expect(abs(interval.upperBound - 0.943_318) < 1e-5)
        #expect(AgentComparison.wilson(successes: 0, of: 0) == 0...1)
        #expect(AgentComparison.wilson(successes: 0, of: 5).lowerBound == 0)
        #expect(AgentComparison.wilson(successes: 5, of: 5).upperBound == 1)
    }

    /// Two decisions at 0.9 (one failed) and one at 0.5 that succeeded: (0.01 + 0.81 + 0.25) / 3.
    @Test func brierScoreAndOverconfidence() {
        let calibration = Calibration(
            agent: "A",
            bins: [
                .init(agent: "A", bin: 9, count: 2, meanConfidence: 0.9, successes: 1, squaredError: 0.82),
                .init(agent: "A", bin: 5, count: 1, meanConfidence: 0.5, successes: 1, squaredError: 0.25),
            ])
        #expect(abs(calibration.brierScore - 1.07 / 3) < 1e-12)
        #expect(abs(calibration.overconfidence - (2.3 - 2) / 3) < 1e-12)
        #expect(calibration.bins.map(\.bin) == [5, 9])
    }

    @Test func sharesAndTrends() {
        func transition(_ from: String, total: Double, average: Double) -> TransitionFigures {
            TransitionFigures(
                from: from, to: "z", count: 1, successes: 1, averageMS: average, p50MS: average, p95MS: average,
                p99MS: average, totalMS: total, averageConfidence: 1)
        }
        var figures = InsightFigures()
        figures.transitions = [transition("a", total: 100, average: 50), transition("b", total: 300, average: 300)]
        figures.previousTransitions = [transition("a", total: 40, average: 40)]
        let shares = Insight(figures: figures, now: now, since: now).transitions
        #expect(shares.map(\.figures.from) == ["b", "a"])
        #expect(shares.map(\.share) == [0.75, 0.25])
        #expect(shares[0].change == nil)
        #expect(abs((shares[1].change ?? 0) - 0.25) < 1e-12)
    }

    @Test func stuckIsLongerThanThe95thPercentile() {
        func dwelling(_ id: String, _ state: String, seconds: Int64) -> InsightFigures.Dwelling {
            let entered = now.advanced(by: -seconds * 1_000_000)
            return .init(
                listing: SessionListing(
                    sessionID: id, currentState: state, outcome: nil, workflowType: "standard", priority: 0,
                    agentAssignments: .null, createdAt: entered, updatedAt: entered), enteredAt: entered)
        }
        var figures = InsightFigures()
        figures.states = [
            .init(state: "planning", visits: 5, totalMS: 0, p50MS: 0, p95MS: 10_000),
            .init(state: "rare", visits: 4, totalMS: 0, p50MS: 0, p95MS: 1),
        ]
        figures.dwelling = [
            dwelling("a", "planning", seconds: 10), dwelling("b", "planning", seconds: 11),
            dwelling("c", "planning", seconds: 60), dwelling("d", "rare", seconds: 60),
            dwelling("e", "unknown", seconds: 60),
        ]
        let stuck = Insight(figures: figures, now: now, since: now).stuck
        #expect(stuck.map(\.listing.sessionID) == ["c", "b"])
        #expect(stuck[0].elapsedMS == 60_000)
    }
}
