import RIFModel

/// Every operation of the API, in the order of its document.
enum Endpoints {
    static let all: [Endpoint] =
        sessions + driving + assignments + workflows + monitoring + events + queries + maintenance + operations

    private static let sessions: [Endpoint] = [
        .startSession, .listSessions, .getSession, .saveState, .transition, .recordDecision, .listDecisions,
        .recordMetric, .listMetrics, .launchAgents, .completeSession, .recoverSession, .sessionSummary,
        .visualization, .sessionEvents, .sessionAt,
    ]
    private static let driving: [Endpoint] = [
        .runSession, .pauseSession, .resumeSession, .cancelSession, .setContext, .explainSession, .queue,
    ]
    private static let assignments: [Endpoint] = [
        .listAssignments, .getAssignment, .updateAssignment, .assignmentOutput, .cancelAssignment, .listApprovals,
        .getApproval, .decideApproval,
    ]
    private static let workflows: [Endpoint] = [
        .listWorkflows, .getWorkflow, .workflowPicture, .checkWorkflow,
    ]
    private static let monitoring: [Endpoint] = [
        .dashboard, .dashboardSection, .health, .insight, .createReport, .statistics,
        .listAlerts, .workflowGraph,
    ]
    private static let events: [Endpoint] = [.streamEvents, .trackEvent]
    private static let queries: [Endpoint] = [.query]
    private static let maintenance: [Endpoint] = [.cleanUp, .integrity, .backUp, .checkpoint]
    private static let operations: [Endpoint] = [
        .alive, .ready, .metrics, .openAPI, .access, .logIn, .logOut,
    ]
}
