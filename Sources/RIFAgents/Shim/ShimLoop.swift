import CProcess
import RIFModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The life of one agent, from its first instruction until the last of its descendants is gone: one loop around poll().
struct ShimLoop {
    private(set) var output: OutputWriter
    private(set) var ending: EndNote
    private let order: ShimOrder
    private let agent: Int32
    private let signals: Int32
    private var stdout: Int32
    private var stderr: Int32
    private var failure: Int32
    private var phase = Phase.working
    private var agentHasEnded = false
    /// Whether the system says that no child, and so no descendant, is left.
    private var isChildless = false
    private var buffer = [UInt8](repeating: 0, count: OutputLimit.chunk)
    private let timeoutAt: Int64?

    /// Moments are those of `Clocks.monotonic`.
    private enum Phase {
        case working
        /// The agent was asked to end, and is killed at `killAt`.
        case stopping(killAt: Int64)
        /// The agent has ended, and what it left behind was asked to end too.
        case leaving(killAt: Int64)
        /// Whatever there is gets killed. A process that the system cannot kill is left at `giveUpAt`.
        case killing(giveUpAt: Int64)
    }

    /// What is left behind gets at most this between SIGTERM and SIGKILL, in milliseconds.
    private static let leavingTime: Int64 = 2_000
    /// How long a process may take to die of SIGKILL, in milliseconds.
    private static let killingTime: Int64 = 30_000

    init(child: rif_child, order: ShimOrder, signals: Int32, output: OutputWriter, ending: EndNote) {
        self.order = order
        self.signals = signals
        self.output = output
        self.ending = ending
        agent = child.pid
        stdout = child.output
        stderr = child.error
        failure = child.failure
        timeoutAt = order.timeout.map { Self.later(Clocks.monotonic(), by: $0) }
    }

    mutating func run() {
        while true {
            reap()
            if agentHasEnded, !somethingIsLeft() { break }
            let now = Clocks.monotonic()
            if case .killing(let giveUpAt) = phase, now >= giveUpAt { break }
            advance(now)
            wait(untilNextDeadlineFrom: now)
        }
        // What was written before the end is still in the pipes.
        drain(.stdout)
        drain(.stderr)
        readFailure()
        if ending.startError != nil {
            // The end of our own code in the child, not of the program's.
            ending.exitCode = nil
            ending.signal = nil
        }
    }

    // MARK: - The end

    private mutating func reap() {
        while true {
            var status: Int32 = 0
            let pid = waitpid(-1, &status, WNOHANG)
            if pid < 0, errno == EINTR { continue }
            guard pid > 0 else {
                isChildless = pid < 0 && errno == ECHILD
                return
            }
            if pid == agent {
                agentHasEnded = true
                if status & 0x7F == 0 {
                    ending.exitCode = (status >> 8) & 0xFF
                } else {
                    ending.signal = status & 0x7F
                }
            }
        }
    }

    private func somethingIsLeft() -> Bool {
        #if os(Linux)
        return !isChildless
        #else
        // No descendants come to us here: the group is what we can see.
        return kill(-agent, 0) == 0
        #endif
    }

    private mutating func advance(_ now: Int64) {
        switch phase {
        case .working:
            if agentHasEnded {
                signalDescendants(SIGTERM)
                phase = .leaving(killAt: Self.later(now, by: min(order.gracePeriod, Self.leavingTime)))
            } else if rif_signals_stop_requested() != 0 {
                ending.stopped = true
                askToEnd(now)
            } else if let timeoutAt, now >= timeoutAt {
                ending.timedOut = true
                askToEnd(now)
            }
        case .stopping(let killAt):
            if agentHasEnded {
                signalDescendants(SIGTERM)
                phase = .leaving(killAt: min(killAt, now + Self.leavingTime))
            } else if now >= killAt {
                killEverything(now)
            }
        case .leaving(let killAt):
            if now >= killAt { killEverything(now) }
        case .killing:
            // Again: one that was just being forked was not in the table.
            signalDescendants(SIGKILL)
        }
    }

    private mutating func askToEnd(_ now: Int64) {
        kill(-agent, SIGTERM)
        phase = .stopping(killAt: Self.later(now, by: order.gracePeriod))
    }

    private mutating func killEverything(_ now: Int64) {
        signalDescendants(SIGKILL)
        phase = .killing(giveUpAt: now + Self.killingTime)
    }

    private func signalDescendants(_ number: Int32) {
        // Before its leader is waited for, the group's number is not given away; afterwards as long as it has members.
        kill(-agent, number)
        for row in ProcessTable.descendants(of: getpid()) where row.group != agent { kill(row.pid, number) }
    }

    // MARK: - Waiting

    private mutating func wait(untilNextDeadlineFrom now: Int64) {
        let deadline: Int64?
        switch phase {
        case .working: deadline = timeoutAt
        case .stopping(let killAt): deadline = killAt
        #if os(Linux)
        case .leaving(let killAt): deadline = killAt
        #else
        // Nobody tells when the group has become empty.
        case .leaving(let killAt): deadline = min(killAt, now + 20)
        #endif
        case .killing: deadline = now + 20
        }
        let timeout = deadline.map { Int32(clamping: max(0, min($0 - now, 3_600_000))) } ?? -1
        let wanted = Int16(POLLIN)
        var descriptors = [signals, stdout, stderr, failure].map { pollfd(fd: $0, events: wanted, revents: 0) }
        guard poll(&descriptors, nfds_t(descriptors.count), timeout) > 0 else { return }
        if descriptors[0].revents != 0 { emptySignals() }
        if descriptors[1].revents != 0 { drain(.stdout) }
        if descriptors[2].revents != 0 { drain(.stderr) }
        if descriptors[3].revents != 0 { readFailure() }
    }

    private mutating func emptySignals() {
        while read(signals, &buffer, buffer.count) > 0 {}
    }

    /// Takes what is there, and not endlessly: one that floods us must not keep us from everything else.
    private mutating func drain(_ stream: RunStream) {
        let descriptor = stream == .stdout ? stdout : stderr
        guard descriptor >= 0 else { return }
        for _ in 0..<32 {
            let count = Files.retrying { read(descriptor, &buffer, buffer.count) }
            if count > 0 {
                buffer.withUnsafeBytes { output.add(UnsafeRawBufferPointer(rebasing: $0[..<count]), to: stream) }
                continue
            }
            if count < 0, errno == EAGAIN { return }
            close(descriptor)
            if stream == .stdout { stdout = -1 } else { stderr = -1 }
            return
        }
    }

    /// Whether the program could be executed: silence is success.
    private mutating func readFailure() {
        guard failure >= 0 else { return }
        var found = rif_child_failure()
        let size = MemoryLayout<rif_child_failure>.size
        let count = Files.retrying { read(failure, &found, size) }
        if count < 0, errno == EAGAIN { return }
        if count == size {
            ending.startError = Self.words(of: found, order: order)
        }
        close(failure)
        failure = -1
    }

    private static func words(of failure: rif_child_failure, order: ShimOrder) -> String {
        let program = RIFError.quoted(order.arguments.first ?? "")
        let reason = Files.words(of: failure.code)
        switch UInt32(bitPattern: failure.step) {
        case RIF_STEP_DIRECTORY.rawValue:
            return "cannot work in \(RIFError.quoted(order.directory)): \(reason)"
        case RIF_STEP_PROGRAM.rawValue where failure.code == ENOENT:
            return order.arguments.first?.contains("/") == true
                ? "cannot start \(program): it, or the interpreter that its first line names, does not exist"
                : "cannot start \(program): no such program in PATH"
        default: return "cannot start \(program): \(reason)"
        }
    }

    private static func later(_ moment: Int64, by milliseconds: Int64) -> Int64 {
        let (sum, overflow) = moment.addingReportingOverflow(milliseconds)
        return overflow ? .max : sum
    }
}
