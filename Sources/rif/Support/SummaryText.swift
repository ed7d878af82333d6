import RIFOrchestrator

/// The figures of a session in words, the same wherever they are shown.
enum SummaryText {
    static func fields(_ summary: SessionSummary) -> [(name: String, value: String)] {
        var fields = [("Duration", Times.duration(milliseconds: summary.totalDurationMS))]
        fields.append(("Decisions", decisions(summary.figures)))
        if summary.figures.total > 0 {
            fields.append(("Confidence", "\(Text.decimal(summary.figures.averageConfidence)) on average"))
            fields.append(("Step", steps(summary.figures)))
        }
        let agents = summary.session.agentAssignments.count
        if agents > 0 {
            let active = summary.activeAgents
            let share = active == agents ? "all" : active == 0 ? "none" : "\(active) of them"
            fields.append(("Agents", "\(agents), \(share) active"))
        }
        return fields
    }

    /// `5, 4 of them successful (80 %)`
    static func decisions(_ figures: DecisionFigures) -> String {
        guard figures.total > 0 else { return "none" }
        guard figures.successful < figures.total else { return "\(Text.grouped(figures.total)), all successful" }
        return "\(Text.grouped(figures.total)), \(Text.grouped(figures.successful)) of them successful"
            + " (\(Text.percent(figures.successRate)))"
    }

    /// `2.1 s on average, 5 ms to 12 s`
    static func steps(_ figures: DecisionFigures) -> String {
        let average = Times.duration(milliseconds: Int64(figures.averageExecutionTimeMS.rounded()))
        guard figures.minimumExecutionTimeMS < figures.maximumExecutionTimeMS else { return average }
        return "\(average) on average, \(Times.duration(milliseconds: figures.minimumExecutionTimeMS)) to "
            + Times.duration(milliseconds: figures.maximumExecutionTimeMS)
    }
}
