import RIFModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Keeps what an agent writes: the first and the last half of an allowance, and counts of everything.
///
/// Nothing that happens to its files stops it: what cannot be written counts as lost.
struct OutputWriter {
    private(set) var index: OutputIndex
    private let indexFile: Int32
    private var files: [RunStream: (head: Int32, tail: Int32?)] = [:]
    private let folder: RunFolder

    init(_ folder: RunFolder, limit: Int) throws(Files.Failure) {
        self.folder = folder
        index = OutputIndex(limit: OutputLimit(total: limit))
        indexFile = try Files.open(folder.indexFile, O_RDWR | O_CREAT | O_TRUNC)
        try Files.write(index.bytes, to: indexFile)
        for stream in RunStream.allCases {
            files[stream] = (try Files.open(folder.headFile(stream), O_RDWR | O_CREAT | O_TRUNC), nil)
        }
    }

    /// Takes what a stream brought: at most `OutputLimit.chunk` bytes.
    mutating func add(_ bytes: UnsafeRawBufferPointer, to stream: RunStream) {
        guard !bytes.isEmpty else { return }
        var place = index[stream]
        let limit = index.limit
        let start = place.total
        var rest = bytes[...]
        if start == place.headEnd, start < limit.head {
            let part = rest.prefix(Int(min(limit.head - start, Int64(rest.count))))
            let written = write(UnsafeRawBufferPointer(rebasing: part), to: files[stream]?.head, at: start)
            place.headEnd += Int64(written)
            rest = rest.dropFirst(written)
        }
        if !rest.isEmpty {
            let from = start + Int64(bytes.count - rest.count)
            if !writeTail(UnsafeRawBufferPointer(rebasing: rest), of: stream, at: from) {
                place.tailStart = from + Int64(rest.count)
            }
        }
        place.total = start + Int64(bytes.count)
        index[stream] = place
        index.lastOutputAt = Clocks.wall().microseconds
        saveIndex()
    }

    /// Puts on disk what is there; where that fails, what the system's cache holds stays readable.
    func sync() {
        for (stream, file) in files where index[stream].total > 0 {
            fdatasync(file.head)
            if let tail = file.tail { fdatasync(tail) }
        }
        fdatasync(indexFile)
    }

    private func saveIndex() {
        // Its space was taken at the beginning.
        let bytes = index.bytes
        _ = bytes.withUnsafeBytes { buffer in
            Files.retrying { pwrite(indexFile, buffer.baseAddress, buffer.count, 0) }
        }
    }

    private mutating func writeTail(_ bytes: UnsafeRawBufferPointer, of stream: RunStream, at offset: Int64) -> Bool {
        if files[stream]?.tail == nil {
            files[stream]?.tail = try? Files.open(folder.tailFile(stream), O_RDWR | O_CREAT | O_TRUNC)
        }
        guard let descriptor = files[stream]?.tail ?? nil else { return false }
        let ring = index.limit.ring
        let place = offset % ring
        let first = Int(min(Int64(bytes.count), ring - place))
        let left = UnsafeRawBufferPointer(rebasing: bytes[..<first])
        let right = UnsafeRawBufferPointer(rebasing: bytes[first...])
        return write(left, to: descriptor, at: place) == left.count
            && write(right, to: descriptor, at: 0) == right.count
    }

    /// How many bytes were written.
    private func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32?, at offset: Int64) -> Int {
        guard let descriptor else { return 0 }
        var done = 0
        while done < bytes.count {
            let count = Files.retrying {
                pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(offset) + off_t(done))
            }
            if count <= 0 { break }
            done += count
        }
        return done
    }
}
