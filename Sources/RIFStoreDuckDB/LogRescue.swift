import DuckDB
import RIFStore

/// A log that makes a table with `DEFAULT NOW()` cannot be replayed at an open, because DuckDB has that function only
/// when the open is over. The earlier Python system leaves such a log where it is killed before its first checkpoint.
extension Opening {
    func isReplayTooEarly(_ error: any Error) -> Bool {
        guard let text = (error as? DuckDBError)?.message else { return false }
        return text.contains("replaying WAL") && text.contains("core_functions")
    }

    /// Folds such a log into its file, by way of a database in memory, which has all functions before it attaches the
    /// file. Files that are not ours to change are refused first, and a byte copy is kept of those that are.
    func foldLog() throws(StoreError) {
        let schema = try attached(isReadOnly: true) { try SchemaState.read($0) }
        switch schema {
        case .legacy, .empty: try keepCopy()
        case .version(let version) where version <= Migration.newest: try keepCopy()
        // Says why not.
        case .version, .foreign: try bringUpToDate(schema)
        }
        try attached(isReadOnly: false) { try $0.execute("CHECKPOINT attached") }
    }

    private func attached<Value>(isReadOnly: Bool, _ body: (Connection) throws -> Value) throws(StoreError) -> Value {
        do {
            let database = try Instance.open(.memory, isReadOnly: false, options: options, library: library)
            defer { database.close() }
            let connection = try database.connect()
            defer { connection.close() }
            let path = files.database.replacing("'", with: "''")
            try connection.execute("ATTACH '\(path)' AS attached \(isReadOnly ? "(READ_ONLY)" : ""); USE attached;")
            let value = try body(connection)
            try connection.execute("USE memory; DETACH attached;")
            return value
        } catch {
            throw StoreError(opening: files, error)
        }
    }
}
