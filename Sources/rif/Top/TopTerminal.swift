import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The terminal while `rif top` has it: keys one by one and unseen, the alternate screen, and everything given back.
struct TopTerminal {
    private let keys: Int32
    private let screen: Int32
    private let wake: Int32

    private static let enter = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l\u{1B}[0m\u{1B}[2J"
    fileprivate static let leave: StaticString = "\u{1B}[0m\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"

    /// Those that end the program in order; of the others, the terminal is given back by the handler itself.
    static let endings = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
    private static let notices = endings + [SIGWINCH, SIGTSTP, SIGCONT]
    private static let crashes = [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV]

    /// Nothing where there is no terminal to show anything on or to take keys from.
    init?() {
        guard isatty(1) == 1, !["", "dumb"].contains(Terminal.environment("TERM") ?? "") else { return nil }
        // Keys come from the terminal also where standard input is something else.
        keys = isatty(0) == 1 ? 0 : open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard keys >= 0, tcgetattr(keys, modes) == 0 else { return nil }
        screen = 1
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends {
            _ = fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        wake = ends[0]
        pipeEnd.store(ends[1], ordering: .releasing)
        keysDescriptor.store(keys, ordering: .releasing)
    }

    /// Wakes `wait`, from any thread.
    static func nudge() { send(0) }

    // MARK: - Taking and giving back

    func take() {
        for number in Self.notices { signal(number) { number in send(UInt8(truncatingIfNeeded: number)) } }
        for number in Self.crashes {
            signal(number) { number in
                giveBack()
                signal(number, SIG_DFL)
                raise(number)
            }
        }
        makeRaw()
        write(Self.enter)
    }

    func release() {
        giveBack()
        for number in Self.notices + Self.crashes { signal(number, SIG_DFL) }
    }

    /// Stops the process as Ctrl-Z does, and takes the terminal again when it goes on.
    func suspend() {
        release()
        Self.obey(SIGTSTP)
        take()
    }

    /// Does what a signal does by itself, before it returns; threads that are not the first may have it blocked.
    static func obey(_ number: Int32) {
        signal(number, SIG_DFL)
        var numbers = sigset_t()
        sigemptyset(&numbers)
        sigaddset(&numbers, number)
        pthread_sigmask(SIG_UNBLOCK, &numbers, nil)
        raise(number)
    }

    /// After the process was stopped by others and goes on: the shell has set the terminal as it likes it.
    func takeAgain() {
        makeRaw()
        write(Self.enter)
    }

    private func makeRaw() {
        var raw = modes.pointee
        raw.c_iflag &= ~tcflag_t(IXON | ICRNL | INLCR | IGNCR | BRKINT | ISTRIP)
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
        while tcsetattr(keys, TCSADRAIN, &raw) != 0, errno == EINTR {}
    }

    // MARK: - Size, input, output

    var size: TopScreen.Size {
        var size = winsize()
        guard ioctl(screen, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return .init(columns: 80, rows: 24)
        }
        return .init(columns: Int(size.ws_col), rows: Int(size.ws_row))
    }

    struct Input {
        var bytes: [UInt8] = []
        var signals: Set<Int32> = []
        /// The terminal went away.
        var isOver = false
    }

    /// Waits for keys, signals or a nudge, for so many seconds at most.
    func wait(_ seconds: Double) -> Input {
        var polled = [
            pollfd(fd: keys, events: Int16(POLLIN), revents: 0), pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
        ]
        let milliseconds = Int32(min(60_000, max(0, (seconds * 1000).rounded(.up))))
        var input = Input()
        guard poll(&polled, 2, milliseconds) > 0 else { return input }
        if polled[1].revents != 0 { input.signals = Set(Self.drain(wake).map { Int32($0) }.filter { $0 != 0 }) }
        if polled[0].revents != 0 {
            var buffer = [UInt8](repeating: 0, count: 1024)
            let count = read(keys, &buffer, buffer.count)
            if count > 0 { input.bytes = Array(buffer.prefix(count)) }
            input.isOver = count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)
        }
        return input
    }

    private static func drain(_ descriptor: Int32) -> [UInt8] {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 256)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return all }
            all += buffer.prefix(count)
        }
    }

    /// False where the terminal went away.
    @discardableResult
    func write(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let written = systemWrite(screen, rest.baseAddress, rest.count)
                if written > 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
                } else if errno == EAGAIN {
                    var polled = pollfd(fd: screen, events: Int16(POLLOUT), revents: 0)
                    _ = poll(&polled, 1, 1000)
                } else if errno != EINTR {
                    return false
                }
            }
            return true
        }
    }
}

/// The system's `write`, under a name that the members called `write` do not hide.
private func systemWrite(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int { write(file, bytes, count) }

// MARK: - For signal handlers, which may use nothing but this and what POSIX calls async-signal-safe

private let pipeEnd = Atomic<Int32>(-1)
private let keysDescriptor = Atomic<Int32>(-1)
// The terminal's modes as they were found: written once, before any handler is set, and only read afterwards.
private nonisolated(unsafe) let modes = UnsafeMutablePointer<termios>.allocate(capacity: 1)

private func send(_ byte: UInt8) {
    let saved = errno
    var byte = byte
    // A full pipe holds more than enough to wake its reader.
    _ = write(pipeEnd.load(ordering: .acquiring), &byte, 1)
    errno = saved
}

private func giveBack() {
    _ = write(1, TopTerminal.leave.utf8Start, TopTerminal.leave.utf8CodeUnitCount)
    // Not TCSADRAIN: a terminal that takes no more output must not keep the process from ending.
    _ = tcsetattr(keysDescriptor.load(ordering: .acquiring), TCSANOW, modes)
}
