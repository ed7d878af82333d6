/// A named thread of its own that owns a `State` (connections, statements, appenders), which never
/// leaves it. Work for it is done one after the other, in the order in which it was handed in.
///
/// DuckDB's calls block. On Swift's cooperative pool they would stop everything else, so they run
/// here, and callers wait without holding a thread.
public final class DatabaseThread<State>: Sendable {
    private let core: Core
    private let thread: OSThread

    /// Starts the thread and waits until `make` has made the state on it; its error is thrown on.
    /// The system shows the first 15 bytes of `name`.
    public init(name: String, _ make: @escaping @Sendable () throws -> State) throws {
        let core = Core()
        self.core = core
        thread = try OSThread(name: name) { core.live(make) }
        do {
            try core.waitUntilMade()
        } catch {
            thread.join()
            core.markJoined()
            throw error
        }
    }

    deinit {
        core.requestStop()
        if core.claimJoin() { thread.detach() }
    }

    /// Runs `body` on the thread and waits for it without blocking one. What was handed in is
    /// done, also when the caller is cancelled meanwhile. Errors: those of `body`, `closed` after
    /// `stop()`.
    public func run<R: Sendable>(_ body: @escaping @Sendable (inout State) throws -> R) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            let accepted = enqueue { state in
                continuation.resume(with: Result { try body(&state) })
            }
            if !accepted { continuation.resume(throwing: DuckDBError.closed("database thread")) }
        }
    }

    /// As `run`, but blocks the calling thread: for callers on threads of their own, never for
    /// asynchronous code. On the thread itself it throws `invalidInput`, since it could never end.
    public func runBlocking<R: Sendable>(_ body: @escaping @Sendable (inout State) throws -> R) throws -> R {
        guard !thread.isCurrent else {
            throw DuckDBError(kind: .invalidInput, message: "runBlocking was called on the database thread itself.")
        }
        let answer = Answer<R>()
        guard enqueue({ state in answer.give(Result { try body(&state) }) }) else {
            throw DuckDBError.closed("database thread")
        }
        return try answer.wait().get()
    }

    /// Hands work in without waiting for it; false after `stop()`.
    func enqueue(_ body: @escaping @Sendable (inout State) -> Void) -> Bool { core.submit(body) }

    /// Does what was handed in before, drops the state on the thread, and waits for the thread's
    /// end. Calling it again does nothing. Blocks; called on the thread itself, it only asks for
    /// the stop and does not wait.
    public func stop() {
        core.requestStop()
        guard !thread.isCurrent else { return }
        if core.claimJoin() {
            thread.join()
            core.markJoined()
        } else {
            core.waitUntilJoined()
        }
    }
}

extension DatabaseThread {
    /// What the thread and its owner share; the thread holds this, never the owner, so that an
    /// owner that is let go ends the thread.
    private final class Core: @unchecked Sendable {  // Safe because all that changes is touched under the monitor.
        typealias Job = @Sendable (inout State) -> Void

        private enum Phase { case starting, living, failed(any Error) }

        // Safe because everything below is only touched while the monitor is held; the state
        // itself is a local variable of the thread.
        private let monitor = Monitor()
        private var phase = Phase.starting
        private var jobs: [Job] = []
        private var isStopping = false
        private var isJoinClaimed = false
        private var isJoined = false

        /// The life of the thread.
        func live(_ make: () throws -> State) {
            do {
                var state = try make()
                enter(.living)
                while let batch = nextBatch() {
                    for job in batch { job(&state) }
                }
            } catch {
                enter(.failed(error))
            }
        }

        func submit(_ job: @escaping Job) -> Bool {
            let (accepted, isFirst) = monitor.withLock {
                guard !isStopping else { return (false, false) }
                jobs.append(job)
                return (true, jobs.count == 1)
            }
            // After the lock is free, or the thread would wake up only to wait for it.
            if isFirst { monitor.signal() }
            return accepted
        }

        func requestStop() {
            monitor.withLock {
                isStopping = true
                monitor.signal()
            }
        }

        func waitUntilMade() throws {
            try monitor.withLock {
                while true {
                    switch phase {
                    case .starting: monitor.wait()
                    case .living: return
                    case .failed(let error):
                        isStopping = true
                        isJoinClaimed = true
                        throw error
                    }
                }
            }
        }

        /// True for the one who has to join or detach the thread.
        func claimJoin() -> Bool {
            monitor.withLock {
                defer { isJoinClaimed = true }
                return !isJoinClaimed
            }
        }

        func markJoined() {
            monitor.withLock {
                isJoined = true
                monitor.signal()
            }
        }

        func waitUntilJoined() {
            monitor.withLock { while !isJoined { monitor.wait() } }
        }

        private func enter(_ new: Phase) {
            monitor.withLock {
                phase = new
                monitor.signal()
            }
        }

        /// Everything that waits, or nil when there is nothing left and a stop was asked for.
        private func nextBatch() -> [Job]? {
            monitor.withLock {
                while jobs.isEmpty {
                    if isStopping { return nil }
                    monitor.wait()
                }
                defer { jobs = [] }
                return jobs
            }
        }
    }

    /// One answer that another thread waits for.
    // Safe because the result is only touched while the monitor is held.
    private final class Answer<R: Sendable>: @unchecked Sendable {
        private let monitor = Monitor()
        private var result: Result<R, any Error>?

        func give(_ result: Result<R, any Error>) {
            monitor.withLock { self.result = result }
            monitor.signal()
        }

        func wait() -> Result<R, any Error> {
            monitor.withLock {
                while true {
                    if let result { return result }
                    monitor.wait()
                }
            }
        }
    }
}
