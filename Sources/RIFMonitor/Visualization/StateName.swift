/// Names of states and reasons, as pictures show them.
enum StateName {
    static let longestReason = 50

    /// `in_review` → `In Review`. A name that is more than words (it holds other punctuation) stays as it is.
    static func label(_ name: String) -> String {
        let isWords = name.allSatisfy { !$0.isASCII || $0.isLetter || $0.isNumber || "_- ".contains($0) }
        guard isWords else { return name }
        let words = name.split { "_- ".contains($0) }
        return words.isEmpty ? name : words.map(capitalized).joined(separator: " ")
    }

    /// Only the first letter changes: `QA` stays `QA`.
    private static func capitalized(_ word: Substring) -> String {
        guard let first = word.unicodeScalars.first else { return "" }
        return first.properties.titlecaseMapping + String(word.unicodeScalars.dropFirst())
    }

    /// The reason, cut after so many characters as a reader counts them.
    static func cut(_ reason: String) -> String {
        guard let end = reason.index(reason.startIndex, offsetBy: longestReason, limitedBy: reason.endIndex),
            end < reason.endIndex
        else { return reason }
        return reason[..<end] + "..."
    }

    /// The text with everything replaced that no XML document and no drawing can show. Our own names hold nothing of
    /// the kind; those in files of other programs may.
    static func drawable(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            // U+2400… are pictures of the control characters.
            case ..<0x20: result.append(Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}")
            case 0x7F: result.append("\u{2421}")
            case 0x80...0x9F, 0xFFFE, 0xFFFF: result.append("\u{FFFD}")
            case 0x2028, 0x2029: result.append("\u{2424}")
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
