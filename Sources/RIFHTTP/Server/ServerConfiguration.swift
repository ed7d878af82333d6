import NIOCore
public import RIFModel
public import RIFOrchestrator

/// What a server is told about the world around it.
public struct ServerConfiguration: Sendable {
    /// Where it listens for TCP connections; none: not at all.
    public var address: Address?
    /// The socket for other processes of the same user; none: they cannot reach the database while it is open here.
    public var ownerSocket: OwnerSocket?
    /// Runs a command that came through the owner's socket, in a form that only the command line knows; none: commands
    /// are refused.
    public var runCommand: (@Sendable (JSONValue) async -> JSONValue)?
    /// Drives sessions for those who ask for it; none: nobody here does.
    public var driver: Driver?
    /// Who may do what. None: everything from loopback, nothing from elsewhere.
    public var tokens: Tokens?
    /// Names, `host` or `host:port`, beside loopback and the address itself, by which browsers may call the server: that
    /// of a proxy before it.
    public var allowedHosts: [String] = []
    public var limits = Limits.standard
    /// The folder below which backups asked for over HTTP are written.
    public var backupDirectory: String
    /// How long what was begun may take to end after a stop was asked for.
    public var drain: Duration = .seconds(10)
    /// How long a client may take to send the head of a request, and how long a connection may lie idle.
    public var headTimeout: Duration = .seconds(10)
    public var idleTimeout: Duration = .seconds(75)
    /// How long a client may take to send the body of a request.
    public var bodyTimeout: Duration = .seconds(60)
    /// How long a client may take nothing of an answer that waits for it.
    public var writeTimeout: Duration = .seconds(30)
    /// How often a quiet event stream says that it is alive.
    public var heartbeat: Duration = .seconds(15)
    /// Connections at once; further ones wait to be accepted.
    public var maximumConnections = 4096
    /// Bytes that may wait for a client of the event stream; one that falls further behind is cut off.
    public var eventBufferBytes = 1 << 20

    /// A folder with the sources of the web page, read at each request; none: the files that are part of the program.
    /// For who works on the page.
    public var assetFolder: String?

    public init(backupDirectory: String) { self.backupDirectory = backupDirectory }

    /// A TCP address.
    public struct Address: Sendable, Hashable {
        public var host: String
        /// 0 picks a free one.
        public var port: Int

        public init(host: String = "127.0.0.1", port: Int = 8420) {
            self.host = host
            self.port = port
        }

        /// Whether only processes of this machine reach it. A name other than `localhost` may mean anything.
        public var isLoopback: Bool {
            if host.lowercased() == "localhost" { return true }
            return (try? SocketAddress(ipAddress: host, port: port))?.isLoopback ?? false
        }
    }

    /// Secrets that open the server. Compared in constant time.
    public struct Tokens: Sendable {
        /// Opens everything.
        public var readWrite: String
        /// Opens what changes nothing.
        public var readOnly: String?

        /// A new one of 256 bits, from the system's generator.
        public static func random() -> String { Secret.random() }

        public init(readWrite: String, readOnly: String? = nil) {
            self.readWrite = readWrite
            self.readOnly = readOnly
        }
    }
}
