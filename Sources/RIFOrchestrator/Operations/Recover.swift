public import RIFEngine
public import RIFModel

extension Orchestrator {
    /// The exact last durable state of a session (`recover_state`), rebuilt from its log where it is not in memory;
    /// nothing where the session is unknown.
    ///
    /// - Throws: `storage_unavailable` where what is stored cannot be read: it is reported, never thrown away.
    public func recoverState(_ sessionID: String) async throws(RIFError) -> Session? {
        try await engine.committed(sessionID)?.session
    }

    /// Takes up an interrupted session (`recover_session`). Never changes its state; notes a `session_recovery` event.
    ///
    /// - Returns: false where the session is unknown.
    public func recoverSession(
        _ sessionID: String, options: CommandOptions = CommandOptions()
    ) async throws(RIFError) -> Bool {
        do {
            _ = try await engine.perform("recover", on: sessionID, options: options, request: .null) {
                state, _ throws(RIFError) in SessionRules.recover(state)
            }
            return true
        } catch  where error.code == .notFound {
            return false
        }
    }

    /// The state of a session as it was after its last event with a global sequence not above the given one; nothing
    /// before its start, or where it is unknown.
    public func state(of sessionID: String, at sequence: Int64) async throws(RIFError) -> Session? {
        let stored = try await read { store throws(StoreError) in try await store.load(sessionID) }
        guard let stored, !stored.isUnlogged else { return nil }
        return SessionState.fold(stored.entries.prefix { $0.sequence <= sequence })?.session
    }
}

extension SessionHandle {
    /// The session as it was committed last.
    ///
    /// - Throws: `not_found`.
    public func current() async throws(RIFError) -> Session { try await state().session }

    func state() async throws(RIFError) -> SessionState {
        guard let state = try await orchestrator.engine.committed(id) else { throw RIFError.notFound("session", id) }
        return state
    }
}
