import RIFOrchestrator

/// What a commit becomes: a session of type `feature_development`, step by step. Everything follows from the commit by
/// the formulas here; nothing is random.
struct Plan: Sendable {
    struct Step: Sendable {
        var state: String
        var reason: String
        var agents: [String]
        /// 0…1.
        var confidence: Double
        /// How long the state before took, in milliseconds.
        var time: Int64
        var contextUpdates: [String: JSONValue]
    }

    static let workflowType = "feature_development"

    let commit: Commit

    /// Large changes are more urgent: one for each hundred lines, at most 9.
    var priority: Int { min(9, commit.lines / 100) }

    var context: [String: JSONValue] {
        [
            "workflow_type": .string(Self.workflowType), "github_issues": .array(commit.issues.map { .int($0) }),
            "commit": commit.json,
        ]
    }

    var steps: [Step] {
        [
            Step(
                state: "analyzing", reason: Self.cut("Look into: \(commit.subject)"), agents: ["RIF-Analyst"],
                confidence: confidence(less: 0), time: 50, contextUpdates: [:]),
            Step(
                state: "planning", reason: "\(Text.count(commit.files, "file")) to touch",
                agents: commit.files > 5 ? ["RIF-Planner", "RIF-Architect"] : ["RIF-Planner"],
                confidence: confidence(less: 0.02), time: clamped(200 + 40 * commit.files),
                contextUpdates: ["complexity": .string(complexity)]),
            Step(
                state: "implementing", reason: "\(complexity) complexity", agents: ["RIF-Implementer"],
                confidence: confidence(less: 0.04), time: clamped(150 + 25 * commit.files), contextUpdates: [:]),
            Step(
                state: "validating",
                reason: "\(Text.grouped(commit.insertions)) insertions, \(Text.grouped(commit.deletions)) deletions",
                agents: ["RIF-Validator"], confidence: confidence(less: 0.01),
                time: clamped(500 + 20 * commit.insertions + 8 * commit.deletions),
                contextUpdates: ["lines_changed": .int(Int64(commit.lines))]),
        ]
    }

    /// 0.98, less 0.02 for each file and 0.05 for each binary file, whose content nobody sees; at least 0.5.
    private func confidence(less doubt: Double) -> Double {
        let sure = 0.98 - 0.02 * Double(commit.files) - 0.05 * Double(commit.binaryFiles)
        // Two digits: what is stored is what one would write down.
        return ((max(0.5, sure - doubt)) * 100).rounded() / 100
    }

    private var complexity: String {
        switch commit.lines {
        case ..<50: "low"
        case ..<300: "medium"
        case ..<1000: "high"
        default: "very_high"
        }
    }

    private func clamped(_ milliseconds: Int) -> Int64 { Int64(Int32(clamping: milliseconds)) }

    /// A subject may be of any length, a reason may not.
    private static func cut(_ text: String) -> String { Text.cut(text, to: 200) }
}
