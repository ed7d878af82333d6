import HTTPTypes
import Hummingbird
import NIOCore
import RIFModel

/// Who may come in, and for what.
///
/// Two questions, in this order. `inspect`, for every request whatever it asks for: was it meant for this server, and
/// does it come from one of its own pages or from a program? A browser that a foreign page steers fails here. `admit`,
/// once it is known what is asked for: is the caller allowed to do that?
struct Gate: Sendable {
    let logins = Logins()
    private let hosts: Hosts
    private let readWrite: Secret?
    private let readOnly: Secret?
    private let peers = Peers()
    private let wrongTokens = WrongTokens()

    init(configuration: ServerConfiguration) {
        hosts = Hosts(configuration)
        readWrite = configuration.tokens.map { Secret($0.readWrite) }
        readOnly = configuration.tokens?.readOnly.map { Secret($0) }
    }

    /// Whether callers from loopback, too, must show a token.
    var needsToken: Bool { readWrite != nil }

    // MARK: - Where it comes from

    /// Refuses what was meant for another server (DNS rebinding) or sent by a page of another origin.
    ///
    /// - Returns: whether it is a link on a foreign page that a person followed; that opens what is open to all only.
    /// - Throws: `invalid_request` without exactly one Host; `forbidden`.
    func inspect(_ request: Request, _ context: API.Context) throws(RIFError) -> Bool {
        // No browser reaches a Unix socket.
        guard context.door == .address else { return false }
        guard let word = request.head.authority, request.headers[.host] == nil, !word.contains(",") else {
            throw RIFError(.invalidRequest, "Host: expected exactly one", field: "Host")
        }
        guard let host = Authority(word), hosts.accept(host, at: context.channel.localAddress) else {
            throw RIFError(
                .forbidden,
                "Host: \(RIFError.quoted(word)) is not this server; expected its address, or a name of "
                    + "server.allowed_hosts", field: "Host")
        }
        if let origin = request.headers[.origin] {
            guard hosts.accept(origin: origin, for: host, at: context.channel.localAddress) else {
                throw RIFError(
                    .forbidden,
                    "Origin: \(RIFError.quoted(origin)) is foreign; only pages of this server may call it",
                    field: "Origin")
            }
        }
        switch request.headers[.secFetchSite] {
        case nil, "same-origin", "none": return false
        default:
            if request.method == .get || request.method == .head, request.headers[.secFetchMode] == "navigate" {
                return true
            }
            throw RIFError(
                .forbidden,
                "Sec-Fetch-Site: the request comes from a foreign page; only pages of this server may call it",
                field: "Sec-Fetch-Site")
        }
    }

    // MARK: - Who it is

    /// - Throws: `unauthorized`, `forbidden`.
    func admit(
        _ request: Request, _ context: API.Context, needs access: Endpoint.Access
    ) async throws(RIFError) -> Caller {
        if access == .open {
            // Whoever it is may come in; wrong credentials are no reason to refuse what needs none.
            return (try? await identify(request, context)) ?? Caller(rights: .none, name: "http")
        }
        if context.isForeignLink {
            throw RIFError(
                .forbidden, "this cannot be opened by a link on another site; open it from the dashboard, or by hand",
                field: "Sec-Fetch-Site")
        }
        let caller = try await identify(request, context)
        guard access != .write || caller.rights == .write else {
            throw RIFError(.forbidden, "this needs the token that may write; the one given may only read")
        }
        return caller
    }

    private func identify(_ request: Request, _ context: API.Context) async throws(RIFError) -> Caller {
        if context.door == .socket {
            guard await peers.isOurs(context.channel, door: .socket) else { throw Self.anotherUser }
            return Caller(rights: .write, name: "socket")
        }
        guard needsToken else {
            guard context.channel.remoteAddress?.isLoopback == true else {
                throw RIFError(.forbidden, "without a token this server is for this machine only")
            }
            guard await peers.isOurs(context.channel, door: .address) else { throw Self.anotherUser }
            return Caller(rights: .write, name: "http")
        }
        // Whoever shows a token means it: a wrong one is not made good by a cookie.
        if let header = request.headers[.authorization] {
            guard let rights = rights(authorization: header) else {
                await waitAfterWrongToken(context.channel)
                throw RIFError(
                    .unauthorized, "Authorization: not known; expected 'Bearer' and the token of this server")
            }
            return Caller(rights: rights, name: "http")
        }
        if let rights = logins.rights(of: request.cookies(named: Logins.cookieName(port: context.port))) {
            // A browser says where a changing request comes from; one that does not could have been steered.
            guard request.isSafe || request.headers[.origin] != nil || request.headers[.secFetchSite] != nil else {
                throw RIFError(
                    .forbidden, "Origin: missing; a change with the cookie of a login needs it", field: "Origin")
            }
            return Caller(rights: rights, name: "page")
        }
        throw RIFError(
            .unauthorized, "a token is needed; expected 'Authorization: Bearer TOKEN', or the cookie of POST /login")
    }

    private static let anotherUser = RIFError(
        .forbidden, "without a token this server is for the user who runs it; another user's process needs a token")

    /// Cancelled, nobody waits for the answer any more.
    func waitAfterWrongToken(_ channel: any Channel) async {
        // clock: time is what it costs.
        try? await Task.sleep(for: wrongTokens.note(WrongTokens.peer(channel.remoteAddress)))
    }

    private func rights(authorization: String) -> Caller.Rights? {
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return rights(token: String(parts[1].drop { $0 == " " }))
    }

    /// What a token opens. Takes as long for every wrong one.
    func rights(token: String) -> Caller.Rights? {
        let given = Secret(token)
        let mayWrite = readWrite?.matches(given) ?? false
        let mayRead = readOnly?.matches(given) ?? false
        return mayWrite ? .write : mayRead ? .read : nil
    }
}

extension Request {
    /// Whether it is of a kind that changes nothing.
    fileprivate var isSafe: Bool { method == .get || method == .head || method == .options }
}

extension HTTPField.Name {
    static let host = Self("Host")!
    static let secFetchSite = Self("Sec-Fetch-Site")!
    static let secFetchMode = Self("Sec-Fetch-Mode")!
}
