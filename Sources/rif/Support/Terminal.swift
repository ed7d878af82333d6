#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Where output goes, and what it may look like there: colour only on a terminal, and without `NO_COLOR`.
struct Terminal: Sendable {
    enum Style: String, Sendable {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case cyan = "36"
    }

    let descriptor: Int32
    let isColored: Bool
    /// Columns; none where this is no terminal, and nothing is cut.
    let width: Int?

    static var standardOutput: Terminal { Invocation.current?.terminal ?? own }
    private static let own = Terminal(descriptor: 1)
    static let standardError = Terminal(descriptor: 2)

    init(descriptor: Int32) {
        self.descriptor = descriptor
        let isTerminal = isatty(descriptor) == 1
        let refusesColor = !(Self.environment("NO_COLOR") ?? "").isEmpty || Self.environment("TERM") == "dumb"
        isColored = isTerminal && !refusesColor
        width = isTerminal ? Self.columns(descriptor) : nil
    }

    /// The terminal of another process, which will print what is composed here.
    init(width: Int?, isColored: Bool) {
        descriptor = -1
        self.width = width
        self.isColored = isColored
    }

    func style(_ text: String, _ style: Style?) -> String {
        guard isColored, let style, !text.isEmpty else { return text }
        return "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m"
    }

    /// Writes a line at once, past the buffer of `print`.
    func line(_ text: String) {
        var bytes = Array((text + "\n").utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if written > 0 { bytes = bytes.dropFirst(written) } else if errno != EINTR { return }
        }
    }

    /// Writes out what `print` holds back. False where it could not be written: a full disk, for example; a reader that
    /// went away is no failure.
    static func flush() -> Bool {
        guard fflush(nil) != 0, errno != EPIPE else { return true }
        standardError.line("rif: the output could not be written: \(String(cString: strerror(errno)))")
        return false
    }

    static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    private static func columns(_ descriptor: Int32) -> Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return 80 }
        return Int(size.ws_col)
    }
}
