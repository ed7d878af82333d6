import HTTPTypes
import HummingbirdCore
import RIFModel

extension Endpoint {
    private static let answer = Schema.object([
        "needs_token": Schema.flag, "rights": Schema.words(["none", "read", "write"]),
    ])

    static let access = Endpoint(
        method: .get, path: "/login", name: "getAccess", summary: "What the caller may do.",
        detail: "With `rights` `none` a page shows a login form. The server's own finds it in its document.",
        tag: .operations,
        access: .open, answers: [.json("Its rights.", answer)]
    ) { call in
        .json(rights(call, call.caller.rights))
    }

    static let logIn = Endpoint(
        method: .post, path: "/login", name: "logIn", summary: "Begin a session of a page with a token.",
        detail: """
            Sets a cookie that scripts cannot read and other sites cannot send. It lasts 12 hours, until `POST /logout`, \
            or until the server is restarted. A server without a token answers the same and sets none.
            """,
        tag: .operations, access: .open,
        body: Body(schema: Schema.request(["token": Schema.text], required: ["token"]), example: ["token": "…"]),
        answers: [
            Answer(
                status: .ok, summary: "What the token opens.", content: ["application/json": answer],
                headers: ["Set-Cookie": "The session, HttpOnly and SameSite=Strict."])
        ], errors: [.unauthorized]
    ) { call in
        let token = try call.body.requiredString("token")
        guard call.service.gate.needsToken else { return .json(rights(call, call.caller.rights)) }
        guard let given = call.service.gate.rights(token: token) else {
            await call.service.gate.waitAfterWrongToken(call.channel)
            throw RIFError(.unauthorized, "token: not known; expected the token of this server", field: "token")
        }
        // Whoever logs in anew leaves no session behind that nobody ends.
        call.service.gate.logins.end(call.request.cookies(named: Logins.cookieName(port: call.port)))
        var reply = Reply.json(rights(call, given))
        reply.headers[.setCookie] = Logins.setCookie(
            call.service.gate.logins.begin(given), port: call.port, isSecure: cameByHTTPS(call))
        return reply
    }

    static let logOut = Endpoint(
        method: .post, path: "/logout", name: "logOut", summary: "End the session that the cookie names.",
        tag: .operations, access: .open,
        answers: [
            Answer(
                status: .ok, summary: "It is ended, or was none.", content: ["application/json": answer],
                headers: ["Set-Cookie": "Removes the cookie."])
        ]
    ) { call in
        call.service.gate.logins.end(call.request.cookies(named: Logins.cookieName(port: call.port)))
        var reply = Reply.json(rights(call, call.service.gate.needsToken ? .none : call.caller.rights))
        reply.headers[.setCookie] = Logins.removeCookie(port: call.port, isSecure: cameByHTTPS(call))
        return reply
    }

    private static func rights(_ call: Call, _ rights: Caller.Rights) -> JSONValue {
        ["needs_token": .bool(call.service.gate.needsToken), "rights": .string(rights.rawValue)]
    }

    /// The server itself speaks plain HTTP only; a page that came by HTTPS came through a proxy, and says so here.
    private static func cameByHTTPS(_ call: Call) -> Bool {
        call.request.headers[.origin]?.hasPrefix("https://") == true
    }
}
