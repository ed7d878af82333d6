import RIFModel
import RIFStore

/// The content of a report as headings, facts and tables: what Markdown and HTML both write.
struct ReportSection {
    var title: String
    var text: String?
    var columns: [String] = []
    /// Columns that hold numbers.
    var numeric: Set<Int> = []
    var rows: [[String]] = []
}

extension Report {
    var facts: [(String, String)] {
        var facts: [(String, String)] = [
            ("Generated", generatedAt.rfc3339), ("Window", "last \(timeframeHours) hours"),
        ]
        if let session {
            facts += [
                ("Workflow", session.workflowType ?? "–"), ("State", session.currentState),
                ("Outcome", session.outcome?.rawValue ?? "still active"),
                ("Started", session.createdAt.rfc3339), ("Updated", session.updatedAt.rfc3339),
            ]
        } else {
            facts += [
                ("Active sessions", "\(insight.figures.dwelling.count)"),
                ("Their age", ReportText.number(averageDurationMinutes) + " min on average"),
            ]
        }
        guard let figures = insight.figures.performance else { return facts + [("Decisions", "none")] }
        return facts + [
            ("Decisions", "\(figures.total), \(ReportText.percent(figures.successRate)) successful"),
            ("Average step", ReportText.duration(figures.averageExecutionTimeMS)),
            ("Average confidence", "\((figures.averageConfidence * 100).rounded() / 100)"),
        ]
    }

    var sections: [ReportSection] {
        [transitionSection, stateSection, agentSection, calibrationSection, stuckSection].compactMap(\.self)
    }

    private var transitionSection: ReportSection? {
        guard !insight.transitions.isEmpty else { return nil }
        return ReportSection(
            title: "Transitions", text: "By the time that they took in all. The trend is against the window before.",
            columns: ["From", "To", "Count", "Share of time", "Average", "p50", "p95", "p99", "Success", "Trend"],
            numeric: Set(2...9),
            rows: insight.transitions.map { transition in
                let figures = transition.figures
                return [
                    figures.from, figures.to, "\(figures.count)", ReportText.percent(transition.share),
                    ReportText.duration(figures.averageMS), ReportText.duration(figures.p50MS),
                    ReportText.duration(figures.p95MS), ReportText.duration(figures.p99MS),
                    ReportText.percent(figures.successRate),
                    transition.change.map { ($0 >= 0 ? "+" : "−") + ReportText.percent(abs($0)) } ?? "new",
                ]
            })
    }

    private var stateSection: ReportSection? {
        let states = insight.figures.states
        guard !states.isEmpty else { return nil }
        let (total, person) = insight.time
        let share = ReportText.percent(total > 0 ? person / total : 0)
        return ReportSection(
            title: "Where the time went",
            text:
                "Time in each state, until it was left: \(ReportText.duration(total)), of which \(share) was waiting for a "
                + "person (by the names of states, and the agent human).",
            columns: ["State", "Visits", "Time", "Waiting for a person", "Share", "p50", "p95"], numeric: Set(1...6),
            rows: states.map {
                [
                    $0.state, "\($0.visits)", ReportText.duration($0.totalMS),
                    $0.personMS > 0 ? ReportText.duration($0.personMS) : "–",
                    ReportText.percent(total > 0 ? $0.totalMS / total : 0), ReportText.duration($0.p50MS),
                    ReportText.duration($0.p95MS),
                ]
            })
    }

    private var agentSection: ReportSection? {
        guard !insight.agents.isEmpty else { return nil }
        return ReportSection(
            title: "Agents", text: "The interval is the success rate at 95 % (Wilson).",
            columns: ["Agent", "Tasks", "Success", "Interval", "Average", "Confidence"], numeric: Set(1...5),
            rows: insight.agents.map {
                [
                    $0.figures.agent, "\($0.figures.tasks)", ReportText.percent($0.figures.successRate),
                    "\(ReportText.percent($0.interval.lowerBound)) – \(ReportText.percent($0.interval.upperBound))",
                    ReportText.duration($0.figures.averageMS), ReportText.percent($0.figures.averageConfidence),
                ]
            })
    }

    private var calibrationSection: ReportSection? {
        guard !insight.calibration.isEmpty else { return nil }
        return ReportSection(
            title: "Confidence", text: "What agents said against what happened. Brier: 0 is perfect.",
            columns: ["Agent", "Stated", "Decisions", "Mean confidence", "Succeeded", "Brier"], numeric: Set(2...5),
            rows: insight.calibration.flatMap { calibration in
                calibration.bins.map { bin in
                    [
                        calibration.agent, "\(bin.bin * 10)–\(bin.bin * 10 + 10) %", "\(bin.count)",
                        ReportText.percent(bin.meanConfidence),
                        ReportText.percent(Double(bin.successes) / Double(max(1, bin.count))),
                        "\((bin.squaredError / Double(max(1, bin.count)) * 1000).rounded() / 1000)",
                    ]
                }
            })
    }

    private var stuckSection: ReportSection? {
        guard !insight.stuck.isEmpty else { return nil }
        return ReportSection(
            title: "Stuck sessions", text: "In their state longer than 95 % of its visits.",
            columns: ["Session", "State", "For", "Usually below"], numeric: [2, 3],
            rows: insight.stuck.map {
                [
                    $0.listing.sessionID, $0.listing.currentState, ReportText.duration(Double($0.elapsedMS)),
                    ReportText.duration($0.limitMS),
                ]
            })
    }
}
