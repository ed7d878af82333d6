// Commands as JSON: what an idempotency key stands for. Two calls are the same command where these are equal.

extension StartCommand: JSONRepresentable {
    public var json: JSONValue {
        var object: [String: JSONValue] = [
            "session_id": .optional(sessionID), "workflow_type": .string(workflowType),
            "priority": .int(Int64(priority)), "context": context.map { .object($0) } ?? .null,
        ]
        // Only where they say something: a key that was used before there were workflows still stands for the same.
        if let workflow { object["definition"] = workflow.json }
        return .object(object)
    }
}

extension ReportCommand: JSONRepresentable {
    public var json: JSONValue { ["event_type": .string(type.rawValue), "data": data] }
}

extension TransitionCommand: JSONRepresentable {
    public var json: JSONValue {
        var object: [String: JSONValue] = [
            "from_state": .optional(fromState), "to_state": .string(toState), "reason": .string(reason),
            "agents_selected": .strings(agentsSelected), "context_updates": .object(contextUpdates),
            "confidence_score": .double(confidence), "execution_time_ms": .optional(executionTimeMS),
        ]
        if isForced { object["force"] = true }
        return .object(object)
    }
}

extension RecordDecisionCommand: JSONRepresentable {
    public var json: JSONValue {
        [
            "from_state": .string(fromState), "to_state": .string(toState), "reason": .string(reason),
            "agents_selected": .strings(agentsSelected), "confidence_score": .double(confidence),
            "execution_time_ms": .int(executionTimeMS), "success": .bool(success),
            "error_details": .optional(errorDetails),
        ]
    }
}

extension SaveStateCommand: JSONRepresentable {
    public var json: JSONValue {
        [
            "current_state": .string(currentState), "context": .object(context), "history": .array(history),
            "agent_assignments": .object(agentAssignments),
        ]
    }
}

extension LaunchCommand: JSONRepresentable {
    public var json: JSONValue { ["agents": .strings(agents), "task_description": .string(taskDescription)] }
}

extension UpdateAssignmentCommand: JSONRepresentable {
    public var json: JSONValue {
        ["assignment_id": .string(assignmentID), "status": .string(status.rawValue), "result": result]
    }
}

extension CompleteCommand: JSONRepresentable {
    public var json: JSONValue {
        ["outcome": .string(outcome.rawValue), "final_context": .object(finalContext)]
    }
}

extension RecordMetricCommand: JSONRepresentable {
    public var json: JSONValue {
        [
            "metric_type": .string(type), "metric_name": .string(name), "metric_value": .double(value),
            "metadata": metadata,
        ]
    }
}
