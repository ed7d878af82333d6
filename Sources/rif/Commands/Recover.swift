import ArgumentParser
import RIFOrchestrator

struct Recover: RIFCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take up a session that was interrupted.",
        discussion: """
            Shows the exact state that was on disk last, and notes the recovery in the log. It never changes a state: a
            finished session stays finished.

            Example:
              rif recover 0198c0de
            """)

    @Argument(help: "The session's id, or an unambiguous beginning of it.")
    var session: String

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let location = try Location(shared)
        let (session, short) = try await location.writing(session: session) { orchestrator, id in
            guard try await orchestrator.recoverSession(id), let session = try await orchestrator.recoverState(id)
            else {
                throw RIFError.notFound("session", id)
            }
            return (session, await orchestrator.shortened(id))
        }
        return Report(json: ["recovered": true, "session": session.json]) { page in
            let state = page.styled(Text.visible(session.stateInWords), Page.style(of: session.outcome))
            page.line("Recovered session \(page.styled(session.sessionID, .bold))")
            let entered = session.history.last?.timestamp ?? session.updatedAt
            page.line(
                "It is in \(state), entered \(Times.ago(entered, now: page.now)), "
                    + "step \(Text.grouped(session.history.count)) of its history.")
            if !session.isFinished {
                page.next([
                    ("rif transition \(short) STATE\(location.suffix)", "move it on"),
                    ("rif show \(short)\(location.suffix)", "look at it"),
                ])
            }
        }
    }
}
