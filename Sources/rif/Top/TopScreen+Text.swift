import RIFOrchestrator

/// What covers the table: the details of a session, and the help. Composed as a whole, and scrolled.
extension TopScreen {
    func textLines(_ columns: Int) -> [TopLine] {
        switch mode {
        case .help: Self.help(columns)
        case .details(let id): detailLines(id, columns)
        case .table, .filtering, .sorting: []
        }
    }

    private func detailLines(_ id: String, _ columns: Int) -> [TopLine] {
        var lines = notices.prefix(failure == nil ? 0 : 1).map { TopLine($0.text, $0.style) }
        guard let details, details.id == id else {
            return lines + [TopLine(Text.visible(id), .bold), TopLine(), TopLine("Reading …", .dim)]
        }
        guard let session = details.session else {
            return lines + [TopLine(Text.visible(id), .bold), TopLine(), TopLine("This session is gone.", .warning)]
        }
        var first = TopLine(Text.visible(session.sessionID), .bold)
        first.gap(3)
        first.add(
            Text.visible(session.stateInWords.prefix(200)),
            session.outcome == nil ? TopColour.style(of: session.currentState) : Self.style(session.outcome))
        lines.append(first)
        var facts = [
            ("Workflow", session.workflowType ?? "-"), ("Priority", "\(session.priority)"),
            ("Started", moment(session.createdAt)), ("Updated", moment(session.updatedAt)),
        ]
        if let entered = details.steps.first, session.outcome == nil, session.history.last?.timestamp != nil {
            facts.insert(("In state", session.history.last?.timestamp.map(moment) ?? entered.time), at: 2)
        }
        for (name, value) in facts {
            var line = TopLine()
            line.cell(name, 10, .dim)
            line.add(Text.visible(value.prefix(500)))
            lines.append(line)
        }
        lines += heading("Agents", session.agentAssignments.count)
        for (agent, status) in session.agentAssignments.sorted(by: { $0.key < $1.key }) {
            let word = status.stringValue ?? status.compact
            var line = TopLine("  ")
            line.cell(Text.visible(agent), min(32, columns / 2))
            line.gap(1)
            line.add(Text.visible(word.prefix(100)), word == "active" ? .good : .dim)
            lines.append(line)
        }
        lines += decisionLines(details, columns) + stepLines(details, columns) + contextLines(session, columns)
        return lines
    }

    private func decisionLines(_ details: TopDetails, _ columns: Int) -> [TopLine] {
        let decisions = details.decisions
        var lines = heading("Decisions, newest first", decisions.count, limit: TopDetails.limit)
        for decision in decisions {
            var line = TopLine("  ")
            line.cell(Times.compact(from: decision.timestamp, to: reference), 9, .dim, right: true)
            line.add(decision.success ? "  ✓ " : "  ✗ ", decision.success ? .good : .bad)
            line.cell(
                Text.visible("\(decision.fromState) → \(decision.toState)"), min(32, columns / 3),
                decision.success ? .plain : .bad)
            line.gap(2)
            line.cell(Self.confidence(Double(decision.confidence)), 4, .dim, right: true)
            line.cell(
                decision.executionTimeMS.map { Times.duration(milliseconds: Int64($0)) } ?? "-", 11, .dim, right: true)
            line.gap(2)
            line.add(
                Text.visible(
                    (decision.success ? decision.reason : decision.errorDetails ?? decision.reason).prefix(columns)))
            if !decision.agentsSelected.isEmpty {
                line.gap(2)
                line.add(Text.visible(decision.agentsSelected.joined(separator: ", ").prefix(columns)), .dim)
            }
            lines.append(line)
        }
        return lines
    }

    private func stepLines(_ details: TopDetails, _ columns: Int) -> [TopLine] {
        let steps = details.steps
        var lines = heading("History, newest first", details.session?.history.count ?? 0, limit: TopDetails.limit)
        for step in steps {
            var line = TopLine("  ")
            line.cell(step.time, columns < 80 ? 10 : 23, .dim)
            line.gap(2)
            line.cell(Text.visible(step.state), min(20, columns / 3), TopColour.style(of: step.state))
            line.gap(2)
            line.add(Text.visible(step.reason.prefix(columns)))
            lines.append(line)
        }
        return lines
    }

    private func contextLines(_ session: Session, _ columns: Int) -> [TopLine] {
        guard !session.context.isEmpty else { return [] }
        var lines = heading("Context", session.context.count)
        for (key, value) in session.context.sorted(by: { $0.key < $1.key }) {
            var line = TopLine("  ")
            line.cell(Text.visible(key), min(20, columns / 3), .dim)
            line.gap(2)
            line.add(Text.visible((value.stringValue ?? value.compact).prefix(columns)))
            lines.append(line)
        }
        return lines
    }

    private func heading(_ text: String, _ count: Int, limit: Int = .max) -> [TopLine] {
        var line = TopLine(text, .bold)
        line.add(count == 0 ? "  none" : count >= limit ? "  the last \(limit)" : "  \(count)", .dim)
        return [TopLine(), line]
    }

    private func moment(_ moment: Timestamp) -> String {
        "\(Times.compact(from: moment, to: reference)) ago, \(Times.exact(moment))"
    }

    private static func style(_ outcome: Outcome?) -> TopStyle {
        switch outcome {
        case .completed: .good
        case .failed: .bad
        case .cancelled, nil: .dim
        }
    }
}
