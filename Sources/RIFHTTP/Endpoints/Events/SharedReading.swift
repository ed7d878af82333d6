import Synchronization

/// Something that costs to read, shared by everybody who asks for it at the same time.
///
/// Whoever asks gets a reading that began after that; those who ask while one is under way share the next one. So a
/// thousand who come at once cost two readings.
final class SharedReading<Value: Sendable>: Sendable {
    private struct State {
        /// The newest one that has begun.
        var running: Task<Value, any Error>?
        /// The one that has not begun.
        var next: Task<Value, any Error>?
    }

    private let state = Mutex(State())
    private let read: @Sendable () async throws -> Value

    init(_ read: @escaping @Sendable () async throws -> Value) { self.read = read }

    func value() async throws -> Value {
        let task = state.withLock { state in
            if let next = state.next { return next }
            let before = state.running
            let task = Task {
                _ = await before?.result
                self.state.withLock { state in
                    state.running = state.next
                    state.next = nil
                }
                defer {
                    // What was read is not kept for longer than somebody wants it.
                    self.state.withLock { state in if state.next == nil { state.running = nil } }
                }
                return try await self.read()
            }
            state.next = task
            return task
        }
        return try await task.value
    }
}
