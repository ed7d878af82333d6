extension RIFError {
    /// The stable name of a kind of failure: what programs branch on, in `code` of a problem document.
    ///
    /// A struct and not an enum, so that a new code breaks nobody's `switch`.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The name as it goes over the wire, `snake_case`.
        public var rawValue: String

        /// A code by its name; names of our own are the static members.
        public init(rawValue: String) { self.rawValue = rawValue }
    }
}

extension RIFError.Code {
    /// Wrong shape, wrong type, missing field, unknown value, or a character that a name must not hold.
    public static let invalidRequest = Self(rawValue: "invalid_request")
    /// No token, or a wrong one.
    public static let unauthorized = Self(rawValue: "unauthorized")
    /// Known, but not allowed: a foreign Host or Origin, a read-only token.
    public static let forbidden = Self(rawValue: "forbidden")
    /// No such session, assignment, section.
    public static let notFound = Self(rawValue: "not_found")
    /// The path exists, but not with this HTTP method.
    public static let methodNotAllowed = Self(rawValue: "method_not_allowed")
    /// A body that is not declared as JSON.
    public static let unsupportedMediaType = Self(rawValue: "unsupported_media_type")
    /// The session is in another state than the caller believes.
    public static let stateConflict = Self(rawValue: "state_conflict")
    /// The session has ended and takes no more changes.
    public static let sessionFinished = Self(rawValue: "session_finished")
    /// The body is larger than we read.
    public static let payloadTooLarge = Self(rawValue: "payload_too_large")
    /// Well-formed, but outside a limit or range.
    public static let unprocessable = Self(rawValue: "unprocessable")
    /// More work is waiting than we take on; the same request may succeed later.
    public static let overloaded = Self(rawValue: "overloaded")
    /// The database does not answer, is damaged, or belongs to another process.
    public static let storageUnavailable = Self(rawValue: "storage_unavailable")
    /// A mistake of ours.
    public static let `internal` = Self(rawValue: "internal")

    /// Every code that this version knows.
    public static let all: [Self] = [
        .invalidRequest, .unauthorized, .forbidden, .notFound, .methodNotAllowed, .unsupportedMediaType,
        .stateConflict, .sessionFinished, .payloadTooLarge, .unprocessable, .overloaded, .storageUnavailable,
        .internal,
    ]

    /// A few words for people, the same for every error of this code.
    public var title: String { facts.title }

    /// The HTTP status that goes with it; 500 for a code that this version does not know.
    public var status: Int { facts.status }

    /// What a command exits with: 2 usage, 3 conflict, 4 not found, 5 storage, else 1.
    public var exitCode: Int32 { facts.exitCode }

    /// The one table of what belongs to a code.
    private var facts: (title: String, status: Int, exitCode: Int32) {
        switch self {
        case .invalidRequest: ("Invalid request", 400, 2)
        case .unauthorized: ("Not authorized", 401, 1)
        case .forbidden: ("Forbidden", 403, 1)
        case .notFound: ("Not found", 404, 4)
        case .methodNotAllowed: ("Method not allowed", 405, 1)
        case .unsupportedMediaType: ("Unsupported media type", 415, 1)
        case .stateConflict: ("State conflict", 409, 3)
        case .sessionFinished: ("Session finished", 409, 3)
        case .payloadTooLarge: ("Payload too large", 413, 1)
        case .unprocessable: ("Outside a limit", 422, 2)
        case .overloaded: ("Overloaded", 503, 5)
        case .storageUnavailable: ("Storage unavailable", 503, 5)
        case .internal: ("Internal error", 500, 1)
        default: ("Error", 500, 1)
        }
    }
}

extension RIFError.Code: CustomStringConvertible {
    /// The name as it goes over the wire.
    public var description: String { rawValue }
}
