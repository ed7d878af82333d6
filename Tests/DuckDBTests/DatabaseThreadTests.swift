import Synchronization
import Testing

@testable import DuckDB

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension DuckDBTests {
    @Suite struct Threads {
        @Test func worksInOrderOnOneThreadOfItsOwn() async throws {
            let thread = try DatabaseThread(name: "in-order") {
                (seen: [Int](), id: UInt(bitPattern: pthread_self().hashValue))
            }
            for number in 0..<1000 {
                let isHome = try await thread.run { state in
                    state.seen.append(number)
                    return UInt(bitPattern: pthread_self().hashValue) == state.id
                }
                #expect(isHome)
            }
            #expect(try thread.runBlocking { $0.seen } == Array(0..<1000))
            thread.stop()
        }

        @Test func manyCallersAtOnce() async throws {
            let thread = try DatabaseThread(name: "many") { 0 }
            await withTaskGroup { group in
                for _ in 0..<1000 { group.addTask { try? await thread.run { $0 += 1 } } }
            }
            #expect(try await thread.run { $0 } == 1000)
            thread.stop()
        }

        @Test func errorsReachTheCaller() async throws {
            struct Refusal: Error {}
            #expect(throws: Refusal.self) { try DatabaseThread(name: "none") { () throws -> Int in throw Refusal() } }
            let thread = try DatabaseThread(name: "errors") { 0 }
            await #expect(throws: Refusal.self) { try await thread.run { _ in throw Refusal() } }
            #expect(throws: Refusal.self) { try thread.runBlocking { _ in throw Refusal() } }
            #expect(try await thread.run { _ in 1 } == 1)
            thread.stop()
        }

        /// Holds the thread, queues work behind it, and lets the stop come before that work.
        @Test func stopDoesWhatWasQueuedAndRefusesTheRest() async throws {
            let gate = Gate()
            let done = Mutex(0)
            let thread = try DatabaseThread(name: "draining") { Probe() }
            let probe = try await thread.run { $0.released }
            _ = thread.enqueue { _ in
                gate.enter()
                thread.stop()
            }
            gate.waitUntilEntered()
            for _ in 0..<10 { #expect(thread.enqueue { _ in done.withLock { $0 += 1 } }) }
            gate.open()
            thread.stop()
            thread.stop()
            #expect(done.withLock { $0 } == 10)
            #expect(probe.value)
            let late = await #expect(throws: DuckDBError.self) { try await thread.run { _ in } }
            #expect(late?.kind == .closed)
            #expect(throws: DuckDBError.self) { try thread.runBlocking { _ in } }
        }

        @Test func severalMayStopAtOnce() async throws {
            let thread = try DatabaseThread(name: "stopped") { 0 }
            await withTaskGroup { group in
                for _ in 0..<4 {
                    group.addTask {
                        let stopper = try? DatabaseThread(name: "stopper") { 0 }
                        try? await stopper?.run { _ in thread.stop() }
                        stopper?.stop()
                    }
                }
            }
            #expect(throws: DuckDBError.self) { try thread.runBlocking { _ in } }
        }

        @Test func aThreadThatIsLetGoEndsAndDropsItsState() async throws {
            let released = try await {
                let thread = try DatabaseThread(name: "let-go") { Probe() }
                return try await thread.run { $0.released }
            }()
            released.wait()
            #expect(released.value)
        }

        @Test func onItselfItNeitherWaitsNorJoins() throws {
            let thread = try DatabaseThread(name: "itself") { 0 }
            let failure = try thread.runBlocking { _ in
                let failure = #expect(throws: DuckDBError.self) { try thread.runBlocking { $0 } }
                thread.stop()
                return failure
            }
            #expect(failure?.kind == .invalidInput)
            thread.stop()
        }

        /// More threads block than the pool has; the pool still works.
        @Test func waitingDoesNotBlockThePool() async throws {
            let gate = Gate()
            let threads = try (0..<16).map { try DatabaseThread(name: "blocked-\($0)") { 0 } }
            await withTaskGroup { group in
                for thread in threads { group.addTask { try? await thread.run { _ in gate.wait() } } }
                // Only runs if the pool is free; otherwise nobody opens the gate.
                group.addTask { gate.open() }
            }
            for thread in threads { thread.stop() }
        }

        @Test func hasADeepStackAndAName() async throws {
            let thread = try DatabaseThread(name: "a name that is too long") { try memory() }
            let expression = String(repeating: "(", count: 900) + "1" + String(repeating: ")", count: 900)
            #expect(try await thread.run { try $0.value("SELECT \(expression)") } == .int(1))
            let name = try await thread.run { _ in currentThreadName() }
            #expect(name == "a name that is ")
            thread.stop()
        }
    }
}

/// A state that tells when it is dropped.
private final class Probe {
    let released = Flag()
    deinit { released.raise() }
}

private final class Flag: @unchecked Sendable {
    // Safe because the value is only touched while the monitor is held.
    private let monitor = Monitor()
    private var raised = false

    var value: Bool { monitor.withLock { raised } }

    func raise() {
        monitor.withLock {
            raised = true
            monitor.signal()
        }
    }

    func wait() {
        monitor.withLock { while !raised { monitor.wait() } }
    }
}

/// Holds a thread until it is opened.
private final class Gate: Sendable {
    private let entered = Flag()
    private let opened = Flag()

    func enter() {
        entered.raise()
        opened.wait()
    }

    func wait() { opened.wait() }
    func open() { opened.raise() }
    func waitUntilEntered() { entered.wait() }
}

private func currentThreadName() -> String {
    var buffer = [CChar](repeating: 0, count: 64)
    #if canImport(Darwin)
    pthread_getname_np(pthread_self(), &buffer, buffer.count)
    #else
    if let file = fopen("/proc/thread-self/comm", "r") {
        fgets(&buffer, Int32(buffer.count), file)
        fclose(file)
    }
    #endif
    return String(decoding: buffer.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
