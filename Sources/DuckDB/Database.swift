import CDuckDB
import Synchronization

/// An open database. May be used from any thread; each thread makes its own connection.
///
/// The native database is closed when this and all its connections are closed.
public final class Database: Sendable {
    /// Where a database lives.
    public enum Location: Sendable, Equatable {
        /// In memory, gone with the last connection.
        case memory
        /// In the file at this path (and `<path>.wal` beside it).
        case file(String)
    }

    let library: DuckDBLibrary

    private struct Handle: @unchecked Sendable {  // Safe because it is only touched while the mutex below is held.
        var native: cduckdb_database?
    }
    private let handle: Mutex<Handle>

    private init(library: DuckDBLibrary, native: cduckdb_database) {
        self.library = library
        handle = Mutex(Handle(native: native))
    }

    deinit { close() }

    /// Opens a database; a file that is not there is made, unless `readOnly`.
    ///
    /// `configuration` are DuckDB's settings by name, as in `SET name = value`, in force from the
    /// first moment. Errors: `open`, `io` (also: locked by another process), `permission`,
    /// `configuration` and others for a setting that DuckDB refuses, `serialization` for a file
    /// that it cannot read.
    public static func open(
        _ location: Location, readOnly: Bool = false, configuration: [String: String] = [:], library: DuckDBLibrary
    ) throws(DuckDBError) -> Database {
        let call = library.functions.pointee
        var config: cduckdb_config?
        guard call.create_config(&config) == CDUCKDB_OK else {
            throw DuckDBError(kind: .outOfMemory, message: "DuckDB could not make a configuration.")
        }
        defer { call.destroy_config(&config) }

        var settings = configuration
        if readOnly { settings["access_mode"] = "READ_ONLY" }
        for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
            guard call.set_config(config, name, value) == CDUCKDB_OK else {
                throw DuckDBError(
                    kind: .configuration, message: "DuckDB refuses the setting \(name) = \"\(value)\" at an open.")
            }
        }
        let path =
            switch location {
            case .memory: ":memory:"
            case .file(let path): path
            }
        var native: cduckdb_database?
        var text: UnsafeMutablePointer<CChar>?
        guard call.open_ext(path, &native, config, &text) == CDUCKDB_OK, let native else {
            defer { call.free(text) }
            throw DuckDBError(message: text.map { UnsafePointer($0) }, otherwise: .open)
        }
        return Database(library: library, native: native)
    }

    /// A new connection, for the thread that uses it. Errors: `closed`, `connection`.
    public func connect() throws(DuckDBError) -> Connection {
        let native = try handle.withLock { handle throws(DuckDBError) -> NativeConnection in
            guard let database = handle.native else { throw .closed("database") }
            var connection: cduckdb_connection?
            guard library.functions.pointee.connect(database, &connection) == CDUCKDB_OK, let connection else {
                throw DuckDBError(kind: .connection, message: "DuckDB could not make a connection.")
            }
            return NativeConnection(library: library, handle: connection)
        }
        return Connection(native)
    }

    /// Lets the database go; connections that are open stay usable. Calling it again does nothing.
    public func close() {
        handle.withLock { handle in
            guard handle.native != nil else { return }
            library.functions.pointee.close(&handle.native)
            handle.native = nil
        }
    }
}
