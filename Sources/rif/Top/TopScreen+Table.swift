import RIFOrchestrator

/// The table of workflows. Only the rows that are seen are composed, however many there are.
extension TopScreen {
    private struct Cell {
        var column: TopColumn
        var width: Int
    }

    /// - Parameter rows: without the header.
    func table(_ columns: Int, rows count: Int) -> [TopLine] {
        guard case .sorting(let index) = mode else { return plainTable(columns, rows: count) }
        let width = min(18, columns)
        let table = plainTable(max(1, columns - width - 1), rows: count)
        var menu = [TopLine("Sort by", .sorted).fitted(width, .sorted)]
        let all = TopColumn.allCases
        let first = max(0, min(index - count / 2, all.count - count))
        for column in all.dropFirst(first).prefix(count) {
            let isChosen = column.rawValue == index
            menu.append(
                TopLine(" " + column.title, isChosen ? .selected : .plain).fitted(width, isChosen ? .selected : .plain))
        }
        while menu.count < count + 1 { menu.append(TopLine().fitted(width)) }
        return zip(menu, table).map { menu, line in
            var joined = menu
            joined.gap(1)
            for piece in line.pieces { joined.add(piece.text, piece.style) }
            return joined
        }
    }

    private func plainTable(_ columns: Int, rows count: Int) -> [TopLine] {
        let cells = cells(columns)
        var lines = [header(cells, columns)]
        let seen = rows.indices.dropFirst(offset).prefix(count)
        for index in seen { lines.append(row(rows[index], cells, columns, isSelected: index == selectedIndex)) }
        if seen.isEmpty, count > 0 { lines.append(TopLine(emptiness, .dim)) }
        while lines.count < count + 1 { lines.append(TopLine()) }
        return lines
    }

    private var emptiness: String {
        guard let snapshot else { return failure == nil ? " Reading …" : "" }
        if !filter.isEmpty, !snapshot.workflows.isEmpty {
            return
                " Nothing matches “\(Text.visible(filter))”; Esc shows all \(Text.grouped(snapshot.workflows.count))."
        }
        return snapshot.totalSessions == 0
            ? " No sessions yet. Start one: rif start\(suffix)"
            : " No active sessions. Start one: rif start\(suffix)"
    }

    // MARK: - Columns

    /// For the sign of what needs attention, before the first column.
    private static func signColumns(_ columns: Int) -> Int { columns < 60 ? 1 : 2 }

    /// The columns there is room for, the most telling first; what is left goes to the texts.
    private func cells(_ columns: Int) -> [Cell] {
        let isNarrow = columns < 60
        var widths: [TopColumn: Int] = [:]
        var left = columns - Self.signColumns(columns) + 1
        func take(_ column: TopColumn, _ width: Int) {
            guard left >= width + 1 else { return }
            widths[column] = width
            left -= width + 1
        }
        take(.session, max(8, min(idWidth, isNarrow ? 13 : 18)))
        take(.inState, isNarrow ? 6 : 9)
        take(.progress, 5)
        take(.state, 12)
        take(.priority, 5)
        take(.agents, 12)
        take(.lastDecision, 16)
        take(.age, 9)
        if left >= 40 { take(.type, 12) }
        func widen(_ column: TopColumn, by wanted: Int) {
            guard let width = widths[column] else { return }
            let more = max(0, min(wanted, left))
            widths[column] = width + more
            left -= more
        }
        if left >= 9 { widen(.progress, by: 9) }
        let longest = snapshot?.states.prefix(50).map { Text.width(Text.visible($0.name)) }.max() ?? 0
        widen(.state, by: min(24, longest) - (widths[.state] ?? 0))
        if widths[.lastDecision] == nil {
            widen(.agents, by: left)
        } else {
            widen(.type, by: min(8, left / 4))
            widen(.agents, by: min(20, left / 3))
        }
        widen(.lastDecision, by: left)
        return TopColumn.allCases.compactMap { column in widths[column].map { Cell(column: column, width: $0) } }
    }

    private func header(_ cells: [Cell], _ columns: Int) -> TopLine {
        var line = TopLine()
        line.gap(Self.signColumns(columns), .head)
        for cell in cells {
            let isSorted = cell.column == sort.column
            let arrow = isSorted ? (sort.isDescending ? "▼" : "▲") : ""
            let title = cell.column == .inState && cell.width < 8 ? "FOR" : cell.column.title
            line.cell(
                title + (Text.width(title) < cell.width ? arrow : ""), cell.width, isSorted ? .sorted : .head,
                right: cell.column.isRightAligned)
            line.gap(1, .head)
        }
        return line.fitted(columns, .head)
    }

    // MARK: - Rows

    private func row(_ workflow: TopSnapshot.Workflow, _ cells: [Cell], _ columns: Int, isSelected: Bool) -> TopLine {
        var line = TopLine()
        let needsAttention: (String, TopStyle) =
            workflow.hasFailed ? ("✗", .bad) : workflow.isStuck ? ("▲", .warning) : (" ", .plain)
        line.add(needsAttention.0, needsAttention.1)
        line.gap(Self.signColumns(columns) - 1)
        for cell in cells {
            let (text, style) = content(cell, of: workflow)
            line.cell(text, cell.width, style, right: cell.column.isRightAligned)
            line.gap(1)
        }
        return isSelected ? line.fitted(columns).restyled(.selected) : line.fitted(columns)
    }

    private func content(_ cell: Cell, of workflow: TopSnapshot.Workflow) -> (String, TopStyle) {
        // A reason may be 16 KiB long: no more of it than can be seen is looked at.
        func shown(_ text: String) -> String { Text.visible(text.prefix(cell.width + 1)) }
        switch cell.column {
        case .session: return (shown(workflow.shortID), .bold)
        case .type: return (workflow.type.isEmpty ? "-" : shown(workflow.type), .plain)
        case .state: return (shown(workflow.state), TopColour.style(of: workflow.state))
        case .progress:
            let percent = "\(workflow.progress) %"
            guard cell.width > 8 else {
                return (String(repeating: " ", count: max(0, 5 - percent.count)) + percent, .plain)
            }
            let bar = TopBar.progress(workflow.progress, columns: cell.width - 6)
            return (bar + String(repeating: " ", count: max(1, 6 - percent.count)) + percent, .plain)
        case .priority: return ("\(workflow.priority)", workflow.priority > 5 ? .bold : .plain)
        case .inState:
            let time = Times.compact(from: workflow.enteredAt, to: reference)
            let short = cell.width < 8 ? time.split(separator: " ").prefix(2).joined(separator: " ") : time
            return (short, workflow.isStuck ? .warning : .plain)
        case .age: return (Times.compact(from: workflow.createdAt, to: reference), .dim)
        case .agents:
            let agents = workflow.agents.prefix(20).joined(separator: ", ")
            return agents.isEmpty ? ("-", .dim) : (shown(agents), .plain)
        case .lastDecision:
            return workflow.lastDecision.map { (shown($0), workflow.hasFailed ? .bad : .plain) } ?? ("-", .dim)
        }
    }
}
