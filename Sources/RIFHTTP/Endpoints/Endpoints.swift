import RIFModel

/// Every operation of the API, in the order of its document.
enum Endpoints {
    static let all: [Endpoint] =
        sessions + assignments + monitoring + events + queries + maintenance + operations

    private static let sessions: [Endpoint] = [
        .startSession, .listSessions, .getSession, .saveState, .transition, .recordDecision, .listDecisions,
        .recordMetric, .listMetrics, .launchAgents, .completeSession, .recoverSession, .sessionSummary,
        .visualization, .sessionEvents, .sessionAt,
    ]
    private static let assignments: [Endpoint] = []
    private static let monitoring: [Endpoint] = [
        .dashboard, .dashboardSection, .health, .insight, .createReport, .statistics,
    ]
    private static let events: [Endpoint] = [.streamEvents, .trackEvent]
    private static let queries: [Endpoint] = []
    private static let maintenance: [Endpoint] = [.cleanUp, .integrity, .backUp, .checkpoint]
    private static let operations: [Endpoint] = [.alive, .access, .logIn, .logOut]
}
