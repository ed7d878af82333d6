import CDuckDB
import Testing

@testable import DuckDB

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension DuckDBTests {
    @Suite struct Library {
        @Test func everyDeclaredFunctionIsThere() throws {
            let library = try DuckDBLibrary.load()
            let handle = try #require(dlopen(library.path, RTLD_NOW | RTLD_LOCAL))
            defer { dlclose(handle) }
            var functions = cduckdb_functions()
            #expect(cduckdb_resolve(handle, &functions) == 0)
            #expect(cduckdb_function_count() > 90)
            for index in 0..<cduckdb_function_count() {
                #expect(
                    cduckdb_is_resolved(&functions, index), "\(cduckdb_symbol(index).map { String(cString: $0) } ?? "")"
                )
            }
            #expect(cduckdb_symbol(cduckdb_function_count()) == nil)
            #expect(DuckDBLibrary.testedVersions.contains(library.version))
        }

        @Test func theLockFileNamesTheFirstTestedVersion() throws {
            let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
            let file = try #require(fopen("/\(root)/Scripts/duckdb.lock", "r"))
            defer { fclose(file) }
            var bytes = [UInt8](repeating: 0, count: 1 << 16)
            let count = fread(&bytes, 1, bytes.count, file)
            let lines = String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
            #expect(lines.contains { $0 == "version \(DuckDBLibrary.testedVersions[0])" })
        }

        @Test func isLoadedOnce() throws {
            #expect(try DuckDBLibrary.load() === DuckDBLibrary.load())
        }

        @Test func saysWhereItLookedAndWhatToRun() throws {
            let folder = TemporaryFolder()
            let search = LibrarySearch(
                environment: { $0 == "XDG_CACHE_HOME" ? folder.file("cache") : nil }, executable: folder.file("bin/rif")
            )
            let candidates = try search.candidates()
            #expect(candidates[0].path == folder.file("bin/\(LibrarySearch.fileName)"))
            #expect(candidates[1].path.hasPrefix(folder.file("cache/rif/duckdb-\(DuckDBLibrary.testedVersions[0])-")))
            #expect(candidates.allSatisfy { $0.path.hasPrefix("/") })

            let error = try error { _ = try DuckDBLibrary.load(path: folder.file("none.so")) }
            #expect(error.kind == .libraryMissing)
            #expect(error.message.contains("make setup"))
            #expect(error.message.contains(folder.file("none.so")))
            #expect(error.message.contains("RIF_DUCKDB_LIBRARY"))
        }

        @Test func theVariableNamesTheOnlyCandidate() throws {
            let search = LibrarySearch(
                environment: { $0 == "RIF_DUCKDB_LIBRARY" ? "/somewhere/x.so" : "/elsewhere" }, executable: nil)
            #expect(try search.candidates().map(\.path) == ["/somewhere/x.so"])
        }

        @Test func relativePathsAreRefusedOrIgnored() throws {
            let relative = LibrarySearch(environment: { _ in "some/where" }, executable: nil)
            #expect(relative.cachePath() == nil)
            let byVariable = try error { _ = try relative.candidates() }
            #expect(byVariable.kind == .libraryUnusable)
            #expect(byVariable.message.contains("absolute"))
            #expect(try error { _ = try DuckDBLibrary.load(path: "libduckdb.so") }.kind == .libraryUnusable)
        }

        @Test func theCacheIsInTheHomeFolderByDefault() {
            let search = LibrarySearch(environment: { $0 == "HOME" ? "/people/me" : nil }, executable: nil)
            #expect(search.cachePath()?.hasPrefix("/people/me/.cache/rif/duckdb-") == true)
        }

        @Test func aFileThatOthersCanWriteIsRefused() throws {
            let folder = TemporaryFolder()
            let path = folder.write("no library", to: "libduckdb.so", mode: 0o602)
            let error = try error { _ = try DuckDBLibrary.load(path: path) }
            #expect(error.kind == .libraryUnusable)
            #expect(error.message.contains("writable by others"))
            #expect(error.message.contains("chmod go-w"))
        }

        @Test func aFolderThatOthersCanWriteIsRefusedInTheCache() throws {
            let folder = TemporaryFolder()
            let search = LibrarySearch(environment: { $0 == "XDG_CACHE_HOME" ? folder.path : nil }, executable: nil)
            let path = try #require(search.cachePath())
            let inner = String(path[..<path.lastIndex(of: "/")!])
            mkdir(folder.file("rif"), 0o700)
            mkdir(inner, 0o700)
            _ = folder.write("no library", to: String(path.dropFirst(folder.path.utf8.count + 1)))
            let candidate = try #require(try search.candidates().first { $0.path == path })
            #expect(LibrarySearch.examine(candidate) == (true, nil))
            chmod(inner, 0o770)
            #expect(
                LibrarySearch.examine(candidate).objection?.contains("folder \(inner) is writable by others") == true)
            chmod(inner, 0o700)
            chmod(folder.file("rif"), 0o777)
            #expect(LibrarySearch.examine(candidate).objection?.contains("rif is writable by others") == true)
        }

        @Test func whatIsNoLibraryIsRefused() throws {
            let folder = TemporaryFolder()
            let text = try error { _ = try DuckDBLibrary.load(path: folder.write("text", to: "libduckdb.so")) }
            #expect(text.kind == .libraryUnusable)
            #expect(text.message.contains("does not load"))
            let directory = try error { _ = try DuckDBLibrary.load(path: folder.path) }
            #expect(directory.message.contains("not a regular file"))
        }

        @Test func anotherVersionIsRefused() throws {
            #expect(try DuckDBLibrary.checkedVersion("v2.0.0") == "2.0.0")
            for wrong in ["v1.4.3", "v2.0.1-dev3", "", "2"] {
                let error = try error { _ = try DuckDBLibrary.checkedVersion(wrong) }
                #expect(error.kind == .libraryUnusable)
                #expect(error.message.contains("tested with 2.0.0"))
            }
        }
    }
}
