import RIFOrchestrator

/// What the demo shows at its end.
struct DemoReport {
    let history: ProjectHistory
    let result: DemoRun.Result
    let suffix: String

    private struct Edge {
        var from: String
        var to: String
        var count = 0
        var decisions: [Decision] = []

        var averageTime: Int64? {
            let times = decisions.compactMap(\.executionTimeMS)
            return times.isEmpty ? nil : times.reduce(0) { $0 + Int64($1) } / Int64(times.count)
        }

        var averageConfidence: Double? {
            decisions.isEmpty ? nil : decisions.reduce(0) { $0 + Double($1.confidence) } / Double(decisions.count)
        }
    }

    /// Every step that was taken, in the order in which it was taken first.
    private var edges: [Edge] {
        var edges: [Edge] = []
        for summary in result.summaries {
            let states = summary.stateProgression
            for (from, to) in zip(states, states.dropFirst()) {
                if let index = edges.firstIndex(where: { $0.from == from && $0.to == to }) {
                    edges[index].count += 1
                } else {
                    let decisions = result.decisions.filter { $0.fromState == from && $0.toState == to }
                    edges.append(Edge(from: from, to: to, count: 1, decisions: decisions))
                }
            }
        }
        return edges
    }

    private var successful: Int { result.decisions.count { $0.success } }
    private var successRate: Double {
        result.decisions.isEmpty ? 0 : Double(successful) / Double(result.decisions.count)
    }
    private var slowest: Decision? {
        result.decisions.max { ($0.executionTimeMS ?? 0) < ($1.executionTimeMS ?? 0) }
    }
    private var elapsedMS: Int64 {
        result.elapsed.components.seconds * 1000 + result.elapsed.components.attoseconds / 1_000_000_000_000_000
    }

    // MARK: - For programs

    var json: JSONValue {
        var document = result.recovered?.json.objectValue ?? [:]
        document["database"] = .string(result.database)
        let found = result.interruption.found
        document["demo"] = [
            "source": .string(history.source), "built_in_history": .bool(history.isBuiltIn),
            "sessions": .int(Int64(result.summaries.count)), "decisions": .int(Int64(result.decisions.count)),
            "success_rate": .double(successRate), "transitions": .int(Int64(result.transitions)),
            "operations": .int(Int64(result.operations)), "elapsed_ms": .int(elapsedMS),
            "transitions_per_second": .double(result.transitionsPerSecond),
            "recovered": [
                "session_id": .string(result.interruption.sessionID),
                "acknowledged_state": .string(result.interruption.acknowledged),
                "found_state": .optional(found?.currentState),
                "history_entries": .int(Int64(found?.history.count ?? 0)),
            ],
            "edges": .array(
                edges.map { edge in
                    [
                        "from": .string(edge.from), "to": .string(edge.to), "count": .int(Int64(edge.count)),
                        "avg_execution_time_ms": .optional(edge.averageTime),
                    ]
                }),
            "slowest_transition": slowest?.json ?? .null,
        ]
        return .object(document)
    }

    // MARK: - For people

    func show(_ page: inout Page) {
        let each = history.commits.count == 1 ? "" : "each of "
        page.line("Made a session of type \(Plan.workflowType) from \(each)\(history.source).")
        if let reason = history.reason { page.line(page.styled(reason, .yellow)) }
        page.heading("Killed and recovered")
        interruption(&page)
        page.heading("Summary")
        summary(&page)
        page.heading("State graph")
        graph(&page)
        page.heading("Database")
        page.line(Text.visible(result.database))
        let short = Abbreviation(result.summaries.map(\.session.sessionID))(result.interruption.sessionID)
        page.next([
            ("rif list --all\(suffix)", "every session"),
            ("rif show \(short)\(suffix)", "the one that was killed"),
            ("rif history \(short)\(suffix)", "its decisions"),
        ])
    }

    /// `, “subject”`, cut; nothing for a commit without one.
    private func quoted(_ subject: String, columns: Int) -> String {
        subject.isEmpty ? "" : ", “\(Text.cut(Text.visible(subject), to: columns))”"
    }

    private func interruption(_ page: inout Page) {
        let interruption = result.interruption
        let commit = interruption.plan.commit
        page.line(
            "A child process drove the session of \(commit.hash.prefix(8))\(quoted(commit.subject, columns: 40)).")
        page.line(
            "SIGKILL ended it right after \(page.styled(Text.visible(interruption.acknowledged), .cyan)) was acknowledged."
        )
        guard let found = interruption.found else { return }
        let isExact = found.currentState == interruption.acknowledged
        page.line(
            "On disk: \(page.styled(Text.visible(found.currentState), .cyan)), "
                + "\(found.history.count) history entries, \(found.agentAssignments.count) agents. "
                + (isExact ? page.styled("✓ nothing was lost", .green) : page.styled("✗ not the same", .red)))
        if let recovered = result.recovered {
            let state = page.styled(
                Text.visible(recovered.session.currentState), Page.style(of: recovered.session.outcome))
            page.line("It was recovered and driven on to \(state).")
        }
    }

    private func summary(_ page: inout Page) {
        var fields: [(name: String, value: String)] = [
            ("Sessions", "\(Text.grouped(result.summaries.count)), all \(Outcome.completed.rawValue)"),
            ("Decisions", "\(Text.grouped(result.decisions.count)), \(Text.percent(successRate)) successful"),
            (
                "Time",
                "\(Times.duration(milliseconds: elapsedMS)) for \(Text.count(result.transitions, "transition")) among "
                    + "\(Text.count(result.operations, "durable write")), \(Text.count(result.summaries.count, "session")) at once"
            ),
            (
                "Throughput",
                page.styled("\(Text.grouped(Int(result.transitionsPerSecond.rounded()))) durable transitions/s", .bold)
                    + ", \(Text.grouped(Int(result.operationsPerSecond.rounded()))) writes/s, measured in this run"
            ),
        ]
        if let slowest, let time = slowest.executionTimeMS {
            let commit = result.summaries.first { $0.session.sessionID == slowest.sessionID }
                .flatMap { $0.session.context["commit"] }
            let subject = quoted(commit?["subject"]?.stringValue ?? "", columns: 36)
            fields.append(
                (
                    "Slowest",
                    "\(slowest.fromState) → \(slowest.toState), \(Times.duration(milliseconds: Int64(time)))\(subject)"
                ))
        }
        page.fields(fields)
    }

    private func graph(_ page: inout Page) {
        page.table(
            EdgeTable.table(
                edges.map { edge in
                    EdgeTable.Row(
                        from: edge.from, to: edge.to, count: Int64(edge.count), timeMS: edge.averageTime,
                        confidence: edge.averageConfidence)
                }))
        page.line(page.styled("  Steps and confidence follow from the size of each change; throughput is real.", .dim))
    }
}
