public import RIFModel

/// What an agent has written, as its folder keeps it.
public enum RunOutput {
    /// The most that one call returns, in bytes.
    public static let largestPiece = 4 << 20

    /// Reads from a byte offset of the stream as the agent wrote it, also while it writes.
    ///
    /// Where the middle of a stream was not kept, it goes on behind the gap: `next - bytes.count` is then larger than
    /// `after`. Empty where nothing more is there yet.
    ///
    /// - Parameters:
    ///   - after: how many bytes of the stream to skip; 0 for its beginning, else `next` of the call before.
    ///   - limit: how many bytes at most.
    /// - Throws: `unprocessable` for a negative offset or limit.
    public static func read(
        _ folder: RunFolder, _ stream: RunStream, after: Int64, limit: Int
    ) async throws(RIFError) -> (bytes: [UInt8], next: Int64) {
        guard after >= 0 else {
            throw RIFError.unprocessable(field: "after", value: .int(after), expected: "an offset in bytes, 0 or more")
        }
        guard limit >= 0 else {
            throw RIFError.unprocessable(
                field: "limit", value: .int(Int64(limit)), expected: "a number of bytes, 0 or more")
        }
        let piece = await WorkQueues.shared.run {
            OutputReader.read(folder, stream, after: after, limit: min(limit, largestPiece))
        }
        return (piece.bytes, piece.next)
    }
}
