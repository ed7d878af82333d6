/// What can be said of a workflow whose file was read: where nothing leads, and where nothing leads on.
struct WorkflowChecks {
    let findings: WorkflowFindings
    let initial: String
    let states: [WorkflowBodyReader.PlacedState]
    let transitions: [WorkflowBodyReader.PlacedTransition]

    func run() {
        checkReach()
        checkEnds()
        checkConditions()
    }

    private func checkReach() {
        var targets: [String: [String]] = [:]
        for placed in transitions where placed.transition.condition?.constantValue != false {
            for from in placed.transition.from { targets[from, default: []].append(placed.transition.to) }
        }
        var reached: Set<String> = [initial]
        var open = [initial]
        while let state = open.popLast() {
            for target in targets[state] ?? [] where reached.insert(target).inserted { open.append(target) }
        }
        // With an unknown initial state all others would be out of reach.
        guard states.contains(where: { $0.state.name == initial }) else { return }
        for placed in states where !reached.contains(placed.state.name) {
            findings.warning(
                .unreachableState,
                "no way leads from \(RIFError.quoted(initial)) to \(RIFError.quoted(placed.state.name))",
                at: placed.mark, remedy: "Add a transition to it, or remove the state.")
        }
    }

    private func checkEnds() {
        let left = Set(transitions.flatMap(\.transition.from))
        for placed in states where !placed.state.isFinal && !left.contains(placed.state.name) {
            findings.warning(
                .deadEnd, "no transition leaves \(RIFError.quoted(placed.state.name)), and it is not final",
                at: placed.mark, remedy: "Write 'final: true' if sessions end there, else add a transition.")
        }
    }

    private func checkConditions() {
        var always: [String: [String?: Int]] = [:]
        for (index, placed) in transitions.enumerated() {
            switch placed.transition.condition.map(\.constantValue) ?? true {
            case true?:
                for from in placed.transition.from {
                    guard let earlier = always[from]?[placed.transition.trigger] else {
                        always[from, default: [:]][placed.transition.trigger] = index
                        continue
                    }
                    let trigger = placed.transition.trigger.map { "on \(RIFError.quoted($0))" } ?? "without a trigger"
                    findings.warning(
                        .ambiguousTransitions,
                        """
                        two transitions from \(RIFError.quoted(from)) \(trigger) hold always; this one, to \
                        \(RIFError.quoted(placed.transition.to)), is never taken, since the one to \
                        \(RIFError.quoted(transitions[earlier].transition.to)) comes first
                        """, at: placed.mark, remedy: "Give one of the two a condition or another trigger.")
                }
            case false?:
                findings.warning(
                    .neverTrue,
                    "\(placed.path): \(RIFError.quoted(placed.transition.condition?.text ?? "")) never holds",
                    at: placed.conditionMark ?? placed.mark, remedy: "Correct the condition, or remove the transition.")
            case nil: break
            }
        }
    }
}
