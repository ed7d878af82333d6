import RIFOrchestrator

/// What a command shows to people. It is composed first and printed as a whole, by `RIFCommand`.
struct Page {
    let terminal: Terminal
    let now: Timestamp
    private(set) var lines: [String] = []

    mutating func line(_ text: String = "") { lines.append(text) }

    func styled(_ text: String, _ style: Terminal.Style?) -> String { terminal.style(text, style) }

    mutating func heading(_ text: String) {
        if !lines.isEmpty { line() }
        line(styled(text, .bold))
    }

    /// What to type next: an indented command, below a word of why.
    mutating func next(_ commands: [(command: String, what: String)]) {
        line()
        let width = commands.map { Text.width($0.command) }.max() ?? 0
        for (index, entry) in commands.enumerated() {
            let gap = String(repeating: " ", count: width - Text.width(entry.command) + 2)
            line((index == 0 ? "Next: " : "      ") + entry.command + gap + styled(entry.what, .dim))
        }
    }

    /// Pairs of a name and a value, the values below each other.
    mutating func fields(_ fields: [(name: String, value: String)]) {
        let width = (fields.map { Text.width($0.name) }.max() ?? 0) + 2
        for field in fields {
            line(styled(field.name + String(repeating: " ", count: width - Text.width(field.name)), .dim) + field.value)
        }
    }

    mutating func table(_ table: Table) {
        for text in table.rendered(terminal) { line(text) }
    }

    /// The colour that goes with a state.
    static func style(of outcome: Outcome?) -> Terminal.Style? {
        switch outcome {
        case .completed: .green
        case .failed: .red
        case .cancelled: .yellow
        case nil: .cyan
        }
    }
}

/// Columns below each other. Cells are made visible here, so no caller can forget it.
struct Table {
    struct Cell {
        var text: String
        var style: Terminal.Style?

        init(_ text: String, _ style: Terminal.Style? = nil) {
            self.text = Text.visible(text)
            self.style = style
        }
    }

    struct Column {
        var title: String
        var isRightAligned = false
        /// May be cut where the terminal is too narrow.
        var isFlexible = false

        init(_ title: String, right: Bool = false, flexible: Bool = false) {
            self.title = title
            isRightAligned = right
            isFlexible = flexible
        }
    }

    var columns: [Column]
    var rows: [[Cell]] = []
    var indentation = 0

    init(_ columns: [Column], indentation: Int = 0) {
        self.columns = columns
        self.indentation = indentation
    }

    func rendered(_ terminal: Terminal) -> [String] {
        let header = columns.map { Cell($0.title, .dim) }
        let hasHeader = columns.contains { !$0.title.isEmpty }
        let all = (hasHeader ? [header] : []) + rows
        let widths = fitted(
            columns.indices.map { index in all.map { Text.width($0[index].text) }.max() ?? 0 }, terminal)
        return all.map { row in
            var line = String(repeating: " ", count: indentation)
            for (index, cell) in row.enumerated() {
                let text = Text.cut(cell.text, to: max(1, widths[index]))
                let gap = String(repeating: " ", count: max(0, widths[index] - Text.width(text)))
                let styled = terminal.style(text, cell.style)
                let isLast = index == row.count - 1
                line += columns[index].isRightAligned ? gap + styled : (isLast ? styled : styled + gap)
                if !isLast { line += "  " }
            }
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    private static let widestFlexible = 200

    /// Takes what is too much for the terminal from the widest flexible column, column by column.
    private func fitted(_ widths: [Int], _ terminal: Terminal) -> [Int] {
        // Nothing narrows a file or a pipe, but a reason of 16 KiB on one line of a table helps nobody; --json has it whole.
        guard let available = terminal.width else {
            return widths.indices.map { columns[$0].isFlexible ? min(widths[$0], Self.widestFlexible) : widths[$0] }
        }
        var widths = widths
        var excess = widths.reduce(0, +) + 2 * (widths.count - 1) + indentation - available
        while excess > 0 {
            let flexible = widths.indices.filter { columns[$0].isFlexible && widths[$0] > 12 }
            guard let widest = flexible.max(by: { widths[$0] < widths[$1] }) else { break }
            let second = flexible.filter { $0 != widest }.map { widths[$0] }.max() ?? 12
            let cut = max(1, min(excess, widths[widest] - max(12, second)))
            widths[widest] -= cut
            excess -= cut
        }
        return widths
    }
}
