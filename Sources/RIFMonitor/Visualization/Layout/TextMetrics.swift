/// How wide text will be, without a font at hand: widths as in a broad sans-serif, so that text rather ends early than
/// runs over its box.
enum TextMetrics {
    static func width(_ text: String, size: Double) -> Double {
        text.reduce(0) { $0 + width($1) } * size
    }

    /// In parts of the font size. One sign as people see it: an emoji of several scalars is as wide as one of them.
    private static func width(_ character: Character) -> Double {
        let scalars = character.unicodeScalars
        if scalars.contains("\u{FE0F}") { return 1.3 }
        return scalars.map(width).max() ?? 0
    }

    private static func width(_ scalar: Unicode.Scalar) -> Double {
        switch scalar {
        case " ": return 0.33
        case "i", "j", "l", "I", "|", "!", ".", ",", ":", ";", "'": return 0.36
        case "f", "r", "t", "(", ")", "[", "]", "/", "\\", "-": return 0.43
        case "m", "w", "M", "W", "@", "%": return 0.97
        case "a"..."z": return 0.61
        case "A"..."Z": return 0.72
        case "0"..."9": return 0.64
        case _ where scalar.value < 0x300: return 0.66
        default: break
        }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        if scalar.properties.isEmojiPresentation { return 1.3 }
        return wide.contains { $0.contains(scalar.value) } ? 1.02 : 0.68
    }

    /// The East Asian wide and full-width blocks.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
        0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF,
        0x20000...0x3FFFD,
    ]

    /// The text cut to a width, with an ellipsis where something is missing.
    static func cut(_ text: String, to limit: Double, size: Double) -> String {
        guard width(text, size: size) > limit else { return text }
        var left = limit - width("…", size: size)
        var result = ""
        for character in text {
            left -= width(String(character), size: size)
            if left < 0 { break }
            result.append(character)
        }
        return result + "…"
    }

    /// The text on a few lines, broken between words; what does not fit is cut.
    static func lines(_ text: String, width limit: Double, count: Int, size: Double) -> [String] {
        var lines: [String] = []
        var rest = text.split(separator: " ", omittingEmptySubsequences: false)[...]
        while !rest.isEmpty {
            if lines.count == count - 1 {
                lines.append(cut(rest.joined(separator: " "), to: limit, size: size))
                break
            }
            var taken = 1
            while taken < rest.count,
                width(rest.prefix(taken + 1).joined(separator: " "), size: size) <= limit
            {
                taken += 1
            }
            lines.append(cut(rest.prefix(taken).joined(separator: " "), to: limit, size: size))
            rest = rest.dropFirst(taken)
        }
        return lines
    }
}
