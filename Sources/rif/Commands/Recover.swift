import ArgumentParser
import RIFOrchestrator

struct Recover: RIFCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take up a session that was interrupted, or take stock of all agents that were.",
        discussion: """
            With a session: shows the exact state that was on disk last, and notes the recovery in the log. It never changes
            a state: a finished session stays finished.
            Without one: says of every agent that an interruption left what became of it, and notes that. It launches
            nothing; 'rif run' and 'rif serve' do the same when they start, and drive on.

            Examples:
              rif recover 0198c0de
              rif recover --dry-run
            """)

    @Argument(help: "The session's id, or an unambiguous beginning of it.")
    var session: String?

    @Flag(help: "Only say what it would do.")
    var dryRun = false

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let location = try Location(shared)
        guard let session, !dryRun else { return try await takeStock(location) }
        let (found, short) = try await location.writing(session: session) { orchestrator, id in
            guard try await orchestrator.recoverSession(id), let found = try await orchestrator.recoverState(id)
            else {
                throw RIFError.notFound("session", id)
            }
            return (found, await orchestrator.shortened(id))
        }
        return Report(json: ["recovered": true, "session": found.json]) { page in
            let state = page.styled(Text.visible(found.stateInWords), Page.style(of: found.outcome))
            page.line("Recovered session \(page.styled(found.sessionID, .bold))")
            let entered = found.history.last?.timestamp ?? found.updatedAt
            page.line(
                "It is in \(state), entered \(Times.ago(entered, now: page.now)), "
                    + "step \(Text.grouped(found.history.count)) of its history.")
            if !found.isFinished {
                page.next([
                    ("rif transition \(short) STATE\(location.suffix)", "move it on"),
                    ("rif show \(short)\(location.suffix)", "look at it"),
                ])
            }
        }
    }

    private func takeStock(_ location: Location) async throws -> Report {
        try location.mustExist()
        let (prefix, dryRun) = (session, dryRun)
        let found = try await location.driving(isReadOnly: dryRun) { orchestrator, driver in
            var id: String?
            if let prefix { id = try await orchestrator.session(named: prefix) }
            return try await driver.recover(id, isDryRun: dryRun)
        }
        return Report(json: ["recovered": .array(found.map(\.json))]) { page in
            guard !found.isEmpty else {
                page.line("No agent was interrupted.")
                return
            }
            var table = Table([
                .init("SESSION"), .init("AGENT", flexible: true), .init("STATE", flexible: true), .init("FOUND"),
                .init(dryRun ? "WOULD BE" : "ACTION"),
            ])
            let short = Abbreviation(found.map(\.sessionID))
            for run in found {
                table.rows.append([
                    .init(short(run.sessionID)), .init(run.agent), .init(run.state), .init(run.found.rawValue),
                    .init(run.action.rawValue),
                ])
            }
            page.table(table)
            if !dryRun { page.next([("rif run --all\(location.suffix)", "drive on")]) }
        }
    }
}
