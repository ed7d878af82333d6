public import RIFAgents
public import RIFEngine
public import RIFModel
import Synchronization

extension Driver {
    /// What runs and what waits: `{running[], waiting[], limits}`.
    public func queue() -> JSONValue {
        let (queue, moment) = (state.withLock { $0.queue }, now)
        let running = queue.running.values.sorted { $0.assignmentID < $1.assignmentID }.map { entry -> JSONValue in
            [
                "session_id": .string(entry.sessionID), "assignment_id": .string(entry.assignmentID),
                "agent": .string(entry.agent), "since": .string(entry.since.rfc3339),
                "attempt": .int(Int64(entry.attempt)),
            ]
        }
        let waiting = queue.ordered.enumerated().map { place, entry -> JSONValue in
            [
                "session_id": .string(entry.sessionID), "assignment_id": .string(entry.assignmentID),
                "agent": .string(entry.agent), "since": .string(entry.since.rfc3339),
                "position": .int(Int64(place + 1)), "why": .string(queue.why(entry, at: moment)),
                "attempt": .int(Int64(entry.attempt)),
            ]
        }
        var agents: [String: JSONValue] = [:]
        for entry in [queue.running.values, queue.waiting.values].joined() {
            if let limit = entry.agentLimit { agents[entry.agent] = .int(Int64(limit)) }
        }
        return [
            "running": .array(running), "waiting": .array(waiting),
            "limits": ["max_concurrent": .int(Int64(queue.maximum)), "agents": .object(agents)],
        ]
    }

    /// An assignment with what its process has put out so far, where it runs.
    public func refreshed(_ assignment: Assignment) async -> Assignment {
        guard assignment.status.isWorking, assignment.kind != .external,
            let folder = state.withLock({ $0.runs[assignment.assignmentID]?.folder })
        else { return assignment }
        let counts = await keeper.counts(folder)
        var fresh = assignment
        fresh.process.output = counts.json
        fresh.process.lastOutputAt = counts.lastOutputAt ?? fresh.process.lastOutputAt
        return fresh
    }

    /// Ends an assignment: its process first, where it has one. Its state then counts it as failed.
    ///
    /// - Throws: `not_found`; `state_conflict` where it has ended already.
    public func cancel(
        assignment assignmentID: String, reason: String, options: CommandOptions = CommandOptions()
    ) async throws(RIFError) -> Assignment {
        try Validation.text(reason, field: "reason", maximumBytes: orchestrator.limits.reasonBytes)
        let assignment = try await orchestrator.assignment(assignmentID)
        if options.idempotencyKey != nil {
            // Claims the key; what is done under it comes after.
            let request: JSONValue = ["assignment_id": .string(assignmentID), "reason": .string(reason)]
            let claimed = try await orchestrator.engine.perform(
                "cancel_assignment", on: assignment.sessionID, options: options, request: request
            ) { _, _ in .nothing }
            if claimed.isRepetition { return assignment }
        }
        guard !assignment.status.hasEnded else {
            throw RIFError(
                .stateConflict,
                "assignment \(RIFError.quoted(assignmentID)) is \(assignment.status.rawValue); expected one that goes on"
            )
        }
        guard assignment.kind != .external else {
            return try await orchestrator.updateAssignment(
                assignment.assignmentID, status: .cancelled, result: ["reason": .string(reason)])
        }
        await end(assignment, of: assignment.sessionID, reason: reason)
        let id = assignment.assignmentID
        if let task = state.withLock({ $0.runs[id]?.task }) { await task.value }
        return try await orchestrator.assignment(id)
    }

    /// What an attempt has put out, from a byte on.
    ///
    /// - Parameters:
    ///   - attempt: none: the newest one.
    ///   - after: bytes of the original stream; what was not kept of its middle is passed over.
    /// - Returns: bytes, and the offset to go on from.
    /// - Throws: `not_found`, `unprocessable`.
    public static func output(
        of assignment: Assignment, attempt: Int? = nil, stream: RunStream, after: Int64, limit: Int,
        in runsFolder: String
    ) async throws(RIFError) -> (bytes: [UInt8], next: Int64) {
        let attempt = attempt ?? assignment.attempt
        guard (1...assignment.attempt).contains(attempt) else {
            throw RIFError.unprocessable(
                field: "attempt", value: .int(Int64(attempt)), expected: "1 to \(assignment.attempt)")
        }
        let folder = RunFolder(root: runsFolder, assignmentID: assignment.assignmentID, attempt: attempt)
        return try await RunOutput.read(folder, stream, after: after, limit: limit)
    }

    /// As `output(of:attempt:stream:after:limit:in:)`, of a driver's own folder.
    public func output(
        of assignmentID: String, attempt: Int? = nil, stream: RunStream, after: Int64, limit: Int
    ) async throws(RIFError) -> (bytes: [UInt8], next: Int64) {
        let assignment = try await orchestrator.assignment(assignmentID)
        return try await Self.output(
            of: assignment, attempt: attempt, stream: stream, after: after, limit: limit,
            in: configuration.runsFolder)
    }
}

extension OutputCounts {
    /// `{stdout_bytes, stderr_bytes, truncated}`.
    var json: JSONValue {
        [
            "stdout_bytes": .int(stdoutBytes), "stderr_bytes": .int(stderrBytes), "truncated": .bool(truncated),
        ]
    }
}
