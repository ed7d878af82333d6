import DuckDB
import RIFModel
import RIFStore

/// What a user is told when the database refuses a query.
enum QueryErrors {
    static func error(_ error: any Error, sql: String, limits: QueryLimits) -> RIFError {
        if let known = error as? RIFError { return known }
        if let known = error as? StoreError { return known.rifError }
        guard let error = error as? DuckDBError else {
            return RIFError(.internal, "the query failed", diagnosis: "\(error)")
        }
        switch error.kind {
        case .outOfMemory: return memory(limits)
        case .fatal, .internalError, .closed, .connection, .libraryMissing, .libraryUnusable:
            return StoreError(error).rifError
        // Damage, a full disk: what a user can do nothing about.
        case .io where !error.message.contains("disabled by configuration"), .serialization:
            return StoreError(error).rifError
        default:
            return RIFError(.invalidRequest, "sql: \(clean(error.message, sql: sql))", field: "sql")
        }
    }

    static func memory(_ limits: QueryLimits) -> RIFError {
        RIFError(
            .unprocessable,
            "sql: stopped because it needed too much memory; the limit is \(limits.memoryBytes >> 20) MiB. "
                + "Expected a query that keeps less: fewer rows to sort, join or collect", field: "sql")
    }

    static func time(_ limits: QueryLimits) -> RIFError {
        RIFError(
            .unprocessable,
            "sql: stopped after \(JSONValue.double(limits.seconds).compact) seconds, the limit; expected a query that takes less"
        )
    }

    static func clean(_ message: String, sql: String) -> String {
        var text = ""
        var word = ""
        func flush() {
            // A path of the system; what the user wrote may be told again.
            let isPath = word.hasPrefix("/") && word.dropFirst().contains { $0.isLetter || $0.isNumber }
            text += isPath && !sql.contains(word) ? "(a path)" : word
            word = ""
        }
        for character in message {
            if character.isWhitespace || "\"'`(),;=".contains(character) {
                flush()
                text.append(character)
            } else {
                word.append(character)
            }
        }
        flush()
        // Advice for whoever may change settings or load extensions is none for a user.
        for marker in ["Possible solutions", " Use \"SET ", "\n\nTo ", "You can install"] {
            if let cut = text.firstRange(of: marker) { text = String(text[..<cut.lowerBound]) }
        }
        let lines = text.split(separator: "\n").map { String($0.prefix(400)) }
        return lines.prefix(4).joined(separator: "\n").trimmingSuffix()
    }
}

extension String {
    fileprivate func trimmingSuffix() -> String {
        var text = self[...]
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
