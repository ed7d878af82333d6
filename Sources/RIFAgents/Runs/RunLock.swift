import CProcess
import RIFModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The lock of a run's folder. A shim holds it exclusively as long as it lives; whoever looks shares it for a moment.
enum RunLock {
    enum Attempt {
        /// The descriptor that holds it.
        case taken(Int32)
        case heldByAnother
        case failed(Files.Failure)
    }

    /// For a shim: until the process ends. Those who only look are waited for, another shim is not.
    static func takeForLife(_ folder: RunFolder) -> Attempt {
        let descriptor: Int32
        do { descriptor = try Files.open(folder.lockFile, O_RDWR | O_CREAT) } catch { return .failed(error) }
        while true {
            if Files.retrying({ flock(descriptor, LOCK_EX | LOCK_NB) }) == 0 { return .taken(descriptor) }
            guard errno == EWOULDBLOCK else {
                let failure = Files.Failure(code: errno, what: "lock \(folder.lockFile)")
                close(descriptor)
                return .failed(failure)
            }
            // Shared works beside those who look, and fails beside a shim.
            if isRefused(descriptor) {
                close(descriptor)
                return .heldByAnother
            }
            flock(descriptor, LOCK_UN)
            // Of different length in every process: two that share for a moment must not wait for each other in step.
            usleep(UInt32.random(in: 200...3_000))
        }
    }

    /// Says in the lock's file who holds it.
    static func sign(_ descriptor: Int32, as identity: ProcessIdentity) {
        // Without it the run cannot be stopped from outside, but goes its way.
        ftruncate(descriptor, 0)
        try? Files.write(Array(identity.json.compact.utf8), to: descriptor)
    }

    /// Shares the lock while `body` runs, so that no shim begins meanwhile.
    ///
    /// - Returns: nil where a shim holds it, and `body` was not called.
    static func whileFree<Value>(_ folder: RunFolder, _ body: () -> Value) -> Value? {
        // Where it cannot be made (a read-only disk) nobody can hold it either.
        guard let descriptor = try? Files.open(folder.lockFile, O_RDWR | O_CREAT) else { return body() }
        defer { close(descriptor) }
        return isRefused(descriptor) ? nil : body()
    }

    static func isHeld(_ folder: RunFolder) -> Bool {
        guard let descriptor = try? Files.open(folder.lockFile, O_RDWR) else { return false }
        defer { close(descriptor) }
        return isRefused(descriptor)
    }

    /// Tries to share the lock, and says whether a shim is in the way.
    private static func isRefused(_ descriptor: Int32) -> Bool {
        Files.retrying { flock(descriptor, LOCK_SH | LOCK_NB) } != 0 && errno == EWOULDBLOCK
    }

    /// The shim that holds it; nil where none does, or where it has not signed yet.
    static func holder(_ folder: RunFolder) -> ProcessIdentity? {
        guard isHeld(folder) else { return nil }
        let signed = ProcessIdentity(Files.readObject(folder.lockFile, limit: 1 << 10))
        let noted = StartNote(Files.readObject(folder.startFile))?.shim
        return [signed, noted].compactMap(\.self).first(where: \.isThere)
    }
}
