extension WorkflowDefinition {
    /// Names of the workflows that need no file.
    public static let builtinNames = ["standard", "feature_development"]

    /// A workflow that needs no file; nil where none has this name.
    ///
    /// Its agents are not declared: they are only tracked until an agents file declares them.
    public static func builtin(_ name: String) -> WorkflowDefinition? {
        switch name {
        case "standard": standard
        case "feature_development": featureDevelopment
        default: nil
        }
    }

    // Every transition has a trigger: one without would also fit a result that asks for another.
    private static let standard = make(
        "standard", "Analyse, implement, validate.",
        steps: [.analyzing, .implementing, .validating],
        ways: [
            WorkflowTransition(from: ["initialized"], to: "analyzing", trigger: "started"),
            WorkflowTransition(from: ["analyzing"], to: "implementing", trigger: "analysis_complete"),
        ])

    private static let featureDevelopment = make(
        "feature_development", "Analyse, plan, design what is complex, implement, validate.",
        steps: [.analyzing, .planning, .architecting, .implementing, .validating],
        ways: [
            WorkflowTransition(from: ["initialized"], to: "analyzing", trigger: "started"),
            WorkflowTransition(from: ["analyzing"], to: "planning", trigger: "analysis_complete"),
            // Small work needs no design of its own.
            WorkflowTransition(
                from: ["planning"], to: "implementing", trigger: "plan_complete",
                condition: Condition(
                    text: "complexity < medium",
                    root: .comparison(
                        .path(Condition.Path(steps: [.member("complexity")], text: "complexity")), .less,
                        .value("medium")))),
            WorkflowTransition(from: ["planning"], to: "architecting", trigger: "plan_complete"),
            WorkflowTransition(from: ["architecting"], to: "implementing", trigger: "design_complete"),
        ])

    private static func make(
        _ name: String, _ description: String, steps: [WorkflowState], ways: [WorkflowTransition]
    ) -> WorkflowDefinition {
        let open = ["initialized"] + steps.map(\.name)
        return WorkflowDefinition(
            name: name, type: name, version: "1", description: description, initialState: "initialized",
            states: [WorkflowState(name: "initialized", description: "Started, nothing done yet", progress: 10)] + steps
                + [
                    WorkflowState(name: "completed", description: "Done", isFinal: true, progress: 100),
                    WorkflowState(name: "failed", description: "Given up", isFinal: true, progress: 0),
                    WorkflowState(name: "cancelled", description: "Not wanted any more", isFinal: true, progress: 0),
                ],
            transitions: ways + [
                WorkflowTransition(from: ["implementing"], to: "validating", trigger: "code_complete"),
                WorkflowTransition(from: ["validating"], to: "completed", trigger: "tests_pass"),
                WorkflowTransition(from: ["validating"], to: "implementing", trigger: "tests_fail"),
                WorkflowTransition(from: open, to: "failed", trigger: "failed"),
                WorkflowTransition(from: open, to: "cancelled", trigger: "cancelled"),
            ])
    }
}

extension WorkflowState {
    fileprivate static let analyzing = WorkflowState(
        name: "analyzing", description: "Understand what is asked for", agents: ["RIF-Analyst"], progress: 25)
    fileprivate static let planning = WorkflowState(
        name: "planning", description: "Plan the steps", agents: ["RIF-Planner"], progress: 40)
    fileprivate static let architecting = WorkflowState(
        name: "architecting", description: "Design the solution", agents: ["RIF-Architect"], progress: 55)
    fileprivate static let implementing = WorkflowState(
        name: "implementing", description: "Write the code and its tests", agents: ["RIF-Implementer"], progress: 75)
    fileprivate static let validating = WorkflowState(
        name: "validating", description: "Check that it does what was asked for", agents: ["RIF-Validator"],
        progress: 90)
}
