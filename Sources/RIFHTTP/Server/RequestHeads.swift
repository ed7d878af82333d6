import NIOCore
import NIOHTTP1

/// Brings the heads of requests into the one form that everything behind it knows.
///
/// It sits directly behind the parser: further on, the version of HTTP and the form of the target are lost.
final class RequestHeads: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    private var isBroken = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Where one request ends and the next begins is in doubt: nothing more is read.
        guard !isBroken else { return }
        guard case .head(var head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        guard Self.hasOneLength(head) else {
            isBroken = true
            return context.fireErrorCaught(HTTPParserError.unexpectedContentLength)
        }
        // HTTP/1.0 ends with the connection; so does whoever asks for it, in any spelling.
        if head.version != .http1_1 || !head.isKeepAlive {
            head.headers.replaceOrAdd(name: "Connection", value: "close")
        }
        // Of a target in absolute form the host counts, not that of the header (RFC 9112, 3.2.2).
        if head.uri.lowercased().hasPrefix("http://") {
            let rest = head.uri.dropFirst("http://".count)
            let authority = rest.prefix { $0 != "/" && $0 != "?" }
            if head.headers["Host"].count == 1 {
                head.headers.replaceOrAdd(name: "Host", value: String(authority))
            }
            let target = rest[authority.endIndex...]
            head.uri = target.hasPrefix("/") ? String(target) : "/" + target
        }
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    /// Whether everybody on the way must see the same end of the body. The parser takes some encodings for none, which a
    /// proxy before us may see otherwise (request smuggling).
    private static func hasOneLength(_ head: HTTPRequestHead) -> Bool {
        let encodings = head.headers["Transfer-Encoding"]
        guard let encoding = encodings.first else { return head.headers["Content-Length"].count < 2 }
        return encodings.count == 1 && encoding.lowercased() == "chunked"
            && !head.headers.contains(name: "Content-Length")
            && head.version == .http1_1
    }
}
