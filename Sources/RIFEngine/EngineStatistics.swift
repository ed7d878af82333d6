import RIFModel
import Synchronization

/// What an engine has done since it was started, and how it stands: one consistent value, for Prometheus and the like.
public struct EngineStatistics: Sendable, Hashable {
    /// How often a value fell into each of some ranges.
    public struct Histogram: Sendable, Hashable {
        /// The upper ends of the ranges, each included; a last range has none.
        public let bounds: [Double]
        /// Of each range alone, one more than there are bounds.
        public private(set) var counts: [UInt64]
        public private(set) var sum: Double = 0

        public init(bounds: [Double]) {
            self.bounds = bounds
            counts = Array(repeating: 0, count: bounds.count + 1)
        }

        public var count: UInt64 { counts.reduce(0, +) }

        mutating func observe(_ value: Double) {
            var index = 0
            while index < bounds.count, value > bounds[index] { index += 1 }
            counts[index] += 1
            sum += value
        }
    }

    /// Transitions that took place.
    public internal(set) var transitions: UInt64 = 0
    /// Transitions that were refused and noted: the session was in another state, or had ended.
    public internal(set) var refusedTransitions: UInt64 = 0
    /// Writes that were committed; with `commitSeconds.count` they say how many share a commit.
    public internal(set) var committedWrites: UInt64 = 0
    /// Callers that were refused because too much was waiting for the disk.
    public internal(set) var overloaded: UInt64 = 0
    /// Sessions that were taken up again by `recover`.
    public internal(set) var recoveries: UInt64 = 0
    /// Times that the database was closed and opened again after an error.
    public internal(set) var reopenings: UInt64 = 0
    /// Of each commit that succeeded, the sync of the disk included.
    public internal(set) var commitSeconds = Histogram(bounds: Self.commitBounds)
    /// How long sessions were in a state that they left, by its name: the first `mostStates` names.
    public internal(set) var stateSeconds: [String: Histogram] = [:]
    /// The same of all further names together: anybody can think of new ones, and this must not grow with them.
    public internal(set) var otherStateSeconds = Histogram(bounds: Self.stateBounds)

    /// Sessions without an outcome; none where the database did not answer.
    public var activeSessions: Int64?
    /// Writes that are queued or being committed.
    public internal(set) var queuedWrites = 0
    /// Sessions that are in memory.
    public internal(set) var cachedSessions = 0
    /// Bytes of write-ahead log that no checkpoint has folded into the file yet.
    public internal(set) var logBytes: Int64 = 0

    public static let mostStates = 100
    /// Half a millisecond, a good disk's sync, to ten seconds.
    public static let commitBounds = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]
    /// A program's step takes less than a second, an agent's minutes to hours, a person's days.
    public static let stateBounds: [Double] = [0.1, 1, 10, 60, 300, 900, 3600, 14_400, 86_400, 604_800]

    public init() {}
}

// MARK: - On the hot path: nothing here allocates, but for a state's first time.

extension EngineStatistics {
    mutating func count(_ entries: [LogEntry]) {
        committedWrites += 1
        for entry in entries {
            switch entry.body {
            case .decision(_, let effect):
                switch effect.kind {
                case .transition: transitions += 1
                case .refused: refusedTransitions += 1
                case .recorded: break
                }
            // Somebody may report an event of any name; only those of a session's own log are ours.
            case .event(let type, _) where entry.sessionSequence != nil:
                if type == .transitionError { refusedTransitions += 1 }
                if type == .sessionRecovery { recoveries += 1 }
            case .event: break
            }
        }
    }

    mutating func observe(_ seconds: Double, in state: String) {
        if stateSeconds[state]?.observe(seconds) != nil { return }
        guard stateSeconds.count < Self.mostStates else { return otherStateSeconds.observe(seconds) }
        var histogram = Histogram(bounds: Self.stateBounds)
        histogram.observe(seconds)
        stateSeconds[state] = histogram
    }
}

extension Engine {
    /// What has been done since the start, without `activeSessions`, which the store has to be asked for.
    public var statistics: EngineStatistics {
        state.withLock { state in
            var statistics = state.statistics
            statistics.reopenings = state.reopenings
            statistics.queuedWrites = state.queuedWrites
            statistics.cachedSessions = state.slots.count
            return statistics
        }
    }
}
