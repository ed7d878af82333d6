import RIFModel
import RIFStore

/// Everything that a `MemoryStore` holds.
struct MemoryRows: Sendable {
    struct Row: Sendable {
        /// As the row was made; context and history as of the last documents.
        var session: Session
        var listing: SessionListing
        var foldedSequence: Int64
        var documentSequence: Int64
    }

    var sessions: [String: Row] = [:]
    /// In the order of their sequence.
    var entries: [LogEntry] = []
    var metrics: [MetricRow] = []
    private var decisionIDs: Set<String> = []
    private var metricIDs: Set<String> = []
    var foldedThrough: Int64 = 0
    var highestSequence: Int64 = 0

    // MARK: - Reading

    func load(_ id: String) -> StoredSession? {
        guard let row = sessions[id] else { return nil }
        let log = entries.filter { $0.sessionID == id && $0.sessionSequence != nil }
            .sorted { $0.sessionSequence ?? 0 < $1.sessionSequence ?? 0 }
        var keyed: [String: IdempotentResult] = [:]
        for row in metrics where row.metric.sessionID == id {
            guard let stamp = row.idempotency else { continue }
            keyed[stamp.key] = IdempotentResult(
                requestHash: stamp.requestHash, sequence: 0, result: .string(row.metric.metricID))
        }
        for entry in entries where entry.sessionID == id && entry.sessionSequence == nil {
            guard let stamp = entry.idempotency else { continue }
            keyed[stamp.key] = IdempotentResult(requestHash: stamp.requestHash, sequence: 0, result: .null)
        }
        return StoredSession(
            entries: log.isEmpty ? [row.session.takeover] : log, isUnlogged: log.isEmpty, keyedResults: keyed)
    }

    func keyedEntry(_ key: String, _ sessionID: String?) -> LogEntry? {
        entries.first { entry in
            guard entry.idempotency?.key == key, case .event(let type, _) = entry.body else { return false }
            let isStart = type == .sessionStart && entry.sessionSequence == 1
            if sessionID == nil { return entry.sessionID == nil || isStart }
            return entry.sessionID == sessionID && entry.sessionSequence == nil
        }
    }

    /// The newest first.
    func assignments() -> [Assignment] {
        let states = Dictionary(
            uniqueKeysWithValues: sessions.keys.map { id in (id, load(id).flatMap { SessionState.fold($0.entries) }) })
        return entries.reversed().compactMap { entry in
            guard case .event(.agentLaunch, let data) = entry.body, entry.sessionSequence != nil else { return nil }
            return data["assignment_id"]?.stringValue.flatMap { states[entry.sessionID ?? ""]??.assignments[$0] }
        }
    }

    func activeSessions(with types: [EventType], mentioning text: String?) -> [String] {
        let named = entries.compactMap { entry -> String? in
            guard case .event(let type, let data) = entry.body, entry.sessionSequence != nil, types.contains(type),
                text.map(data.compact.contains) ?? true
            else { return nil }
            return entry.sessionID
        }
        let active = Set(sessions.filter { $0.value.session.outcome == nil }.keys)
        return active.intersection(named).sorted()
    }

    func decisions(of id: String?) -> [Decision] {
        entries.compactMap { entry in
            guard id == nil || entry.sessionID == id, case .decision(let decision, _) = entry.body else { return nil }
            return decision
        }
    }

    func figures(of id: String?) -> DecisionFigures? {
        let decisions = decisions(of: id)
        guard !decisions.isEmpty else { return nil }
        let times = decisions.compactMap(\.executionTimeMS).map(Int64.init)
        var pairs: [[String]: Int] = [:]
        for decision in decisions { pairs[[decision.fromState, decision.toState], default: 0] += 1 }
        let common = pairs.min { left, right in
            left.value != right.value ? left.value > right.value : left.key.lexicographicallyPrecedes(right.key)
        }
        return DecisionFigures(
            total: Int64(decisions.count), successful: Int64(decisions.count { $0.success }),
            averageExecutionTimeMS: times.isEmpty ? 0 : Double(times.reduce(0, +)) / Double(times.count),
            maximumExecutionTimeMS: times.max() ?? 0, minimumExecutionTimeMS: times.min() ?? 0,
            averageConfidence: decisions.map { Double($0.confidence) }.reduce(0, +) / Double(decisions.count),
            mostCommonTransition: common.map { ($0.key[0], $0.key[1]) })
    }

    func finished(before cut: Timestamp) -> [String] {
        sessions.values.map(\.listing).filter { $0.outcome != nil && $0.updatedAt < cut }.map(\.sessionID).sorted()
    }

    // MARK: - Writing

    mutating func add(_ write: Write) throws(StoreError) {
        if let session = write.newSession {
            guard sessions[session.sessionID] == nil else { throw Self.duplicate("session", session.sessionID) }
            sessions[session.sessionID] = Row(session)
        }
        for entry in write.entries {
            guard entry.sequence > highestSequence else { throw Self.duplicate("sequence", "\(entry.sequence)") }
            if case .decision(let decision, _) = entry.body, !decisionIDs.insert(decision.decisionID).inserted {
                throw Self.duplicate("decision", decision.decisionID)
            }
            entries.append(entry)
            highestSequence = entry.sequence
        }
        for row in write.metrics {
            guard metricIDs.insert(row.metric.metricID).inserted else {
                throw Self.duplicate("metric", row.metric.metricID)
            }
            metrics.append(row)
        }
    }

    private static func duplicate(_ kind: String, _ id: String) -> StoreError {
        StoreError(.rejected, "there is a \(kind) \(id)")
    }

    mutating func remove(_ ids: [String]) {
        let ids = Set(ids)
        for id in ids { sessions[id] = nil }
        entries.removeAll { $0.sessionID.map(ids.contains) ?? false }
        metrics.removeAll { ids.contains($0.metric.sessionID) }
    }
}

extension MemoryRows.Row {
    init(_ session: Session) {
        self.session = session
        listing = SessionListing(
            sessionID: session.sessionID, currentState: session.currentState, outcome: session.outcome,
            workflowType: session.workflowType, priority: session.priority,
            agentAssignments: .object(session.agentAssignments), createdAt: session.createdAt,
            updatedAt: session.updatedAt)
        foldedSequence = 1
        documentSequence = 1
    }
}

extension SessionQuery {
    func holds(_ row: MemoryRows.Row) -> Bool {
        let listing = row.listing
        guard active == nil || active == (listing.outcome == nil), state == nil || state == listing.currentState,
            workflowType == nil || workflowType == listing.workflowType,
            outcome == nil || outcome == listing.outcome, updatedAfter.map({ $0 < listing.updatedAt }) ?? true,
            after?.isBefore(listing) ?? true
        else { return false }
        guard let search = search.map(TextSearch.init) else { return true }
        if [listing.sessionID, listing.workflowType ?? "", listing.currentState].contains(where: search.isFound(in:)) {
            return true
        }
        if let contexts, contexts.sessionIDs.contains(listing.sessionID) {
            return contexts.found.contains(listing.sessionID)
        }
        return search.isFound(in: .object(row.session.context))
    }
}

extension Session {
    /// The entry that takes a row over which another program wrote.
    var takeover: LogEntry {
        LogEntry(
            sessionID: sessionID, sessionSequence: 1, timestamp: updatedAt,
            body: .event(
                .sessionImported,
                [
                    "current_state": .string(currentState), "context": .object(context), "history": history.json,
                    "agent_assignments": .object(agentAssignments), "outcome": .optional(outcome?.rawValue),
                    "workflow_type": .optional(workflowType), "priority": .int(Int64(priority)),
                    "created_at": .string(createdAt.rfc3339), "updated_at": .string(updatedAt.rfc3339),
                ]))
    }
}

// MARK: - Integrity

extension MemoryRows {
    func report(on id: String?, now: Timestamp) -> IntegrityReport {
        var errors: [String] = []
        let checked = sessions.keys.filter { id == nil || $0 == id }
        for entry in entries {
            guard let owner = entry.sessionID, id == nil || owner == id, sessions[owner] == nil else { continue }
            errors.append("entry \(entry.sequence) belongs to session \(owner), which does not exist")
        }
        for row in metrics where (id == nil || row.metric.sessionID == id) && sessions[row.metric.sessionID] == nil {
            errors.append(
                "metric \(row.metric.metricID) belongs to session \(row.metric.sessionID), which does not exist")
        }
        for id in checked.sorted() { errors += problems(of: id) }
        return IntegrityReport(errors: errors, warnings: [], sessionsChecked: checked.count, timestamp: now)
    }

    private func problems(of id: String) -> [String] {
        guard let row = sessions[id], let stored = load(id), !stored.isUnlogged else { return [] }
        var problems: [String] = []
        for (index, entry) in stored.entries.enumerated() {
            if entry.sessionSequence != Int64(index + 1) {
                problems.append("session \(id): entry \(index + 1) has the number \(entry.sessionSequence ?? 0)")
            }
            if index > 0, entry.timestamp < stored.entries[index - 1].timestamp {
                problems.append("session \(id): the time of entry \(index + 1) runs backwards")
            }
        }
        var state: SessionState?
        for entry in stored.entries {
            if let ended = state?.outcome, case .decision(_, let effect) = entry.body, effect.kind == .transition {
                problems.append("session \(id): a transition after the end (\(ended.rawValue))")
            }
            if state == nil { state = SessionState(first: entry) } else { state?.apply(entry) }
            if let state, state.lastSequence == row.foldedSequence, state.currentState != row.listing.currentState {
                problems.append(
                    "session \(id): the row says \(row.listing.currentState), the log says \(state.currentState)")
            }
        }
        return problems
    }
}
