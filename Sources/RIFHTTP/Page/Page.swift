import HTTPTypes
import Hummingbird
import NIOCore
import RIFModel

/// The web page: the addresses that show it, and the files that it is made of.
///
/// The files carry a version in their address that is a hash of all of them, so a browser keeps them for good and never
/// mixes two programs; imports between them are relative and stay within one version. Only the document at the
/// addresses of the page itself is asked for again each time.
struct Page: Sendable {
    /// Where the files are read from at each request; none: those that are part of the program.
    let folder: AssetFolder?

    init(folder: String?) { self.folder = folder.map(AssetFolder.init) }

    /// The addresses of the page. Which of them shows what is the page's own business.
    private static let addresses = [
        "/", "/sessions/{session_id}", "/analytics", "/sql", "/events", "/health", "/approvals", "/workflows",
    ]

    var endpoints: [Endpoint] {
        Self.addresses.enumerated().map { index, address in
            endpoint(address, name: "page\(index)", summary: "The web page.") { _ in try await document() }
        } + [
            endpoint("/assets/{version}/{name}", name: "pageFile", summary: "A file of the web page.") { call in
                try await file(call, name: call.path["name"] ?? "")
            },
            endpoint("/assets/{version}/{name}/{file}", name: "pageFolderFile", summary: "A file of the web page.") {
                call in
                try await file(call, name: "\(call.path["name"] ?? "")/\(call.path["file"] ?? "")")
            },
        ]
    }

    private func endpoint(
        _ path: String, name: String, summary: String, run: @escaping @Sendable (Call) async throws -> Reply
    ) -> Endpoint {
        // Who may not see any data yet may see the form to log in with.
        Endpoint(
            method: .get, path: path, name: name, summary: summary, tag: .page, access: .open, answers: [], run: run)
    }

    // MARK: - Answers

    private func document() async throws -> Reply {
        guard let text = try await text(of: "index.html") else {
            throw RIFError(.notFound, "the folder of --assets has no index.html")
        }
        let version = folder == nil ? EmbeddedPage.version : AssetFolder.version
        var reply = Reply.text(
            text.replacing("/assets/version/", with: "/assets/\(version)/"), contentType: "text/html; charset=utf-8")
        reply.headers[.cacheControl] = "no-cache"
        return reply
    }

    private func file(_ call: Call, name: String) async throws -> Reply {
        let version = folder == nil ? EmbeddedPage.version : AssetFolder.version
        guard call.path["version"] == version, name != "index.html", let mediaType = Self.mediaType(of: name),
            let text = try await text(of: name)
        else { throw RIFError(.notFound, "the page has no such file; reload it") }
        var reply = Reply.text(text, contentType: mediaType)
        reply.headers[.cacheControl] = folder == nil ? "public, max-age=31536000, immutable" : "no-cache"
        return reply
    }

    private func text(of name: String) async throws -> String? {
        guard let folder else { return EmbeddedPage.files[name]?.description }
        return try await folder.text(of: name)
    }

    private static func mediaType(of name: String) -> String? {
        switch name.split(separator: ".").last {
        case "js": "text/javascript; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "svg": "image/svg+xml"
        case "html": "text/html; charset=utf-8"
        default: nil
        }
    }
}
