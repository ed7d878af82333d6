import Hummingbird
import NIOCore
import RIFModel

/// Who may come in, and for what.
struct Gate: Sendable {
    let configuration: ServerConfiguration

    /// - Throws: `unauthorized`, `forbidden`.
    func admit(_ request: Request, _ context: API.Context, needs access: Endpoint.Access) throws(RIFError) -> Caller {
        Caller(rights: .write, name: context.door == .socket ? "socket" : "http")
    }
}
