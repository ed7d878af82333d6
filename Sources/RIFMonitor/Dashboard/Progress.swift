public import RIFModel

/// How far a session has come, by the state that it is in.
public enum Progress {
    /// The guide's states; every other state counts as half way.
    private static let percentages: [String: Int] = [
        "initialized": 10, "analyzing": 25, "planning": 40, "architecting": 55, "implementing": 75, "validating": 90,
        "completed": 100, "failed": 0, "cancelled": 0,
    ]

    /// Percent, 0…100.
    public static func percentage(of state: String) -> Int { percentages[state] ?? 50 }

    /// The same in a session that follows a workflow: what the workflow declares for the state, else the guide's value, else
    /// the state's place in the workflow's graph.
    public static func percentage(of state: String, in workflow: WorkflowDefinition?) -> Int {
        guard let workflow, let progress = workflow.progress(of: state) else { return percentage(of: state) }
        let isDeclared = workflow.state(state)?.progress != nil
        return isDeclared ? Int(progress.rounded()) : percentages[state] ?? Int(progress.rounded())
    }
}
