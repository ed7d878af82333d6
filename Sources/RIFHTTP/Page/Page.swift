import HTTPTypes
import Hummingbird
import NIOCore
import RIFModel
import RIFOrchestrator
import RIFStore

/// The web page: the addresses that show it, and the files that it is made of.
///
/// The files carry a version in their address that is a hash of all of them, so a browser keeps them for good and never
/// mixes two programs; imports between them are relative and stay within one version. Only the document at the
/// addresses of the page itself is asked for again each time.
struct Page: Sendable {
    /// Where the files are read from at each request; none: those that are part of the program.
    let folder: AssetFolder?

    init(folder: String?) { self.folder = folder.map(AssetFolder.init) }

    /// Where each page is to be found.
    private static let addresses = [
        ("/", "overview"), ("/sessions/{session_id}", "session"), ("/analytics", "analytics"), ("/sql", "sql"),
        ("/events", "events"), ("/health", "health"), ("/approvals", "approvals"), ("/workflows", "workflows"),
    ]

    var endpoints: [Endpoint] {
        Self.addresses.map { address, page in
            endpoint(address, name: "\(page)Page", summary: "The web page.") { call in
                try await document(call, page: page)
            }
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

    /// It says what its reader may do and which database it is about, so that the page need not ask for that first.
    private func document(_ call: Call, page: String) async throws -> Reply {
        guard let text = try await text(of: "index.html") else {
            throw RIFError(.notFound, "the folder of --assets has no index.html")
        }
        let version = folder == nil ? EmbeddedPage.version : AssetFolder.version
        let rights = "data-rights=\"\(call.caller.rights.rawValue)\" data-token=\"\(call.service.gate.needsToken)\""
        // Asked for together with the rest, not once the rest has run.
        let module = folder == nil ? EmbeddedPage.modules[page].map { Self.preload($0) } : nil
        var reply = Reply.text(
            text.replacing("data-rights=\"none\" data-token=\"false\"", with: rights, maxReplacements: 1)
                .replacing("id=\"database\">", with: "id=\"database\"\(Self.databaseName(call))", maxReplacements: 1)
                .replacing("</head>", with: "\(module ?? "")</head>", maxReplacements: 1)
                .replacing("/assets/version/", with: "/assets/\(version)/"),
            contentType: "text/html; charset=utf-8")
        reply.headers[.cacheControl] = "no-cache"
        return reply
    }

    /// The end of the element's tag and the name of the file without its kind, for those who may know its place.
    private static func databaseName(_ call: Call) -> String {
        guard call.caller.rights == .write else { return ">RIF" }
        let path = call.orchestrator.information.location
            .replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
        let file = path.split(separator: "/").last ?? ""
        let name = [".duckdb", ".db"].first { file.hasSuffix($0) }.map { file.dropLast($0.count) } ?? file
        return " title=\"\(path)\">\(name)"
    }

    private static func preload(_ module: String) -> String {
        "<link rel=\"modulepreload\" href=\"/assets/version/\(module)\">"
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
