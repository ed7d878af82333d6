import Logging
import RIFHTTP
import RIFOrchestrator

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The tokens that open a server: those of files, or one that is made for this run.
struct ServerTokens {
    /// None where the server is for this machine and its user only.
    var tokens: ServerConfiguration.Tokens?
    /// The one that was made. It is shown once and kept nowhere.
    var generated: String?

    /// - Parameter canShow: whether what is printed goes to whoever started the server, and not into a log.
    /// - Throws: `invalid_request` for a file that holds no token; where a token is needed and there is none.
    static func load(
        _ settings: Settings.Server, address: ServerConfiguration.Address, canShow: Bool, logger: Logger
    ) throws(RIFError) -> ServerTokens {
        let readOnly = try settings.readTokenFile.map { path throws(RIFError) in
            try read(path, "--read-token-file", logger)
        }
        if let file = settings.tokenFile {
            let readWrite = try read(file, "--token-file", logger)
            guard readWrite != readOnly else {
                throw RIFError(
                    .invalidRequest, "--read-token-file: the same token as that of --token-file; expected another",
                    field: "--read-token-file")
            }
            return ServerTokens(tokens: .init(readWrite: readWrite, readOnly: readOnly))
        }
        guard readOnly != nil || !address.isLoopback else { return ServerTokens() }
        guard canShow else {
            throw RIFError(
                .invalidRequest,
                readOnly == nil
                    ? "--host: \(RIFError.quoted(address.host)) can be reached from other machines; expected "
                        + "--token-file with the token that opens the server, or --json, or a terminal to show a new one on"
                    : "--token-file: missing; expected the token that may write beside that of --read-token-file, or "
                        + "--json, or a terminal to show a new one on",
                field: readOnly == nil ? "--host" : "--token-file")
        }
        let generated = ServerConfiguration.Tokens.random()
        return ServerTokens(tokens: .init(readWrite: generated, readOnly: readOnly), generated: generated)
    }

    /// The first line of a file, without the blanks around it.
    private static func read(_ path: String, _ option: String, _ logger: Logger) throws(RIFError) -> String {
        try Input.path(option, path)
        let name = Text.visible(path)
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw RIFError(
                .invalidRequest, "\(option): \(name) cannot be read: \(String(cString: strerror(errno)))", field: option
            )
        }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        var count = 0
        while count < bytes.count, !bytes[..<count].contains(UInt8(ascii: "\n")) {
            let more = bytes.withUnsafeMutableBytes {
                systemRead(file, $0.baseAddress?.advanced(by: count), $0.count - count)
            }
            if more < 0, errno == EINTR { continue }
            guard more > 0 else { break }
            count += more
        }
        let line = bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }
        let blanks: Set<UInt8> = [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")]
        let word = Array(line.drop { blanks.contains($0) }.reversed().drop { blanks.contains($0) }.reversed())
        guard (1...1024).contains(word.count), word.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw RIFError(
                .invalidRequest,
                "\(option): the first line of \(name) is no token; expected 1 to 1024 visible ASCII characters without "
                    + "blanks, such as 'openssl rand -hex 32' makes", field: option)
        }
        warn(file, name, word.count, logger)
        return String(decoding: word, as: UTF8.self)
    }

    private static func warn(_ file: Int32, _ name: String, _ length: Int, _ logger: Logger) {
        var status = stat()
        if fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 != 0 {
            logger.warning("other users can read the token in \(name); 'chmod 600' keeps it to you")
        }
        if length < 16 {
            logger.warning("the token in \(name) has \(length) characters and can be guessed; 32 random ones cannot")
        }
    }
}

/// The system's `read`, under a name that the members called `read` do not hide.
private func systemRead(_ file: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(file, buffer, count)
}
