import CDuckDB

/// The rows that a statement answered. They are read once, chunk by chunk, where they lie in
/// memory.
public final class QueryResult {
    private let connection: NativeConnection
    private var native: cduckdb_result
    private var isOpen = true
    private var isRead = false

    /// The columns' names, in order.
    public let columnNames: [String]
    /// The columns' types, in order.
    public let columnTypes: [ColumnType]
    /// Rows that an INSERT, UPDATE or DELETE changed; 0 for others.
    public let rowsChanged: Int64

    /// Takes the native result over.
    init(_ connection: NativeConnection, _ result: cduckdb_result) {
        let call = connection.call
        let f = call.pointee
        var result = result
        let columns = 0..<f.column_count(&result)
        columnNames = columns.map { f.column_name(&result, $0).map { String(cString: $0) } ?? "" }
        columnTypes = columns.map {
            var type = f.column_logical_type(&result, $0)
            defer { f.destroy_logical_type(&type) }
            return ColumnType(type, call)
        }
        rowsChanged = Int64(f.rows_changed(&result))
        native = result
        self.connection = connection
        connection.adopt(self)
    }

    deinit { close() }

    /// Gives the memory of the rows back before the object goes. Calling it again does nothing.
    public func close() {
        guard isOpen else { return }
        isOpen = false
        connection.call.pointee.destroy_result(&native)
        connection.forget(self)
    }

    /// Calls `body` with each row. A row is valid only inside that call. Once per result: its rows
    /// are gone afterwards. Errors: those of `body`, those of the statement where it is streaming,
    /// `closed`, and `invalidInput` when the rows were read before.
    public func forEachRow(_ body: (Row) throws -> Void) throws {
        try read { row in
            try body(row)
            return true
        }
    }

    /// As `forEachRow`, until `body` answers false; the other rows of a streaming result are then never computed.
    public func readRows(while body: (Row) throws -> Bool) throws {
        try read(body)
        close()
    }

    /// What `map` makes of each row, in order. Holds all of it in memory.
    public func rows<T>(_ map: (Row) throws -> T) throws -> [T] {
        var all: [T] = []
        try read { row in
            all.append(try map(row))
            return true
        }
        return all
    }

    /// What `map` makes of the first row, nil if there is none. The other rows are dropped.
    public func firstRow<T>(_ map: (Row) throws -> T) throws -> T? {
        var first: T?
        try read { row in
            first = try map(row)
            return false
        }
        close()
        return first
    }

    /// Goes through the rows until `body` answers false.
    private func read(_ body: (Row) throws -> Bool) throws {
        guard isOpen else { throw DuckDBError.closed("result") }
        guard !isRead else {
            throw DuckDBError(kind: .invalidInput, message: "The rows of this result were read before.")
        }
        isRead = true
        let f = connection.call.pointee
        let cursor = RowCursor(names: columnNames)
        while isOpen {
            guard let chunk = f.fetch_chunk(native) as cduckdb_chunk? else {
                // A streaming result ends in the same way when its statement failed.
                if let text = f.result_error(&native) {
                    throw DuckDBError(code: f.result_error_type(&native), message: text)
                }
                return
            }
            defer {
                cursor.leave()
                var ended: cduckdb_chunk? = chunk
                f.destroy_data_chunk(&ended)
            }
            cursor.enter(
                columnTypes.enumerated().map { index, type in
                    VectorReader(f.data_chunk_get_vector(chunk, UInt64(index)), type, connection.call)
                })
            for index in 0..<Int(f.data_chunk_get_size(chunk)) {
                if try !body(Row(cursor: cursor, index: index, chunk: cursor.chunk)) { return }
            }
        }
    }
}

extension QueryResult: ConnectionChild {
    func letGo() { close() }
}

@available(*, unavailable, message: "A result stays on the thread of its connection; copy values out of it.")
extension QueryResult: Sendable {}
