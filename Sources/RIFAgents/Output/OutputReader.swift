import RIFModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Reads kept output, also while it is being written.
enum OutputReader {
    struct Piece {
        var bytes: [UInt8]
        /// Offset of the first of `bytes`; beyond the one asked for where something was not kept.
        var from: Int64

        var next: Int64 { from + Int64(bytes.count) }
    }

    /// What is kept from offset `after` on.
    static func read(_ folder: RunFolder, _ stream: RunStream, after: Int64, limit: Int) -> Piece {
        let after = max(0, after)
        guard limit > 0, let index = OutputIndex.read(folder) else { return Piece(bytes: [], from: after) }
        let place = index[stream]
        if after < place.headEnd {
            let count = Int(min(Int64(limit), place.headEnd - after))
            return Piece(bytes: bytes(folder.headFile(stream), at: after, count: count), from: after)
        }
        let from = max(after, place.keptTail(limit: index.limit))
        guard from < place.total else { return Piece(bytes: [], from: min(after, place.total)) }
        let count = Int(min(Int64(limit), place.total - from))
        let ring = index.limit.ring
        let first = Int(min(Int64(count), ring - from % ring))
        var found = bytes(folder.tailFile(stream), at: from % ring, count: first)
        if found.count == first { found += bytes(folder.tailFile(stream), at: 0, count: count - first) }
        // What was overwritten while we read is no longer what was asked for.
        let kept = OutputIndex.read(folder)?[stream].keptTail(limit: index.limit) ?? from
        guard kept > from else { return Piece(bytes: found, from: from) }
        let overwritten = Int(min(kept - from, Int64(found.count)))
        return Piece(bytes: Array(found[overwritten...]), from: from + Int64(overwritten))
    }

    private static func bytes(_ path: String, at offset: Int64, count: Int) -> [UInt8] {
        guard count > 0, let descriptor = try? Files.open(path, O_RDONLY | O_NONBLOCK) else { return [] }
        defer { close(descriptor) }
        return Array(unsafeUninitializedCapacity: count) { buffer, done in
            done = 0
            while done < count {
                let got = Files.retrying {
                    pread(descriptor, buffer.baseAddress! + done, count - done, off_t(offset) + off_t(done))
                }
                if got <= 0 { break }
                done += got
            }
        }
    }
}
