public import RIFModel

/// What a caller was told, as one line outside of the database: written after the answer, in a single `write`.
public enum Note: Sendable, Hashable {
    /// The process is about to open the database.
    case opening
    /// The database is open and the writer at work.
    case ready
    case started(session: String)
    /// A transition or a recorded decision. `step` counts the session's acknowledged commands in its own context; the
    /// hash is that of the whole context after it.
    case moved(session: String, decision: String, step: Int, to: String, context: UInt64, key: String)
    case recorded(session: String, decision: String)
    /// A transition that was refused as a conflict.
    case refused(session: String)
    case launched(session: String, assignments: [String])
    case saved(session: String, to: String, context: UInt64)
    case completed(session: String, outcome: String)
    case measured(session: String, metric: String)
    /// A command that was answered with an error, and how that one was called.
    case failed(session: String, key: String, code: String, detail: String)
    /// A duty that was done: a checkpoint, a backup.
    case done(what: String)
    /// An answer that should never be given.
    case wrong(String)

    /// The line, with its end.
    public var line: String {
        let fields: [String] =
            switch self {
            case .opening: ["opening"]
            case .ready: ["ready"]
            case .started(let session): ["started", session]
            case .moved(let session, let decision, let step, let to, let context, let key):
                ["moved", session, decision, String(step), to, String(context, radix: 16), key]
            case .recorded(let session, let decision): ["recorded", session, decision]
            case .refused(let session): ["refused", session]
            case .launched(let session, let assignments):
                ["launched", session, assignments.joined(separator: ",")]
            case .saved(let session, let to, let context): ["saved", session, to, String(context, radix: 16)]
            case .completed(let session, let outcome): ["completed", session, outcome]
            case .measured(let session, let metric): ["measured", session, metric]
            case .failed(let session, let key, let code, let detail):
                ["failed", session, key, code, Self.oneLine(detail)]
            case .done(let what): ["done", what]
            case .wrong(let text): ["wrong", Self.oneLine(text)]
            }
        return fields.joined(separator: "\t") + "\n"
    }

    /// A line without its end; nothing where it is none of ours.
    public init?(line: some StringProtocol) {
        let fields = line.split(separator: Character("\t"), omittingEmptySubsequences: false).map { String($0) }
        switch (fields[0], fields.count) {
        case ("opening", 1): self = .opening
        case ("ready", 1): self = .ready
        case ("started", 2): self = .started(session: fields[1])
        case ("moved", 7):
            guard let step = Int(fields[3]), let hash = UInt64(fields[5], radix: 16) else { return nil }
            self = .moved(
                session: fields[1], decision: fields[2], step: step, to: fields[4], context: hash, key: fields[6])
        case ("recorded", 3): self = .recorded(session: fields[1], decision: fields[2])
        case ("refused", 2): self = .refused(session: fields[1])
        case ("launched", 3):
            self = .launched(session: fields[1], assignments: fields[2].split(separator: ",").map(String.init))
        case ("saved", 4):
            guard let hash = UInt64(fields[3], radix: 16) else { return nil }
            self = .saved(session: fields[1], to: fields[2], context: hash)
        case ("completed", 3): self = .completed(session: fields[1], outcome: fields[2])
        case ("measured", 3): self = .measured(session: fields[1], metric: fields[2])
        case ("failed", 5): self = .failed(session: fields[1], key: fields[2], code: fields[3], detail: fields[4])
        case ("done", 2): self = .done(what: fields[1])
        case ("wrong", 2): self = .wrong(fields[1])
        default: return nil
        }
    }

    private static func oneLine(_ text: String) -> String {
        String(text.prefix(700).map { $0.isNewline || $0 == "\t" ? " " : $0 })
    }
}

/// FNV-1a over the canonical JSON of a context.
public func contextHash(_ context: [String: JSONValue]) -> UInt64 {
    var bytes: [UInt8] = []
    JSONValue.object(context).append(to: &bytes)
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
}
