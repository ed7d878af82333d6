/// What DuckDB, or this driver, refused to do and why.
public struct DuckDBError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The class of an error. DuckDB's own classes keep their names; what is not listed is `other`.
    public enum Kind: Sendable, Equatable {
        /// No library was found at any of the places where it may be.
        case libraryMissing
        /// A library was found, but is of an untested version, incomplete or not safe to load.
        case libraryUnusable
        /// The database could not be opened: no such folder, locked by another process, damaged.
        case open
        /// The connection, statement, appender, result or thread was closed before.
        case closed
        /// A `withTimeout` ran out.
        case timeout
        /// `Interrupter.interrupt()` stopped a statement.
        case interrupted
        /// The database instance is invalidated: every further call fails until it is reopened.
        case fatal
        /// DuckDB found a contradiction in itself.
        case internalError
        case constraint, transaction, io, outOfMemory, permission
        case parser, syntax, binder, catalog, dependency, planner, optimizer, executor, expression
        case invalidInput, conversion, mismatchType, invalidType, unknownType, outOfRange, divideByZero
        case notImplemented, serialization, sequence, index, connection, settings, configuration
        case parameterNotResolved, parameterNotAllowed, missingExtension, network
        /// A class that has no case here, by DuckDB's number; 0 where DuckDB gave none.
        case other(Int)
    }

    public var kind: Kind
    /// DuckDB's own text, whole, or this driver's where the driver refused.
    public var message: String

    public init(kind: Kind, message: String) {
        self.kind = kind
        self.message = message
    }

    /// Whether the database instance is invalidated and has to be closed and opened again.
    public var isFatal: Bool { kind == .fatal }

    public var description: String { message }
}

extension DuckDBError {
    /// From a number of DuckDB's error types and the text that came with it.
    ///
    /// Some calls (prepare, open, bind) give only a text. Its beginning names the type, so this is
    /// the one place that reads it.
    init(code: UInt32 = 0, message: UnsafePointer<CChar>?, otherwise fallback: Kind? = nil) {
        let text = message.map { String(cString: $0) } ?? "DuckDB gave no message"
        self.init(code: code, message: text, otherwise: fallback)
    }

    init(code: UInt32 = 0, message: String, otherwise fallback: Kind? = nil) {
        var kind = Self.kinds[code]?.kind
        if kind == nil, code == 0 {
            kind = Self.kinds.values.first { message.hasPrefix($0.prefix + " Error:") }?.kind
        }
        // An invalidated instance answers some calls with another type around the fatal text.
        if message.contains("database has been invalidated because of a previous fatal error") {
            kind = .fatal
        }
        self.init(kind: kind ?? fallback ?? .other(Int(code)), message: message)
    }

    static let closed = "was closed and cannot be used any more"

    static func closed(_ what: String) -> DuckDBError {
        DuckDBError(kind: .closed, message: "The \(what) \(closed).")
    }

    /// DuckDB's error types: number, the words that its messages begin with, our case.
    private static let kinds: [UInt32: (prefix: String, kind: Kind)] = [
        1: ("Out of Range", .outOfRange),
        2: ("Conversion", .conversion),
        3: ("Unknown Type", .unknownType),
        5: ("Mismatch Type", .mismatchType),
        6: ("Divide by Zero", .divideByZero),
        8: ("Invalid type", .invalidType),
        9: ("Serialization", .serialization),
        10: ("TransactionContext", .transaction),
        11: ("Not " + "implemented", .notImplemented),
        12: ("Expression", .expression),
        13: ("Catalog", .catalog),
        14: ("Parser", .parser),
        15: ("Planner", .planner),
        17: ("Executor", .executor),
        18: ("Constraint", .constraint),
        19: ("Index", .index),
        21: ("Connection", .connection),
        22: ("Syntax", .syntax),
        23: ("Settings", .settings),
        24: ("Binder", .binder),
        25: ("Network", .network),
        26: ("Optimizer", .optimizer),
        28: ("IO", .io),
        29: ("INTERRUPT", .interrupted),
        30: ("FATAL", .fatal),
        31: ("INTERNAL", .internalError),
        32: ("Invalid Input", .invalidInput),
        33: ("Out of Memory", .outOfMemory),
        34: ("Permission", .permission),
        35: ("Parameter Not Resolved", .parameterNotResolved),
        36: ("Parameter Not Allowed", .parameterNotAllowed),
        37: ("Dependency", .dependency),
        39: ("Missing Extension", .missingExtension),
        41: ("Sequence", .sequence),
        42: ("Invalid Configuration", .configuration),
    ]
}
