// What people do to a session besides moving it.

extension SessionRules {
    /// Nothing new starts until it is resumed. No entries where it is paused already.
    public static func pause(
        _ state: SessionState, reason: String, limits: Limits
    ) throws(RIFError) -> Decided {
        try Validation.text(reason, field: "reason", maximumBytes: limits.reasonBytes)
        try refuseFinished(state)
        guard !state.drive.isPaused else { return Decided([]) }
        return Decided([.event(.sessionPaused, ["reason": .string(reason)])])
    }

    /// Ends a pause, and has the session looked at again: agents of the current state that are blocked begin anew.
    public static func resume(
        _ state: SessionState, reason: String, limits: Limits
    ) throws(RIFError) -> Decided {
        try Validation.text(reason, field: "reason", maximumBytes: limits.reasonBytes)
        try refuseFinished(state)
        let blocked = state.assignments.values.filter { $0.status == .blocked && $0.visit == state.drive.visit }
            .sorted { $0.assignmentID < $1.assignmentID }
        return Decided(
            [.event(.sessionResumed, ["reason": .string(reason)])]
                + blocked.map { requeue($0, counts: "anew", notBefore: nil, reason: nil) })
    }

    /// Ends the session as cancelled: at once, or where agents of it run, when they have ended. No entries where that is
    /// under way.
    public static func cancel(
        _ state: SessionState, reason: String, at now: Timestamp, limits: Limits
    ) throws(RIFError) -> Decided {
        try Validation.text(reason, field: "reason", maximumBytes: limits.reasonBytes)
        try refuseFinished(state)
        guard state.drive.cancelReason == nil else { return Decided([]) }
        let wish = LogEntry.Body.event(.sessionCancelled, ["reason": .string(reason)])
        let runs = state.assignments.values.contains { $0.kind != .external && !$0.status.hasEnded }
        guard !runs else { return Decided([wish]) }
        var end = try complete(CompleteCommand(outcome: .cancelled, reason: reason), on: state, at: now, limits: limits)
        end.bodies.insert(wish, at: 0)
        return end
    }

    /// Sets keys of the context, without a transition.
    public static func setContext(
        _ updates: [String: JSONValue], on state: SessionState, limits: Limits
    ) throws(RIFError) -> Decided {
        try Validation.json(.object(updates), field: "context_updates")
        try refuseFinished(state)
        try checkContext(
            bytes: contextBytes(state.context, bytes: state.contextBytes, merging: updates), limits: limits)
        return Decided([.event(.contextUpdated, ["context_updates": .object(updates)])])
    }

    /// A person's answer.
    public struct Answer: Sendable, Hashable {
        public var approves: Bool
        /// One of the approval's choices; none for a plain yes or no.
        public var choice: String?
        public var reason: String
        public var decidedBy: String?

        public init(approves: Bool, choice: String? = nil, reason: String = "", decidedBy: String? = nil) {
            self.approves = approves
            self.choice = choice
            self.reason = reason
            self.decidedBy = decidedBy
        }
    }

    /// - Throws: `not_found`; `state_conflict` where it has been decided, or has expired; `unprocessable` for a choice that
    ///   is not offered.
    public static func decide(
        _ approvalID: String, _ answer: Answer, on state: SessionState, limits: Limits
    ) throws(RIFError) -> Decided {
        try Validation.text(answer.reason, field: "reason", maximumBytes: limits.reasonBytes)
        guard let asked = state.drive.approvals[approvalID], asked.status == .pending, !state.isFinished else {
            let status = state.drive.approvals[approvalID]?.status.rawValue ?? "over: the session went on"
            throw RIFError(
                .stateConflict, "approval \(RIFError.quoted(approvalID)) is \(status); expected a pending one")
        }
        if let choice = answer.choice {
            let isKnown =
                asked.choices.contains(choice)
                || asked.choices.isEmpty
                    && state.drive.workflow?.definition.transitions(from: state.currentState)
                        .contains { $0.trigger == choice } == true
            guard isKnown else {
                let offered = asked.choices.isEmpty ? "a trigger of the state" : asked.choices.joined(separator: ", ")
                throw RIFError.unprocessable(
                    field: "decision", value: .string(choice), problem: "is not offered", expected: offered)
            }
        }
        return Decided([
            .event(
                .approvalDecided,
                [
                    "approval_id": .string(approvalID), "status": .string(answer.approves ? "approved" : "rejected"),
                    "decision": .optional(answer.choice), "reason": .string(answer.reason),
                    "decided_by": .optional(answer.decidedBy), "state": .string(asked.state),
                ])
        ])
    }

    /// What ends with the state that a session is in: questions without an answer, and its alert. Entries that go before
    /// the one that leaves the state.
    static func closings(_ state: SessionState) -> [LogEntry.Body] {
        guard !state.drive.approvals.isEmpty || state.drive.hasAlert else { return [] }
        var bodies = state.drive.approvals.values.filter { $0.status == .pending }.map { approval in
            LogEntry.Body.event(
                .approvalDecided,
                [
                    "approval_id": .string(approval.approvalID), "status": "expired",
                    "reason": "the session went on without an answer",
                ])
        }
        if state.drive.hasAlert {
            bodies.append(.event(.alertCleared, ["check": .string(alertName(state.sessionID))]))
        }
        return bodies
    }

    /// An alert about one session: that a state is entered which its workflow wants to be told of, or has timed out.
    static func alert(_ state: SessionState, in name: String, message: String) -> LogEntry.Body {
        .event(
            .alertRaised,
            [
                "check": .string(alertName(state.sessionID)), "severity": "warning", "message": .string(message),
                "action": .string("rif workflow explain \(state.sessionID)"), "state": .string(name), "measured": 1,
                "limit": 0, "unit": "sessions",
            ])
    }

    private static func alertName(_ sessionID: String) -> String { "session \(sessionID)" }
}
