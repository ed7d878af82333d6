import Logging
import RIFAgents
import RIFEngine
import RIFModel
import Synchronization

extension Driver {
    /// States without an agent or a person that may follow upon one another: more of them go in a circle.
    private static let longestGallop = 1000

    /// Looks after one session until it has ended, or nothing of it is left to look after.
    func run(_ sessionID: String, _ bell: Bell) async {
        var gallop = 0
        while !Task.isCancelled {
            do {
                guard let session = try await orchestrator.engine.committed(sessionID) else { break }
                stopStrays(of: session)
                guard let step = step(of: session) else {
                    if try await idle(session, bell) { continue }
                    break
                }
                if case .finished = step { break }
                if step.isWritten {
                    if case .launch = step { gallop = 0 }
                    if case .transition = step { gallop += 1 }
                    guard gallop <= Self.longestGallop else {
                        try await pauseCircle(session)
                        continue
                    }
                    try await write(step, session)
                    continue
                }
                if case .working = step { gallop = 0 }
                if case .person = step { gallop = 0 }
                await act(on: step, of: session)
                await bell.wait(atMost: waitingTime(session))
            } catch {
                // The disk may have room again later; nothing was half done.
                logger.error(
                    "a session cannot be driven on yet",
                    metadata: ["session": "\(sessionID)", "error": "\(error)"])
                await bell.wait(atMost: .seconds(2))
            }
        }
        finished(sessionID)
        // Somebody may have asked for it to be driven just when there was nothing left to look after.
        guard !Task.isCancelled, let session = try? await orchestrator.engine.committed(sessionID),
            !session.isFinished, session.drive.isDriven || session.drive.cancelReason != nil
        else { return }
        attend(sessionID)
    }

    private func finished(_ sessionID: String) {
        let entries = state.withLock { state -> [String] in
            if !state.isStopping { state.sessions[sessionID] = nil }
            return state.queue.waiting.values.filter { $0.sessionID == sessionID }.map(\.assignmentID)
        }
        state.withLock { state in for id in entries { state.queue.remove(id) } }
    }

    /// What is due; nothing where nobody asked for the session to be driven.
    private func step(of session: SessionState) -> DriveStep? {
        guard let plan = DrivePlan(session, at: now) else { return session.isFinished ? .finished : nil }
        guard session.drive.isDriven || session.drive.cancelReason != nil || session.isFinished else { return nil }
        return plan.next
    }

    /// A session that others move: only its agents are seen to.
    ///
    /// - Returns: false where it has none any more.
    private func idle(_ session: SessionState, _ bell: Bell) async throws(RIFError) -> Bool {
        let open = session.assignments.values.filter { !$0.status.hasEnded && $0.kind != .external }
        guard !open.isEmpty else { return false }
        enqueue(open, of: session)
        await bell.wait(atMost: waitingTime(session))
        return true
    }

    private func write(_ step: DriveStep, _ session: SessionState) async throws(RIFError) {
        let limits = orchestrator.limits
        do {
            _ = try await orchestrator.engine.perform(
                "drive", on: session.sessionID, options: CommandOptions(actor: "driver"), request: .null
            ) { state, moment throws(RIFError) in try SessionRules.advance(state, at: moment, limits: limits) }
        } catch  where error.code == .unprocessable || error.code == .invalidRequest {
            // What the agents reported together does not fit: a failure that says so, and no step that is tried for ever.
            let reason = "the step out of \(session.currentState) is refused: \(error.detail)"
            _ = try await orchestrator.engine.perform(
                "drive", on: session.sessionID, options: CommandOptions(actor: "driver"), request: .null
            ) { state, moment throws(RIFError) in
                guard !state.isFinished, state.lastSequence == session.lastSequence else { return .nothing }
                return try SessionRules.complete(
                    CompleteCommand(outcome: .failed, reason: reason), on: state, at: moment.now, limits: limits)
            }
        }
    }

    private func pauseCircle(_ session: SessionState) async throws(RIFError) {
        let reason =
            "\(Self.longestGallop) states in a row had neither an agent nor a person: the workflow goes in a circle"
        try await orchestrator.session(session.sessionID).pause(reason: reason)
    }

    /// Does what the log does not say.
    private func act(on step: DriveStep, of session: SessionState) async {
        switch step {
        case .working, .paused, .person:
            if !session.drive.isPaused {
                enqueue(session.assignments.values.filter { !$0.status.hasEnded && $0.kind != .external }, of: session)
            } else {
                dequeue(session)
            }
        case .stop(let assignments):
            let why = session.drive.cancelReason.map { "the session was cancelled: \($0)" } ?? "its state has timed out"
            for assignment in assignments { await end(assignment, of: session.sessionID, reason: why) }
        case .prove(let requirements):
            prove(requirements, of: session)
        case .finished, .launch, .ask, .expire, .timeOut, .merge, .transition, .complete, .waiting:
            break
        }
    }

    /// How long a session may be left alone.
    private func waitingTime(_ session: SessionState) -> Duration? {
        let moment = now
        var next: [Timestamp] = []
        if let plan = DrivePlan(session, at: moment), let deadline = plan.deadline, !session.drive.isPaused {
            next.append(deadline)
        }
        if let due = state.withLock({ $0.queue.nextMoment(after: moment) }) { next.append(due) }
        guard let first = next.min() else { return nil }
        // A clock that is set forward is noticed within the minute.
        return min(.seconds(60), .microseconds(max(1_000, moment.distance(to: first))))
    }

    /// Ends processes whose assignment is over by somebody else's word, or whose session is.
    private func stopStrays(of session: SessionState) {
        let strays = state.withLock { state -> [RunFolder] in
            if let proof = state.proofs[session.sessionID],
                proof.visit != session.drive.visit || session.isFinished || session.drive.cancelReason != nil
            {
                proof.task.cancel()
            }
            var found: [RunFolder] = []
            for (id, run) in state.runs where run.sessionID == session.sessionID && run.cause == nil {
                let assignment = session.assignments[id]
                guard assignment == nil || assignment?.status.hasEnded == true || assignment?.attempt != run.attempt
                else { continue }
                state.runs[id]?.cause = .cancelled
                found.append(run.folder)
            }
            return found
        }
        guard !strays.isEmpty else { return }
        Task { for folder in strays { await keeper.stop(folder) } }
    }

    // MARK: - The queue

    /// Queues what waits for its turn, and starts whatever has one.
    func enqueue(_ assignments: [Assignment], of session: SessionState) {
        guard let definition = session.drive.workflow?.definition else { return }
        let moment = now
        let taken = state.withLock { state -> [AgentQueue.Entry] in
            guard !state.isStopping else { return [] }
            for assignment in assignments where state.runs[assignment.assignmentID] == nil {
                guard assignment.status == .queued || assignment.status == .rateLimited else { continue }
                state.queue.add(
                    AgentQueue.Entry(
                        assignmentID: assignment.assignmentID, attempt: assignment.attempt,
                        sessionID: session.sessionID, agent: assignment.agent, workflowType: definition.type,
                        priority: session.priority, createdAt: session.createdAt, since: moment,
                        notBefore: assignment.notBefore,
                        agentLimit: definition.agent(assignment.agent)?.maxConcurrent,
                        workflowLimit: definition.maxConcurrent, isRateLimited: assignment.status == .rateLimited))
            }
            return state.queue.take(at: moment)
        }
        for entry in taken { begin(entry) }
    }

    private func dequeue(_ session: SessionState) {
        state.withLock { state in
            for entry in state.queue.waiting.values where entry.sessionID == session.sessionID {
                state.queue.remove(entry.assignmentID)
            }
        }
    }

    /// Gives on the slot of an attempt that is over.
    func release(_ assignmentID: String) {
        let moment = now
        let (taken, bells) = state.withLock { state -> ([AgentQueue.Entry], [Bell]) in
            let bells = state.runs[assignmentID].map { state.bells(of: $0.sessionID) } ?? []
            state.runs[assignmentID] = nil
            state.queue.remove(assignmentID)
            return (state.isStopping ? [] : state.queue.take(at: moment), bells)
        }
        for entry in taken { begin(entry) }
        // Its next attempt could not be queued before.
        for bell in bells { bell.ring() }
    }

    /// Ends an attempt: its process where it has one, else only its turn.
    func end(_ assignment: Assignment, of sessionID: String, reason: String) async {
        let folder = state.withLock { state -> RunFolder? in
            state.queue.remove(unlessRunning: assignment.assignmentID)
            guard let run = state.runs[assignment.assignmentID] else { return nil }
            if run.cause == nil {
                state.runs[assignment.assignmentID]?.cause = .cancelled
                state.runs[assignment.assignmentID]?.reason = reason
            }
            return run.folder
        }
        if let folder {
            await keeper.stop(folder)
        } else {
            var end = AttemptEnd(assignmentID: assignment.assignmentID, attempt: assignment.attempt, cause: .cancelled)
            end.reason = reason
            await record(end, of: sessionID)
        }
    }
}
