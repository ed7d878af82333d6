/// One session, to be driven. A handle holds no state of its own: many may exist for one session, in any task.
public struct SessionHandle: Sendable, Hashable, Identifiable {
    public let id: String
    let orchestrator: Orchestrator

    public static func == (left: SessionHandle, right: SessionHandle) -> Bool { left.id == right.id }

    public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

extension Orchestrator {
    /// A handle on a session by its id. Whether there is such a session shows with the first operation.
    public func session(_ id: String) -> SessionHandle { SessionHandle(id: id, orchestrator: self) }
}
