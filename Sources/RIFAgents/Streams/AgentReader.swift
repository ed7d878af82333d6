public import RIFModel
import Synchronization

/// Reads what one run of an agent tells: while it runs, and at its end.
///
/// It goes on where it stopped, so that looking often costs only what is new. One that is made after a crash of ours
/// reads the kept output from its beginning and comes to the same signs.
public final class AgentReader: Sendable {
    private let folder: RunFolder
    private let kind: AgentKind
    private let limits: Limits
    private let state: Mutex<State>

    private struct State {
        var offset: Int64 = 0
        var lines = LineSplitter()
        var stream: any StreamReading & Sendable
    }

    /// - Parameter limits: what a result may hold.
    public init(kind: AgentKind, folder: RunFolder, limits: Limits = .standard) {
        self.folder = folder
        self.kind = kind
        self.limits = limits
        let stream: any StreamReading & Sendable =
            switch kind {
            case .claude: ClaudeStream()
            case .codex: CodexStream()
            case .gemini: GeminiStream()
            case .command, .external: PlainStream()
            }
        state = Mutex(State(stream: stream))
    }

    /// What the output tells up to now.
    public func look() async -> AgentSigns {
        await WorkQueues.shared.run { [self] in
            state.withLock { state in
                read(into: &state)
                return signs(of: state.stream)
            }
        }
    }

    /// What the run came to. For a run that is over.
    ///
    /// - Parameter end: nil where its exit status is not known (`RunFinding.lost`); then only its result file counts.
    public func result(_ end: RunEnd?) async -> AgentConclusion {
        await WorkQueues.shared.run { [self] in
            let stream = state.withLock { state -> any StreamReading & Sendable in
                read(into: &state)
                // A last line without a line break is a line, but only now.
                var whole = state
                whole.lines.end { whole.stream.take($0, now: now()) }
                return whole.stream
            }
            // Of an unknown exit status a file that gives no outcome tells that it was written, no more.
            let endsWell = end.map { $0.exitCode == 0 && !$0.timedOut && !$0.stopped } ?? false
            let file = ResultReading.file(folder, outcomeIfAbsent: endsWell ? .success : .failure, limits: limits)
            let judge = Judgement(
                end: end, file: file, stream: stream, signs: signs(of: stream), now: now(),
                limits: limits)
            return judge.conclusion()
        }
    }

    private func signs(of stream: any StreamReading) -> AgentSigns {
        var signs = stream.signs
        signs.lastOutputAt = OutputIndex.read(folder)?.counts.lastOutputAt
        return signs
    }

    /// What was written just before was written about then, also where we read it much later.
    private func now() -> Timestamp { OutputIndex.read(folder)?.counts.lastOutputAt ?? Clocks.wall() }

    private func read(into state: inout State) {
        let now = now()
        while true {
            let piece = OutputReader.read(folder, .stdout, after: state.offset, limit: 256 << 10)
            if piece.bytes.isEmpty { return }
            if piece.from > state.offset { state.lines.skip() }
            state.offset = piece.next
            var stream = state.stream
            state.lines.add(piece.bytes[...]) { stream.take($0, now: now) }
            state.stream = stream
        }
    }
}
