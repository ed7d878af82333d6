public import Logging
import RIFAgents
public import RIFEngine
public import RIFModel
import Synchronization

/// Drives sessions along their workflows: launches their agents, watches them, and decides the next transition from what
/// they come to. All it knows is in the log and in the agents' run folders, so another one goes on where this one stops.
///
/// Whoever holds the database open for writing may have one driver: the lock on the database is the lease by which a
/// session is driven by one driver at a time.
public final class Driver: Sendable {
    let orchestrator: Orchestrator
    let configuration: DriverConfiguration
    let keeper: RunKeeper
    let logger: Logger
    let state: Mutex<DriverState>

    /// Makes a driver; nothing runs before it is asked to.
    public init(
        _ orchestrator: Orchestrator, configuration: DriverConfiguration, logger: Logger = Logger(label: "rif.driver")
    ) {
        self.orchestrator = orchestrator
        self.configuration = configuration
        self.logger = logger
        keeper = RunKeeper(shim: configuration.shim, logger: logger)
        var initial = DriverState(
            queue: AgentQueue(maximum: configuration.maxConcurrent, isStrict: configuration.isStrict))
        initial.address = configuration.address
        state = Mutex(initial)
    }

    var now: Timestamp { orchestrator.clock.now() }

    /// Takes stock of what an interruption left, and drives on what was driven before.
    ///
    /// - Parameter sessions: only these are driven on; none: all of them. What is left of the others is noted all the same.
    /// - Returns: what was found of each agent that was interrupted.
    public func start(driving sessions: Set<String>? = nil) async throws(RIFError) -> [RecoveredRun] {
        follow()
        let found = try await orchestrator.sessionsToDrive()
        var recovered: [RecoveredRun] = []
        for id in found {
            recovered += try await takeStock(of: id, adopting: sessions?.contains(id) ?? true, isDryRun: false)
        }
        for id in found where sessions?.contains(id) ?? true { attend(id) }
        startCleaning()
        state.withLock { state in
            guard state.sweeping == nil, !state.isStopping else { return }
            state.sweeping = Task { await self.endStrays() }
        }
        return recovered
    }

    /// Drives a session from now on, until it has ended.
    ///
    /// - Returns: false where it was driven already.
    /// - Throws: `not_found`, `session_finished`; `unprocessable` where it follows no workflow.
    @discardableResult
    public func drive(
        _ sessionID: String, options: CommandOptions = CommandOptions()
    ) async throws(RIFError) -> Bool {
        let workflows = orchestrator.workflows
        let performed = try await orchestrator.engine.perform(
            "run", on: sessionID, options: options, request: .null
        ) {
            state, _ throws(RIFError) in
            // One that was started without a definition, of a type that has one.
            let known = state.drive.workflow == nil ? state.workflowType.flatMap { workflows.find($0) } : nil
            return try SessionRules.requestRun(state, offering: known?.definition)
        }
        follow()
        return attend(performed.state.sessionID)
    }

    /// Looks after a session: drives it where that was asked for, else only sees to the agents that were launched.
    ///
    /// - Returns: false where it is looked after already.
    @discardableResult
    public func attend(_ sessionID: String) -> Bool {
        follow()
        return state.withLock { state in
            guard !state.isStopping, state.sessions[sessionID] == nil else {
                state.sessions[sessionID]?.bell.ring()
                return false
            }
            let bell = Bell()
            state.sessions[sessionID] = DriverState.Attended(
                bell: bell, task: Task { await self.run(sessionID, bell) })
            return true
        }
    }

    /// Whether a session is looked after.
    public func attends(_ sessionID: String) -> Bool { state.withLock { $0.sessions[sessionID] != nil } }

    /// Returns when nothing is to be done for a session any more: it has ended, or it waits for somebody.
    ///
    /// - Parameter untilFinished: whether a session that waits is waited for, too.
    public func settled(_ sessionID: String, untilFinished: Bool) async throws(RIFError) -> SessionState? {
        while !Task.isCancelled {
            guard let state = try await orchestrator.engine.committed(sessionID) else { return nil }
            if state.isFinished { return state }
            if !untilFinished, let plan = DrivePlan(state, at: now), plan.isIdle { return state }
            let bell = Bell()
            let key = self.state.withLock { $0.listen(to: sessionID, bell) }
            // What happened before somebody listened rings nobody.
            let again = try await orchestrator.engine.committed(sessionID)
            if again?.lastSequence == state.lastSequence { await bell.wait(atMost: .seconds(5)) }
            self.state.withLock { $0.stopListening(sessionID, key) }
        }
        return try await orchestrator.engine.committed(sessionID)
    }

    /// Says where agents that start from now on reach the orchestrator: `http://…` or `unix:PATH`.
    public func note(address: String) { state.withLock { $0.address = address } }

    /// Ends. Agents that run are ended with it and queued again, or, detached, go on by themselves until the next driver
    /// takes them up. Idempotent.
    ///
    /// - Parameters:
    ///   - own: only agents of these sessions are ended; those of others go on, as if detached. None: those of all.
    ///   - limit: agents that take longer to end are left to their keepers; the next driver takes their results.
    public func stop(
        detaching: Bool = false, endingOnly own: Set<String>? = nil, atMost limit: Duration? = nil
    ) async {
        @Sendable func isLeft(_ run: DriverState.Run) -> Bool { detaching || own?.contains(run.sessionID) == false }
        let (tasks, proofs, sweeping, feed) = state.withLock { state in
            state.isStopping = true
            for (id, run) in state.runs where run.cause == nil && !isLeft(run) { state.runs[id]?.cause = .interrupted }
            return (state.sessions.values.map(\.task), state.proofs.values.map(\.task), state.sweeping, state.feed)
        }
        for task in tasks + proofs { task.cancel() }
        for task in tasks + proofs { await task.value }
        await sweeping?.value
        let rest = state.withLock { Array($0.runs.values) }
        for run in rest where isLeft(run) { run.task?.cancel() }
        for run in rest where !isLeft(run) { await keeper.stop(run.folder) }
        let alarm = limit.map { limit in
            Task {
                // clock: the time that a stop may take.
                try await Task.sleep(for: limit)
                for run in rest { run.task?.cancel() }
            }
        }
        for run in rest { await run.task?.value }
        alarm?.cancel()
        feed?.cancel()
        state.withLock { $0.cleaning }?.cancel()
    }

    /// Sees a session that is to be cancelled to its end: its agents are ended first, those of an interrupted driver too.
    public func finish(_ sessionID: String) async throws(RIFError) {
        if !attends(sessionID) {
            _ = try await takeStock(of: sessionID, adopting: true, isDryRun: false)
            attend(sessionID)
        }
        _ = try await settled(sessionID, untilFinished: true)
    }

    /// Starts what is queued in a session that nobody drives, and returns when each of its agents has begun, or waits for
    /// its turn.
    public func startQueued(_ sessionID: String) async throws(RIFError) {
        guard let session = try await orchestrator.engine.committed(sessionID) else {
            throw RIFError.notFound("session", sessionID)
        }
        enqueue(session.assignments.values.filter { $0.status == .queued }, of: session)
        let bell = Bell()
        let key = state.withLock { $0.listen(to: sessionID, bell) }
        defer { state.withLock { $0.stopListening(sessionID, key) } }
        follow()
        while !Task.isCancelled {
            let running = state.withLock { state in state.runs.filter { $0.value.sessionID == sessionID }.keys }
            let now = try await orchestrator.engine.committed(sessionID)
            let isBeginning = running.contains { id in
                now?.assignments[id].map { $0.process.pid == nil && !$0.status.hasEnded } ?? false
            }
            guard isBeginning else { return }
            await bell.wait(atMost: .seconds(1))
        }
    }

    /// Removes run folders of sessions that are gone, now and once a day.
    private func startCleaning() {
        state.withLock { state in
            guard state.cleaning == nil else { return }
            state.cleaning = Task { [weak self] in
                while !Task.isCancelled {
                    do {
                        _ = try await self?.removeOldRuns()
                        // clock: a duty of every day.
                        try await Task.sleep(for: .seconds(86_400))
                    } catch {
                        return
                    }
                }
            }
        }
    }

    // MARK: - Waking up

    /// Begins to follow the log, once.
    private func follow() {
        state.withLock { state in
            guard state.feed == nil else { return }
            let events = orchestrator.events()
            state.feed = Task { [weak self] in
                do {
                    for try await event in events {
                        guard let self, let id = event.sessionID else { continue }
                        for bell in self.state.withLock({ $0.bells(of: id) }) { bell.ring() }
                    }
                } catch {
                    self?.logger.error("the log cannot be followed", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}

/// What a driver holds in memory; all of it can be made again from the log and the run folders.
struct DriverState {
    struct Attended {
        let bell: Bell
        let task: Task<Void, Never>
    }

    /// What a state requires, being looked for.
    struct Proof {
        /// For which entry of its state.
        let visit: Int
        let task: Task<Void, Never>
    }

    /// An attempt whose process is watched.
    struct Run {
        let sessionID: String
        let attempt: Int
        let folder: RunFolder
        var task: Task<Void, Never>?
        /// Why it is being ended, where it is.
        var cause: AttemptEnd.Cause?
        var reason: String?
    }

    var sessions: [String: Attended] = [:]
    /// By assignment.
    var runs: [String: Run] = [:]
    var queue: AgentQueue
    /// By session.
    var proofs: [String: Proof] = [:]
    /// The names of the folders in which commands of ours prove something.
    var proving: Set<String> = []
    /// Ends what works though nobody waits for it.
    var sweeping: Task<Void, Never>?
    var isStopping = false
    /// Where agents reach the orchestrator.
    var address: String?
    var feed: Task<Void, Never>?
    var cleaning: Task<Void, Never>?
    private var listeners: [String: [Int: Bell]] = [:]
    private var nextListener = 0

    init(queue: AgentQueue) { self.queue = queue }

    mutating func listen(to sessionID: String, _ bell: Bell) -> Int {
        nextListener += 1
        listeners[sessionID, default: [:]][nextListener] = bell
        return nextListener
    }

    mutating func stopListening(_ sessionID: String, _ key: Int) {
        listeners[sessionID]?[key] = nil
        if listeners[sessionID]?.isEmpty == true { listeners[sessionID] = nil }
    }

    func bells(of sessionID: String) -> [Bell] {
        let others = listeners[sessionID].map { Array($0.values) } ?? []
        return (sessions[sessionID].map { [$0.bell] } ?? []) + others
    }
}
