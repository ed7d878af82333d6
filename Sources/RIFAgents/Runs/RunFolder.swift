import RIFModel

/// Where everything of one attempt of one assignment stands: its order, its output, its end.
public struct RunFolder: Sendable, Hashable {
    /// Absolute, where `root` was.
    public let path: String
    public let assignmentID: String
    /// From 1.
    public let attempt: Int

    /// - Parameter root: an absolute path; the folder of all runs, beside the database.
    public init(root: String, assignmentID: String, attempt: Int) {
        self.assignmentID = assignmentID
        self.attempt = attempt
        path = "\(root)/\(Self.name(for: assignmentID))/\(attempt)"
    }

    /// Where the agent may write its result (`RIF_RESULT_FILE`).
    public var resultFile: String { "\(path)/result.json" }
    /// The session's context as the agent gets it (`RIF_CONTEXT_FILE`).
    public var contextFile: String { "\(path)/context.json" }

    /// An id as a name in a folder: ids of ours stay as they are, of others whatever could lead elsewhere is escaped.
    static func name(for id: String) -> String {
        var name = ""
        for byte in id.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                name.unicodeScalars.append(Unicode.Scalar(byte))
            default: name += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        // Names end at 255 bytes in every file system that we know.
        return name.count <= 200 ? name : "\(name.prefix(180))%\(String(FNV1a.hash(id.utf8), radix: 16))"
    }
}

// MARK: - The files in it

extension RunFolder {
    init(path: String) {
        self.path = path
        assignmentID = ""
        attempt = 0
    }

    var lockFile: String { "\(path)/lock" }
    var orderFile: String { "\(path)/order.json" }
    var startFile: String { "\(path)/started.json" }
    var endFile: String { "\(path)/exit.json" }
    /// Becomes the end file; made in advance so that a disk that is full by then cannot swallow the end.
    var reservedEndFile: String { "\(path)/exit.reserved" }
    /// Counts and places of the output: `OutputIndex`.
    var indexFile: String { "\(path)/output.index" }

    func headFile(_ stream: RunStream) -> String { "\(path)/\(stream.rawValue)" }
    func tailFile(_ stream: RunStream) -> String { "\(path)/\(stream.rawValue).tail" }
}
