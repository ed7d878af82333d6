import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A program that is run to its end, its streams in files. Not by Foundation's `Process`: with a thousand descriptors open,
/// that one reads past the end of the list of them now and then, and takes all tests with it.
enum Spawned {
    struct NotStarted: Error {
        var program: String
        var reason: String
    }

    /// - Parameters:
    ///   - streams: files for standard input, output and error.
    ///   - patience: seconds; one that hangs is killed.
    /// - Returns: its exit code, or the number of the signal that ended it.
    static func run(
        _ program: String, _ arguments: [String], environment: [String: String], in folder: String, streams: [String],
        patience: Double = 120
    ) async throws -> Int32 {
        let pid = try start(program, arguments, environment: environment, in: folder, streams: streams)
        return await withCheckedContinuation { continuation in
            // A thread of its own: it waits, and nobody else waits behind it.
            Thread.detachNewThread {
                let alarm = DispatchWorkItem { kill(pid, SIGKILL) }
                DispatchQueue.global().asyncAfter(deadline: .now() + patience, execute: alarm)
                var status: Int32 = 0
                while waitpid(pid, &status, 0) < 0, errno == EINTR {}
                alarm.cancel()
                let signal = status & 0x7F
                continuation.resume(returning: signal == 0 ? status >> 8 & 0xFF : signal)
            }
        }
    }

    private static func start(
        _ program: String, _ arguments: [String], environment: [String: String], in folder: String, streams: [String]
    ) throws -> pid_t {
        #if canImport(Darwin)
        var actions: posix_spawn_file_actions_t?
        var attributes: posix_spawnattr_t?
        #else
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for (descriptor, path) in streams.enumerated() {
            let mode = descriptor == 0 ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC
            posix_spawn_file_actions_addopen(&actions, Int32(descriptor), path, mode, 0o600)
        }
        // The threads of tests have signals blocked that the program is to hear.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        // The shell only changes the folder, and becomes the program.
        let shell = ["/bin/sh", "-c", #"cd "$1" && shift && exec "$@""#, "sh", folder, program]
        var words = (shell + arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, shell[0], &actions, &attributes, &words, &variables)
        guard failure == 0 else { throw NotStarted(program: program, reason: String(cString: strerror(failure))) }
        return pid
    }
}
