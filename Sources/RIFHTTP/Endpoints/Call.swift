import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import RIFModel
import RIFOrchestrator

/// One request, as an operation sees it: checked, authorised, its body parsed.
struct Call: Sendable {
    let orchestrator: Orchestrator
    let service: Service
    let request: Request
    /// Path parameters, percent-decoded.
    let path: [String: String]
    let query: Query
    /// Empty where the request had none.
    let body: Fields
    let caller: Caller
    let requestID: String
    /// The port at which it came in; none where it came through a Unix socket.
    let port: Int?
    /// The connection that it came by.
    let channel: any Channel

    /// - Throws: `not_found` for what can be the id of no session.
    func sessionID() throws(RIFError) -> String {
        let given = path["session_id"] ?? ""
        guard let id = UUIDv7Generator.canonical(given) else { throw RIFError.notFound("session", given) }
        return id
    }

    /// The session, and the certainty that there is one.
    ///
    /// - Throws: `not_found`.
    func session() throws(RIFError) -> SessionHandle { orchestrator.session(try sessionID()) }

    /// Idempotency key and who asks.
    ///
    /// - Throws: `invalid_request` for a key that is no text: two of those could not be told apart.
    var options: CommandOptions {
        get throws(RIFError) {
            let key = request.headers[.idempotencyKey]
            if let key, key.unicodeScalars.contains("\u{FFFD}") {
                throw RIFError.invalid(
                    field: "Idempotency-Key", value: key, problem: "is no text in UTF-8", expected: "1–255 characters")
            }
            return CommandOptions(idempotencyKey: key, actor: caller.name)
        }
    }
}

/// Who is calling, and what for.
struct Caller: Sendable, Hashable {
    enum Rights: String, Sendable { case none, read, write }

    var rights: Rights
    /// For the record: `http`, `socket`, `page`.
    var name: String
}

extension HTTPField.Name {
    static let idempotencyKey = Self("Idempotency-Key")!
    static let requestID = Self("X-Request-ID")!
    static let lastEventID = Self("Last-Event-ID")!
    static let retryAfter = Self("Retry-After")!
    static let xAccelBuffering = Self("X-Accel-Buffering")!
}

/// The query of a request's URI.
struct Query: Sendable {
    private let values: [String: String]

    init(_ uri: URI) {
        var values: [String: String] = [:]
        for pair in (uri.query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            values[Percent.decoded(parts[0], plusIsSpace: true)] =
                parts.count > 1 ? Percent.decoded(parts[1], plusIsSpace: true) : ""
        }
        self.values = values
    }

    init() { values = [:] }

    func text(_ name: String) -> String? { values[name] }

    /// - Throws: `invalid_request` where it is no whole number.
    func integer(_ name: String) throws(RIFError) -> Int? {
        guard let word = values[name] else { return nil }
        guard let number = Int(word) else {
            throw RIFError.invalid(field: name, value: word, problem: "is no whole number", expected: "a whole number")
        }
        return number
    }

    /// - Throws: `invalid_request` where it is neither true nor false.
    func bool(_ name: String) throws(RIFError) -> Bool? {
        guard let word = values[name] else { return nil }
        switch word {
        case "true": return true
        case "false": return false
        default: throw RIFError.invalid(field: name, value: word, expected: "true or false")
        }
    }

    /// A name such as that of a state.
    ///
    /// - Throws: `invalid_request`, `unprocessable`.
    func name(_ name: String) throws(RIFError) -> String? {
        guard let word = values[name] else { return nil }
        try Validation.name(word, field: name)
        return word
    }

    /// - Throws: `invalid_request` where it is no time of RFC 3339.
    func moment(_ name: String) throws(RIFError) -> Timestamp? {
        guard let word = values[name] else { return nil }
        guard let moment = Timestamp(rfc3339: word) else {
            throw RIFError.invalid(
                field: name, value: word, problem: "is no time", expected: "a time such as 2026-11-22T17:00:00Z")
        }
        return moment
    }

    /// One of a few words.
    ///
    /// - Throws: `invalid_request` for another one.
    func word<Word: RawRepresentable & CaseIterable>(
        _ name: String, as type: Word.Type
    ) throws(RIFError) -> Word? where Word.RawValue == String {
        guard let text = values[name] else { return nil }
        guard let word = Word(rawValue: text) else {
            let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw RIFError.invalid(field: name, value: text, expected: "one of \(known)")
        }
        return word
    }

    /// The id of a session in canonical spelling.
    ///
    /// - Throws: `invalid_request` for what can be the id of none.
    func sessionID() throws(RIFError) -> String? {
        guard let word = values["session_id"] else { return nil }
        guard let id = UUIDv7Generator.canonical(word) else { throw RIFError.notFound("session", word) }
        return id
    }
}

/// Percent-encoding of RFC 3986.
enum Percent {
    /// What cannot be decoded stays as it is; bytes that are no UTF-8 are replaced.
    static func decoded(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let high = hexadecimal(rest[rest.startIndex]), let low = hexadecimal(rest[rest.startIndex + 1])
            {
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
