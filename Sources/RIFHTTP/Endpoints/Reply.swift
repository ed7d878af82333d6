import HTTPTypes
import Hummingbird
import NIOCore
import RIFModel

/// What an operation answers.
struct Reply: Sendable {
    var status: HTTPResponse.Status
    var headers: HTTPFields
    var body: ResponseBody

    init(status: HTTPResponse.Status = .ok, contentType: String, body: ResponseBody) {
        self.status = status
        headers = [.contentType: contentType]
        self.body = body
        if let length = body.contentLength { headers[.contentLength] = "\(length)" }
    }

    static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok, contentType: String = "application/json")
        -> Self
    {
        json(status: status, contentType: contentType) { value.append(to: &$0) }
    }

    /// - Parameter encode: appends the document.
    static func json(
        status: HTTPResponse.Status = .ok, contentType: String = "application/json",
        encode: (inout [UInt8]) -> Void
    ) -> Self {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(2048)
        encode(&bytes)
        return Self(
            status: status, contentType: contentType, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    static func text(_ text: String, contentType: String) -> Self {
        Self(contentType: contentType, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// The problem document of an error (RFC 9457).
    static func problem(_ error: RIFError) -> Self {
        var reply = json(
            error.problem, status: .init(code: error.code.status), contentType: "application/problem+json")
        // Nothing that failed may be kept for the next one who asks.
        reply.headers[.cacheControl] = "no-store"
        switch error.code {
        case .overloaded, .storageUnavailable: reply.headers[.retryAfter] = "1"
        case .unauthorized: reply.headers[.wwwAuthenticate] = "Bearer realm=\"rif\""
        default: break
        }
        return reply
    }

    var response: Response { Response(status: status, headers: headers, body: body) }
}
