/// What one query of a user may cost. All are configurable; each refusal names its limit.
public struct QueryLimits: Sendable, Hashable {
    /// The text, in bytes of UTF-8.
    public var sqlBytes: Int
    /// How long it may run, in seconds.
    public var seconds: Double
    /// What `limit` may be, in rows.
    public var rows: ClosedRange<Int>
    /// What `limit` is where nobody says.
    public var defaultRows = 1_000
    /// By how many bytes the process may grow while it runs, what the database keeps of its own file aside.
    public var memoryBytes: Int64 = 256 << 20
    /// What an answer may hold; further rows are cut off, and one row that is larger is refused.
    public var resultBytes = 16 << 20
    /// How many may run at once; others wait.
    public var concurrent = 2
    /// How long one waits for its turn before it is refused as `overloaded`, in seconds.
    public var waitSeconds = 5.0

    /// Text, time and rows as the limits for everything say.
    public init(_ limits: Limits = .standard) {
        sqlBytes = limits.sqlBytes
        seconds = limits.sqlSeconds
        rows = limits.sqlRows
    }
}
