public import RIFEngine
public import RIFModel
public import RIFStore

extension Orchestrator {
    /// One assignment, whichever session it belongs to.
    ///
    /// - Throws: `not_found`.
    public func assignment(_ assignmentID: String) async throws(RIFError) -> Assignment {
        let (id, session) = try await find(assignmentID)
        guard let assignment = try await session.state().assignments[id] else {
            throw RIFError.notFound("assignment", assignmentID)
        }
        return assignment
    }

    /// Assignments of all sessions or of one, those launched last first.
    ///
    /// - Throws: `unprocessable` for a limit outside 1…1,000.
    public func assignments(_ query: AssignmentQuery = AssignmentQuery()) async throws(RIFError) -> [Assignment] {
        try Validation.limit(query.limit, limits: limits)
        return try await read(flushed: true) { store throws(StoreError) in try await store.assignments(query) }
    }

    /// Reports how an assignment stands, whichever session it belongs to. The idempotency key is one of that session.
    ///
    /// - Throws: `not_found`, `session_finished`.
    @discardableResult
    public func updateAssignment(
        _ assignmentID: String, status: AssignmentStatus, result: JSONValue = .null,
        options: CommandOptions = CommandOptions()
    ) async throws(RIFError) -> Assignment {
        let (id, session) = try await find(assignmentID)
        return try await session.updateAssignment(id, status: status, result: result, options: options)
    }

    /// The assignment's id as it is stored, and its session.
    private func find(_ assignmentID: String) async throws(RIFError) -> (String, SessionHandle) {
        guard let id = UUIDv7.canonical(assignmentID),
            let sessionID = try await read({ store throws(StoreError) in
                try await store.sessionID(ofAssignment: id)
            })
        else { throw RIFError.notFound("assignment", assignmentID) }
        return (id, session(sessionID))
    }

    /// Makes sure that there is a session: for whoever has to tell one without decisions from one that is unknown. Costs
    /// nothing where it is in memory, else one lookup.
    ///
    /// - Throws: `not_found`.
    public func requireSession(_ sessionID: String) async throws(RIFError) {
        guard try await storage({ () throws(StoreError) in try await engine.isKnown(sessionID) }) else {
            throw RIFError.notFound("session", sessionID)
        }
    }
}
