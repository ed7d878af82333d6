import HTTPTypes
import RIFModel
import RIFMonitor
import RIFOrchestrator
import RIFStore

extension Endpoint {
    private static let windows: [Parameter] = [
        .query("hours", "The window of transitions and agents.", Schema.whole(1...87_840), example: 24),
        .query("days", "The days of the trends.", Schema.whole(1...3_660), example: 7),
        .query(
            "tz", "The time zone that days are counted in, by its IANA name.", Schema.text, example: "Europe/Berlin"),
    ]

    static let dashboard = Endpoint(
        method: .get, path: "/api/v1/dashboard", name: "getDashboard", summary: "Everything at one moment.",
        tag: .monitoring, access: .read, parameters: windows,
        answers: [.json("The dashboard.", Schema.ref("Dashboard"))], errors: [.invalidRequest, .unprocessable]
    ) { call in
        .json(try await document(call))
    }

    static let dashboardSection = Endpoint(
        method: .get, path: "/api/v1/dashboard/{section}", name: "getDashboardSection",
        summary: "One section of the dashboard.", tag: .monitoring, access: .read,
        parameters: [
            Parameter(
                name: "section", place: .path, summary: "The section\u{2019}s key.", schema: Schema.text,
                example: "state_distribution")
        ] + windows,
        answers: [.json("What is under that key.", Schema.anything)],
        errors: [.notFound, .invalidRequest, .unprocessable]
    ) { call in
        let name = call.path["section"] ?? ""
        guard let value = try await document(call, sections: sections(for: name))[name] else {
            throw RIFError(.notFound, "the dashboard has no section \(RIFError.quoted(name))")
        }
        return .json(value)
    }

    /// What must be read for what is under a key; how many sessions there are is counted with their states.
    private static func sections(for name: String) -> Set<DashboardSection> {
        if let section = DashboardSection(rawValue: name) { return [section] }
        return name == "integration" ? [.stateDistribution] : []
    }

    private static func document(
        _ call: Call, sections: Set<DashboardSection> = Set(DashboardSection.allCases)
    ) async throws(RIFError) -> JSONValue {
        let dashboard = try await call.orchestrator.dashboard(
            sections: sections, hours: try call.query.integer("hours") ?? 24,
            trendDays: try call.query.integer("days") ?? 7,
            zone: call.query.text("tz") ?? "UTC")
        return dashboard.document(call.orchestrator, for: call.caller.rights)
    }

    static let health = Endpoint(
        method: .get, path: "/api/v1/health", name: "getHealth",
        summary: "How well the system is; the score opens to its parts.",
        detail: "A database that does not answer is a finding, not a failure of this call.",
        tag: .monitoring, access: .read, answers: [.json("The health.", Schema.ref("Health"))]
    ) { call in
        .json(await call.orchestrator.health().json)
    }

    static let insight = Endpoint(
        method: .get, path: "/api/v1/insight", name: "getInsight",
        summary: "Where the time went, agents compared, calibration, stuck sessions.", tag: .monitoring, access: .read,
        parameters: [
            .query("hours", "The window.", Schema.whole(1...87_840), example: 24),
            .query("session_id", "Only this session.", Schema.text),
        ],
        answers: [.json("The insight.", Schema.ref("Insight"))],
        errors: [.notFound, .invalidRequest, .unprocessable]
    ) { call in
        let id = try call.query.sessionID()
        if let id { try await call.orchestrator.requireSession(id) }
        return .json(
            try await call.orchestrator.insight(hours: try call.query.integer("hours") ?? 24, sessionID: id).json)
    }

    static let statistics = Endpoint(
        method: .get, path: "/api/v1/stats", name: "getStatistics",
        summary: "Figures over the decisions of one session or of all.", tag: .monitoring, access: .read,
        parameters: [.query("session_id", "Only this session.", Schema.text)],
        answers: [.json("The figures.", Schema.ref("Statistics"))], errors: [.notFound]
    ) { call in
        let id = try call.query.sessionID()
        if let id { try await call.orchestrator.requireSession(id) }
        return .json(try await call.orchestrator.performanceStatistics(id).json)
    }
}

extension Dashboard {
    /// All sections, and the program behind them.
    func document(_ orchestrator: Orchestrator, for rights: Caller.Rights) -> JSONValue {
        var document = json.objectValue ?? [:]
        document["integration"] = [
            "active_session_id": .null, "system_version": .string(Orchestrator.version),
            // A path of the server is for those who may write.
            "database_path": rights == .write ? .string(orchestrator.information.location) : .null,
            "total_sessions": .int(figures.totalSessions),
        ]
        return .object(document)
    }
}
