#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Where the library may be, in the order in which the places are tried, and whether a file there
/// may be loaded. Pure but for looking at files, so that tests can hand in an environment.
struct LibrarySearch {
    /// A place that is tried.
    struct Candidate: Equatable {
        var path: String
        /// What to call the place in a message.
        var place: String
        /// Somebody named this very file: when it cannot be loaded, that is an error and no other
        /// place is tried.
        var isExplicit = false
        /// How many folders above the file have to be as safe as the file itself: who can write in
        /// one of them can put another file there.
        var safeFolders = 0
    }

    static let variable = "RIF_DUCKDB_LIBRARY"

    #if os(macOS)
    static let fileName = "libduckdb.dylib"
    static let system = ["/opt/homebrew/lib", "/usr/local/lib"]
    private static let os = "macos"
    #else
    static let fileName = "libduckdb.so"
    static let system = [
        "/usr/local/lib", "/usr/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib",
    ]
    private static let os = "linux"
    #endif
    #if arch(arm64)
    private static let machine = "arm64"
    #else
    private static let machine = "x86_64"
    #endif

    var environment: (String) -> String?
    /// The absolute path of the running program, nil where it is not known.
    var executable: String?

    /// The candidates in order. Never the working directory: every path is absolute.
    func candidates(explicit path: String? = nil) throws(DuckDBError) -> [Candidate] {
        if let path { return [try Self.named(path, by: "the given path")] }
        if let path = environment(Self.variable), !path.isEmpty {
            return [try Self.named(path, by: Self.variable)]
        }
        var found: [Candidate] = []
        if let executable, let slash = executable.lastIndex(of: "/") {
            let beside = executable[..<slash] + "/" + Self.fileName
            found.append(Candidate(path: String(beside), place: "beside the program", safeFolders: 1))
        }
        if let cached = cachePath() {
            found.append(Candidate(path: cached, place: "the cache that set-up fills", safeFolders: 2))
        }
        found += Self.system.map { Candidate(path: $0 + "/" + Self.fileName, place: "the system", safeFolders: 1) }
        return found
    }

    /// `${XDG_CACHE_HOME:-$HOME/.cache}/rif/duckdb-<version>-<os>-<machine>/libduckdb.so`, the
    /// path that Scripts/setup writes. Nil where neither variable is set to an absolute path.
    func cachePath() -> String? {
        var root = environment("XDG_CACHE_HOME") ?? ""
        if !root.hasPrefix("/") {
            guard let home = environment("HOME"), home.hasPrefix("/") else { return nil }
            root = home + "/.cache"
        }
        let folder = "duckdb-\(DuckDBLibrary.testedVersions[0])-\(Self.os)-\(Self.machine)"
        return "\(root)/rif/\(folder)/\(Self.fileName)"
    }

    private static func named(_ path: String, by who: String) throws(DuckDBError) -> Candidate {
        guard path.hasPrefix("/") else {
            throw DuckDBError(
                kind: .libraryUnusable,
                message: "\(who) is \"\(path)\"; it has to be an absolute path, because the library is "
                    + "never loaded from the working directory.")
        }
        return Candidate(path: path, place: who, isExplicit: true)
    }

    /// What speaks against loading the file, nil if nothing does; `exists` is false where there is
    /// no file at all.
    static func examine(_ candidate: Candidate) -> (exists: Bool, objection: String?) {
        // Symbolic links are followed first: what counts is who can change the file that is loaded.
        guard let real = realpath(candidate.path, nil) else { return (false, nil) }
        defer { free(real) }
        let path = String(cString: real)
        var info = stat()
        guard stat(path, &info) == 0 else { return (false, nil) }
        guard info.st_mode & S_IFMT == S_IFREG else { return (true, "it is not a regular file") }
        if let objection = objection(to: info, called: "it", path: path) { return (true, objection) }
        var folder = path[...]
        for _ in 0..<candidate.safeFolders {
            guard let slash = folder.lastIndex(of: "/"), slash != folder.startIndex else { break }
            folder = folder[..<slash]
            guard stat(String(folder), &info) == 0 else { return (false, nil) }
            if let objection = objection(to: info, called: "its folder \(folder)", path: String(folder)) {
                return (true, objection)
            }
        }
        return (true, nil)
    }

    private static func objection(to info: stat, called name: String, path: String) -> String? {
        guard info.st_uid == geteuid() || info.st_uid == 0 else {
            return "\(name) belongs to user \(info.st_uid), not to you"
        }
        guard info.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
            return "\(name) is writable by others (run: chmod go-w \(path))"
        }
        return nil
    }
}

extension LibrarySearch {
    /// The search with the environment of this process.
    static var ofThisProcess: LibrarySearch {
        LibrarySearch(
            environment: { name in
                if let value = getenv(name) { return String(cString: value) }
                // A service may be started without HOME.
                guard name == "HOME", let user = getpwuid(geteuid()), let home = user.pointee.pw_dir else { return nil }
                return String(cString: home)
            },
            executable: executablePath())
    }

    private static func executablePath() -> String? {
        #if os(macOS)
        var size = UInt32(PATH_MAX)
        var buffer = [CChar](repeating: 0, count: Int(size))
        guard _NSGetExecutablePath(&buffer, &size) == 0, let real = realpath(buffer, nil) else { return nil }
        #else
        guard let real = realpath("/proc/self/exe", nil) else { return nil }
        #endif
        defer { free(real) }
        return String(cString: real)
    }
}
