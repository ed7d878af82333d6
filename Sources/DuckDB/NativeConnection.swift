import CDuckDB

/// What a connection hands out and has to be let go before the connection can end: natively each
/// of them keeps the connection, and by that the database file, open.
protocol ConnectionChild: AnyObject {
    func letGo()
}

/// The native connection with everything that lives on it, shared by `Connection` and what it
/// handed out. Used on one thread, except for the interrupter.
final class NativeConnection {
    let library: DuckDBLibrary
    let interrupter: Interrupter
    private(set) var handle: cduckdb_connection?
    private var children: [ObjectIdentifier: Child] = [:]

    private struct Child { weak var object: (any ConnectionChild)? }

    init(library: DuckDBLibrary, handle: cduckdb_connection) {
        self.library = library
        self.handle = handle
        interrupter = Interrupter(library: library, connection: handle)
    }

    deinit { close() }

    var call: UnsafePointer<cduckdb_functions> { library.functions }

    func open() throws(DuckDBError) -> cduckdb_connection {
        guard let handle else { throw .closed("connection") }
        return handle
    }

    func adopt(_ child: any ConnectionChild) {
        children[ObjectIdentifier(child)] = Child(object: child)
    }

    func forget(_ child: any ConnectionChild) {
        children[ObjectIdentifier(child)] = nil
    }

    func close() {
        guard handle != nil else { return }
        let open = children.values.compactMap(\.object)
        children = [:]
        for child in open { child.letGo() }
        interrupter.disarm()
        call.pointee.disconnect(&handle)
        handle = nil
    }

    /// The error of a result that failed; the caller destroys the result.
    func error(of result: inout cduckdb_result) -> DuckDBError {
        DuckDBError(code: call.pointee.result_error_type(&result), message: call.pointee.result_error(&result))
    }
}
