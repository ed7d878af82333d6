public import RIFModel

extension DuckDBStore {
    public enum Location: Sendable, Hashable {
        /// Gone when it is closed.
        case memory
        /// A file; its folder is made where it is missing.
        case file(String)
    }

    public struct Options: Sendable, Hashable {
        /// Reads only: writes nothing, makes no file, and lets others read at the same time.
        public var isReadOnly = false
        /// How long to wait for another process to let go of the database.
        public var lockTimeout: Duration = .seconds(5)
        /// The time zone of the times in a file of the earlier Python system, by its IANA name; none takes the zone of
        /// this process.
        public var assumedZone: String?
        /// Bytes that DuckDB may use for its buffers; a limit, not what it takes (190 MB with ten million decisions). It
        /// holds the strings of up to 2,048 rows at once, so this also bounds how many sessions may have contexts of 1 MiB
        /// at the same time: about a third as many as there are MiB.
        public var memoryLimit: Int64 = 1024 << 20
        /// Threads that DuckDB may use. Small commits are faster with one.
        public var threads = 1
        /// Connections that read.
        public var readers = 2
        /// Path of the DuckDB library; none searches for it.
        public var libraryPath: String?

        public init() {}
    }
}

/// What a restore did.
public struct RestoreReceipt: Sendable, Hashable, JSONRepresentable {
    /// Absolute path of the database.
    public var database: String
    public var bytes: Int64
    public var sessions: Int64
    /// Where the file that was there before is kept.
    public var replaced: String?

    public var json: JSONValue {
        [
            "database": .string(database), "bytes": .int(bytes), "sessions": .int(sessions),
            "replaced": .optional(replaced),
        ]
    }
}

/// One thing that `rif doctor` looked at.
public struct DoctorCheck: Sendable, Hashable, JSONRepresentable {
    public var name: String
    public var isOK: Bool
    /// What was found.
    public var detail: String
    /// What to do where it is not in order.
    public var remedy: String?

    public init(name: String, isOK: Bool, detail: String, remedy: String? = nil) {
        self.name = name
        self.isOK = isOK
        self.detail = detail
        self.remedy = remedy
    }

    public var json: JSONValue {
        ["name": .string(name), "ok": .bool(isOK), "detail": .string(detail), "remedy": .optional(remedy)]
    }
}
