import NIOCore
import NIOPosix
import RIFModel
import _NIOFileSystem

/// The sources of the page on disk, for who works on them: a reload of the browser shows the last change.
struct AssetFolder: Sendable {
    /// Stands in the addresses of files in place of their hash.
    static let version = "live"

    let path: String

    init(_ path: String) { self.path = path }

    /// Nothing where there is no such file.
    ///
    /// - Parameter name: a file, or a folder and a file; nothing that could lead out of the folder is looked for.
    func text(of name: String) async throws -> String? {
        let isSafe = name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && !part.hasPrefix(".") && !part.contains("\\") && !part.contains("\0")
        }
        guard isSafe else { return nil }
        do {
            let buffer = try await ByteBuffer(
                contentsOf: FilePath("\(path)/\(name)"), maximumSizeAllowed: .mebibytes(4))
            return String(buffer: buffer)
        } catch let error as FileSystemError where error.code == .notFound {
            return nil
        }
    }
}
