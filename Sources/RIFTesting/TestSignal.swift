import Dispatch
import Synchronization

/// Something that a test waits for, instead of for a while.
///
/// A signal counts how often it fired. Who waits for the n-th time after it has come returns at once, so there is no
/// moment to miss. Waiting ends with an error after a limit, so that a broken promise fails and does not hang.
public final class TestSignal: Sendable {
    private struct State {
        var count = 0
        var waiting: [Int: (target: Int, continuation: CheckedContinuation<Bool, Never>)] = [:]
        var nextWaiter = 0
    }

    private let state = Mutex(State())
    private let name: String

    public init(_ name: String = "the signal") { self.name = name }

    /// How often it fired.
    public var count: Int { state.withLock { $0.count } }

    public func fire() {
        let due = state.withLock { state in
            state.count += 1
            let due = state.waiting.filter { $0.value.target <= state.count }
            for id in due.keys { state.waiting[id] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in due { continuation.resume(returning: true) }
    }

    /// Returns when the signal has fired so many times in all.
    ///
    /// - Throws: `TestFailure` after the limit.
    public func wait(
        times target: Int = 1, limit: Duration = .seconds(50), file: String = #fileID, line: Int = #line
    ) async throws {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        let alarm = Task {
            try? await Task.sleep(for: limit)
            state.withLock { $0.waiting.removeValue(forKey: id) }?.continuation.resume(returning: false)
        }
        defer { alarm.cancel() }
        let came = await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.count >= target { return true }
                state.waiting[id] = (target, continuation)
                return false
            }
            if isThere { continuation.resume(returning: true) }
        }
        guard came else {
            throw TestFailure("\(name) came \(count) times in \(limit), expected \(target)", file: file, line: line)
        }
    }
}

/// A place at which a thread stops until a test lets it go on. For threads that may block, never for tasks.
public final class Gate: Sendable {
    /// Fires whenever a thread has come to the gate.
    public let arrived = TestSignal("an arrival at the gate")
    private let semaphore = DispatchSemaphore(value: 0)
    private let isOpen = Mutex(false)

    public init() {}

    /// Blocks until the gate is opened; half a minute at most, so that a failing test ends.
    public func pass() {
        arrived.fire()
        guard !isOpen.withLock({ $0 }) else { return }
        _ = semaphore.wait(timeout: .now() + 30)
        semaphore.signal()
    }

    /// Lets everybody through, from now on.
    public func open() {
        isOpen.withLock { $0 = true }
        semaphore.signal()
    }
}

/// What a test expected and did not find. Thrown, and not reported by `#expect`, so that this library stands on no
/// test framework and can serve child processes as well.
public struct TestFailure: Error, CustomStringConvertible {
    public var message: String
    public var file: String
    public var line: Int

    public init(_ message: String, file: String = #fileID, line: Int = #line) {
        self.message = message
        self.file = file
        self.line = line
    }

    public var description: String { "\(file):\(line): \(message)" }
}

/// Throws where a condition does not hold.
public func expect(
    _ condition: Bool, _ message: @autoclosure () -> String = "an expectation failed", file: String = #fileID,
    line: Int = #line
) throws(TestFailure) {
    if !condition { throw TestFailure(message(), file: file, line: line) }
}

/// Throws where two values differ, and shows both.
public func expectEqual<Value: Equatable>(
    _ found: Value, _ expected: Value, _ what: @autoclosure () -> String = "value", file: String = #fileID,
    line: Int = #line
) throws(TestFailure) {
    guard found != expected else { return }
    func short(_ value: Value) -> String {
        let text = String(describing: value)
        return text.count > 2000 ? "\(text.prefix(2000))… (\(text.utf8.count) bytes)" : text
    }
    throw TestFailure("\(what()): found \(short(found)), expected \(short(expected))", file: file, line: line)
}
