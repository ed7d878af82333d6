public import RIFEngine
public import RIFModel

extension SessionHandle {
    /// Puts agents to work (`launch_agents`).
    ///
    /// - Returns: agent → id of its assignment.
    /// - Throws: `invalid_request` where the list is empty or names an agent twice; `session_finished`, `not_found`.
    @discardableResult
    public func launchAgents(
        _ agents: [String], task: String, options: CommandOptions = CommandOptions()
    ) async throws(RIFError) -> [String: String] {
        let command = LaunchCommand(agents: agents, taskDescription: task)
        let limits = orchestrator.limits
        let performed = try await orchestrator.engine.perform(
            "launch_agents", on: id, options: options, request: command.json
        ) { state, moment throws(RIFError) in
            try SessionRules.launch(command, on: state, at: moment, limits: limits)
        }
        return performed.result.objectValue?.compactMapValues(\.stringValue) ?? [:]
    }

    /// Reports how an assignment stands.
    ///
    /// - Throws: `not_found` where the session has no such assignment; `session_finished`.
    @discardableResult
    public func updateAssignment(
        _ assignmentID: String, status: AssignmentStatus, result: JSONValue = .null,
        options: CommandOptions = CommandOptions()
    ) async throws(RIFError) -> Assignment {
        let command = UpdateAssignmentCommand(assignmentID: assignmentID, status: status, result: result)
        let limits = orchestrator.limits
        let performed = try await orchestrator.engine.perform(
            "update_assignment", on: id, options: options, request: command.json
        ) { state, _ throws(RIFError) in
            try SessionRules.updateAssignment(command, on: state, limits: limits)
        }
        guard let assignment = performed.state.assignments[assignmentID] else {
            throw RIFError.notFound("assignment", assignmentID)
        }
        return assignment
    }

    /// The assignments of the session, oldest first.
    ///
    /// - Throws: `not_found`.
    public func assignments() async throws(RIFError) -> [Assignment] {
        try await state().assignments.values.sorted { $0.assignmentID < $1.assignmentID }
    }
}
