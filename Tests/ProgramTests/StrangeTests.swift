import Foundation
import RIFModel
import Testing

/// What nobody planned for, through every command that shows it, in every form.
@Suite struct StrangeTests {
    let work: Workspace

    init() throws { work = try Workspace() }

    private static let views = [
        ["dashboard"], ["top", "--once"], ["list"], ["stats"], ["agents"], ["stuck"], ["alerts"], ["alerts", "--all"],
        ["report"], ["report", "--format", "html"], ["report", "--format", "json"],
    ]

    /// Runs every view, as a page and as JSON.
    private func expectAllShown(_ extra: [[String]] = [], _ check: (Ran) -> Void) async throws {
        for view in Self.views + extra {
            let page = try await work.rif(view)
            #expect(page.status == 0 && page.errors.isEmpty && !page.output.isEmpty, "\(page)")
            check(page)
            guard !view.contains("--format") else { continue }
            let document = try await work.rif(view + ["--json"])
            #expect(document.status == 0 && document.errors.isEmpty, "\(document)")
            _ = try document.json()
        }
    }

    @Test func nothingAtAll() async throws {
        try await work.start()
        #expect(try await work.rif("complete", try await only()).status == 0)
        #expect(try await work.rif("cleanup", "--days", "0").status == 0)
        try await expectAllShown { ran in
            for word in ["nan", "inf", "NaN", "-0 "] { #expect(!ran.output.contains(word), "\(ran)") }
        }
        let dashboard = try await work.rif("dashboard", "--json").json()
        #expect(dashboard["system_health"]?["health_score"] == 100)
        #expect(dashboard["performance_stats"]?["overall"] == ["no_data": true])
        #expect(dashboard["counters"] == [:], "only a process that stays counts")
    }

    private func only() async throws -> String {
        let sessions = try await work.rif("list", "--all", "--json").json()["sessions"]?.arrayValue ?? []
        #expect(sessions.count == 1)
        return try #require(sessions.first?["session_id"]?.stringValue)
    }

    /// A state that could be markup in every format, a reason of 16 KiB with line breaks, states that nobody declared.
    @Test func hostileNamesAndHugeReasons() async throws {
        let state = #"a"]; <script>alert('x')</script> | `b` \"#
        let reason = String((String(repeating: "line | <b>two\u{1B}[31m\n\t```\n", count: 1000)).prefix(16_384))
        try work.write(reason, to: "reason.txt")
        let id = try await work.start("--workflow-type", state)
        #expect(
            try await work.rif("transition", id, state, "--reason", reason, "--agent", state, "--agent", "human").status
                == 0)
        #expect(try await work.rif("transition", id, "elsewhere", "--from", "nobody's", "--reason", reason).status == 3)
        #expect(
            try await work.rif(
                "record-decision", id, "--from", "undeclared-1", "--to", "undeclared-2", "--reason", reason, "--failed",
                "--error-details", reason
            ).status == 0)

        let pictures = [["show", id], ["history", id]]
        try await expectAllShown(pictures) { ran in
            #expect(!ran.output.contains("<script>alert") || !ran.output.contains("<html"), "\(ran.command)")
            #expect(!ran.output.contains("\u{1B}"), "\(ran.command) lets an escape sequence through")
            // A page is a page: no line of 16 KiB. Only 'show' gives a pipe all of it.
            guard !ran.command.contains("--format"), !ran.command.contains("show") else { return }
            for line in ran.output.split(separator: "\n") { #expect(line.count < 1000, "\(ran.command)") }
        }
        for format in ["json", "mermaid", "dot", "svg"] {
            for subject in [[id], ["--workflow-type", state]] {
                let ran = try await work.rif(["visualize"] + subject + ["--format", format])
                #expect(ran.status == 0 && !ran.output.isEmpty, "\(ran.command)")
                #expect(!ran.output.contains("\u{1B}"), "\(ran.command)")
                if format == "svg" { #expect(!ran.output.contains("<script"), "\(ran.command)") }
                if format == "mermaid" {
                    #expect(ran.output.hasPrefix("stateDiagram-v2\n") && !ran.output.contains("<script"), "\(ran)")
                }
                if format == "dot" { #expect(!ran.output.contains("\"a\"];"), "\(ran)") }
            }
        }
        let markdown = try await work.rif("report").output
        for line in markdown.split(separator: "\n") where line.hasPrefix("| ") && line.contains("script") {
            // Every bar that is not escaped separates cells.
            let bars = line.replacing("\\|", with: "").count { $0 == "|" }
            #expect([7, 8, 11].contains(bars), "\(bars) in \(line)")
        }
    }

    @Test func aTypeIsDrawnAndAnUnknownOneIsNot() async throws {
        let id = try await work.start("--workflow-type", "bugfix")
        #expect(try await work.rif("transition", id, "analyzing").status == 0)
        let graph = try await work.rif("visualize", "--workflow-type", "bugfix", "--json").json()
        #expect(graph["edges"]?[0]?["count"] == 1)
        #expect(graph["nodes"]?.arrayValue?.map { $0["id"] } == ["initialized", "analyzing"])
        expectRefusal(try await work.rif("visualize", "--workflow-type", "nope"), 4, saying: "\"nope\"")
        expectRefusal(try await work.rif("visualize"), 2, saying: "SESSION", "--workflow-type")
        expectRefusal(try await work.rif("visualize", id, "--workflow-type", "bugfix"), 2, saying: "one of the two")
        expectRefusal(try await work.rif("visualize", id, "--hours", "3"), 2, saying: "--hours")
        expectRefusal(
            try await work.rif("visualize", "--workflow-type", "bugfix", "--hours", "0"), 2, saying: "--hours", "1 to")
    }

    @Test func windowsOfTheDashboardAreChecked() async throws {
        try await work.start()
        expectRefusal(
            try await work.rif("dashboard", "--tz", "Nowhere"), 2, saying: "--tz", "\"Nowhere\"", "Europe/Berlin")
        expectRefusal(try await work.rif("dashboard", "--hours", "0"), 2, saying: "--hours", "1 to")
        expectRefusal(try await work.rif("dashboard", "--days", "many"), 2, saying: "--days", "\"many\"")
        expectRefusal(try await work.rif("alerts", "--limit", "0"), 2, saying: "--limit", "1 to 1000")
        #expect(try await work.rif("dashboard", "--tz", "Asia/Kathmandu", "--days", "30", "--hours", "720").status == 0)
    }
}
