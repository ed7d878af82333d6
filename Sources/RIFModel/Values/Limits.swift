/// How large what users give us may be. All are configurable; each refusal names its limit.
public struct Limits: Sendable, Hashable {
    /// The body of an HTTP request, in bytes; more is `payload_too_large`.
    public var bodyBytes = 4 << 20
    /// A session's context as compact JSON, in bytes of UTF-8, after a merge.
    public var contextBytes = 1 << 20
    /// A history that `save_state` brings, as compact JSON, in bytes of UTF-8.
    public var historyBytes = 16 << 20
    /// A transition's reason, in bytes of UTF-8.
    public var reasonBytes = 16 << 10
    /// Names of states, agents, workflow types, metrics and events, in Unicode scalars.
    public var nameScalars = 128
    /// An idempotency key, in Unicode scalars.
    public var idempotencyKeyCharacters = 255
    /// What `limit` may be where lists are asked for.
    public var listLimit = 1...1_000
    /// Nested arrays and objects in JSON that comes in.
    public var jsonDepth = JSONValue.maximumDepth
    /// The text of a query, in bytes of UTF-8.
    public var sqlBytes = 64 << 10
    /// How long a query may run, in seconds.
    public var sqlSeconds = 10.0
    /// What `limit` of a query may be, in rows.
    public var sqlRows = 1...10_000

    /// The limits of the contract; change the properties for others.
    public init() {}

    /// The limits of the contract.
    public static let standard = Limits()
}
