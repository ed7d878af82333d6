import HTTPTypes

/// What browsers are told about every answer.
enum SecurityHeaders {
    /// For the server's own pages: what comes from this server and nothing else, in no frame; of what stands in the
    /// document itself, only the program's own style sheet and script for the first paint.
    static let page = """
        default-src 'none'; script-src 'self' '\(EmbeddedPage.scriptHash)'; \
        style-src 'self' '\(EmbeddedPage.styleHash)'; img-src 'self' data:; connect-src 'self'; \
        form-action 'self'; base-uri 'none'; frame-ancestors 'none'
        """

    /// For what the API answers. Names, reasons and contexts of sessions come from anybody: opened by itself, a picture
    /// or a report is shown as on a page of no origin, and runs nothing.
    static let data = """
        default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; \
        frame-ancestors 'none'; sandbox
        """

    private static let always: [(HTTPField.Name, String)] = [
        (.xContentTypeOptions, "nosniff"), (.xFrameOptions, "DENY"), (.referrerPolicy, "no-referrer"),
        (.crossOriginResourcePolicy, "same-origin"), (.crossOriginOpenerPolicy, "same-origin"),
    ]

    /// - Parameter route: the path as the API names it; none where there is nothing.
    static func add(to headers: inout HTTPFields, route: String?) {
        for (name, value) in always { headers[name] = value }
        headers[.contentSecurityPolicy] = (route ?? "/api/").hasPrefix("/api/") ? data : page
        if headers[.cacheControl] == nil { headers[.cacheControl] = "no-store" }
    }
}

extension HTTPField.Name {
    static let xFrameOptions = Self("X-Frame-Options")!
    static let referrerPolicy = Self("Referrer-Policy")!
    static let crossOriginOpenerPolicy = Self("Cross-Origin-Opener-Policy")!
}
