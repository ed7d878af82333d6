import DuckDB
import RIFModel
import RIFStore
import Synchronization

/// One user's query while it runs: who may stop it, why it was stopped, and what it began with.
final class QueryTurn: Sendable {
    enum Stop: Sendable, Hashable {
        case time, memory
        /// The writer, or a read of ours, found no memory left.
        case writer
        /// The database is reopened, or closed.
        case maintenance
        /// Nobody waits for the answer any more.
        case cancelled
    }

    let limits: QueryLimits
    /// When its turn came, the resident memory of the process then, and what of it the database kept of its file, in
    /// bytes.
    private let start = Mutex<(time: ContinuousClock.Instant, resident: Int64, cached: Int64)?>(nil)
    private let state = Mutex<(interrupter: Interrupter?, stop: Stop?)>((nil, nil))

    init(limits: QueryLimits) { self.limits = limits }

    /// From here on a stop reaches the statement.
    ///
    /// - Throws: where it was stopped before.
    func begin(_ interrupter: Interrupter, cached: Int64) throws {
        start.withLock { $0 = (.now, ResidentMemory.bytes(), cached) }
        state.withLock { $0.interrupter = interrupter }
        try check()
    }

    /// After this nothing is interrupted any more. Answers why it was stopped, if it was.
    func end() -> Stop? {
        state.withLock { state in
            state.interrupter = nil
            return state.stop
        }
    }

    /// Interrupts what runs; the first reason counts. An interrupt between two statements is forgotten by the database,
    /// so it is repeated by the watch.
    func stop(_ reason: Stop) {
        state.withLock { state in
            state.stop = state.stop ?? reason
            state.interrupter?.interrupt()
        }
    }

    func check() throws {
        guard state.withLock({ $0.stop }) == nil else {
            throw DuckDBError(kind: .interrupted, message: "The query was stopped.")
        }
    }

    /// Stops it where it has gone beyond a limit, and repeats a stop that was asked for.
    ///
    /// - Parameter cached: bytes that the database keeps of its file, asked for only where it matters.
    func inspect(resident: Int64, cached: () -> Int64) {
        if let reason = state.withLock({ $0.stop }) { return stop(reason) }
        guard let start = start.withLock({ $0 }) else { return }
        if ContinuousClock.now - start.time > .seconds(limits.seconds) { return stop(.time) }
        guard resident - start.resident > limits.memoryBytes else { return }
        // What a large scan has read stays in memory until somebody needs the room: that is no fault of the query.
        if resident - start.resident - max(0, cached() - start.cached) > limits.memoryBytes { stop(.memory) }
    }

    static func error(_ stop: Stop, _ limits: QueryLimits) -> RIFError {
        switch stop {
        case .time: QueryErrors.time(limits)
        case .memory, .writer: QueryErrors.memory(limits)
        case .maintenance:
            RIFError(
                .overloaded,
                "the query was stopped because the database was being tended; the same request may succeed now")
        case .cancelled:
            RIFError(.unprocessable, "sql: stopped because nobody waited for the answer any more", field: "sql")
        }
    }
}
