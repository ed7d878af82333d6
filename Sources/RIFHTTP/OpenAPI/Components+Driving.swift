import RIFModel

extension Components {
    private static let process: [String: JSONValue] = [
        "pid": Schema.nullable(Schema.integer), "agent_session_id": Schema.nullable(Schema.text),
        "last_output_at": Schema.nullable(Schema.time), "exit_code": Schema.nullable(Schema.integer),
        "signal": Schema.nullable(Schema.integer),
        "output": Schema.object([
            "stdout_bytes": Schema.integer, "stderr_bytes": Schema.integer, "truncated": Schema.flag,
        ]),
    ]

    private static let status = Schema.words(AssignmentStatus.allCases.map(\.rawValue))

    private static let attempt = Schema.object(
        process.merging([
            "attempt": Schema.integer, "status": status, "started_at": Schema.time, "ended_at": Schema.time,
            "result": Schema.anything, "reason": Schema.nullable(Schema.text),
        ]) { first, _ in first })

    private static let tokens = Schema.object([
        "input": Schema.integer, "output": Schema.integer, "cache_read": Schema.integer,
        "cache_creation": Schema.integer,
    ])

    /// Agents as processes, people, and workflows.
    static let driving: [String: JSONValue] = [
        "Assignment": Schema.object(
            process.merging([
                "assignment_id": Schema.text, "session_id": Schema.text, "agent": Schema.text,
                "kind": Schema.words(AgentKind.allCases.map(\.rawValue)), "state": Schema.text, "status": status,
                "attempt": Schema.integer, "task_description": Schema.text,
                "started_at": Schema.nullable(Schema.time), "ended_at": Schema.nullable(Schema.time),
                "not_before": Schema.nullable(Schema.time), "result": Schema.anything,
                "reason": Schema.nullable(Schema.text), "tokens": Schema.nullable(tokens),
                "cost_usd": Schema.nullable(Schema.number), "attempts": Schema.list(attempt),
            ]) { first, _ in first }),
        "Approval": Schema.object([
            "approval_id": Schema.text, "session_id": Schema.text, "state": Schema.text, "question": Schema.text,
            "choices": Schema.list(Schema.text), "default_choice": Schema.nullable(Schema.text),
            "deadline": Schema.nullable(Schema.time),
            "status": Schema.words(Approval.Status.allCases.map(\.rawValue)),
            "decision": Schema.nullable(Schema.text), "reason": Schema.nullable(Schema.text),
            "decided_by": Schema.nullable(Schema.text), "created_at": Schema.time,
            "decided_at": Schema.nullable(Schema.time),
        ]),
        "Explanation": Schema.object([
            "session_id": Schema.text, "state": Schema.text, "waiting_for": Schema.text,
            "candidates": Schema.list(
                Schema.object([
                    "to_state": Schema.text, "trigger": Schema.nullable(Schema.text),
                    "condition": Schema.nullable(Schema.text), "holds": Schema.flag,
                    "missing": Schema.list(
                        Schema.object(["identifier": Schema.text, "value": Schema.anything])),
                ])),
        ]),
        "Queue": Schema.object([
            "running": Schema.list(Schema.object(turn)),
            "waiting": Schema.list(
                Schema.object(turn.merging(["position": Schema.integer, "why": Schema.text]) { first, _ in first })),
            "limits": Schema.object(["max_concurrent": Schema.integer, "agents": Schema.map(Schema.integer)]),
        ]),
        "Workflow": Schema.object([
            "name": Schema.text, "type": Schema.text, "version": Schema.nullable(Schema.text),
            "description": Schema.nullable(Schema.text), "initial_state": Schema.text, "states": Schema.integer,
            "transitions": Schema.integer, "source": Schema.words(["built-in", "file"]),
        ]),
        "WorkflowCheck": Schema.object([
            "ok": Schema.flag, "workflow": Schema.anything, "problems": Schema.list(Schema.anything),
            "unused": Schema.list(Schema.anything),
        ]),
    ]

    private static let turn: [String: JSONValue] = [
        "session_id": Schema.text, "assignment_id": Schema.text, "agent": Schema.text, "since": Schema.time,
        "attempt": Schema.integer,
    ]
}
