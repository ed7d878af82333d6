/// What every door answers where something cannot be done: a stable code for programs and a sentence for people.
///
/// `detail` goes to clients as it is: it says what was wrong (the field, the value, cut short) and what was expected,
/// and holds no SQL and no path of ours.
public struct RIFError: Error, Sendable, Hashable {
    /// Which kind of failure.
    public var code: Code
    /// What was wrong and what was expected, in one line.
    public var detail: String
    /// The field of the request that was wrong, by its JSON name; nil where no single one was.
    public var field: String?
    /// The place in the text of a field, from 1, in Unicode scalars; nil where none is known.
    public var position: Int?
    /// The same with what only those may see who run the system: paths, and the words of the database. For logs and
    /// for the command line, never for a client; nil where `detail` says it all.
    public var diagnosis: String?

    /// An error in words of its own; the functions below make those that occur in many places read alike.
    public init(_ code: Code, _ detail: String, field: String? = nil, diagnosis: String? = nil) {
        self.code = code
        self.detail = detail
        self.field = field
        self.diagnosis = diagnosis
    }

    /// What a command that fails with this error exits with.
    public var exitCode: Int32 { code.exitCode }

    /// The RFC 9457 problem document: `{type, title, status, detail, code}`, and `field` and `position` where there is one.
    public var problem: JSONValue {
        var members: [String: JSONValue] = [
            "type": .string("urn:rif:error:\(code.rawValue)"),
            "title": .string(code.title),
            "status": .int(Int64(code.status)),
            "detail": .string(detail),
            "code": .string(code.rawValue),
        ]
        if let field { members["field"] = .string(field) }
        if let position { members["position"] = .int(Int64(position)) }
        return .object(members)
    }
}

extension RIFError: CustomStringConvertible {
    /// Code and everything that is known, for logs.
    public var description: String { "\(code.rawValue): \(diagnosis ?? detail)" }
}

// MARK: - Errors that occur in many places

extension RIFError {
    /// `invalid_request`: `outcome: "done" is not known; expected completed, failed or cancelled`.
    public static func invalid(
        field: String, value: JSONValue, problem: String = "is not known", expected: String
    ) -> RIFError {
        RIFError(.invalidRequest, "\(field): \(excerpt(value)) \(problem); expected \(expected)", field: field)
    }

    /// `invalid_request` for a text.
    public static func invalid(
        field: String, value: String, problem: String = "is not known", expected: String
    ) -> RIFError {
        invalid(field: field, value: .string(value), problem: problem, expected: expected)
    }

    /// `invalid_request`: `current_state: missing; expected a string`.
    public static func missing(field: String, expected: String) -> RIFError {
        RIFError(.invalidRequest, "\(field): missing; expected \(expected)", field: field)
    }

    /// `invalid_request`: `priority: "high" is a string; expected a whole number`.
    public static func wrongType(field: String, value: JSONValue, expected: String) -> RIFError {
        // For containers and null the excerpt already says what it is.
        let words =
            switch value {
            case .null, .array, .object: excerpt(value)
            default: "\(excerpt(value)) is \(value.kindName)"
            }
        return RIFError(.invalidRequest, "\(field): \(words); expected \(expected)", field: field)
    }

    /// `unprocessable`: `confidence_score: 1.5 is out of range; expected a number from 0 to 1`.
    public static func unprocessable(
        field: String, value: JSONValue, problem: String = "is out of range", expected: String
    ) -> RIFError {
        RIFError(.unprocessable, "\(field): \(excerpt(value)) \(problem); expected \(expected)", field: field)
    }

    /// `unprocessable` for a size: `reason: 16385 bytes of UTF-8; expected at most 16384`.
    public static func tooLarge(field: String, size: Int, unit: String, limit: Int) -> RIFError {
        RIFError(.unprocessable, "\(field): \(size) \(unit); expected at most \(limit)", field: field)
    }

    /// A text that is no JSON (`invalid_request`), or JSON beyond a limit (`unprocessable`), with the place.
    public static func notJSON(field: String, _ error: JSONError) -> RIFError {
        let code: Code = error.kind == .limit ? .unprocessable : .invalidRequest
        return RIFError(code, "\(field): not acceptable as JSON: \(error)", field: field)
    }

    /// `not_found`: `no session "0198…"`; `kind` is the word for what was looked for.
    public static func notFound(_ kind: String, _ id: String) -> RIFError {
        RIFError(.notFound, "no \(kind) \(quoted(id))")
    }

    /// `state_conflict`: the caller believed in `expected` while the session is in `actual`.
    public static func stateConflict(expected: String, actual: String) -> RIFError {
        RIFError(
            .stateConflict, "from_state: \(quoted(expected)) is not the current state; expected \(quoted(actual))",
            field: "from_state")
    }

    /// `session_finished`: the session ended with `outcome` and takes no more changes.
    public static func sessionFinished(_ id: String, outcome: String) -> RIFError {
        RIFError(
            .sessionFinished,
            "session \(quoted(id)) is finished with outcome \(quoted(outcome)); expected an active one")
    }

    // MARK: Excerpts

    /// A text in quotes, cut after 64 scalars, with everything escaped that would be unseen or move the text around.
    ///
    /// Users' strings go to terminals and logs: no escape sequences, no line breaks, no change of writing direction.
    public static func quoted(_ text: String) -> String {
        var result = "\""
        var isCut = false
        for (index, scalar) in text.unicodeScalars.enumerated() {
            if index == 64 {
                isCut = true
                break
            }
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
                    result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
                default: result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + (isCut ? "…\"" : "\"")
    }

    /// A value short enough for a message: a text in quotes, a number as it is, of a container only its size.
    public static func excerpt(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): quoted(text)
        case .array(let elements): "an array of \(elements.count)"
        case .object(let members): "an object of \(members.count)"
        // Not the encoder's null: the message should say what was wrong with it.
        case .double(let number): number.description
        default: value.compact
        }
    }
}
