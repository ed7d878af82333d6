import Dispatch
public import RIFStore
import Synchronization

/// A store's writing thread, driven from a test: each call runs on it and returns its result.
public final class WriterDriver: Sendable {
    private let jobs = Mutex<[(@Sendable (any StoreWriter) -> Void)?]>([])
    private let wakeUp = DispatchSemaphore(value: 0)

    /// - Throws: what `runWriter` throws.
    public init(_ store: any SessionStore) throws(StoreError) {
        try store.runWriter { [self] writer in
            while true {
                wakeUp.wait()
                guard let job = jobs.withLock({ $0.removeFirst() }) else { return }
                job(writer)
            }
        }
    }

    public func callAsFunction<Value: Sendable>(
        _ body: @escaping @Sendable (any StoreWriter) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            jobs.withLock { jobs in
                jobs.append { writer in
                    do throws(StoreError) {
                        continuation.resume(returning: .success(try body(writer)))
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                }
            }
            wakeUp.signal()
        }
        return try result.get()
    }

    /// Lets the writer's body return.
    public func stop() {
        jobs.withLock { $0.append(nil) }
        wakeUp.signal()
    }
}
