import Foundation
import RIFModel
import Testing

/// `rif top`, printed once and in a terminal. One after the other: each waits on a thread that others need.
@Suite(.serialized) struct TopTests {
    let work: Workspace

    init() throws { work = try Workspace() }

    @discardableResult
    private func demonstration() async throws -> String {
        let id = try await work.start("--workflow-type", "feature_development", "--priority", "7")
        try await work.rif("transition", id, "implementing", "--reason", "Plan is done", "--confidence", "0.9")
        try await work.rif("launch", id, "--agent", "Builder", "--task", "Build")
        return id
    }

    // MARK: - Once

    @Test func onePlainScreenIsPrintedWhereThereIsNoTerminal() async throws {
        let id = try await demonstration()
        for arguments in [["top"], ["top", "--once"]] {
            let ran = try await work.rif(arguments, environment: ["COLUMNS": "120"])
            #expect(ran.status == 0, "\(ran)")
            for word in [
                String(id.prefix(13)), "implementing", "Builder", "Plan is done", "100 healthy", "Active 1 of 1",
            ] {
                #expect(ran.output.contains(word), "\(word) in \(ran)")
            }
            #expect(!ran.output.contains("\u{1B}"))
            #expect(ran.output.split(separator: "\n").allSatisfy { $0.count <= 120 })
        }
    }

    @Test func anEmptyDatabaseSaysHowToBegin() async throws {
        let id = try await work.start()
        try await work.rif("complete", id)
        let ran = try await work.rif("top", "--once")
        #expect(ran.status == 0)
        #expect(ran.output.contains("No active sessions. Start one: rif start"), "\(ran)")
    }

    @Test func aMissingDatabaseIsRefusedOnce() async throws {
        expectRefusal(try await work.rif("top", "--once"), 5, saying: "there is no database")
        #expect(!work.exists("test.duckdb"))
    }

    @Test func jsonIsTheDashboard() async throws {
        try await demonstration()
        let top = try await work.rif("top", "--json").json()
        let dashboard = try await work.rif("dashboard", "--json").json()
        #expect(top.objectValue?.keys.sorted() == dashboard.objectValue?.keys.sorted())
        #expect(top["active_workflows"]?[0]?["session_id"] == dashboard["active_workflows"]?[0]?["session_id"])
    }

    @Test func intervalsOutOfRangeAreRefused() async throws {
        for interval in ["0", "61", "-1", "x", "nan", ""] {
            let ran = try await work.rif("top", "--interval", interval)
            expectRefusal(ran, 2, saying: "--interval", "0.1 to 60")
        }
    }

    // MARK: - In a terminal

    @Test func keysAreAnsweredAndTheTerminalIsGivenBack() async throws {
        let id = try await demonstration()
        let terminal = try PseudoTerminal(work, ["top", "--interval", "0.2"])
        let modes = terminal.modes
        try terminal.start()
        try terminal.wait(for: "\u{1B}[?1049h")
        try terminal.wait(for: String(id.prefix(13)))
        #expect(terminal.modes != modes)
        terminal.send("h")
        try terminal.wait(for: "Signs")
        terminal.send("\u{1B}")
        try terminal.wait(for: "Filter")
        terminal.send("/nothing")
        try terminal.wait(for: "Nothing matches")
        terminal.send("\u{1B}")
        try terminal.wait(for: "Filter")
        terminal.send("\r")
        try terminal.wait(for: "History, newest first")
        terminal.send("\u{1B}")
        try terminal.wait(for: "Filter")
        terminal.resize(columns: 120, rows: 35)
        try terminal.wait(for: "\u{1B}[35;1H")
        terminal.send("q")
        try terminal.waitForEnd()
        #expect(terminal.output.hasSuffix("\u{1B}[?25h\u{1B}[?1049l"), "\(terminal.output.suffix(200))")
        #expect(terminal.process.terminationReason == .exit)
        #expect(terminal.process.terminationStatus == 0)
        #expect(terminal.modes == modes)
    }

    @Test(arguments: [SIGTERM, SIGHUP, SIGINT, SIGSEGV, SIGABRT])
    func theTerminalIsGivenBackWhateverEndsIt(_ signal: Int32) async throws {
        let terminal = try PseudoTerminal(work, ["top"])
        let modes = terminal.modes
        try terminal.start()
        try terminal.wait(for: "No database yet")
        #expect(terminal.modes != modes)
        kill(terminal.process.processIdentifier, signal)
        try terminal.wait(for: "\u{1B}[?25h\u{1B}[?1049l")
        try terminal.waitForEnd()
        #expect(terminal.process.terminationReason == .uncaughtSignal)
        #expect(terminal.process.terminationStatus == signal)
        #expect(terminal.modes == modes)
    }

    @Test func controlZStopsItAndItGoesOn() async throws {
        let terminal = try PseudoTerminal(work, ["top"])
        let modes = terminal.modes
        try terminal.start()
        try terminal.wait(for: "No database yet")
        terminal.send("\u{1A}")
        try terminal.wait(for: "\u{1B}[?1049l")
        try terminal.waitForStop()
        #expect(terminal.modes == modes)
        kill(terminal.process.processIdentifier, SIGCONT)
        try terminal.wait(for: "\u{1B}[?1049h")
        try terminal.wait(for: "No database yet")
        #expect(terminal.modes != modes)
        terminal.send("\u{3}")
        try terminal.waitForEnd()
        #expect(terminal.process.terminationStatus == 0)
        #expect(terminal.modes == modes)
    }

    @Test func aDatabaseThatAppearsIsShown() async throws {
        let terminal = try PseudoTerminal(work, ["top", "--interval", "0.1"])
        try terminal.start()
        try terminal.wait(for: "No database yet: rif start")
        let id = try await work.start()
        try terminal.wait(for: String(id.prefix(13)))
        terminal.send("q")
        try terminal.waitForEnd()
    }
}
