public import RIFModel
import Yams

/// Why a text could not be taken apart at all.
public struct WorkflowSyntaxError: Error, Sendable, Hashable {
    public var message: String
    public var mark: FileNode.Mark?
    public var code: WorkflowProblem.Code
    public var remedy: String

    public init(
        _ message: String, mark: FileNode.Mark? = nil, code: WorkflowProblem.Code = .syntax, remedy: String
    ) {
        self.message = message
        self.mark = mark
        self.code = code
        self.remedy = remedy
    }

    /// The same as a problem of a workflow file.
    public func problem(file: String? = nil) -> WorkflowProblem {
        WorkflowProblem(.error, code, message, at: mark, remedy: remedy, file: file)
    }
}

extension WorkflowSyntaxError {
    /// What the parser threw.
    init(_ error: any Error, in text: String) {
        let remedy =
            "Correct the YAML here or just before; indentation is of spaces, and a text with : or # needs quotes."
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let words = context.map { "\($0.text), \(problem)" } ?? problem
            self.init(
                words.split(separator: "\n").joined(separator: " "), mark: Self.within(text, mark.line, mark.column),
                remedy: remedy)
        case .duplicatedKeysInMapping(let duplicates, let context):
            let key = duplicates.first ?? ""
            let first = FileNode.Mark(line: context.mark.line, column: context.mark.column)
            let second = Self.second(key, after: first, in: text)
            self.init(
                "\(RIFError.quoted(key)) is there twice\(second == nil ? "" : " (line \(first.line))")",
                mark: second ?? first, code: .duplicateKey, remedy: "Remove one of the two, or give it another name.")
        case .reader(let problem, let offset, _, _):
            self.init(problem, mark: offset.map { Self.mark(at: $0, in: text) }, remedy: "Remove the character.")
        default: self.init("\(error)", remedy: remedy)
        }
    }

    /// What is missing at the end is found on a line behind the last one: better the end of what is there.
    private static func within(_ text: String, _ line: Int, _ column: Int) -> FileNode.Mark {
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        guard line > lines.count else { return FileNode.Mark(line: line, column: column) }
        return FileNode.Mark(line: lines.count, column: (lines.last?.unicodeScalars.count ?? 0) + 1)
    }

    /// The next line on which a key stands in the same column; in maps that are written over several lines, the same map.
    private static func second(_ key: String, after first: FileNode.Mark, in text: String) -> FileNode.Mark? {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let forms = [key, "\"\(key)\"", "'\(key)'"]
        for (index, line) in lines.enumerated().dropFirst(first.line) {
            let scalars = line.unicodeScalars
            // List items put their first key behind a dash.
            guard scalars.count >= first.column, scalars.prefix(first.column - 1).allSatisfy({ $0 == " " || $0 == "-" })
            else { continue }
            let rest = String(String.UnicodeScalarView(scalars.dropFirst(first.column - 1)))
            let isKey = forms.contains { form in
                rest.hasPrefix(form) && rest.dropFirst(form.count).drop { $0 == " " }.first == ":"
            }
            if isKey { return FileNode.Mark(line: index + 1, column: first.column) }
        }
        return nil
    }

    /// - Parameter offset: characters before the place.
    private static func mark(at offset: Int, in text: String) -> FileNode.Mark {
        var mark = FileNode.Mark(line: 1, column: 1)
        for character in text.prefix(offset) {
            if character.isNewline {
                mark.line += 1
                mark.column = 1
            } else {
                mark.column += character.unicodeScalars.count
            }
        }
        return mark
    }
}

/// JSON writes what lies beyond 16 bits as two escapes (`\ud83d\ude00`), YAML as one (`\U0001F600`): the one difference
/// between the two that occurs in real files.
enum SurrogatePairs {
    static func joined(_ text: String) -> String {
        guard text.first(where: { !$0.isWhitespace }) == "{", text.utf8.contains(UInt8(ascii: "\\")) else {
            return text
        }
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count else {
                result.append(bytes[index])
                index += 1
                continue
            }
            if let high = unit(bytes, index), (0xD800...0xDBFF).contains(high), let low = unit(bytes, index + 6),
                (0xDC00...0xDFFF).contains(low)
            {
                let value = 0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)
                let digits = String(value, radix: 16)
                result += Array("\\U".utf8) + Array(String(repeating: "0", count: 8 - digits.count).utf8)
                result += Array(digits.utf8)
                index += 12
            } else {
                // Another escape, such as \\: its second half begins none.
                result += bytes[index...index + 1]
                index += 2
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The number of `\uXXXX` at a place.
    private static func unit(_ bytes: [UInt8], _ index: Int) -> UInt32? {
        guard index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u") else {
            return nil
        }
        return UInt32(String(decoding: bytes[(index + 2)..<(index + 6)], as: UTF8.self), radix: 16)
    }
}
