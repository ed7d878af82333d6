import NIOCore
import RIFModel

/// Messages of an event stream, as the HTML standard has them ("Server-sent events").
enum EventText {
    /// A piece of a stream is not longer than this, unless one event alone is.
    static let pieceBytes = 64 << 10

    /// How long a browser is to wait before it comes back.
    static func retry(after delay: Duration) -> ByteBuffer {
        ByteBuffer(string: "retry: \(Int(delay / .milliseconds(1)))\n\n")
    }

    /// A message that is not part of the log, and so has no id to resume from.
    static func message(_ name: String, _ data: JSONValue) -> ByteBuffer {
        var bytes = Array("event: \(name)\ndata: ".utf8)
        data.append(to: &bytes)
        bytes += "\n\n".utf8
        return ByteBuffer(bytes: bytes)
    }

    /// Where a client begins: it resumes from there if it is cut off before the first event.
    static func place(_ sequence: Int64, at now: Timestamp) -> ByteBuffer {
        var text = ByteBuffer(string: "id: \(sequence)\n")
        text.writeImmutableBuffer(heartbeat(at: now))
        return text
    }

    static func heartbeat(at now: Timestamp) -> ByteBuffer {
        message("heartbeat", ["timestamp": .string(now.rfc3339)])
    }

    /// No name and no data of an event can hold a line break: names have no control characters, and JSON escapes them.
    static func append(_ event: Event, to bytes: inout [UInt8]) {
        bytes += "id: \(event.sequence)\nevent: \(event.eventType)\ndata: ".utf8
        event.json.append(to: &bytes)
        bytes += "\n\n".utf8
    }
}

/// Which events a client wants to see.
struct EventFilter: Sendable, Hashable {
    var sessionID: String?
    var eventType: String?

    var letsAllPass: Bool { sessionID == nil && eventType == nil }

    func matches(_ mark: EventPiece.Mark) -> Bool {
        (sessionID == nil || sessionID == mark.sessionID) && (eventType == nil || eventType == mark.eventType)
    }
}

/// Events that follow each other, encoded once for everybody who is sent them.
struct EventPiece: Sendable {
    /// What a filter must know of an event, and where its text ends.
    struct Mark: Sendable {
        var sequence: Int64
        var sessionID: String?
        var eventType: String
        var end: Int
    }

    var marks: [Mark] = []
    var bytes = ByteBuffer()

    var through: Int64 { marks.last?.sequence ?? 0 }

    /// Encodes events in pieces of a size that can be written at once.
    static func encode(_ events: [Event]) -> [EventPiece] {
        var pieces: [EventPiece] = []
        var bytes: [UInt8] = []
        var piece = EventPiece()
        for (index, event) in events.enumerated() {
            EventText.append(event, to: &bytes)
            piece.marks.append(
                Mark(
                    sequence: event.sequence, sessionID: event.sessionID, eventType: event.eventType, end: bytes.count))
            guard bytes.count >= EventText.pieceBytes || index == events.count - 1 else { continue }
            piece.bytes = ByteBuffer(bytes: bytes)
            pieces.append(piece)
            piece = EventPiece()
            bytes.removeAll(keepingCapacity: true)
        }
        return pieces
    }

    /// The text of those that come after a sequence and that a filter lets pass; without copying where that is all.
    func text(after sequence: Int64, _ filter: EventFilter) -> ByteBuffer? {
        if filter.letsAllPass, let first = marks.first, first.sequence > sequence { return bytes }
        var text: ByteBuffer?
        var start = 0
        for mark in marks {
            defer { start = mark.end }
            guard mark.sequence > sequence, filter.matches(mark) else { continue }
            guard var slice = bytes.getSlice(at: bytes.readerIndex + start, length: mark.end - start) else { continue }
            if text == nil { text = slice } else { text?.writeBuffer(&slice) }
        }
        return text
    }
}
