import RIFOrchestrator

/// The columns of the table of workflows, in their order.
enum TopColumn: Int, CaseIterable, Sendable {
    case session, type, state, progress, priority, inState, age, agents, lastDecision

    var title: String {
        switch self {
        case .session: "SESSION"
        case .type: "TYPE"
        case .state: "STATE"
        case .progress: "DONE"
        case .priority: "PRIO"
        case .inState: "IN STATE"
        case .age: "AGE"
        case .agents: "AGENTS"
        case .lastDecision: "LAST DECISION"
        }
    }

    var isRightAligned: Bool { self == .priority || self == .inState || self == .age }

    /// Numbers begin with the greatest, texts with the first of the alphabet.
    var isDescendingByNature: Bool {
        switch self {
        case .session, .type, .state, .lastDecision: false
        case .progress, .priority, .inState, .age, .agents: true
        }
    }

    /// Whether `left` stands before `right` in ascending order; none where they are equal in this column.
    func ascending(_ left: TopSnapshot.Workflow, _ right: TopSnapshot.Workflow) -> Bool? {
        func less<Value: Comparable>(_ left: Value, _ right: Value) -> Bool? { left == right ? nil : left < right }
        return switch self {
        case .session: less(left.id, right.id)
        case .type: less(left.type, right.type)
        case .state: less(left.state, right.state)
        case .progress: less(left.progress, right.progress)
        case .priority: less(left.priority, right.priority)
        // The longer ago, the longer the time.
        case .inState: less(right.enteredAt, left.enteredAt)
        case .age: less(right.createdAt, left.createdAt)
        case .agents: less(left.agents.count, right.agents.count)
        case .lastDecision: less(left.lastDecision ?? "", right.lastDecision ?? "")
        }
    }
}

/// By which column rows are sorted, and which way. Of equals the older comes first, and the same always, so that rows
/// change places only when what they show has changed.
struct TopSort: Sendable, Hashable {
    var column: TopColumn = .priority
    var isDescending = TopColumn.priority.isDescendingByNature

    init() {}

    init(_ column: TopColumn) {
        self.column = column
        isDescending = column.isDescendingByNature
    }

    func sorted(_ workflows: [TopSnapshot.Workflow]) -> [TopSnapshot.Workflow] {
        workflows.sorted { left, right in
            if let ascending = column.ascending(left, right) { return ascending != isDescending }
            return (left.createdAt, left.id) < (right.createdAt, right.id)
        }
    }
}
