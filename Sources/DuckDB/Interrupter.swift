import CDuckDB
import Synchronization

/// Stops the statement that a connection is running. May be used from any thread, at any time,
/// also after the connection was closed.
public final class Interrupter: Sendable {
    private let library: DuckDBLibrary

    // Safe because it is only touched while the mutex below is held, and DuckDB lets any thread interrupt a
    // connection that is open.
    private struct Handle: @unchecked Sendable {
        var native: cduckdb_connection?
    }
    private let handle: Mutex<Handle>

    init(library: DuckDBLibrary, connection: cduckdb_connection) {
        self.library = library
        handle = Mutex(Handle(native: connection))
    }

    /// Makes the running statement fail with `interrupted`. Does nothing when none is running; it
    /// is not remembered for the next one.
    public func interrupt() {
        handle.withLock { handle in
            if let native = handle.native { library.functions.pointee.interrupt(native) }
        }
    }

    /// After this an interrupt does nothing. Waits for one that is being made.
    func disarm() {
        handle.withLock { $0.native = nil }
    }
}
