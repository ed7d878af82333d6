import RIFModel
import RIFMonitor
import Testing

@testable import rif

/// The screen of `rif top` without a terminal: events go in, lines come out.
@Suite struct TopScreenTests {
    static let now = Timestamp(microseconds: 1_800_000_000_000_000)
    private static let sizes = [(40, 10), (80, 24), (200, 50)].map { TopScreen.Size(columns: $0.0, rows: $0.1) }

    private static func workflow(
        _ number: Int, state: String = "analyzing", priority: Int = 1, age: Int64 = 60, inState: Int64 = 10
    ) -> TopSnapshot.Workflow {
        let id = "session-\(number)"
        return .init(
            id: id, shortID: id, type: "feature", state: state, progress: 25, priority: priority,
            enteredAt: now.advanced(by: -inState * 1_000_000), createdAt: now.advanced(by: -age * 1_000_000))
    }

    private static func snapshot(_ workflows: [TopSnapshot.Workflow]) -> TopSnapshot {
        var snapshot = TopSnapshot(takenAt: now)
        snapshot.workflows = workflows
        snapshot.totalSessions = Int64(workflows.count)
        snapshot.activeSessions = Int64(workflows.count)
        let states = Dictionary(grouping: workflows, by: \.state).mapValues { Int64($0.count) }
        snapshot.states = states.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
            TopSnapshot.StateCount(name: $0.key, count: $0.value)
        }
        return snapshot
    }

    private static func screen(
        _ workflows: [TopSnapshot.Workflow], _ size: TopScreen.Size = sizes[1]
    ) -> TopScreen {
        var screen = TopScreen(name: "test.duckdb", suffix: "", size: size, now: now)
        screen.handle(.read(snapshot(workflows)))
        return screen
    }

    private func ids(_ screen: TopScreen) -> [String] { screen.rows.map(\.id) }

    private func type(_ text: String, _ screen: inout TopScreen) {
        for character in text { screen.handle(.key(.character(character))) }
    }

    private func text(_ screen: TopScreen) -> String { screen.lines(screen.size).map(\.plain).joined(separator: "\n") }

    /// As many lines as rows, none wider than the screen, and nothing that moves the cursor.
    private func expectFits(_ screen: TopScreen, _ location: SourceLocation = #_sourceLocation) {
        let lines = screen.lines(screen.size)
        #expect(lines.count == screen.size.rows, sourceLocation: location)
        for line in lines {
            #expect(line.width <= screen.size.columns, "\(line.text)", sourceLocation: location)
            #expect(line.width == Text.width(line.text), "\(line.text)", sourceLocation: location)
            let isVisible = line.text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
            #expect(isVisible, "\(line.text)", sourceLocation: location)
        }
    }

    // MARK: - Order

    @Test func highestPriorityComesFirstAndOfEqualsTheOldest() {
        let screen = Self.screen([
            Self.workflow(1, priority: 1), Self.workflow(2, priority: 9, age: 5),
            Self.workflow(3, priority: 9, age: 50),
        ])
        #expect(ids(screen) == ["session-3", "session-2", "session-1"])
    }

    @Test func everyColumnSortsBothWays() {
        var workflows = [
            Self.workflow(1, state: "b", priority: 5, age: 100, inState: 3),
            Self.workflow(2, state: "a", priority: 7, age: 50, inState: 20),
        ]
        workflows[0].agents = ["A", "B"]
        workflows[0].lastDecision = "y"
        workflows[1].lastDecision = "x"
        workflows[1].progress = 75
        workflows[1].type = "bug"
        let first: [TopColumn: Int] = [
            .session: 1, .type: 2, .state: 2, .progress: 2, .priority: 2, .inState: 2, .age: 1, .agents: 1,
            .lastDecision: 2,
        ]
        for column in TopColumn.allCases {
            var screen = Self.screen(workflows)
            screen.handle(.key(.function(6)))
            screen.handle(.key(.home))
            for _ in 0..<column.rawValue { screen.handle(.key(.down)) }
            screen.handle(.key(.enter))
            #expect(screen.sort.column == column)
            #expect(screen.rows.first?.id == "session-\(first[column] ?? 0)", "\(column)")
            screen.handle(.key(.character("I")))
            #expect(screen.rows.last?.id == "session-\(first[column] ?? 0)", "\(column)")
        }
    }

    @Test func angleBracketsMoveTheSortColumnAround() {
        var screen = Self.screen([])
        for _ in TopColumn.allCases { type(">", &screen) }
        #expect(screen.sort == TopSort())
        type("<", &screen)
        #expect(screen.sort.column == .progress)
    }

    // MARK: - Selection

    @Test func theSelectionStaysOnItsSessionWhileRowsMove() {
        var screen = Self.screen((1...5).map { Self.workflow($0, priority: $0) })
        type("jj", &screen)
        #expect(screen.selectedID == "session-3")
        screen.handle(.read(Self.snapshot((1...9).map { Self.workflow($0, priority: $0) })))
        #expect(screen.selectedID == "session-3")
        #expect(screen.selectedIndex == 6)
        // It ended: the selection stays where it was.
        screen.handle(.read(Self.snapshot((4...9).map { Self.workflow($0, priority: $0) })))
        #expect(screen.selectedID == "session-4")
        screen.handle(.read(Self.snapshot([])))
        #expect(screen.selectedID == nil)
        #expect(screen.handle(.key(.enter)).isEmpty)
        #expect(screen.mode == .table)
    }

    @Test func theSelectedRowIsAlwaysInSight() {
        for size in Self.sizes {
            var screen = Self.screen((0..<100).map { Self.workflow($0) }, size)
            let keys: [TopKey] = [.end, .pageUp, .up, .home, .pageDown, .down, .pageDown, .pageDown]
            for key in keys {
                screen.handle(.key(key))
                let id = screen.selectedID ?? "?"
                #expect(text(screen).contains(id + " "), "\(id) after \(key) at \(size)")
            }
            screen.handle(.key(.end))
            screen.handle(.resized(.init(columns: 40, rows: 10)))
            #expect(text(screen).contains(screen.selectedID ?? "?"))
        }
    }

    // MARK: - Filter, pause, interval, texts

    @Test func theFilterMatchesAllWordsAndEscapeClearsIt() {
        var screen = Self.screen([
            Self.workflow(1, state: "analyzing"), Self.workflow(2, state: "Planning"),
            Self.workflow(3, state: "planning"),
        ])
        type("/PLAN q", &screen)
        #expect(screen.filter == "PLAN q")
        #expect(ids(screen).isEmpty)
        #expect(text(screen).contains("Nothing matches"))
        screen.handle(.key(.backspace))
        screen.handle(.key(.enter))
        #expect(ids(screen) == ["session-2", "session-3"])
        #expect(screen.mode == .table)
        screen.handle(.key(.escape))
        #expect(screen.filter.isEmpty)
        #expect(ids(screen).count == 3)
    }

    @Test func aPausedScreenStaysAsItIs() {
        var screen = Self.screen([Self.workflow(1)])
        type(" ", &screen)
        let before = text(screen)
        #expect(before.contains("paused"))
        screen.handle(.read(Self.snapshot([Self.workflow(2)])))
        screen.handle(.clock(Self.now.advanced(by: 60_000_000)))
        #expect(text(screen) == before)
        #expect(screen.handle(.key(.character(" "))) == [.refresh])
        screen.handle(.read(Self.snapshot([Self.workflow(2)])))
        #expect(ids(screen) == ["session-2"])
    }

    @Test func theIntervalStaysWithinItsBounds() {
        var screen = Self.screen([])
        type("+", &screen)
        #expect(screen.interval == 2)
        type("++++++++", &screen)
        #expect(screen.interval == 60)
        type("-------------", &screen)
        #expect(screen.interval == 0.1)
    }

    @Test func quitAndSuspendWorkEverywhere() {
        for mode in [TopScreen.Mode.table, .filtering, .sorting(0), .details("session-1"), .help] {
            var screen = Self.screen([Self.workflow(1)])
            screen.open(mode)
            #expect(screen.handle(.key(.control("c"))) == [.quit])
            #expect(screen.handle(.key(.function(10))) == [.quit])
            #expect(screen.handle(.key(.control("z"))) == [.suspend])
        }
        var screen = Self.screen([])
        #expect(screen.handle(.key(.character("q"))) == [.quit])
    }

    @Test func detailsShowDecisionsAndHistoryAndEscapeGoesBack() {
        var screen = Self.screen([Self.workflow(1)])
        #expect(screen.handle(.key(.enter)) == [.refresh])
        #expect(text(screen).contains("Reading"))
        var session = Session(
            sessionID: "session-1", currentState: "analyzing", outcome: nil, workflowType: "feature", priority: 3,
            context: ["hostile": "a\u{1B}[31mb\nc"], history: History(), agentAssignments: ["Agent": "active"],
            createdAt: Self.now, updatedAt: Self.now)
        for number in 0..<300 {
            session.history.append(.step(.init(state: "step \(number)", timestamp: Self.now, reason: "why")))
        }
        let decision = Decision(
            decisionID: "d", sessionID: "session-1", fromState: "a", toState: "b", reason: "Because",
            agentsSelected: [],
            confidence: 0.9, executionTimeMS: 5, success: true, errorDetails: nil, timestamp: Self.now)
        // The answer to a question that nobody asks any more.
        screen.handle(.details(TopDetails(id: "other", session: nil)))
        #expect(text(screen).contains("Reading"))
        screen.handle(.details(TopDetails(id: "session-1", session: session, decisions: [decision])))
        for word in ["feature", "Agent", "active", "a → b", "Because", "step 299"] {
            #expect(text(screen).contains(word), "\(word) in \(text(screen))")
        }
        expectFits(screen)
        screen.handle(.key(.end))
        #expect(text(screen).contains(#"a\u{1B}[31mb\nc"#))
        expectFits(screen)
        screen.handle(.details(TopDetails(id: "session-1", session: nil)))
        #expect(text(screen).contains("gone"))
        screen.handle(.key(.escape))
        #expect(screen.mode == .table)
    }

    // MARK: - What goes wrong

    @Test func theLastDataStayWhenTheDatabaseIsLocked() {
        var screen = Self.screen([Self.workflow(1)])
        screen.handle(.clock(Self.now.advanced(by: 12_000_000)))
        screen.handle(.failed(RIFError(.storageUnavailable, "x is in use by another process")))
        #expect(text(screen).contains("No new data for 12 s: another process is using the database"))
        #expect(text(screen).contains("session-1"))
        screen.handle(.read(Self.snapshot([])))
        #expect(!text(screen).contains("No new data"))
    }

    @Test func aMissingDatabaseIsNoError() {
        var screen = TopScreen(name: "x", suffix: " --database x", size: Self.sizes[1], now: Self.now)
        screen.handle(.failed(RIFError(.storageUnavailable, "there is no database at x; …")))
        #expect(text(screen).contains("No database yet: rif start --database x"))
        expectFits(screen)
    }

    @Test func alertsSaySinceWhen() {
        var screen = Self.screen([])
        var snapshot = Self.snapshot([])
        snapshot.alerts = [.init(name: "error_rate", message: "20 % failed", isCritical: true)]
        (snapshot.health, snapshot.score) = (.warning, 70)
        screen.handle(.read(snapshot))
        snapshot.takenAt = Self.now.advanced(by: 5_000_000)
        screen.handle(.read(snapshot))
        screen.handle(.clock(snapshot.takenAt))
        #expect(text(screen).contains("▲ 20 % failed (for 5 s)"))
        #expect(text(screen).contains("70 warning"))
    }

    // MARK: - Sizes and strange data

    @Test(arguments: sizes + [.init(columns: 1, rows: 1), .init(columns: 10, rows: 3), .init(columns: 500, rows: 200)])
    func everySizeIsFilledExactly(_ size: TopScreen.Size) {
        var hostile = (0..<30).map { Self.workflow($0, state: "state \($0)", priority: $0) }
        hostile[29].state = "\u{1B}[2J\u{1B}]0;x\u{07}"
        hostile[28].state = "実装中実装中実装中実装中実装中"
        hostile[27].lastDecision = String(repeating: "a\nb\u{202E}", count: 4000)
        hostile[26].agents = ["👩‍💻", "\u{9B}31m"]
        hostile[25].type = "🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀"
        hostile[24].shortID = String(repeating: "長", count: 40)
        var snapshot = Self.snapshot(hostile)
        snapshot.decisions = hostile.map {
            .init(
                shortID: $0.shortID, from: $0.state, to: "e\u{301}", success: false, confidence: 1,
                executionTimeMS: nil,
                text: $0.lastDecision ?? "", timestamp: Self.now)
        }
        snapshot.alerts = [.init(name: "a", message: "\u{1B}c", isCritical: false)]
        for modes in [[], [TopKey.function(6)], [.function(1)], [.character("/"), .character("実")]] {
            for snapshot in [snapshot, TopSnapshot(takenAt: Self.now)] {
                var screen = TopScreen(name: "\u{1B}x", suffix: "", size: size, now: Self.now)
                expectFits(screen)
                screen.handle(.read(snapshot))
                for key in modes { screen.handle(.key(key)) }
                expectFits(screen)
                screen.handle(.key(.end))
                expectFits(screen)
            }
        }
    }

    @Test func aClockThatWasSetBackShowsNoNegativeTimes() {
        let screen = Self.screen([Self.workflow(1, age: -3600, inState: -60)])
        #expect(text(screen).contains(" 0 s"))
        #expect(!text(screen).contains("-6"))
    }

    @Test func noSessionsSayHowToStartOne() {
        #expect(text(Self.screen([])).contains("No sessions yet. Start one: rif start"))
    }

    @Test func onlyRowsInSightAreComposed() {
        var screen = Self.screen((0..<10_000).map { Self.workflow($0, priority: $0 % 10) })
        screen.handle(.key(.end))
        #expect(screen.selectedIndex == 9999)
        let clock = ContinuousClock()
        let time = clock.measure { for _ in 0..<20 { _ = screen.lines(screen.size) } }
        // All 10,000 take seconds in a debug build.
        #expect(time < .seconds(2))
        expectFits(screen)
    }
}
