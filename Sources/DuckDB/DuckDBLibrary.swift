import CDuckDB
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// DuckDB's shared library, loaded at run time. Nothing is linked, so a build needs no DuckDB.
///
/// A library is loaded once per process and never unloaded.
public final class DuckDBLibrary: Sendable {
    /// The versions that this driver was tested with, the pinned one first. Others are refused:
    /// the layouts that the driver reads directly belong to a version.
    public static let testedVersions = ["2.0.0"]

    /// What `duckdb_library_version` says, without the leading "v".
    public let version: String
    /// The file that was loaded.
    public let path: String

    // Safe because the table is written once, before this object is visible, and never freed.
    nonisolated(unsafe) let functions: UnsafePointer<cduckdb_functions>

    private init(version: String, path: String, functions: UnsafePointer<cduckdb_functions>) {
        self.version = version
        self.path = path
        self.functions = functions
    }

    /// Loads the library, or returns the one that is loaded already.
    ///
    /// With `path` only that file is tried. Without, in this order: the environment's
    /// `RIF_DUCKDB_LIBRARY` (and nothing else where it is set), `libduckdb` beside the program, the
    /// one that `make setup` put into the cache, one of the system if its version was tested.
    /// Never the working directory, and never a file that somebody else could have written.
    ///
    /// Errors: `libraryMissing` says where it looked and what to run; `libraryUnusable` says what
    /// is wrong with the file that was found.
    public static func load(path: String? = nil) throws(DuckDBError) -> DuckDBLibrary {
        try load(path: path, search: .ofThisProcess)
    }

    static func load(path: String? = nil, search: LibrarySearch) throws(DuckDBError) -> DuckDBLibrary {
        var notes: [String] = []
        var isMissing = true
        for candidate in try search.candidates(explicit: path) {
            let (exists, objection) = LibrarySearch.examine(candidate)
            guard exists else {
                notes.append("\(candidate.path) (\(candidate.place)): no such file")
                continue
            }
            do throws(DuckDBError) {
                if let objection {
                    throw DuckDBError(kind: .libraryUnusable, message: objection)
                }
                return try loaded.withLock { all throws(DuckDBError) in
                    if let library = all[candidate.path] { return library }
                    let library = try open(candidate.path)
                    all[candidate.path] = library
                    return library
                }
            } catch {
                isMissing = false
                notes.append("\(candidate.path) (\(candidate.place)): \(error.message)")
            }
        }
        let version = testedVersions[0]
        let headline = isMissing ? "DuckDB's library was not found." : "DuckDB's library cannot be used."
        throw DuckDBError(
            kind: isMissing ? .libraryMissing : .libraryUnusable,
            message: """
                \(headline) Run `make setup` (it puts DuckDB \(version) into your cache folder), \
                or set \(LibrarySearch.variable) to the absolute path of a \(LibrarySearch.fileName) \
                of version \(version). Looked at:
                """ + notes.map { "\n  " + $0 }.joined())
    }

    private static let loaded = Mutex<[String: DuckDBLibrary]>([:])

    private static func open(_ path: String) throws(DuckDBError) -> DuckDBLibrary {
        // Local, so that its C++ symbols stay away from those of the program; now, so that a
        // missing symbol shows here and not in the middle of a commit.
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            let reason = dlerror().map { String(cString: $0) } ?? "dlopen gave no reason"
            throw DuckDBError(kind: .libraryUnusable, message: "it does not load: \(reason)")
        }
        let functions = UnsafeMutablePointer<cduckdb_functions>.allocate(capacity: 1)
        let missing = cduckdb_resolve(handle, functions)
        // A library that was refused stays mapped: unloading C++ with threads is not safe.
        guard let libraryVersion = functions.pointee.library_version else {
            functions.deallocate()
            throw DuckDBError(kind: .libraryUnusable, message: "it is no DuckDB (no duckdb_library_version in it)")
        }
        // The version first: a wrong one explains missing functions better than their names do.
        do throws(DuckDBError) {
            let version = try checkedVersion(libraryVersion().map { String(cString: $0) } ?? "")
            guard missing == 0 else {
                let names = (0..<cduckdb_function_count())
                    .filter { !cduckdb_is_resolved(functions, $0) }
                    .compactMap { cduckdb_symbol($0).map { String(cString: $0) } }
                throw DuckDBError(
                    kind: .libraryUnusable,
                    message: "it lacks \(missing) functions: \(names.joined(separator: ", "))")
            }
            return DuckDBLibrary(version: version, path: path, functions: UnsafePointer(functions))
        } catch {
            functions.deallocate()
            throw error
        }
    }

    /// The version without its "v", if it is one that was tested.
    static func checkedVersion(_ text: String) throws(DuckDBError) -> String {
        let version = text.hasPrefix("v") ? String(text.dropFirst()) : text
        guard testedVersions.contains(version) else {
            throw DuckDBError(
                kind: .libraryUnusable,
                message: "it is DuckDB \(version), but this program was tested with "
                    + testedVersions.joined(separator: ", "))
        }
        return version
    }
}
