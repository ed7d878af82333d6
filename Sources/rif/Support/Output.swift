import RIFOrchestrator

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Files that a command was asked to write.
enum Output {
    /// Writes a text to a file, in place of one that is there already.
    ///
    /// - Throws: `invalid_request` where that cannot be done.
    static func write(_ text: String, to path: String, option: String) throws(RIFError) {
        try Input.path(option, path)
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw unwritable(path, option) }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { systemWrite(file, $0.baseAddress, $0.count) }
            if written > 0 {
                bytes = bytes.dropFirst(written)
            } else if errno != EINTR {
                let error = unwritable(path, option)
                close(file)
                throw error
            }
        }
        // Some file systems say only here that there is no room.
        guard close(file) == 0 else { throw unwritable(path, option) }
    }

    private static func unwritable(_ path: String, _ option: String) -> RIFError {
        RIFError(
            .invalidRequest,
            "\(option): \(Text.visible(path)) could not be written: \(String(cString: strerror(errno)))",
            field: option)
    }
}

/// The system's `write`, under a name that the members called `write` do not hide.
private func systemWrite(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int { write(file, bytes, count) }
