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
    /// The quarter in which the trends begin, row by row, since only a part of it belongs to them.
    var window: Window?
    var last: LastDecisions?
    /// In the order in which dashboards list decisions, newest first, at most `tail` of them.
    var newest: [Recent]?
    /// Events of the decisions with the highest sequences, in their order, at most `tail` of them.
    var events: [Event]?

    /// Dashboards show 20 decisions and 50 events.
    static let tail = 100
    /// New rows that are looked at one by one; reading more than that anew is cheaper.
    static let mostNewRows: Int64 = 10_000

    /// A decision with what dashboards say of its session, which nothing changes while the session is there.
    struct Recent {
        var sequence: Int64
        var shown: DashboardFigures.RecentDecision
    }

    /// The decisions of a span of time, in no order: any later part of it can be added up without reading.
    struct Window {
        /// Microseconds.
        var range: Range<Int64>
        var rows: [(timestamp: Int64, sums: DecisionSums)]

        /// A window of more rows than this is not kept.
        static let mostRows = 4096

        func sums(since: Int64) -> DecisionSums {
            rows.reduce(into: DecisionSums()) { if $1.timestamp >= since { $0 += $1.sums } }
        }
    }

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

    /// The last decision of each session that was active when it was looked for, or has decided since.
    struct LastDecisions {
        private var bySession: [ExactText: Decision] = [:]
        /// Active sessions that had none when they were looked for.
        private var without: Set<ExactText> = []
        private(set) var bytes = 0

        /// Text that is held at most, in bytes.
        static let mostBytes = 16 << 20

        subscript(sessionID: String) -> Decision? { bySession[ExactText(sessionID)] }

        /// Whether it was looked for and has none. One that is neither here nor this was not looked for.
        func isWithout(_ sessionID: String) -> Bool { without.contains(ExactText(sessionID)) }

        mutating func set(_ decision: Decision) {
            bytes += Self.size(decision)
            if let old = bySession.updateValue(decision, forKey: ExactText(decision.sessionID)) {
                bytes -= Self.size(old)
            }
        }

        mutating func setNone(_ sessionID: String) { without.insert(ExactText(sessionID)) }

        /// Forgets the sessions that have ended, once they are many.
        mutating func keep(_ active: [DashboardFigures.ActiveSession]) {
            guard bySession.count + without.count > 2 * active.count + 1000 else { return }
            let all = self
            self = LastDecisions()
            for id in active.lazy.map(\.listing.sessionID) {
                if let decision = all[id] { set(decision) } else if all.isWithout(id) { setNone(id) }
            }
        }

        private static func size(_ decision: Decision) -> Int {
            decision.reason.utf8.count + (decision.errorDetails?.utf8.count ?? 0)
                + decision.agentsSelected.reduce(0) { $0 + $1.utf8.count }
        }
    }

    /// Takes in all rows that were added since, in the order of their sequence.
    func adding(_ entries: [LogEntry], seen: Seen) -> DecisionCache {
        var cache = DecisionCache(
            seen: seen, sums: sums, quarters: quarters, window: window, last: last, newest: newest, events: events)
        for entry in entries {
            guard case .decision(let decision, _) = entry.body else { continue }
            cache.sums?.add(decision)
            cache.last?.set(decision)
            let quarter = Quarters.beginning(of: decision.timestamp.microseconds)
            if let quarters = cache.quarters, quarter >= quarters.since {
                cache.quarters?.sums[quarter, default: DecisionSums()].add(decision)
            }
            if cache.window?.range.contains(decision.timestamp.microseconds) == true { cache.window = nil }
        }
        if events != nil {
            cache.events = Array(((events ?? []) + entries.suffix(Self.tail).map(\.event)).suffix(Self.tail))
        }
        return cache
    }

    /// `timestamp DESC, sequence DESC NULLS LAST, decision_id DESC`, for decisions that have different sequences.
    static func isNewer(_ one: Recent, _ other: Recent) -> Bool {
        let times = (one.shown.decision.timestamp, other.shown.decision.timestamp)
        return times.0 == times.1 ? one.sequence > other.sequence : times.0 > times.1
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

    init(
        count: Int64 = 0, successes: Int64 = 0, time: Int64 = 0, timed: Int64 = 0, longest: Int64? = nil,
        shortest: Int64? = nil, confidence: Double = 0, stated: Int64 = 0
    ) {
        self.count = count
        self.successes = successes
        self.time = time
        self.timed = timed
        self.longest = longest
        self.shortest = shortest
        self.confidence = confidence
        self.stated = stated
    }

    mutating func add(_ decision: Decision) {
        self += DecisionSums(
            success: decision.success, time: decision.executionTimeMS.map(Int64.init), confidence: decision.confidence)
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

    /// Of one decision; rows that others wrote may lack all of it.
    init(success: Bool?, time: Int64?, confidence: Float?) {
        self.init(
            count: 1, successes: success == true ? 1 : 0, time: time ?? 0, timed: time == nil ? 0 : 1, longest: time,
            shortest: time, confidence: confidence.map(Double.init) ?? 0, stated: confidence == nil ? 0 : 1)
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

    static func == (one: Self, other: Self) -> Bool {
        var (one, other) = (one.text, other.text)
        return one.withUTF8 { one in other.withUTF8 { one.count == $0.count && one.elementsEqual($0) } }
    }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    /// The order of the bytes, which is also SQL's.
    static func < (one: Self, other: Self) -> Bool { one.text.utf8.lexicographicallyPrecedes(other.text.utf8) }
}
