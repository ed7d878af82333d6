import RIFModel
public import RIFStore

/// Which time was a person's. As long as nobody declares it, this goes by names: of the state, or of the agent `human`.
public enum Waiting {
    /// A state is taken for one in which a person is awaited where its name, in any case and with `_` for `-` and spaces,
    /// is `awaiting_` or `waiting_for_` followed by one of these words, or is one of them with `pending_` before it:
    /// `awaiting-user-validation`, `waiting_for_approval`, `pending_review`. `waiting_for_ci` is none.
    public static let words = [
        "user", "human", "person", "people", "approval", "review", "validation", "feedback", "input", "answer",
        "decision", "customer", "maintainer",
    ]

    private static let beginnings = ["awaiting_", "waiting_for_", "waiting_on_", "pending_"]

    /// Whether the name of a state says that a person is awaited in it.
    public static func isForPerson(state: String) -> Bool {
        let name = String(state.lowercased().map { $0 == "-" || $0 == " " ? "_" : $0 })
        return beginnings.contains { beginning in
            guard name.hasPrefix(beginning) else { return false }
            let rest = name.dropFirst(beginning.count)
            return words.contains { rest == $0 || rest.hasPrefix($0 + "_") }
        }
    }
}

extension InsightFigures.StateTime {
    /// Milliseconds in which a person was awaited: all where the state's name says so, else those of the visits that
    /// the agent `human` was chosen for, or launched in.
    public var personMS: Double { Waiting.isForPerson(state: state) ? totalMS : min(humanMS, totalMS) }
}

extension Insight {
    /// Milliseconds in all states until they were left, and what of it was waiting for a person.
    public var time: (totalMS: Double, personMS: Double) {
        figures.states.reduce((0, 0)) { ($0.0 + $1.totalMS, $0.1 + $1.personMS) }
    }
}
