import Dispatch
import Synchronization

/// Where this room's calls block: on a few threads of their own, never on Swift's pool.
final class WorkQueues: Sendable {
    static let shared = WorkQueues(count: 4)

    private let queues: [DispatchQueue]
    private let next = Atomic<Int>(0)

    init(count: Int) {
        queues = (0..<max(1, count)).map { DispatchQueue(label: "rif-agents-\($0)") }
    }

    /// Runs `body` on one of the threads.
    func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        let turn = next.wrappingAdd(1, ordering: .relaxed).oldValue & .max
        let queue = queues[turn % queues.count]
        return await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: body()) }
        }
    }

    /// The same for what can fail.
    func run<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        try await run { () -> Result<Value, Failure> in
            do throws(Failure) { return .success(try body()) } catch { return .failure(error) }
        }.get()
    }

    /// Lets time pass, also in a task that was cancelled: for what has to come to its end first.
    func pause(milliseconds: Int) async {
        await withCheckedContinuation { continuation in
            queues[0].asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { continuation.resume() }
        }
    }
}
