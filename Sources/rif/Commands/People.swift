import ArgumentParser
import RIFOrchestrator

/// What `pause`, `resume` and `cancel` share: one session or all of them, and why.
struct SteeringOptions: ParsableArguments {
    @Argument(help: "The session's id, or an unambiguous beginning of it.")
    var session: String?

    @Flag(help: "Every unfinished session.")
    var all = false

    @Option(parsing: .unconditional, help: "Why.")
    var reason = ""

    /// Does something to the session, or to each of them.
    func each(
        _ location: Location, _ body: (Orchestrator, Driver, SessionHandle) async throws -> Session
    ) async throws -> [Session] {
        guard (session == nil) == all else {
            throw RIFError(
                .invalidRequest, "session: \(all ? "stands beside --all" : "missing"); expected a session, or --all",
                field: "session")
        }
        try location.mustExist()
        return try await location.driving { orchestrator, driver in
            let ids: [String]
            if let session {
                ids = [try await orchestrator.session(named: session)]
            } else {
                ids = try await orchestrator.sessions(SessionQuery(active: true)).map(\.sessionID)
            }
            var found: [Session] = []
            for id in ids { found.append(try await body(orchestrator, driver, orchestrator.session(id))) }
            return found
        }
    }

    /// One session as it is, several as a list.
    func report(_ sessions: [Session], _ word: String) -> Report {
        let json: JSONValue =
            all ? ["sessions": .array(sessions.map(\.json))] : sessions.first?.json ?? [:]
        return Report(json: json) { page in
            if sessions.isEmpty { page.line("No session is unfinished.") }
            for session in sessions {
                let state = page.styled(Text.visible(session.stateInWords), Page.style(of: session.outcome))
                page.line("\(word) session \(page.styled(session.sessionID, .bold)), in \(state)")
            }
        }
    }
}

struct Pause: RIFCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start nothing new in a session until it is resumed.",
        discussion: """
            Agents that work end, and what they come to is kept; the session does not move.

            Examples:
              rif pause 0198c0de --reason "Waiting for the release"
              rif pause --all
            """)

    @OptionGroup var options: SteeringOptions
    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let reason = options.reason
        let sessions = try await options.each(try Location(shared)) { _, _, session in
            try await session.pause(reason: reason, options: CommandOptions(actor: "cli"))
        }
        return options.report(sessions, "Paused")
    }
}

struct Resume: RIFCommand {
    static let configuration = CommandConfiguration(
        abstract: "End a pause, and have a session looked at again.",
        discussion: """
            Agents of its current state that are blocked begin anew.

            Example:
              rif resume 0198c0de
            """)

    @OptionGroup var options: SteeringOptions
    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let reason = options.reason
        let isOwned = Invocation.current?.driver != nil
        let sessions = try await options.each(try Location(shared)) { _, driver, session in
            let resumed = try await session.resume(reason: reason, options: CommandOptions(actor: "cli"))
            if isOwned { driver.attend(session.id) }
            return resumed
        }
        return options.report(sessions, "Resumed")
    }
}

struct Cancel: RIFCommand {
    static let configuration = CommandConfiguration(
        abstract: "End a session as cancelled, and its agents before it.",
        discussion: """
            Example:
              rif cancel 0198c0de --reason "Not needed any more"
            """)

    @OptionGroup var options: SteeringOptions
    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let reason = options.reason
        let sessions = try await options.each(try Location(shared)) { orchestrator, driver, session in
            let cancelled = try await session.cancel(reason: reason, options: CommandOptions(actor: "cli"))
            guard !cancelled.isFinished else { return cancelled }
            // Its agents end first; what is left of them after a crash, too.
            try await driver.finish(session.id)
            return try await session.current()
        }
        return options.report(sessions, "Cancelled")
    }
}

struct ContextCommand: RIFCommand {
    static let configuration = CommandConfiguration(
        commandName: "context",
        abstract: "Show the context of a session, or set keys of it.",
        discussion: """
            A session that waits for a condition is looked at again.

            Examples:
              rif context 0198c0de
              rif context 0198c0de --set quality_score=85 --set approved=true
            """)

    @Argument(help: "The session's id, or an unambiguous beginning of it.")
    var session: String

    @OptionGroup var shared: SharedOptions

    /// `--set` is a setting of the configuration everywhere else; here, it is a key of the context.
    var locationOptions: SharedOptions { shared.withoutSettings }

    func report() async throws -> Report {
        let location = try Location(locationOptions)
        let updates = try Input.pairs("--set", shared.set)
        let found: Session
        if updates.isEmpty {
            found = try await location.reading(session: session) { try await $0.session($1).current() }
        } else {
            found = try await location.writing(session: session) { orchestrator, id in
                try await orchestrator.session(id).setContext(updates, options: .command(key: nil))
            }
        }
        return Report(json: found.json) { page in
            if !updates.isEmpty {
                let keys = updates.keys.sorted().map { Text.visible($0) }.joined(separator: ", ")
                page.line("Set \(keys) of session \(page.styled(found.sessionID, .bold))")
                return
            }
            for line in JSONValue.object(found.context).pretty().split(separator: "\n") {
                page.line(Text.visible(String(line)))
            }
        }
    }
}
