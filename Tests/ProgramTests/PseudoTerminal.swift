import Foundation
import Testing

/// `rif top` in a terminal that is none, driven as a person would.
final class PseudoTerminal {
    let process = Process()
    private var master: Int32 = -1
    private var slave: Int32 = -1
    private(set) var output = ""
    private var bytes: [UInt8] = []

    struct Failure: Error, CustomStringConvertible { var description: String }

    init(_ work: Workspace, _ arguments: [String], columns: UInt16 = 80, rows: UInt16 = 24) throws {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        guard openpty(&master, &slave, nil, nil, &size) == 0 else { throw Failure(description: "no pseudo-terminal") }
        process.executableURL = URL(fileURLWithPath: Workspace.program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: work.folder)
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["RIF_DATABASE": work.database, "TERM": "xterm-256color"]) { $1 }
        let handle = FileHandle(fileDescriptor: slave, closeOnDealloc: false)
        process.standardInput = handle
        process.standardOutput = handle
        process.standardError = handle
    }

    func start() throws { try process.run() }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        close(master)
        close(slave)
    }

    func resize(columns: UInt16, rows: UInt16) {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(slave, UInt(TIOCSWINSZ), &size)
        kill(process.processIdentifier, SIGWINCH)
    }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(master, bytes, bytes.count)
    }

    /// Waits until the text comes, in what came since the last wait.
    func wait(for text: String) throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            if let range = output.range(of: text) {
                output = String(output[range.upperBound...])
                return
            }
            _ = readSome()
        }
        throw Failure(
            description: "\(text.debugDescription) did not come; there was \(output.suffix(3000).debugDescription)")
    }

    /// Waits until the process is stopped, as by Ctrl-Z.
    func waitForStop() throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            var information = siginfo_t()
            let found = waitid(P_PID, id_t(process.processIdentifier), &information, WSTOPPED | WNOWAIT | WNOHANG)
            if found == 0, information.si_signo == SIGCHLD { return }
            _ = readSome()
        }
        throw Failure(description: "it was not stopped")
    }

    /// Waits until the process has ended, reading what it still writes.
    func waitForEnd() throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while process.isRunning {
            guard ContinuousClock.now < deadline else { throw Failure(description: "it goes on") }
            _ = readSome()
        }
        while readSome() {}
    }

    private func readSome() -> Bool {
        var polled = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        guard poll(&polled, 1, 100) > 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = read(master, &buffer, buffer.count)
        guard count > 0 else { return false }
        bytes += buffer.prefix(count)
        // Signs may be cut in two where a read ends.
        guard let text = String(validating: bytes, as: UTF8.self) else { return true }
        output += text
        bytes = []
        return true
    }

    /// The terminal's modes that a program may leave wrong behind.
    var modes: [tcflag_t] {
        var modes = termios()
        tcgetattr(slave, &modes)
        return [modes.c_iflag, modes.c_oflag, modes.c_cflag, modes.c_lflag]
    }
}
