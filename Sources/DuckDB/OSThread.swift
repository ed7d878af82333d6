import CDuckDB

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A thread of the operating system. DuckDB's calls block and need a deep stack, so they have no
/// place on Swift's own pool of a few threads.
struct OSThread: @unchecked Sendable {  // Safe because a thread's id is only a value to compare and to join.
    private let id: pthread_t

    /// DuckDB recurses over expressions; the default of other systems (512 KiB) is too little.
    private static let stackSize = 8 << 20

    /// Starts a thread. The name is cut to the 15 bytes that Linux shows.
    init(name: String, _ body: @escaping @Sendable () -> Void) throws(DuckDBError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, Self.stackSize)
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        #if canImport(Darwin)
        var made: pthread_t?
        let code = pthread_create(&made, &attributes, { Start.run($0) }, start.toOpaque())
        #else
        var made = pthread_t()
        let code = pthread_create(&made, &attributes, { Start.run($0!) }, start.toOpaque())
        #endif
        guard code == 0 else {
            start.release()
            throw DuckDBError(kind: .other(0), message: "The system gave no thread (error \(code)).")
        }
        #if canImport(Darwin)
        id = made!
        #else
        id = made
        #endif
    }

    var isCurrent: Bool { pthread_equal(id, pthread_self()) != 0 }

    /// Waits for its end. Once, and never together with `detach()`.
    func join() { pthread_join(id, nil) }

    /// Leaves it to itself.
    func detach() { pthread_detach(id) }

    private final class Start {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }

        static func run(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
            let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
            let name = String(decoding: start.name.utf8.prefix(15), as: UTF8.self)
            cduckdb_name_thread(name)
            start.body()
            return nil
        }
    }
}
