import HTTPTypes
import Hummingbird
import RIFModel
import RIFOrchestrator

/// One operation of the API: how it is called, what it answers, and what it does. The document at `/openapi.json` is made
/// of the same values, so it cannot say anything else.
struct Endpoint: Sendable {
    /// What a token must allow.
    enum Access: Sendable { case open, read, write }

    let method: HTTPRequest.Method
    /// Below the server's root, parameters in braces: `/api/v1/sessions/{session_id}`.
    let path: String
    /// Unique, in camel case; generated clients name their functions so.
    let name: String
    /// One line.
    let summary: String
    var detail: String?
    let tag: Tag
    let access: Access
    var parameters: [Parameter] = []
    var body: Body?
    let answers: [Answer]
    /// Failures of its own, besides those that every operation may answer.
    var errors: Set<RIFError.Code> = []
    let run: @Sendable (Call) async throws -> Reply

    enum Tag: String, Sendable, CaseIterable {
        case sessions = "Sessions"
        case assignments = "Assignments"
        case workflows = "Workflows"
        case monitoring = "Monitoring"
        case events = "Events"
        case queries = "Queries"
        case maintenance = "Maintenance"
        case operations = "Operations"
        /// Not part of the API: for commands of the same user, through the owner's socket only.
        case socket = "Socket"
        /// Not part of the API: the web page and its files.
        case page = "Page"
    }

    struct Parameter: Sendable {
        enum Place: String, Sendable { case path, query, header }

        var name: String
        var place: Place
        var summary: String
        var schema: JSONValue
        var example: JSONValue?
        var isRequired = false
    }

    struct Body: Sendable {
        var schema: JSONValue
        var example: JSONValue
        /// Without it, every field has its default.
        var isRequired = true
        /// Where it is not the limit of the configuration.
        var maximumBytes: Int?
    }

    struct Answer: Sendable {
        var status: HTTPResponse.Status
        var summary: String
        /// Media type → schema.
        var content: [String: JSONValue]
        var headers: [String: String] = [:]
    }
}

extension Endpoint.Answer {
    /// A JSON document, its schema given by its name under `components/schemas`.
    static func json(_ summary: String, _ schema: JSONValue) -> Self { json(.ok, summary, schema) }

    static func json(_ status: HTTPResponse.Status, _ summary: String, _ schema: JSONValue) -> Self {
        Self(status: status, summary: summary, content: ["application/json": schema])
    }
}

extension Endpoint.Parameter {
    static let session = Self(
        name: "session_id", place: .path, summary: "The session\u{2019}s id.", schema: Schema.text,
        example: .string(Example.session))

    static let idempotencyKey = Self(
        name: "Idempotency-Key", place: .header,
        summary:
            "1 to 255 characters of the caller\u{2019}s own. The same key again gives the first result and writes nothing.",
        schema: [
            "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$",
        ])

    static func query(
        _ name: String, _ summary: String, _ schema: JSONValue, example: JSONValue? = nil, isRequired: Bool = false
    ) -> Self {
        Self(
            name: name, place: .query, summary: summary, schema: schema, example: example, isRequired: isRequired)
    }

    static func limit(_ standard: Int) -> Self {
        query(
            "limit", "At most so many.",
            ["type": "integer", "minimum": 1, "maximum": 1000, "default": .int(Int64(standard))])
    }
}
