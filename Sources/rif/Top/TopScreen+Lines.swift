import RIFOrchestrator

/// The screen as lines: exactly `rows` of them, each at most `columns` wide.
extension TopScreen {
    func lines(_ size: Size) -> [TopLine] {
        let columns = max(1, size.columns)
        let rows = max(1, size.rows)
        var lines = [title(columns)]
        if isText {
            lines += textLines(columns).dropFirst(max(0, textOffset)).prefix(max(0, rows - 2))
        } else {
            let layout = layout(size)
            lines.append(figures(columns))
            lines += notices.prefix(layout.alertRows).map { TopLine($0.text, $0.style) }
            lines += stateBars(columns, layout)
            lines += table(columns, rows: layout.tableRows)
            lines += decisions(columns, rows: layout.decisionRows)
        }
        lines = Array(lines.prefix(max(1, rows - 1)))
        while lines.count < rows - 1 { lines.append(TopLine()) }
        if rows > 1 { lines.append(keys(columns)) }
        return lines.map { $0.width > columns ? $0.fitted(columns) : $0 }
    }

    // MARK: - Title and figures

    private func title(_ columns: Int) -> TopLine {
        let status: (text: String, style: TopStyle) =
            failure != nil
            ? ("○ no data", .title)
            : isPaused ? ("‖ paused", .title) : snapshot == nil ? ("…", .title) : ("● live", .title)
        let clock = Times.clock(reference) + " UTC"
        let every = "every \(Text.decimal(interval)) s"
        let left = " rif top  "
        var right = "\(status.text)  \(every)  \(clock) "
        if isOnce {
            right = "\(clock) "
        } else if columns < 60 {
            right = "\(status.text)  \(clock.dropLast(4)) "
        }
        var line = TopLine(left, .title)
        line.cell(Text.visible(name), max(1, columns - Text.width(left) - Text.width(right) - 1), .title)
        line.gap(columns - line.width - Text.width(right), .title)
        line.add(right, .title)
        return line
    }

    private func figures(_ columns: Int) -> TopLine {
        guard let snapshot else { return TopLine() }
        let style: TopStyle =
            switch snapshot.health {
            case .healthy: .good
            case .warning: .warning
            case .critical: .bad
            }
        var parts: [[(String, TopStyle)]] = []
        var health: [(String, TopStyle)] = [("Health ", .dim)]
        if columns >= 100 {
            health += [(TopBar.progress(snapshot.score, columns: 10), style), (" ", .plain)]
        }
        parts.append(health + [("\(snapshot.score) \(snapshot.health.rawValue)", style)])
        parts.append([
            ("Active ", .dim), (Text.grouped(snapshot.activeSessions), .bold),
            (" of \(Text.grouped(snapshot.totalSessions))", .plain),
        ])
        parts.append([("Load ", .dim), (snapshot.load, snapshot.load == "high" ? .warning : .plain)])
        parts.append([("Decisions ", .dim), (Text.grouped(snapshot.totalDecisions), .plain)])
        var hour: [(String, TopStyle)] = [("Last hour ", .dim), (Text.grouped(snapshot.hourDecisions), .plain)]
        if snapshot.hourFailures > 0 { hour.append((", \(Text.grouped(snapshot.hourFailures)) failed", .bad)) }
        parts.append(hour)
        var line = TopLine()
        for part in parts {
            let width = part.reduce(line.width == 0 ? 0 : 3) { $0 + Text.width($1.0) }
            if line.width + width > columns { break }
            if line.width > 0 { line.gap(columns < 60 ? 2 : 3) }
            for (text, style) in part { line.add(text, style) }
        }
        return line
    }

    // MARK: - States

    private func stateBars(_ columns: Int, _ layout: TopLayout) -> [TopLine] {
        guard let snapshot, layout.stateRows > 0 else { return [] }
        let places = layout.stateRows * layout.stateColumns
        let states = snapshot.states
        if places == 1, states.count > 1 { return [stateWords(states, columns)] }
        let shown = states.count > places ? places - 1 : states.count
        let width = columns / layout.stateColumns
        let most = Double(states.first?.count ?? 1)
        let digits = max(3, Text.grouped(states.first?.count ?? 0).count)
        let longest = states.prefix(shown).map { Text.width(Text.visible($0.name)) }.max() ?? 0
        let name = max(8, min(longest, width / 2 - 2))
        var lines = Array(repeating: TopLine(), count: layout.stateRows)
        for place in 0..<min(places, states.count) {
            // Down first: the greatest stand below each other.
            let row = place % layout.stateRows
            guard place < shown else {
                lines[row].cell("+ \(states.count - shown) more states", width, .dim)
                continue
            }
            let state = states[place]
            lines[row].cell(Text.visible(state.name), name)
            lines[row].gap(1)
            let bar = max(1, width - name - digits - 4)
            lines[row].add(TopBar.filled(Double(state.count) / most, columns: bar), TopColour.style(of: state.name))
            lines[row].gap(1)
            lines[row].cell(Text.grouped(state.count), digits, .bold, right: true)
            lines[row].gap(2)
        }
        return lines
    }

    /// Where there is room for one line only.
    private func stateWords(_ states: [TopSnapshot.StateCount], _ columns: Int) -> TopLine {
        var line = TopLine()
        for (index, state) in states.enumerated() {
            let rest = states.count - index - 1
            let text = "\(Text.visible(state.name)) \(Text.grouped(state.count))"
            let room = columns - (rest > 0 ? " +\(rest)".count : 0)
            let gap = index == 0 ? 0 : 2
            guard index == 0 || line.width + gap + Text.width(text) <= room else {
                line.add(" +\(rest + 1)", .dim)
                break
            }
            line.gap(gap)
            line.add(Text.cut(text, to: max(1, room)), TopColour.style(of: state.name))
        }
        return line
    }

    // MARK: - Decisions

    private func decisions(_ columns: Int, rows: Int) -> [TopLine] {
        guard let snapshot, rows > 0 else { return [] }
        var lines = [TopLine("Newest decisions", .bold)]
        let shown = snapshot.decisions.prefix(rows)
        let ways = shown.map { Text.visible("\($0.from) → \($0.to)") }
        let way = min(ways.map { Text.width($0) }.max() ?? 0, max(16, columns / 3))
        let id = shown.map { Text.width(Text.visible($0.shortID)) }.max() ?? 8
        for (decision, text) in zip(shown, ways) {
            var line = TopLine()
            line.cell(Times.compact(from: decision.timestamp, to: reference), 9, .dim, right: true)
            line.gap(2)
            if columns >= 70 {
                line.cell(Text.visible(decision.shortID), id)
                line.gap(2)
            }
            line.add(decision.success ? "✓ " : "✗ ", decision.success ? .good : .bad)
            line.cell(text, way, decision.success ? .plain : .bad)
            line.gap(2)
            line.cell(Self.confidence(decision.confidence), 4, .dim, right: true)
            line.gap(2)
            if columns >= 100 {
                line.cell(
                    decision.executionTimeMS.map { Times.duration(milliseconds: $0) } ?? "-", 9, .dim, right: true)
                line.gap(2)
            }
            line.cell(Text.visible(decision.text.prefix(columns)), max(0, columns - line.width))
            lines.append(line)
        }
        return lines
    }

    /// `0.90`, so that points stand below each other.
    static func confidence(_ confidence: Double) -> String {
        let text = Text.decimal(confidence)
        guard text.count < 4, text.count > 1 else { return text.count == 1 ? text + ".00" : text }
        return text + "0"
    }

    // MARK: - Keys

    private func keys(_ columns: Int) -> TopLine {
        var line = TopLine()
        func add(_ pairs: [(String, String)]) {
            for (key, label) in pairs where line.width + Text.width(key) + label.count + 2 <= columns {
                line.add(key, .key)
                line.add(label + "  ", .plain)
            }
        }
        switch mode {
        case .filtering:
            line.add("/", .key)
            // The end of what is typed stays in sight.
            var shown = Text.visible(filter)
            while Text.width(shown) > max(4, columns - 4) { shown.removeFirst() }
            line.add(shown)
            line.add(" ", .selected)
            line.gap(2)
            add([("Enter", "Keep"), ("Esc", "Clear")])
        case .sorting: add([("Enter", "Sort"), ("Esc", "Cancel"), ("↑↓", "Choose")])
        case .details, .help: add([("Esc", "Back"), ("↑↓", "Scroll"), ("Space", "Pause"), ("F10", "Quit")])
        case .table:
            let filters: [(String, String)] = filter.isEmpty ? [("/", "Filter")] : [("Esc", "All")]
            let all: [(String, String)] =
                columns < 78
                ? [("h", "Help")] + filters + [("s", "Sort"), ("⏎", "Show"), ("q", "Quit")]
                : [("F1", "Help")] + filters + [
                    ("F6", "Sort"), ("I", "Invert"), ("Space", isPaused ? "Go on" : "Pause"), ("+-", "Interval"),
                    ("Enter", "Details"), ("q", "Quit"),
                ]
            add(all)
        }
        return line
    }
}

/// Which colour a state has; everything underway looks the same, what needs somebody stands out.
enum TopColour {
    static func style(of state: String) -> TopStyle {
        switch state {
        case "initialized", "planned", "created": .dim
        case "failed", "error": .bad
        case "completed", "done": .good
        case "cancelled": .dim
        default:
            ["wait", "review", "approv", "block", "paused"].contains { state.lowercased().contains($0) }
                ? .warning : .active
        }
    }
}
