import RIFModel
import RIFStore
import Synchronization

final class MemoryWriter: StoreWriter {
    private let disk: MemoryDisk
    private(set) var uncheckpointedBytes: Int64 = 0

    init(_ disk: MemoryDisk) { self.disk = disk }

    /// All of it or nothing: the rows are changed as a copy.
    private func change<Value>(_ body: (inout MemoryRows) throws(StoreError) -> Value) throws(StoreError) -> Value {
        var rows = disk.rows.withLock { $0 }
        let value = try body(&rows)
        disk.rows.withLock { [rows] in $0 = rows }
        return value
    }

    func lastSequence() throws(StoreError) -> Int64 { disk.rows.withLock { $0.highestSequence } }

    func commit(_ writes: [Write]) throws(StoreError) {
        try change { rows throws(StoreError) in
            for write in writes { try rows.add(write) }
        }
        uncheckpointedBytes += Int64(writes.count) * 512
    }

    func probe() throws(StoreError) {}

    func reopen() throws(StoreError) {}

    func isCommitted(_ write: Write) throws(StoreError) -> Bool {
        disk.rows.withLock { rows in
            (write.newSession.map { rows.sessions[$0.sessionID] != nil } ?? true)
                && write.entries.allSatisfy(rows.entries.contains)
                && write.metrics.allSatisfy { row in rows.metrics.contains { $0.metric == row.metric } }
        }
    }

    func save(_ snapshots: [Snapshot], foldedThrough: Int64) throws(StoreError) {
        try change { rows throws(StoreError) in
            for snapshot in snapshots {
                rows.sessions[snapshot.listing.sessionID]?.listing = snapshot.listing
                rows.sessions[snapshot.listing.sessionID]?.foldedSequence = snapshot.foldedSequence
            }
            rows.foldedThrough = foldedThrough
        }
    }

    func save(_ documents: [Documents]) throws(StoreError) {
        try change { rows throws(StoreError) in
            for document in documents {
                rows.sessions[document.sessionID]?.session.context = document.context
                rows.sessions[document.sessionID]?.session.history = document.history
                rows.sessions[document.sessionID]?.documentSequence = document.foldedSequence
            }
        }
    }

    func sessionsWithStaleDocuments(onlyFinished: Bool) throws(StoreError) -> [String] {
        disk.rows.withLock { rows in
            rows.sessions.values.filter { row in
                (!onlyFinished || row.listing.outcome != nil) && row.documentSequence < row.foldedSequence
            }.map(\.listing.sessionID).sorted()
        }
    }

    func documentBytes() throws(StoreError) -> Int64 {
        disk.rows.withLock { rows in
            rows.sessions.values.reduce(0) { sum, row in
                sum + Int64(JSONValue.object(row.session.context).compactByteCount)
                    + Int64(row.session.history.json.compactByteCount)
            }
        }
    }

    func cleanUp(before cut: Timestamp) throws(StoreError) -> [String] {
        try change { rows throws(StoreError) in
            let ids = rows.finished(before: cut)
            rows.remove(ids)
            return ids
        }
    }

    func checkpoint() throws(StoreError) { uncheckpointedBytes = 0 }

    func backUp(to path: String, overwrite: Bool) throws(StoreError) -> BackupReceipt {
        throw StoreError(.unwritable, "a store in memory has no file to copy")
    }

    func compact() throws(StoreError) -> CompactionReceipt { CompactionReceipt(bytesBefore: 0, bytesAfter: 0) }
}
