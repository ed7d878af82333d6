import DuckDB
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// All suites of this room. They block, so they run one after the other and do not starve others.
@Suite(.serialized, .timeLimit(.minutes(2)))
enum DuckDBTests {}

/// A folder of a test's own, removed with everything in it when the test lets it go.
final class TemporaryFolder {
    let path: String

    init() {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/rif-duckdb-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { fatalError("no temporary folder in \(parent)") }
        path = String(cString: made)
    }

    deinit { remove(path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a small file and answers its path.
    func write(_ text: String, to name: String, mode: mode_t = 0o600) -> String {
        let path = file(name)
        let file = fopen(path, "w")!
        fputs(text, file)
        fclose(file)
        chmod(path, mode)
        return path
    }

    private func remove(_ path: String) {
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { self.remove("\(path)/\(name)") }
            }
            closedir(folder)
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}

/// A database in memory and a connection to it.
func memory(_ configuration: [String: String] = [:]) throws -> Connection {
    try Database.open(.memory, configuration: configuration, library: .load()).connect()
}

extension Connection {
    /// The first column of the only row.
    func value(_ sql: String) throws -> DuckDBValue? {
        try query(sql).firstRow { try $0.value(0) }
    }
}

/// The driver's error that `body` throws.
func error(_ body: () throws -> Void) throws -> DuckDBError {
    try #require(throws: DuckDBError.self, performing: body)
}
