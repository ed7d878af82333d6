import Logging
import RIFAgents
import RIFEngine
import RIFModel
import Synchronization

extension Driver {
    /// How often an agent that works is looked at: for silence, and for the name of its conversation.
    private static let lookInterval: Duration = .seconds(1)
    /// How often a process is started whose keeper ends before it comes so far.
    private static let mostStarts = 6
    /// How often where its folder cannot be written: for some ten minutes.
    private static let mostStartsOnFullDisk = 300

    /// Starts the process of an attempt that has got its slot.
    func begin(_ entry: AgentQueue.Entry) {
        let folder = RunFolder(
            root: configuration.runsFolder, assignmentID: entry.assignmentID, attempt: entry.attempt)
        state.withLock { state in
            // Between its turn and here it was decided to stop: whoever drives next starts it.
            guard !state.isStopping else { return }
            state.runs[entry.assignmentID] = DriverState.Run(
                sessionID: entry.sessionID, attempt: entry.attempt, folder: folder)
            state.runs[entry.assignmentID]?.task = Task {
                await self.launch(entry, folder)
                self.release(entry.assignmentID)
            }
        }
    }

    /// Watches the process of an attempt that another driver started.
    func adopt(_ assignment: Assignment, of session: SessionState) {
        guard let definition = session.drive.workflow?.definition else { return }
        let entry = AgentQueue.Entry(
            assignmentID: assignment.assignmentID, attempt: assignment.attempt, sessionID: session.sessionID,
            agent: assignment.agent, workflowType: definition.type, priority: session.priority,
            createdAt: session.createdAt, since: assignment.startedAt,
            agentLimit: definition.agent(assignment.agent)?.maxConcurrent, workflowLimit: definition.maxConcurrent)
        let folder = RunFolder(
            root: configuration.runsFolder, assignmentID: entry.assignmentID, attempt: entry.attempt)
        state.withLock { state in
            state.queue.adopt(entry)
            state.runs[entry.assignmentID] = DriverState.Run(
                sessionID: entry.sessionID, attempt: entry.attempt, folder: folder)
            state.runs[entry.assignmentID]?.task = Task {
                await self.watch(entry, folder, kind: assignment.kind)
                self.release(entry.assignmentID)
            }
        }
    }

    private func launch(_ entry: AgentQueue.Entry, _ folder: RunFolder) async {
        guard let session = try? await orchestrator.engine.committed(entry.sessionID),
            let assignment = session.assignments[entry.assignmentID], assignment.attempt == entry.attempt,
            !assignment.status.hasEnded, !session.isFinished, !session.drive.isPaused || !session.drive.isDriven,
            let definition = session.drive.workflow?.definition, let agent = definition.agent(entry.agent)
        else { return }
        var end = AttemptEnd(assignmentID: entry.assignmentID, attempt: entry.attempt, cause: .unstartable)
        do {
            let maker = AgentOrder(
                definition: definition, agent: agent, assignment: assignment, state: session,
                configuration: configuration, address: self.state.withLock { $0.address })
            let order = try await offPool { () throws(RIFError) in try maker.order(in: folder) }
            // The attempt is in the log; from here on its folder says how far it came.
            guard let started = try await start(order, entry, in: folder) else { return }
            await perform(entry.sessionID) { state, _ in
                SessionRules.startAttempt(
                    entry.assignmentID, attempt: entry.attempt, pid: Int(started.pid), on: state)
            }
        } catch {
            guard case .running = await keeper.find(folder) else {
                // What is declared wrongly stays wrong; a disk or a process table that is full does not.
                if error.code == .storageUnavailable || error.code == .internal { end.cause = .ended }
                end.reason = error.detail
                end.result = AgentResult(outcome: .failure, reason: error.detail)
                end.jitter = Double.random(in: -1...1)
                await record(end, of: entry.sessionID)
                return
            }
        }
        await watch(entry, folder, kind: agent.kind)
    }

    /// Starts a process. A keeper that was killed before it came so far, and a disk without room, are met with patience:
    /// nothing has run, and the folder may be used again.
    ///
    /// - Returns: nothing where the attempt was to end before it began; that is noted.
    private func start(
        _ order: RunOrder, _ entry: AgentQueue.Entry, in folder: RunFolder
    ) async throws(RIFError) -> RunStart? {
        var pause = Duration.milliseconds(100)
        for count in 1... {
            do throws(RIFError) {
                return try await keeper.start(order, in: folder)
            } catch {
                let most = error.code == .storageUnavailable ? Self.mostStartsOnFullDisk : Self.mostStarts
                guard error.code == .storageUnavailable || error.code == .internal, count < most,
                    case .neverStarted = await keeper.find(folder)
                else { throw error }
                logger.warning(
                    "an agent could not be started yet",
                    metadata: ["assignment": "\(entry.assignmentID)", "error": "\(error)"])
            }
            // clock: a pause before it is tried again.
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(2))
            guard !Task.isCancelled else { return nil }
            if state.withLock({ $0.runs[entry.assignmentID]?.cause }) != nil {
                let reader = AgentReader(kind: .command, folder: folder)
                await conclude(
                    .neverStarted, entry.assignmentID, attempt: entry.attempt, of: entry.sessionID, folder, reader)
                return nil
            }
        }
        return nil
    }

    /// Follows a process to its end, and notes what it came to. Returns early, and notes nothing, where it is detached.
    private func watch(_ entry: AgentQueue.Entry, _ folder: RunFolder, kind: AgentKind) async {
        let reader = AgentReader(kind: kind, folder: folder)
        let looking = Task { await self.look(entry, folder, reader, kind: kind) }
        // An end that was asked for before there was anything to end.
        if state.withLock({ $0.runs[entry.assignmentID]?.cause }) != nil { await keeper.stop(folder) }
        let finding = await keeper.end(of: folder)
        looking.cancel()
        await looking.value
        guard !Task.isCancelled else { return }
        await conclude(finding, entry.assignmentID, attempt: entry.attempt, of: entry.sessionID, folder, reader)
    }

    /// Notes what an attempt came to that is over.
    ///
    /// - Returns: false where it is not over.
    @discardableResult
    func conclude(
        _ finding: RunFinding, _ assignmentID: String, attempt: Int, of sessionID: String, _ folder: RunFolder,
        _ reader: AgentReader
    ) async -> Bool {
        let asked = state.withLock { ($0.runs[assignmentID]?.cause, $0.runs[assignmentID]?.reason) }
        var end = AttemptEnd(assignmentID: assignmentID, attempt: attempt, cause: .ended)
        end.jitter = Double.random(in: -1...1)
        switch finding {
        case .running:
            return false
        case .neverStarted:
            end.cause = asked.0 ?? .lost
            end.reason = asked.1 ?? "it was never started"
        case .lost:
            // Whatever is left of it must not work beside the next attempt.
            let swept = await keeper.sweep(folder, assignmentID: assignmentID, attempt: attempt)
            end.cause = .lost
            logger.warning(
                "an agent was lost", metadata: ["assignment": "\(assignmentID)", "processes_ended": "\(swept)"])
            await take(nil, of: sessionID, reader, into: &end)
            if end.reason == nil {
                // Nobody knows how it ended, but it left its result, which counts.
                end.cause = .ended
            } else {
                end.result = nil
            }
            end.cause = asked.0 ?? end.cause
        case .ended(let found):
            await take(found, of: sessionID, reader, into: &end)
            if found.stopped {
                // By whoever drove it before, where nobody here asked for it.
                end.cause = asked.0 ?? .interrupted
                end.reason = asked.1 ?? "whoever drove it stopped"
            } else if found.timedOut {
                end.cause = .timedOut
                end.reason = "it ran into its timeout"
            } else if found.startError != nil {
                end.reason = found.startError
            }
        }
        await record(end, of: sessionID)
        return true
    }

    private func take(
        _ found: RunEnd?, of sessionID: String, _ reader: AgentReader, into end: inout AttemptEnd
    ) async {
        let conclusion = await reader.result(found)
        end.result = conclusion.result
        end.reason = conclusion.problem
        // Its own words stay beside ours.
        if end.result?.reason == end.reason { end.result?.reason = nil }
        end.tokens = conclusion.signs.tokens
        end.areTokensOfConversation = conclusion.signs.areTokensOfConversation
        end.costUSD = conclusion.signs.costUSD
        end.agentSessionID = conclusion.signs.agentSessionID
        end.lastOutputAt = found?.output.lastOutputAt ?? conclusion.signs.lastOutputAt
        end.exitCode = found?.exitCode.map(Int.init)
        end.signal = found?.signal.map(Int.init)
        if let found { end.output = found.output.json }
        if conclusion.isRateLimited, await parks(end.assignmentID, of: sessionID) {
            // Without a time that it names, a limit is tried again after five minutes.
            let until = conclusion.result.until ?? conclusion.signs.rateLimitedUntil ?? now.advanced(by: .seconds(300))
            end.cause = .rateLimited(until: until)
            end.reason = "rate limit until \(until.rfc3339)"
        } else if conclusion.isRateLimited {
            end.result?.outcome = .failure
            end.reason = end.reason ?? "it ran into a rate limit"
        }
    }

    private func parks(_ assignmentID: String, of sessionID: String) async -> Bool {
        guard let session = try? await orchestrator.engine.committed(sessionID),
            let assignment = session.assignments[assignmentID]
        else { return true }
        return session.drive.workflow?.definition.agent(assignment.agent)?.parksOnRateLimit ?? true
    }

    /// Looks at an agent while it works.
    private func look(
        _ entry: AgentQueue.Entry, _ folder: RunFolder, _ reader: AgentReader, kind: AgentKind
    ) async {
        let session = try? await orchestrator.engine.committed(entry.sessionID)
        let limit = session?.drive.workflow?.definition.agent(entry.agent)?.silentAfter
        let begun = now
        var isSilent = session?.assignments[entry.assignmentID]?.status == .silent
        var conversation = session?.assignments[entry.assignmentID]?.process.agentSessionID
        guard limit != nil || kind != .command else { return }
        while true {
            do {
                // clock: an agent's silence is measured by it.
                try await Task.sleep(for: Self.lookInterval)
            } catch {
                return
            }
            let last = await keeper.counts(folder).lastOutputAt
            if let limit {
                let silent = now >= max(begun, last ?? begun).advanced(by: limit)
                if silent != isSilent {
                    isSilent = silent
                    await perform(entry.sessionID) { state, _ in
                        SessionRules.noteSilence(
                            entry.assignmentID, attempt: entry.attempt, silent: silent, lastOutputAt: last, on: state)
                    }
                }
            }
            guard kind != .command else { continue }
            let signs = await reader.look()
            guard let found = signs.agentSessionID, found != conversation else { continue }
            conversation = found
            await perform(entry.sessionID) { state, _ in
                SessionRules.noteConversation(
                    entry.assignmentID, attempt: entry.attempt, agentSessionID: found, on: state)
            }
        }
    }

    // MARK: - Notes

    func record(_ end: AttemptEnd, of sessionID: String) async {
        let limits = orchestrator.limits
        await perform(sessionID) { state, moment in
            SessionRules.finishAttempt(end, on: state, at: moment, limits: limits)
        }
    }

    /// Writes what has to be written, however long the disk takes to have room for it: the run folder keeps it until then.
    func perform(
        _ sessionID: String,
        _ decide: @escaping @Sendable (SessionState, SessionRules.Moment) -> SessionRules.Decided
    ) async {
        for attempt in 1... {
            do {
                _ = try await orchestrator.engine.perform(
                    "drive", on: sessionID, options: CommandOptions(actor: "driver"), request: .null
                ) { state, moment throws(RIFError) in decide(state, moment) }
                return
            } catch {
                guard error.code == .overloaded || error.code == .storageUnavailable,
                    !state.withLock({ $0.isStopping && attempt > 3 })
                else {
                    logger.error(
                        "what became of an agent could not be noted; its run folder keeps it",
                        metadata: ["session": "\(sessionID)", "error": "\(error)"])
                    return
                }
                // clock: a pause before the disk is asked again.
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }
}
