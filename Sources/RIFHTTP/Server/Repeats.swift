import RIFModel
import RIFOrchestrator
import Synchronization

/// The answers to requests with an idempotency key that are about no session: clean-ups, backups, checkpoints.
///
/// What they do is safe to do twice, so it is enough to remember them for as long as the server runs.
final class Repeats: Sendable {
    private struct Entry {
        var request: JSONValue
        var answer: Task<JSONValue, any Error>
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var order: [String] = []
    }

    private let state = Mutex(State())
    private static let limit = 1000

    /// The first answer to a request with this key; a failure is not remembered.
    ///
    /// - Throws: `unprocessable` where the key came with another request before.
    func once(
        _ operation: String, _ call: Call, _ perform: @escaping @Sendable () async throws -> JSONValue
    ) async throws -> JSONValue {
        guard let key = try call.options.idempotencyKey else { return try await perform() }
        try Validation.idempotencyKey(key, limits: call.service.configuration.limits)
        let request: JSONValue = ["operation": .string(operation), "body": call.body.json]
        let (entry, isNew) = state.withLock { state in
            if let known = state.entries[key] { return (known, false) }
            let entry = Entry(request: request, answer: Task { try await perform() })
            state.entries[key] = entry
            state.order.append(key)
            if state.order.count > Self.limit { state.entries.removeValue(forKey: state.order.removeFirst()) }
            return (entry, true)
        }
        guard entry.request == request else {
            throw RIFError.unprocessable(
                field: "Idempotency-Key", value: .string(key), problem: "came with another request before",
                expected: "a key of this request's own")
        }
        do {
            return try await entry.answer.value
        } catch {
            if isNew { forget(key) }
            throw error
        }
    }

    private func forget(_ key: String) {
        state.withLock { state in
            state.entries.removeValue(forKey: key)
            state.order.removeAll { $0 == key }
        }
    }
}
