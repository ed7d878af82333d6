/// The same for values that may be missing: nil is appended as NULL.
extension Appender {
    public func append(_ value: String?) throws(DuckDBError) {
        if let value { try append(value) } else { try appendNull() }
    }

    public func append(_ value: Int32?) throws(DuckDBError) {
        if let value { try append(value) } else { try appendNull() }
    }

    public func append(_ value: Int64?) throws(DuckDBError) {
        if let value { try append(value) } else { try appendNull() }
    }

    public func append(_ value: Int?) throws(DuckDBError) {
        if let value { try append(value) } else { try appendNull() }
    }

    public func append(_ value: Float?) throws(DuckDBError) {
        if let value { try append(value) } else { try appendNull() }
    }

    public func append(_ value: Double?) throws(DuckDBError) {
        if let value { try append(value) } else { try appendNull() }
    }

    public func append(_ value: Bool?) throws(DuckDBError) {
        if let value { try append(value) } else { try appendNull() }
    }

    public func append(_ value: DuckDBTimestamp?) throws(DuckDBError) {
        if let value { try append(value) } else { try appendNull() }
    }

    public func append(_ value: DuckDBDate?) throws(DuckDBError) {
        if let value { try append(value) } else { try appendNull() }
    }

    public func append(_ value: DuckDBUUID?) throws(DuckDBError) {
        if let value { try append(value) } else { try appendNull() }
    }

    public func append(_ value: [String]?) throws(DuckDBError) {
        if let value { try append(value) } else { try appendNull() }
    }
}
