import RIFModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// One of the two outputs of an agent.
public enum RunStream: String, Sendable, Hashable, CaseIterable {
    case stdout, stderr
}

/// Where a stream's bytes are. Numbers are offsets in the stream as the agent wrote it.
///
/// Kept are `0 ..< headEnd` in the head file, and `keptTail ..< total` in the tail file, which is a ring. A write that
/// fails (a full disk) ends the head, or begins the tail anew behind what was lost.
struct StreamPlace: Hashable {
    var total: Int64 = 0
    var headEnd: Int64 = 0
    var tailStart: Int64 = 0

    /// The first byte that is in the tail.
    func keptTail(limit: OutputLimit) -> Int64 { max(tailStart, headEnd, total - limit.tail) }

    func isTruncated(limit: OutputLimit) -> Bool { keptTail(limit: limit) > headEnd }
}

/// How a stream's allowance is divided.
struct OutputLimit: Hashable {
    let total: Int

    var head: Int64 { Int64(total / 2) }
    var tail: Int64 { Int64(total - total / 2) }
    /// The ring is larger than what counts as kept: what is being overwritten is never among what can be read.
    var ring: Int64 { tail + Int64(Self.chunk) }

    /// The most that is written at once, in bytes.
    static let chunk = 64 << 10
}

/// The record in `output.index`: fixed size, written over after each piece of output.
struct OutputIndex: Hashable {
    var limit: OutputLimit
    var stdout = StreamPlace()
    var stderr = StreamPlace()
    /// Microseconds since 1970; 0: none yet.
    var lastOutputAt: Int64 = 0

    init(limit: OutputLimit) { self.limit = limit }

    static let size = 80
    private static let mark: Int64 = 0x5249_464F_5554_3031

    subscript(stream: RunStream) -> StreamPlace {
        get { stream == .stdout ? stdout : stderr }
        set { if stream == .stdout { stdout = newValue } else { stderr = newValue } }
    }

    var counts: OutputCounts {
        OutputCounts(
            stdoutBytes: stdout.total, stderrBytes: stderr.total,
            truncated: stdout.isTruncated(limit: limit) || stderr.isTruncated(limit: limit),
            lastOutputAt: lastOutputAt == 0 ? nil : Timestamp(microseconds: lastOutputAt))
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.size)
        for number in [
            Self.mark, Int64(limit.total), stdout.total, stdout.headEnd, stdout.tailStart, stderr.total,
            stderr.headEnd, stderr.tailStart, lastOutputAt,
        ] {
            withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
        }
        withUnsafeBytes(of: FNV1a.hash(bytes).littleEndian) { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// Nil for anything that we did not write, and for one that is being written over.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.size else { return nil }
        let numbers = stride(from: 0, to: Self.size, by: 8).map { place in
            bytes[place..<place + 8].reversed().reduce(UInt64(0)) { ($0 << 8) | UInt64($1) }
        }
        let signed = numbers.map { Int64(bitPattern: $0) }
        guard signed[0] == Self.mark, numbers[9] == FNV1a.hash(bytes[..<72]), let total = Int(exactly: signed[1]),
            total >= 2, signed[2...8].allSatisfy({ $0 >= 0 })
        else { return nil }
        limit = OutputLimit(total: total)
        stdout = StreamPlace(total: signed[2], headEnd: signed[3], tailStart: signed[4])
        stderr = StreamPlace(total: signed[5], headEnd: signed[6], tailStart: signed[7])
        lastOutputAt = signed[8]
    }

    /// Nil where there is none that can be relied on.
    static func read(_ folder: RunFolder) -> OutputIndex? {
        // The shim may be writing at this very moment; then the sum is wrong, and right at the next look.
        for _ in 0..<20 {
            guard let bytes = Files.read(folder.indexFile, limit: Self.size) else { return nil }
            if let index = OutputIndex(bytes) { return index }
        }
        return nil
    }
}
