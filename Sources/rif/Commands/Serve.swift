import ArgumentParser
import Logging
import RIFHTTP
import RIFOrchestrator
import RIFStoreDuckDB

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve the API, live events and the dashboard; own the database for everybody.",
        discussion: """
            While it runs, every other rif command on the same database goes through it.
            SIGTERM or Ctrl-C lets what was begun end, for 10 seconds at most; a second one stops at once.

            Without a token it is for this machine and its user only. At any other --host it needs one: that of
            --token-file, else a new one that is shown once.

            Examples:
              rif serve
              rif serve --port 0 --json      # a free port; one line with the address
              rif serve --host 0.0.0.0 --token-file token.txt
            """)

    @Option(
        parsing: .unconditional, help: ArgumentHelp("The address to listen at. (default: 127.0.0.1)", valueName: "host")
    )
    var host: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The port to listen at; 0 picks a free one. (default: 8420)", valueName: "port"))
    var port: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("A file with the token that may read and write, in its first line.", valueName: "path"),
        completion: .file())
    var tokenFile: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("A file with the token that may only read.", valueName: "path"), completion: .file())
    var readTokenFile: String?

    @Flag(help: "Open the dashboard in a browser.")
    var open = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Serve the web page from a folder with its sources.", valueName: "dir", visibility: .hidden))
    var assets: String?

    @OptionGroup var shared: SharedOptions

    mutating func run() async throws {
        let location = try Location(shared)
        let settings = location.settings
        Log.start(verbose: shared.verbose, settings.log)
        try location.mustBeFile()
        FileLimit.raise(to: 8192)
        let port = try Input.integer("--port", port, in: 0...65_535) ?? settings.server.port
        let address = ServerConfiguration.Address(host: host ?? settings.server.host, port: port)
        var server = settings.server
        if let tokenFile { server.tokenFile = tokenFile }
        if let readTokenFile { server.readTokenFile = readTokenFile }
        let tokens = try ServerTokens.load(
            server, address: address, canShow: shared.json || isatty(1) == 1, logger: Logger(label: "rif.serve"))
        let owner = try await Owner.start(location, address: address, tokens: tokens.tokens, assetFolder: assets)
        let stopping = await Stopping()
        let recovered: [RecoveredRun]
        do {
            recovered = try await owner.driver.start()
        } catch {
            await owner.stop()
            throw error
        }
        if !recovered.isEmpty {
            Terminal.standardError.line(
                "rif: took up \(Text.count(recovered.count, "agent")) that an interruption left; 'rif assignments' shows them"
            )
        }
        if shared.json {
            print(owner.readyLine(token: tokens.generated).compact)
        } else {
            print("Serving \(owner.database) at \(owner.server.address ?? "")")
            if let token = tokens.generated { print("Token, shown only now: \(token)") }
        }
        fflush(nil)
        let warming = Task { await owner.warmUp() }
        defer { warming.cancel() }
        let signal = await stopping.signal()
        Terminal.standardError.line("rif: stopping; again to stop at once")
        await owner.stop()
        // By the convention of shells, except where being stopped is what was asked for.
        if signal == SIGINT { throw ExitCode(130) }
    }
}
