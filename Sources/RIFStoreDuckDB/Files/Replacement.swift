import RIFModel
import RIFStore

/// Puts a file in the place of the database so that a crash at any moment leaves either the old or the new one.
///
/// The new file lies ready, synced and checked, as `<database>.restoring`. Writing the step file decides: from then on
/// the next open finishes what is left to do; before that, it throws the new file away. The old log is moved before
/// the old file, and both before the new file comes, because an old log beside a new file would replay over it.
struct Replacement {
    let files: DatabaseFiles

    /// - Returns: where the old file is kept; none where there was none.
    func replace() throws(StoreError) -> String? {
        let kept = files.database + ".replaced-" + FileSystem.stamp()
        let hadFile = FileSystem.kind(files.database) != .missing
        try FileSystem.write(kept, to: files.restoreStep)
        CrashPoint.restoreDecided.pass()
        try finish(kept)
        return hadFile ? kept : nil
    }

    /// For the open: brings an interrupted replacement to its end, or undoes one that was not decided.
    func finishOrUndo() throws(StoreError) {
        guard FileSystem.kind(files.restoreStep) != .missing else {
            for path in [files.restoring, files.restoring + ".wal"] { try FileSystem.remove(path) }
            return
        }
        let kept = String(decoding: try FileSystem.read(files.restoreStep, count: 4096), as: UTF8.self)
        guard kept.hasPrefix(files.database + ".replaced-") else {
            throw StoreError(
                .damaged, "\(files.restoreStep) cannot be read, so an interrupted restore cannot be finished",
                remedy: "move \(files.restoring) to \(files.database) by hand, or remove both files to undo the restore"
            )
        }
        try finish(kept)
    }

    private func finish(_ kept: String) throws(StoreError) {
        if FileSystem.kind(files.restoring) != .missing {
            if FileSystem.kind(files.log) != .missing {
                try FileSystem.rename(files.log, to: kept + ".wal")
                try FileSystem.syncFolder(files.folder)
            }
            CrashPoint.restoreLogAside.pass()
            if FileSystem.kind(files.database) != .missing {
                try FileSystem.rename(files.database, to: kept)
                try FileSystem.syncFolder(files.folder)
            }
            CrashPoint.restoreOldAside.pass()
            try FileSystem.rename(files.restoring, to: files.database)
            try FileSystem.syncFolder(files.folder)
        }
        CrashPoint.restoreInPlace.pass()
        try FileSystem.remove(files.restoreStep)
        try FileSystem.syncFolder(files.folder)
    }
}
