import CProcess
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Waits for any number of descriptors to become readable, on one thread for the whole program.
final class DescriptorWatch: Sendable {
    static let shared = DescriptorWatch()

    /// Closed by the watch once its wait is over.
    private struct Entry {
        let descriptor: Int32
        let done: @Sendable (_ isReadable: Bool) -> Void
    }

    private struct State {
        var entries: [UInt64: Entry] = [:]
        var next: UInt64 = 0
        var isRunning = false
    }

    private let state = Mutex(State())
    private let wakeRead: Int32
    private let wakeWrite: Int32

    private init() {
        var ends: [Int32] = [-1, -1]
        _ = rif_pipe(&ends)
        _ = rif_set_nonblocking(ends[0])
        _ = rif_set_nonblocking(ends[1])
        wakeRead = ends[0]
        wakeWrite = ends[1]
    }

    /// Calls `done` once: on the watch's thread when the descriptor is readable, or where it is cancelled. It is closed
    /// afterwards.
    @discardableResult
    func add(_ descriptor: Int32, done: @escaping @Sendable (_ isReadable: Bool) -> Void) -> UInt64 {
        let id = state.withLock { state in
            state.next += 1
            state.entries[state.next] = Entry(descriptor: descriptor, done: done)
            if !state.isRunning {
                state.isRunning = true
                startThread()
            }
            return state.next
        }
        wake()
        return id
    }

    func cancel(_ id: UInt64) {
        // The thread closes it: it may be in poll() with it just now.
        let entry = state.withLock { state in state.entries.removeValue(forKey: id) }
        guard let entry else { return }
        state.withLock { state in
            state.next += 1
            state.entries[state.next] = Entry(descriptor: -1) { _ in close(entry.descriptor) }
        }
        wake()
        entry.done(false)
    }

    /// Until the descriptor is readable or the task is cancelled. The descriptor is closed then.
    func untilReadable(_ descriptor: Int32) async {
        let ticket = Ticket()
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let id = add(descriptor) { _ in continuation.resume() }
                if ticket.isCancelled(settingID: id) { cancel(id) }
            }
        } onCancel: {
            if let id = ticket.cancel() { cancel(id) }
        }
    }

    /// Brings the id of a wait and the cancellation of its task together, whichever comes first.
    private final class Ticket: Sendable {
        private let state = Mutex<(id: UInt64?, isCancelled: Bool)>((nil, false))

        func isCancelled(settingID id: UInt64) -> Bool {
            state.withLock { state in
                state.id = id
                return state.isCancelled
            }
        }

        func cancel() -> UInt64? {
            state.withLock { state in
                state.isCancelled = true
                return state.id
            }
        }
    }

    private func wake() {
        var byte: UInt8 = 0
        _ = write(wakeWrite, &byte, 1)
    }

    private func startThread() {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        defer { pthread_attr_destroy(&attributes) }
        #if canImport(Darwin)
        var thread: pthread_t?
        pthread_create(&thread, &attributes, { _ in DescriptorWatch.shared.patrol() }, nil)
        #else
        var thread = pthread_t()
        pthread_create(&thread, &attributes, { _ in DescriptorWatch.shared.patrol() }, nil)
        #endif
    }

    /// The thread's life. It ends with the program.
    private func patrol() -> Never {
        while true {
            let entries = state.withLock { state in Array(state.entries) }
            for (id, entry) in entries where entry.descriptor < 0 { finish(id) }
            let watched = entries.filter { $0.value.descriptor >= 0 }
            var descriptors = [pollfd(fd: wakeRead, events: Int16(POLLIN), revents: 0)]
            descriptors += watched.map { pollfd(fd: $0.value.descriptor, events: Int16(POLLIN), revents: 0) }
            guard poll(&descriptors, nfds_t(descriptors.count), -1) > 0 else { continue }
            if descriptors[0].revents != 0 {
                var bytes = [UInt8](repeating: 0, count: 256)
                while read(wakeRead, &bytes, bytes.count) > 0 {}
            }
            for (place, (id, _)) in watched.enumerated() where descriptors[place + 1].revents != 0 { finish(id) }
        }
    }

    private func finish(_ id: UInt64) {
        guard let entry = state.withLock({ state in state.entries.removeValue(forKey: id) }) else { return }
        entry.done(true)
        if entry.descriptor >= 0 { close(entry.descriptor) }
    }
}
