import Synchronization

/// Says once, to everybody who listens, that the server begins to stop.
final class Drain: Sendable {
    private struct State {
        var hasBegun = false
        var listeners: [UInt64: @Sendable () -> Void] = [:]
        var next: UInt64 = 0
    }

    private let state = Mutex(State())

    var hasBegun: Bool { state.withLock { $0.hasBegun } }

    /// Operations that would be told now.
    var listenerCount: Int { state.withLock { $0.listeners.count } }

    func begin() {
        let listeners = state.withLock { state in
            guard !state.hasBegun else { return [@Sendable () -> Void]() }
            state.hasBegun = true
            defer { state.listeners = [:] }
            return Array(state.listeners.values)
        }
        for listener in listeners { listener() }
    }

    /// Runs an operation, and calls `onBegin` once where the stop begins before it has ended; at once where it has begun.
    func listening<Value>(
        onBegin: @escaping @Sendable () -> Void, _ operation: () async throws -> Value
    ) async rethrows -> Value {
        let id: UInt64? = state.withLock { state in
            guard !state.hasBegun else { return nil }
            state.next += 1
            state.listeners[state.next] = onBegin
            return state.next
        }
        if id == nil { onBegin() }
        defer { if let id { _ = state.withLock { $0.listeners.removeValue(forKey: id) } } }
        return try await operation()
    }
}
