import HTTPTypes
import Hummingbird
import Synchronization

/// The pages that logged in with a token. In memory only: a restart logs everybody out.
final class Logins: Sendable {
    private struct Login {
        var rights: Caller.Rights
        var ends: ContinuousClock.Instant
    }

    /// How long one lasts.
    static let lifetime: Duration = .seconds(12 * 3600)
    /// More than that at once, and the oldest end.
    static let maximum = 1_000

    private let open = Mutex<[Secret: Login]>([:])

    /// Cookies are shared by all ports of a host, so each server has a name of its own.
    static func cookieName(port: Int?) -> String { "rif_session_\(port ?? 0)" }

    /// - Returns: the value of the cookie. It says nothing of the token.
    func begin(_ rights: Caller.Rights, at now: ContinuousClock.Instant = .now) -> String {
        let value = Secret.random()
        open.withLock { open in
            open = open.filter { $0.value.ends > now }
            if open.count >= Self.maximum, let oldest = open.min(by: { $0.value.ends < $1.value.ends }) {
                open[oldest.key] = nil
            }
            open[Secret(value)] = Login(rights: rights, ends: now + Self.lifetime)
        }
        return value
    }

    /// What the first of the values that is known opens.
    func rights(of values: [String], at now: ContinuousClock.Instant = .now) -> Caller.Rights? {
        guard !values.isEmpty else { return nil }
        return open.withLock { open in
            for value in values.prefix(4) {
                if let login = open[Secret(value)], login.ends > now { return login.rights }
            }
            return nil
        }
    }

    func end(_ values: [String]) {
        open.withLock { open in
            for value in values { open[Secret(value)] = nil }
        }
    }

    /// - Parameter isSecure: whether the page came by HTTPS, through a proxy.
    static func setCookie(_ value: String, port: Int?, isSecure: Bool) -> String {
        cookie(value, seconds: lifetime.components.seconds, port: port, isSecure: isSecure)
    }

    static func removeCookie(port: Int?, isSecure: Bool) -> String {
        cookie("", seconds: 0, port: port, isSecure: isSecure)
    }

    private static func cookie(_ value: String, seconds: Int64, port: Int?, isSecure: Bool) -> String {
        "\(cookieName(port: port))=\(value); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Strict"
            + (isSecure ? "; Secure" : "")
    }
}

extension Request {
    /// Every value of a cookie, in the order in which they were sent.
    func cookies(named name: String) -> [String] {
        headers[values: .cookie].flatMap { $0.split(separator: ";") }.compactMap { pair in
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0].drop(while: { $0 == " " }) == name else { return nil }
            return String(parts[1])
        }
    }
}
