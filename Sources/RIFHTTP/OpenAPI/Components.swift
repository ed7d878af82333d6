import RIFModel

/// The schemas that others refer to by name.
enum Components {
    static let schemas: [String: JSONValue] = sessions.merging(driving) { first, _ in first }
        .merging(monitoring) { first, _ in first }
        .merging(reports) { first, _ in first }

    private static let figures: [String: JSONValue] = [
        "total_decisions": Schema.integer, "success_rate": Schema.number, "avg_execution_time_ms": Schema.number,
        "max_execution_time_ms": Schema.integer, "min_execution_time_ms": Schema.integer,
        "avg_confidence_score": Schema.number,
    ]

    static let statistics: JSONValue = [
        "description": "`no_data` is true, and nothing else is there, where there are no decisions.",
        "type": "object",
        "properties": .object(
            figures.merging([
                "session_id": Schema.nullable(Schema.text), "timestamp": Schema.time, "no_data": Schema.flag,
            ]) { first, _ in first }),
    ]

    // MARK: - Sessions

    private static let listing: [String: JSONValue] = [
        "session_id": Schema.text, "current_state": Schema.text,
        "outcome": Schema.nullable(Schema.words(Outcome.allCases.map(\.rawValue))),
        "workflow_type": Schema.nullable(Schema.text), "priority": Schema.integer,
        "agent_assignments": Schema.map(Schema.anything), "created_at": Schema.time, "updated_at": Schema.time,
    ]

    private static let decision: [String: JSONValue] = [
        "decision_id": Schema.text, "session_id": Schema.text, "from_state": Schema.text, "to_state": Schema.text,
        "reason": Schema.text, "agents_selected": Schema.list(Schema.text), "confidence_score": Schema.number,
        "execution_time_ms": Schema.nullable(Schema.integer), "success": Schema.flag,
        "error_details": Schema.nullable(Schema.text), "timestamp": Schema.time,
    ]

    private static let sessions: [String: JSONValue] = [
        "Session": Schema.object(
            listing.merging([
                "context": Schema.context, "history": Schema.list(Schema.anything), "paused": Schema.flag,
            ]) { first, _ in first },
            // Left out where that was asked for.
            optional: ["context", "history"]),
        "SessionListing": Schema.object(listing, optional: ["agent_assignments"]),
        "Decision": Schema.object(decision),
        "Metric": Schema.object([
            "metric_id": Schema.text, "session_id": Schema.nullable(Schema.text), "metric_type": Schema.text,
            "metric_name": Schema.text, "metric_value": Schema.nullable(Schema.number), "metadata": Schema.anything,
            "timestamp": Schema.time,
        ]),
        "Event": Schema.object([
            "sequence": Schema.integer, "session_id": Schema.nullable(Schema.text), "event_type": Schema.text,
            "data": Schema.anything, "timestamp": Schema.time,
        ]),
        "SessionSummary": Schema.object([
            "session_id": Schema.text, "workflow_type": Schema.nullable(Schema.text), "current_state": Schema.text,
            "outcome": Schema.nullable(Schema.text), "priority": Schema.integer, "created_at": Schema.time,
            "updated_at": Schema.time, "total_duration_ms": Schema.integer, "total_decisions": Schema.integer,
            "total_states_visited": Schema.integer, "success_rate": Schema.number,
            "avg_execution_time_ms": Schema.number, "avg_confidence_score": Schema.number,
            "context_summary": Schema.object([
                "github_issues": Schema.integer, "active_agents": Schema.integer, "total_agents_used": Schema.integer,
            ]),
            "state_progression": Schema.list(Schema.text),
            "decision_summary": Schema.object([
                "total": Schema.integer, "successful": Schema.integer, "failed": Schema.integer,
                "avg_confidence": Schema.number, "most_common_transition": Schema.text,
                "longest_execution_ms": Schema.integer, "shortest_execution_ms": Schema.integer,
            ]),
        ]),
        "Visualization": Schema.object(
            [
                "session_id": Schema.text, "workflow_type": Schema.nullable(Schema.text),
                "current_state": Schema.text, "outcome": Schema.nullable(Schema.text),
                "nodes": Schema.list(
                    Schema.object([
                        "id": Schema.text, "label": Schema.text,
                        "status": Schema.words(["current", "visited", "planned"]), "agents": Schema.list(Schema.text),
                    ])),
                "edges": Schema.list(
                    Schema.object(
                        [
                            "from": Schema.text, "to": Schema.text, "label": Schema.text, "timestamp": Schema.time,
                            "success": Schema.flag, "confidence": Schema.number,
                            "execution_time_ms": Schema.nullable(Schema.integer), "decision_id": Schema.text,
                        ], optional: ["decision_id"])),
                "moves": Schema.list(Schema.anything),
                "planned_edges": Schema.list(
                    Schema.object(
                        [
                            "from": Schema.text, "to": Schema.text, "trigger": Schema.nullable(Schema.text),
                            "condition": Schema.nullable(Schema.text), "label": Schema.text,
                        ], optional: ["label", "trigger", "condition"])),
                "metadata": Schema.object([
                    "created_at": Schema.time, "updated_at": Schema.time, "total_states": Schema.integer,
                    "total_transitions": Schema.integer,
                ]),
            ], optional: ["moves", "outcome", "planned_edges"]),
        "Problem": Schema.object(
            [
                "type": Schema.text, "title": Schema.text, "status": Schema.integer, "detail": Schema.text,
                "code": Schema.text, "field": Schema.text,
            ], optional: ["field"]),
    ]

    // MARK: - Monitoring

    private static let workflow: JSONValue = Schema.object([
        "session_id": Schema.text, "current_state": Schema.text, "workflow_type": Schema.nullable(Schema.text),
        "priority": Schema.integer, "progress_percentage": Schema.integer, "duration_minutes": Schema.number,
        "active_agents": Schema.list(Schema.text), "issues_count": Schema.integer,
        "issues": Schema.list(["type": ["integer", "string"]]),
        "last_decision": Schema.nullable(Schema.ref("Decision")), "created_at": Schema.time, "updated_at": Schema.time,
    ])

    private static let recent: JSONValue = Schema.object([
        "decision_id": Schema.text, "session_id": Schema.text, "transition": Schema.text, "reason": Schema.text,
        "agents": Schema.list(Schema.text), "confidence_score": Schema.number,
        "execution_time_ms": Schema.nullable(Schema.integer), "success": Schema.flag,
        "error_details": Schema.nullable(Schema.text), "timestamp": Schema.time,
        "workflow_type": Schema.nullable(Schema.text), "priority": Schema.integer,
    ])

    private static let performance: JSONValue = Schema.object([
        "count": Schema.integer, "avg_execution_time_ms": Schema.number, "p50_ms": Schema.number,
        "p95_ms": Schema.number, "p99_ms": Schema.number, "avg_confidence_score": Schema.number,
        "success_rate": Schema.number,
    ])

    private static let bottleneck: JSONValue = Schema.object([
        "type": Schema.text, "description": Schema.text, "avg_time_ms": Schema.number,
        "severity": Schema.words(["medium", "high"]),
    ])

    private static let alert: JSONValue = Schema.object([
        "severity": Schema.text, "message": Schema.text, "action": Schema.text,
    ])

    private static let monitoring: [String: JSONValue] = [
        "Alert": Schema.object([
            "alert_id": Schema.integer, "check": Schema.text, "severity": Schema.words(["warning", "critical"]),
            "message": Schema.text, "action": Schema.text, "raised_at": Schema.time,
            "cleared_at": Schema.nullable(Schema.time), "measured": Schema.number, "limit": Schema.number,
            "unit": Schema.text,
        ]),
        "Statistics": statistics,
        "Health": Schema.object([
            "status": Schema.words(["healthy", "warning", "critical"]), "health_score": Schema.whole(0...100),
            "active_sessions": Schema.integer, "error_rate": Schema.number, "database_health": Schema.text,
            "last_check": Schema.time, "alerts": Schema.list(alert),
            "checks": Schema.list(
                Schema.object([
                    "name": Schema.text, "ok": Schema.flag, "points": Schema.integer, "measured": Schema.number,
                    "limit": Schema.number, "unit": Schema.text, "since": Schema.nullable(Schema.time),
                ])),
        ]),
        "Dashboard": Schema.object([
            "timestamp": Schema.time, "refresh_interval": Schema.number, "active_workflows": Schema.list(workflow),
            "state_distribution": Schema.object([
                "total_active": Schema.integer, "by_state": Schema.map(Schema.integer),
                "by_workflow_type": Schema.map(Schema.map(Schema.integer)),
                "chart_data": Schema.list(
                    Schema.object([
                        "state": Schema.text, "count": Schema.integer, "workflow_type": Schema.nullable(Schema.text),
                    ])),
            ]),
            "transition_metrics": Schema.object([
                "total_transitions": Schema.integer, "transition_matrix": Schema.map(Schema.map(Schema.integer)),
                "common_paths": Schema.list(
                    Schema.object(["path": Schema.text, "count": Schema.integer, "avg_time_ms": Schema.number])),
                "performance_by_transition": Schema.map(performance),
            ]),
            "performance_stats": Schema.object([
                "overall": Schema.ref("Statistics"),
                "trends": Schema.list(
                    Schema.object([
                        "date": Schema.text, "decisions": Schema.integer, "avg_execution_time_ms": Schema.number,
                        "avg_confidence": Schema.number, "success_rate": Schema.number,
                    ])),
                "hours": Schema.list(
                    Schema.object([
                        "begin": Schema.time, "decisions": Schema.integer, "success_rate": Schema.number,
                    ])),
                "current_load": Schema.object([
                    "active_sessions": Schema.integer, "high_priority_sessions": Schema.integer,
                    "load_level": Schema.words(["low", "medium", "high"]),
                ]),
                "bottlenecks": Schema.list(bottleneck),
            ]),
            "recent_decisions": Schema.list(recent),
            "agent_status": Schema.object([
                "total_agents": Schema.integer, "active_agents": Schema.integer,
                "agent_details": Schema.map(
                    Schema.object([
                        "total_tasks": Schema.integer, "avg_execution_time_ms": Schema.number,
                        "success_rate": Schema.number, "avg_confidence": Schema.number,
                        "status": Schema.words(["active", "idle"]),
                    ])),
            ]),
            "system_health": Schema.ref("Health"), "real_time_events": Schema.list(Schema.ref("Event")),
            "counters": Schema.map(Schema.object(["count": Schema.integer, "total_time": Schema.number])),
            "integration": Schema.object([
                "active_session_id": Schema.nullable(Schema.text), "system_version": Schema.text,
                "database_path": Schema.nullable(Schema.text), "total_sessions": Schema.integer,
            ]),
        ]),
        "IntegrityReport": Schema.object([
            "valid": Schema.flag, "errors": Schema.list(Schema.anything), "warnings": Schema.list(Schema.anything),
            "sessions_checked": Schema.integer, "timestamp": Schema.time,
        ]),
        "QueryResult": Schema.object([
            "columns": Schema.list(Schema.text), "types": Schema.list(Schema.text),
            "rows": Schema.list(Schema.list(Schema.anything)),
            "truncated": Schema.flag,
        ]),
    ]

    // MARK: - Reports

    private static let reports: [String: JSONValue] = [
        "Insight": Schema.object([
            "since": Schema.time, "until": Schema.time, "transitions": Schema.list(Schema.anything),
            "states": Schema.list(Schema.anything), "agents": Schema.list(Schema.anything),
            "calibration": Schema.list(Schema.anything), "stuck": Schema.list(Schema.anything),
        ]),
        "Report": Schema.object([
            "report_id": Schema.text, "generated_at": Schema.time, "timeframe_hours": Schema.integer,
            "session_id": Schema.nullable(Schema.text), "summary": Schema.anything, "performance": Schema.anything,
            "recommendations": Schema.list(
                Schema.object([
                    "type": Schema.text, "priority": Schema.text, "title": Schema.text, "description": Schema.text,
                ])),
            "insight": Schema.ref("Insight"),
        ]),
    ]
}
