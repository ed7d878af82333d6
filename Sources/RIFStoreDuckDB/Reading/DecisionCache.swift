import RIFModel
import RIFStore

/// What a reader keeps of the log from one dashboard to the next, so that each reads only the rows that are new.
///
/// While the database is open, only the writer of this process adds rows, each with a higher sequence than all before it,
/// and rows go away only by a clean-up. So where the table has as many rows more than were kept as it has rows above the
/// last sequence that was kept, it holds what was kept and those; in every other case everything is read anew. Both counts
/// come from the same snapshot as all else that a dashboard shows.
///
/// It belongs to one connection, whose snapshots only move forward, and goes with it: whatever others did to the file
/// while it was closed is read anew. The parts are made when they are first asked for.
struct DecisionCache {
    /// Rows in the table, and the highest sequence among them, in the snapshot that all parts show.
    let seen: Seen

    /// Over all decisions.
    var sums: DecisionSums?
    var quarters: Quarters?
    var last: LastDecisions?
    /// In the order in which dashboards list decisions, newest first, at most `tail` of them.
    var newest: [LogEntry]?
    /// Events of the decisions with the highest sequences, in their order, at most `tail` of them.
    var events: [Event]?

    /// Dashboards show 20 decisions and 50 events.
    static let tail = 100
    /// New rows that are looked at one by one; reading more than that anew is cheaper.
    static let mostNewRows: Int64 = 20_000

    /// How a table was found; equal values of one connection mean the same rows.
    struct Seen: Equatable {
        var count: Int64
        /// None where no row has one.
        var through: Int64?

        /// The number of rows that were added, where they can be read by their sequences.
        func added(since before: Seen) -> Int64? {
            let new = count - before.count
            guard new > 0, new <= DecisionCache.mostNewRows, let through, through > before.through ?? .min else {
                return nil
            }
            return new
        }
    }

    /// By the quarter of an hour in which they begin: every time zone is a multiple of it off UTC.
    struct Quarters {
        static let length: Int64 = 900_000_000

        /// Microseconds; the beginning of a quarter, and no earlier ones are here.
        var since: Int64
        /// By their beginnings, in microseconds.
        var sums: [Int64: DecisionSums]

        static func beginning(of microseconds: Int64) -> Int64 {
            let place = microseconds % length
            return microseconds - (place < 0 ? place + length : place)
        }
    }

    /// The last decision of each active session. One that is active and not here has none: a session is here from its
    /// first decision on, and those that have ended do not become active again.
    struct LastDecisions {
        private(set) var bySession: [ExactText: Decision] = [:]
        private(set) var bytes = 0

        /// Text that is held at most, in bytes.
        static let mostBytes = 16 << 20

        subscript(sessionID: String) -> Decision? { bySession[ExactText(sessionID)] }

        mutating func set(_ decision: Decision) {
            bytes += Self.size(decision)
            if let old = bySession.updateValue(decision, forKey: ExactText(decision.sessionID)) {
                bytes -= Self.size(old)
            }
        }

        /// Forgets the sessions that have ended, once they are many.
        mutating func keep(_ active: [DashboardFigures.ActiveSession]) {
            guard bySession.count > 2 * active.count + 1000 else { return }
            let all = self
            self = LastDecisions()
            for session in active { if let decision = all[session.listing.sessionID] { set(decision) } }
        }

        private static func size(_ decision: Decision) -> Int {
            decision.reason.utf8.count + (decision.errorDetails?.utf8.count ?? 0)
                + decision.agentsSelected.reduce(0) { $0 + $1.utf8.count }
        }
    }

    /// Takes in all rows that were added since, in the order of their sequence.
    func adding(_ entries: [LogEntry], seen: Seen) -> DecisionCache {
        var cache = DecisionCache(
            seen: seen, sums: sums, quarters: quarters, last: last, newest: newest, events: events)
        for entry in entries {
            guard case .decision(let decision, _) = entry.body else { continue }
            cache.sums?.add(decision)
            cache.last?.set(decision)
            let quarter = Quarters.beginning(of: decision.timestamp.microseconds)
            if let quarters = cache.quarters, quarter >= quarters.since {
                cache.quarters?.sums[quarter, default: DecisionSums()].add(decision)
            }
        }
        if newest != nil {
            cache.newest = Array(((newest ?? []) + entries).sorted(by: Self.isNewer).prefix(Self.tail))
        }
        if events != nil {
            cache.events = Array(((events ?? []) + entries.suffix(Self.tail).map(\.event)).suffix(Self.tail))
        }
        return cache
    }

    /// `timestamp DESC, sequence DESC NULLS LAST, decision_id DESC`; a sequence that is none is 0 in an entry.
    private static func isNewer(_ one: LogEntry, _ other: LogEntry) -> Bool {
        if one.timestamp != other.timestamp { return one.timestamp > other.timestamp }
        return one.sequence > other.sequence
    }
}

/// The newest rows of `orchestration_events`, kept under the same conditions as those of the decisions.
struct EventTail {
    var seen: DecisionCache.Seen
    var events: [Event]
}

/// What every average of decisions is made of.
struct DecisionSums {
    var count: Int64 = 0
    var successes: Int64 = 0
    /// Milliseconds, and the decisions that have a time.
    var time: Int64 = 0
    var timed: Int64 = 0
    var longest: Int64?
    var shortest: Int64?
    /// Sum of the confidences, and the decisions that have one.
    var confidence = 0.0
    var stated: Int64 = 0

    mutating func add(_ decision: Decision) {
        var one = DecisionSums(count: 1, successes: decision.success ? 1 : 0)
        if let time = decision.executionTimeMS.map(Int64.init) {
            (one.time, one.timed, one.longest, one.shortest) = (time, 1, time, time)
        }
        (one.confidence, one.stated) = (Double(decision.confidence), 1)
        self += one
    }

    static func += (all: inout Self, other: Self) {
        all.count += other.count
        all.successes += other.successes
        all.time += other.time
        all.timed += other.timed
        all.longest = [all.longest, other.longest].compactMap(\.self).max()
        all.shortest = [all.shortest, other.shortest].compactMap(\.self).min()
        all.confidence += other.confidence
        all.stated += other.stated
    }

    var averageTime: Double { timed == 0 ? 0 : Double(time) / Double(timed) }

    /// A FLOAT is exact to six or seven digits: rounding the average gives 0.85 for 0.85.
    var averageConfidence: Double { stated == 0 ? 0 : (confidence / Double(stated) * 1e6).rounded() / 1e6 }

    var figures: DecisionFigures? {
        guard count > 0 else { return nil }
        return DecisionFigures(
            total: count, successful: successes, averageExecutionTimeMS: averageTime,
            maximumExecutionTimeMS: longest ?? 0, minimumExecutionTimeMS: shortest ?? 0,
            averageConfidence: averageConfidence, mostCommonTransition: nil)
    }
}

/// Text that is equal to the same bytes only, as in SQL; a `String` is equal to every other spelling of its characters.
struct ExactText: Hashable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (one: Self, other: Self) -> Bool { one.text.utf8.elementsEqual(other.text.utf8) }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    /// The order of the bytes, which is also SQL's.
    static func < (one: Self, other: Self) -> Bool { one.text.utf8.lexicographicallyPrecedes(other.text.utf8) }
}
