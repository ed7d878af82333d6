import NIOCore

/// The newest events in the form in which they are sent: at most so many bytes, shared by all clients. A client has no
/// buffer of its own, only its place in here.
struct EventRing: Sendable {
    /// Every event after this sequence is in here.
    private(set) var completeAfter: Int64
    /// Up to here nothing is missing.
    private(set) var through: Int64
    private var pieces = CircularBuffer<EventPiece>()
    private var bytes = 0
    private let capacity: Int

    init(after sequence: Int64, capacity: Int) {
        completeAfter = sequence
        through = sequence
        self.capacity = capacity
    }

    /// Adds the newest, and lets the oldest go where there is no more room.
    mutating func append(_ piece: EventPiece) {
        pieces.append(piece)
        bytes += piece.bytes.readableBytes
        through = max(through, piece.through)
        // The newest stays even where it alone is too large: somebody must be able to send it.
        while bytes > capacity, pieces.count > 1 {
            let oldest = pieces.removeFirst()
            bytes -= oldest.bytes.readableBytes
            completeAfter = oldest.through
        }
    }

    /// The next text after a sequence, a piece or a little more of it, and the sequence that it reaches to. Without text
    /// where nothing that has come since is for this filter.
    func next(after sequence: Int64, _ filter: EventFilter) -> (text: ByteBuffer?, through: Int64) {
        var text: ByteBuffer?
        var reached = max(sequence, completeAfter)
        var index = pieces.endIndex
        while index > pieces.startIndex, pieces[pieces.index(before: index)].through > sequence {
            index = pieces.index(before: index)
        }
        while index < pieces.endIndex {
            let piece = pieces[index]
            if var more = piece.text(after: sequence, filter) {
                if let length = text?.readableBytes, length + more.readableBytes > EventText.pieceBytes { break }
                if text == nil { text = more } else { text?.writeBuffer(&more) }
            }
            reached = piece.through
            index = pieces.index(after: index)
        }
        return (text, reached)
    }
}
