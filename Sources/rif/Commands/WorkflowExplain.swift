import ArgumentParser
import RIFOrchestrator

struct WorkflowExplain: RIFCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say for what a session waits: which transitions lead on, and what each still needs.",
        discussion: """
            Example:
              rif workflow explain 0198c0de
            """)

    @Argument(help: "The session's id, or an unambiguous beginning of it.")
    var session: String

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let location = try Location(shared)
        let explanation = try await location.reading(session: session) { orchestrator, id in
            try await orchestrator.session(id).explain()
        }
        return Report(json: explanation) { page in
            let state = Text.visible(explanation["state"]?.stringValue ?? "")
            page.line(
                "In \(page.styled(state, .bold)), it waits for \(Text.visible(explanation["waiting_for"]?.stringValue ?? ""))"
            )
            let candidates = explanation["candidates"]?.arrayValue ?? []
            guard !candidates.isEmpty else {
                page.line("No transition leads out of the state.")
                return
            }
            page.line()
            for candidate in candidates { show(candidate, &page) }
        }
    }

    private func show(_ candidate: JSONValue, _ page: inout Page) {
        func text(_ key: String) -> String? { candidate[key]?.stringValue.map { Text.visible($0) } }
        let holds = candidate["holds"]?.boolValue == true
        var line =
            page.styled(holds ? "✔ " : "✘ ", holds ? .green : .red) + "→ " + page.styled(text("to_state") ?? "", .bold)
        if let trigger = text("trigger") { line += "  on \(trigger)" }
        page.line(line)
        page.line("    " + (text("condition") ?? "always"))
        for missing in candidate["missing"]?.arrayValue ?? [] {
            let value = missing["value"] ?? .null
            let found = value.isNull ? "is not known" : "is \(RIFError.excerpt(value))"
            page.line(page.styled("    \(Text.visible(missing["identifier"]?.stringValue ?? "")) \(found)", .yellow))
        }
    }
}
