import DuckDB
public import Logging
import RIFModel
public import RIFStore

public final class DuckDBStore: Sendable {
    public static func open(_ location: Location, options: Options = Options(), logger: Logger = Logger(label: "rif.store")) async throws(StoreError) -> any SessionStore { throw StoreError(.closed, "") }
    public static func restore(_ database: String, from backup: String, options: Options = Options()) async throws(StoreError) -> RestoreReceipt { throw StoreError(.closed, "") }
    /// Looks at library, version, file, lock, permissions and disk space of a database without changing anything.
    public static func diagnose(_ location: Location, options: Options = Options()) async -> [DoctorCheck] { [] }
}
