/// What `h` shows.
extension TopScreen {
    private static let keyHelp = [
        ("↑ ↓ j k", "move; PgUp, PgDn, Home and End too"), ("Enter", "details of the session; Esc goes back"),
        ("F6 s", "choose the column to sort by"), ("< >", "sort by the column to the left or right"),
        ("I r", "sort the other way around"), ("P T", "sort by priority, by time in state"),
        ("/ F4", "show only rows with these words; Esc clears"), ("Space", "pause, and go on"),
        ("+ -", "refresh less often, or more often"), ("Ctrl-L", "draw the screen anew"),
        ("Ctrl-Z", "suspend; 'fg' brings it back"), ("q F10", "quit, as Ctrl-C does"),
    ]

    private static let signHelp: [(String, TopStyle, String)] = [
        ("✗", .bad, "the session's last decision failed"),
        ("▲", .warning, "longer in its state than 95 % of all visits of it"),
        ("▓▓▓░", .plain, "how far along its state is"),
    ]

    static func help(_ columns: Int) -> [TopLine] {
        var lines = [TopLine("Keys", .bold)]
        for (key, what) in keyHelp { lines += entry(key, .active, what, columns) }
        lines += [TopLine(), TopLine("Signs", .bold)]
        for (sign, style, what) in signHelp { lines += entry(sign, style, what, columns) }
        lines += [TopLine(), TopLine("Reading", .bold)]
        lines += entry(
            "", .plain,
            "The file is opened for a moment at each refresh, for reading only, so that other processes can write. "
                + "While one of them keeps it, the last data stay.", columns)
        return lines
    }

    private static func entry(_ name: String, _ style: TopStyle, _ text: String, _ columns: Int) -> [TopLine] {
        let indentation = name.isEmpty ? 2 : columns < 60 ? 11 : 14
        var line = TopLine("  ")
        line.cell(name, indentation - 2, style)
        var lines: [TopLine] = []
        for word in text.split(separator: " ") {
            if line.width > indentation, line.width + 1 + word.count > columns {
                lines.append(line)
                line = TopLine()
                line.gap(indentation)
            }
            if line.width > indentation { line.gap(1) }
            line.add(String(word))
        }
        return lines + [line]
    }
}
