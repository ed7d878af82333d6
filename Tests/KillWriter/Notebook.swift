import KillNotes
import RIFModel

/// Writes notes to standard output, each in one `write`, so that a note is there whole or not at all.
///
/// A pipe takes up to 4096 bytes at once, and what is in it outlives the process that wrote it.
enum Notebook {
    static func write(_ note: Note) {
        let bytes = Array(note.line.utf8)
        let written = bytes.withUnsafeBytes { KillNotes.write(1, $0.baseAddress, $0.count) }
        // Without its notebook the process is of no use.
        if written != bytes.count { exit(3) }
    }

    static func write(_ error: RIFError, session: String = "", key: String = "") {
        write(.failed(session: session, key: key, code: error.code.rawValue, detail: error.diagnosis ?? error.detail))
    }
}
