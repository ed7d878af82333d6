import DuckDB
import RIFModel
import RIFStore

extension Reader {
    func sessions(_ query: SessionQuery) throws -> [SessionListing] {
        let parameters = Parameters()
        func place(_ value: Parameters.Value) -> String { parameters.place(value) }
        let (active, state, type) = (
            place(.bool(query.active)), place(.text(query.state)), place(.text(query.workflowType))
        )
        var conditions = [
            "(\(active) IS NULL OR (outcome IS NULL) = \(active))", "(\(state) IS NULL OR current_state = \(state))",
            "(\(type) IS NULL OR workflow_type = \(type))",
        ]
        if let outcome = query.outcome { conditions.append("outcome = \(place(.text(outcome.rawValue)))") }
        if let moment = query.updatedAfter { conditions.append("\(Self.updated) > \(place(.moment(moment)))") }
        if let search = query.search { conditions.append(Self.found(search, query.contexts, place)) }
        if let after = query.after { conditions.append(Self.behind(after, place)) }
        // What another program left empty stands where its listing says that it stands.
        return try rows(
            """
            SELECT \(Columns.listing) FROM live_state WHERE \(conditions.joined(separator: " AND "))
            ORDER BY \(Self.priority) DESC, \(Self.created), session_id LIMIT \(place(.int(query.limit ?? .max)))
            """, { try parameters.bind(to: $0) }, map: { try $0.listing() })
    }

    private static let priority = "coalesce(priority, 0)"
    private static let created = "coalesce(created_at, TIMESTAMP 'epoch')"

    private static let updated = "coalesce(updated_at, TIMESTAMP 'epoch')"

    private static func behind(_ cursor: SessionCursor, _ place: (Parameters.Value) -> String) -> String {
        let (priority, created) = (place(.int(Int(cursor.priority))), place(.moment(cursor.createdAt)))
        return """
            (\(self.priority) < \(priority) OR \(self.priority) = \(priority) AND (\(self.created) > \(created)
                OR \(self.created) = \(created) AND session_id > \(place(.text(cursor.sessionID)))))
            """
    }

    /// The context is the last to be looked at: it lies apart, and is the largest.
    private static func found(
        _ text: String, _ contexts: SearchedContexts?, _ place: (Parameters.Value) -> String
    ) -> String {
        let wanted = place(.text(text))
        let inContext = "contains(lower(context::VARCHAR), lower(\(place(.text(TextSearch.escaped(text))))))"
        let inNames = ["session_id", "workflow_type", "current_state"].map {
            "contains(lower(coalesce(\($0), '')), lower(\(wanted)))"
        }.joined(separator: " OR ")
        guard let contexts, !contexts.sessionIDs.isEmpty else { return "(\(inNames) OR \(inContext))" }
        func isOne(of ids: [String]) -> String { "session_id IN (SELECT unnest(\(place(.texts(ids)))::VARCHAR[]))" }
        return """
            (\(inNames) OR CASE WHEN \(isOne(of: contexts.sessionIDs)) THEN \(isOne(of: contexts.found))
                ELSE \(inContext) END)
            """
    }
}

/// The parameters of a query that is put together from parts.
private final class Parameters {
    enum Value {
        case bool(Bool?)
        case text(String?)
        case texts([String])
        case int(Int)
        case moment(Timestamp)
    }

    private var values: [Value] = []

    /// Where the value is to stand in the text.
    func place(_ value: Value) -> String {
        values.append(value)
        return "$\(values.count)"
    }

    func bind(to statement: PreparedStatement) throws(DuckDBError) {
        for (index, value) in values.enumerated() {
            switch value {
            case .bool(let value): try statement.bind(value, at: index + 1)
            case .text(let value): try statement.bind(value, at: index + 1)
            case .texts(let value): try statement.bind(value, at: index + 1)
            case .int(let value): try statement.bind(value, at: index + 1)
            case .moment(let value):
                try statement.bind(DuckDBTimestamp(microseconds: value.microseconds), at: index + 1)
            }
        }
    }
}
