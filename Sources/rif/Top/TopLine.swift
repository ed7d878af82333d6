/// How a piece of text looks. Each is a meaning first; without colours bold, faint and reverse remain.
enum TopStyle: Sendable, Hashable {
    case plain, bold, dim, good, bad, warning, active, bar, title, head, sorted, key, selected

    /// Parameters of the escape sequence, with colours and without.
    func parameters(isColored: Bool) -> String {
        switch self {
        case .plain: ""
        case .bold: "1"
        case .dim: "2"
        case .good: isColored ? "32" : ""
        case .bad: isColored ? "1;31" : "1"
        case .warning: isColored ? "33" : "1"
        case .active: isColored ? "36" : ""
        case .bar: isColored ? "34" : ""
        case .title: isColored ? "1;37;44" : "1;7"
        case .head: isColored ? "30;42" : "7"
        case .sorted: isColored ? "30;46" : "1;7"
        case .key: isColored ? "30;46" : "7"
        case .selected: isColored ? "30;46" : "7"
        }
    }
}

/// One line of the screen: pieces of text, each with its style. Texts must be visible already (`Text.visible`); a line is
/// as wide as it was made, so nothing needs to be measured when it is written.
struct TopLine: Sendable {
    struct Piece: Sendable {
        var text: String
        var style: TopStyle
    }

    private(set) var pieces: [Piece] = []
    private(set) var width = 0

    init() {}

    init(_ text: String, _ style: TopStyle = .plain) { add(text, style) }

    mutating func add(_ text: String, _ style: TopStyle = .plain) {
        guard !text.isEmpty else { return }
        pieces.append(Piece(text: text, style: style))
        width += Text.width(text)
    }

    mutating func gap(_ columns: Int, _ style: TopStyle = .plain) {
        if columns > 0 { add(String(repeating: " ", count: columns), style) }
    }

    /// A cell: cut or filled up to a number of columns.
    mutating func cell(_ text: String, _ columns: Int, _ style: TopStyle = .plain, right: Bool = false) {
        guard columns > 0 else { return }
        let shown = Text.cut(text, to: columns)
        let rest = columns - Text.width(shown)
        if right { gap(rest, style) }
        add(shown, style)
        if !right { gap(rest, style) }
    }

    /// The line cut or filled up to exactly so many columns.
    func fitted(_ columns: Int, _ style: TopStyle = .plain) -> TopLine {
        var line = TopLine()
        for piece in pieces {
            let left = columns - line.width
            guard left > 0 else { break }
            line.add(Text.cut(piece.text, to: left), piece.style)
        }
        line.gap(columns - line.width, style)
        return line
    }

    /// The whole line in one style.
    func restyled(_ style: TopStyle) -> TopLine { TopLine(text, style) }

    /// Without styles and without blanks at the end.
    var plain: String { String(text.reversed().drop { $0 == " " }.reversed()) }

    var text: String { pieces.map(\.text).joined() }

    func encoded(isColored: Bool) -> String {
        var result = ""
        for piece in pieces {
            let parameters = piece.style.parameters(isColored: isColored)
            result += parameters.isEmpty ? piece.text : "\u{1B}[\(parameters)m\(piece.text)\u{1B}[0m"
        }
        return result
    }
}

/// Bars out of block characters.
enum TopBar {
    private static let eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

    /// A bar of exactly `columns` columns, filled by `share` (0…1) to an eighth of a column. More than nothing is seen.
    static func filled(_ share: Double, columns: Int) -> String {
        guard columns > 0 else { return "" }
        let share = share.isFinite ? min(1, max(0, share)) : 0
        var parts = Int((share * Double(columns * 8)).rounded())
        if share > 0 { parts = max(1, parts) }
        let text = String(repeating: "█", count: parts / 8) + eighths[parts % 8]
        return text + String(repeating: " ", count: columns - text.count)
    }

    /// `▓▓▓▓░░░░`
    static func progress(_ percent: Int, columns: Int) -> String {
        let full = min(columns, max(0, (percent * columns + 50) / 100))
        return String(repeating: "▓", count: full) + String(repeating: "░", count: columns - full)
    }
}
