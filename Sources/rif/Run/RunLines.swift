import RIFOrchestrator

/// What happens in driven sessions, a line for each event.
struct RunLines {
    /// Whether lines say which session they are about.
    var namesSessions: Bool
    var terminal: Terminal
    /// Beginnings of ids that tell the sessions apart.
    var shortened: [String: String] = [:]

    /// Nothing for events that people need not see.
    func line(_ event: Event) -> String? {
        guard let words = words(event) else { return nil }
        let time = terminal.style(Times.clock(event.timestamp), .dim)
        guard namesSessions, let id = event.sessionID else { return "\(time)  \(words)" }
        return "\(time)  \(terminal.style(shortened[id] ?? String(id.prefix(13)), .dim))  \(words)"
    }

    private func words(_ event: Event) -> String? {
        let data = event.data
        let agent = text(data["agent"])
        switch EventType(rawValue: event.eventType) {
        case .stateTransition:
            return "\(text(data["from"])) → \(terminal.style(text(data["to"]), .bold))\(because(data["reason"]))"
        case .agentStarted:
            let attempt = data["attempt"]?.intValue ?? 1
            return "\(agent) works" + (attempt > 1 ? ", attempt \(attempt)" : "")
        case .agentFinished:
            return finished(agent, data)
        case .agentSilent:
            return data["silent"]?.boolValue == false ? "\(agent) has output again" : "\(agent) is silent"
        case .approvalRequested:
            let id = text(data["approval_id"])
            return terminal.style("a person is asked", .yellow) + ": \(text(data["question"]))\n"
                + "          rif approve \(id) --reason … | rif reject \(id) --reason …"
        case .approvalDecided:
            return "the question is \(text(data["status"]))\(because(data["reason"]))"
        case .evidenceChecked:
            return data["holds"]?.boolValue == true
                ? "what \(text(data["state"])) requires is there"
                : terminal.style("something is missing", .yellow) + because(data["reason"])
        case .timeoutFired:
            return terminal.style("timeout", .yellow) + " of \(text(data["state"])): \(text(data["action"]))"
        case .sessionPaused: return "paused" + because(data["reason"])
        case .sessionResumed: return "resumed" + because(data["reason"])
        case .sessionCancelled: return "is being cancelled" + because(data["reason"])
        case .runRecovered: return "\(agent) was interrupted: \(recovered(data))"
        case .workflowComplete:
            let outcome = text(data["outcome"])
            let isGood = outcome == Outcome.completed.rawValue
            return terminal.style(outcome, isGood ? .green : .red) + because(data["reason"])
        default:
            return nil
        }
    }

    private func finished(_ agent: String, _ data: JSONValue) -> String {
        let status = data["status"]?.stringValue ?? ""
        let color: Terminal.Style = status == "completed" ? .green : status == "cancelled" ? .dim : .red
        var line = "\(agent) \(terminal.style(status.replacing("_", with: " "), color))"
        line += because(data["reason"])
        if let next = data["next"], !next.isNull {
            let moment = next["not_before"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
            line += moment.map { "; again at \(Times.clock($0))" } ?? "; it is started again"
        }
        return line
    }

    private func recovered(_ data: JSONValue) -> String {
        switch data["action"]?.stringValue {
        case "adopted": "it still works, and is watched again"
        case "taken": "it had ended, and its result is taken"
        case "failed": "it is gone, and counts as failed"
        default: "it is gone, and is started again"
        }
    }

    private func because(_ reason: JSONValue?) -> String {
        guard let reason = reason?.stringValue, !reason.isEmpty else { return "" }
        return terminal.style(": \(Text.visible(reason.split(separator: "\n").first ?? ""))", .dim)
    }

    private func text(_ value: JSONValue?) -> String { Text.visible(value?.stringValue ?? "") }
}
