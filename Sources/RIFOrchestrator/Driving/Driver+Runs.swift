import Logging
import RIFAgents
import RIFEngine
import RIFModel
import Synchronization

extension Driver {
    /// How often an agent that works is looked at: for silence, and for the name of its conversation.
    private static let lookInterval: Duration = .seconds(1)

    /// Starts the process of an attempt that has got its slot.
    func begin(_ entry: AgentQueue.Entry) {
        let folder = RunFolder(
            root: configuration.runsFolder, assignmentID: entry.assignmentID, attempt: entry.attempt)
        state.withLock { state in
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
            let started = try await keeper.start(order, in: folder)
            await perform(entry.sessionID) { state, _ in
                SessionRules.startAttempt(
                    entry.assignmentID, attempt: entry.attempt, pid: Int(started.pid), on: state)
            }
        } catch {
            guard case .running = await keeper.find(folder) else {
                end.reason = error.detail
                end.result = AgentResult(outcome: .failure, reason: error.detail)
                await record(end, of: entry.sessionID)
                return
            }
        }
        await watch(entry, folder, kind: agent.kind)
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
            end.cause = .lost
            end.reason = "it was never started"
        case .lost:
            // Whatever is left of it must not work beside the next attempt.
            let swept = await keeper.sweep(folder, assignmentID: assignmentID, attempt: attempt)
            end.cause = .lost
            logger.warning(
                "an agent was lost", metadata: ["assignment": "\(assignmentID)", "processes_ended": "\(swept)"])
            await take(nil, reader, into: &end)
            if end.reason == nil {
                // Nobody knows how it ended, but it left its result, which counts.
                end.cause = .ended
            } else {
                end.result = nil
            }
            end.cause = asked.0 ?? end.cause
        case .ended(let found):
            await take(found, reader, into: &end)
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

    private func take(_ found: RunEnd?, _ reader: AgentReader, into end: inout AttemptEnd) async {
        let conclusion = await reader.result(found)
        end.result = conclusion.result
        // The agent's own words, where it has some, say more than how it ended.
        end.reason = conclusion.problem.map { conclusion.result.reason ?? $0 }
        end.tokens = conclusion.signs.tokens
        end.costUSD = conclusion.signs.costUSD
        end.agentSessionID = conclusion.signs.agentSessionID
        end.lastOutputAt = found?.output.lastOutputAt ?? conclusion.signs.lastOutputAt
        end.exitCode = found?.exitCode.map(Int.init)
        end.signal = found?.signal.map(Int.init)
        if let found { end.output = found.output.json }
        if conclusion.isRateLimited, await parks(end.assignmentID) {
            // Without a time that it names, a limit is tried again after five minutes.
            let until = conclusion.result.until ?? conclusion.signs.rateLimitedUntil ?? now.advanced(by: .seconds(300))
            end.cause = .rateLimited(until: until)
            end.reason = "rate limit until \(until.rfc3339)"
        } else if conclusion.isRateLimited {
            end.result?.outcome = .failure
            end.reason = end.reason ?? "it ran into a rate limit"
        }
    }

    private func parks(_ assignmentID: String) async -> Bool {
        guard let run = state.withLock({ $0.runs[assignmentID] }),
            let session = try? await orchestrator.engine.committed(run.sessionID),
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
                guard error.code == .overloaded || error.code == .storageUnavailable, attempt < 300,
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
