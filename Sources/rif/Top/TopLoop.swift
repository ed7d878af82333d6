import RIFOrchestrator

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Brings terminal, clock, reader and screen together, on a thread of its own: keys are answered at once, whatever the
/// database does.
struct TopLoop {
    private let terminal: TopTerminal
    private let reader: TopReader
    private let clock = SystemClock()
    private let isColored = Terminal.standardOutput.isColored
    private var screen: TopScreen
    private var decoder = TopKeyDecoder()
    /// What the terminal shows, line by line.
    private var shown: [String] = []
    private var nextRead = ContinuousClock.now
    private var nextTick = ContinuousClock.now
    private var bytesCameAt = ContinuousClock.now

    /// An escape sequence that was cut in two arrives within this time, also over ssh.
    private static let escapeTime: Duration = .milliseconds(50)

    init(_ terminal: TopTerminal, _ location: Location, interval: Double) {
        self.terminal = terminal
        reader = TopReader(location)
        screen = TopScreen(
            name: location.name, suffix: location.suffix, size: terminal.size, now: clock.now(), interval: interval)
    }

    /// Until it is quit; the terminal is given back then. Returns the signal that ended it, if it was one.
    mutating func run() -> Int32? {
        terminal.take()
        defer { terminal.release() }
        while true {
            readIfDue()
            guard draw() else { return SIGHUP }
            let input = terminal.wait(timeout)
            if let ending = TopTerminal.endings.first(where: { input.signals.contains($0) }) { return ending }
            if input.isOver { return SIGHUP }
            var effects: Set<TopScreen.Effect> = input.signals.contains(SIGTSTP) ? [.suspend] : []
            if input.signals.contains(SIGCONT) {
                terminal.takeAgain()
                effects.insert(.repaint)
            }
            if !input.signals.isDisjoint(with: [SIGWINCH, SIGCONT]) {
                effects.formUnion(screen.handle(.resized(terminal.size)))
            }
            if ContinuousClock.now >= nextTick {
                nextTick = .now + .seconds(1)
                screen.handle(.clock(clock.now()))
            }
            for event in reader.take() {
                screen.handle(.clock(clock.now()))
                effects.formUnion(screen.handle(event))
            }
            for key in keys(input.bytes) { effects.formUnion(screen.handle(.key(key))) }
            if effects.contains(.quit) { return nil }
            follow(effects)
        }
    }

    private mutating func keys(_ bytes: [UInt8]) -> [TopKey] {
        if !bytes.isEmpty {
            bytesCameAt = .now
            return decoder.feed(bytes)
        }
        return decoder.isWaiting && .now - bytesCameAt >= Self.escapeTime ? decoder.flush() : []
    }

    /// Whether a reading is under way, which nobody waits for.
    var isReading: Bool { reader.isReading }

    private mutating func follow(_ effects: Set<TopScreen.Effect>) {
        if effects.contains(.suspend) {
            terminal.suspend()
            screen.handle(.clock(clock.now()))
            screen.handle(.resized(terminal.size))
            shown = []
        }
        if effects.contains(.repaint) { shown = [] }
        if effects.contains(.refresh) { nextRead = .now }
    }

    private mutating func readIfDue() {
        guard ContinuousClock.now >= nextRead, !reader.isReading else { return }
        var details: String?
        if case .details(let id) = screen.mode { details = id }
        // A paused screen needs nothing but the details that were asked for.
        guard !screen.isPaused || screen.snapshot == nil || (details != nil && screen.details == nil) else { return }
        nextRead = .now + .seconds(screen.interval)
        reader.begin(details: details) { TopTerminal.nudge() }
    }

    /// Seconds until something is due.
    private var timeout: Double {
        // The end of a reading nudges.
        var due = reader.isReading ? nextTick : min(nextTick, screen.isPaused ? nextTick : nextRead)
        if decoder.isWaiting { due = min(due, bytesCameAt + Self.escapeTime) }
        let left = (due - .now).components
        return max(0, Double(left.seconds) + Double(left.attoseconds) / 1e18)
    }

    /// One write for all that has changed. False where the terminal went away.
    private mutating func draw() -> Bool {
        let lines = screen.lines(screen.size).map { $0.encoded(isColored: isColored) }
        var frame = ""
        if shown.count != lines.count {
            frame = "\u{1B}[0m\u{1B}[2J"
            shown = []
        }
        for (index, line) in lines.enumerated() where !shown.indices.contains(index) || shown[index] != line {
            // Cleared before it is written: behind a full line, clearing would take its last sign away.
            frame += "\u{1B}[\(index + 1);1H\u{1B}[2K\(line)"
        }
        shown = lines
        return frame.isEmpty || terminal.write("\u{1B}[?2026h\(frame)\u{1B}[?2026l")
    }
}
