import ArgumentParser
import Dispatch
import RIFOrchestrator

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

struct TopCommand: RIFCommand {
    static let asksOwner = false

    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Watch the sessions live: states, health, newest decisions.",
        discussion: """
            Keys are as in htop: arrows move, Enter shows a session, F6 sorts, / filters, Space pauses, q quits, h lists
            them all. It opens the file for a moment at each refresh, for reading only, so that other processes can
            write; while one of them keeps it, the last data stay on the screen.

            Examples:
              rif top
              rif top --interval 0.5
              rif top --once | grep implementing
            """)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Time between two refreshes, 0.1 to 60. (default: dashboard.refresh_interval)", valueName: "seconds"))
    var interval: String?

    @Flag(help: "Print one screen as plain text and exit; so it is where standard output is no terminal.")
    var once = false

    @OptionGroup var shared: SharedOptions

    mutating func run() async throws {
        let location = try Location(shared)
        let interval = try Self.seconds(interval) ?? location.settings.monitoring.refreshInterval
        guard !once, !shared.json, let terminal = TopTerminal() else { return try await answer() }
        try location.mustBeFile()
        // Messages of the library would be written across the screen.
        Log.start(verbose: shared.verbose, location.settings.log, isSilent: isatty(2) == 1)
        let (signal, isReading) = await withCheckedContinuation { continuation in
            DispatchQueue(label: "rif top").async {
                var loop = TopLoop(terminal, location, interval: interval)
                let signal = loop.run()
                continuation.resume(returning: (signal, loop.isReading))
            }
        }
        // As the signal would have ended it, so that a shell can tell.
        if let signal { TopTerminal.obey(signal) }
        // A reading that waits for a lock changes nothing, and nobody waits for it.
        if isReading { _exit(0) }
    }

    func report() async throws -> Report {
        _ = try Self.seconds(interval)
        let location = try Location(shared)
        if shared.json {
            return Report(json: try await DashboardCommand.document(location)) { _ in }
        }
        let reader = TopReader(location)
        let snapshot = try await location.reading { try await reader.snapshot($0) }
        let text = TopScreen.once(
            snapshot, name: location.name, suffix: location.suffix, columns: Self.columns)
        return Report(json: .null, raw: text) { _ in }
    }

    private static func seconds(_ word: String?) throws(RIFError) -> Double? {
        let range = TopScreen.intervals
        let expected = "a number of seconds from 0.1 to 60"
        guard let number = try Input.number("--interval", word, expected: expected) else { return nil }
        guard range.contains(number) else {
            throw RIFError.unprocessable(field: "--interval", value: .double(number), expected: expected)
        }
        return number
    }

    private static var columns: Int {
        if let width = Terminal.standardOutput.width { return width }
        return Terminal.environment("COLUMNS").flatMap { Int($0) }.map { min(max($0, 40), 1000) } ?? 100
    }
}

extension TopScreen {
    /// One screen with all rows, without keys and colours.
    static func once(_ snapshot: TopSnapshot, name: String, suffix: String, columns: Int) -> String {
        let rows = max(40, 30 + snapshot.workflows.count)
        var screen = TopScreen(
            name: name, suffix: suffix, size: Size(columns: columns, rows: rows), now: snapshot.takenAt)
        screen.isOnce = true
        screen.handle(.read(snapshot))
        let lines = screen.lines(screen.size).dropLast().map(\.plain)
        // Rows that the screen has too many of.
        var kept: [String] = []
        for line in lines where !(line.isEmpty && kept.last?.isEmpty ?? false) { kept.append(line) }
        while kept.last?.isEmpty ?? false { kept.removeLast() }
        return kept.joined(separator: "\n") + "\n"
    }
}
