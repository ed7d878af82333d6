public import RIFModel
public import RIFStore

/// A part of a list of sessions.
public struct SessionPage: Sendable, Hashable, JSONRepresentable {
    public var sessions: [SessionListing]
    /// Where the next part begins; none where this is the last.
    public var next: SessionCursor?

    public var json: JSONValue {
        ["sessions": .array(sessions.map(\.json)), "next_cursor": .optional(next?.text)]
    }
}

extension Orchestrator {
    /// How long a text that is searched for may be, in bytes of UTF-8.
    public static let longestSearch = 1024

    /// Active sessions (`get_active_sessions`): priority descending, then oldest first.
    public func activeSessions() async throws(RIFError) -> [SessionListing] {
        try await sessions(SessionQuery(active: true))
    }

    /// Sessions that match, without context and history: priority descending, then oldest first. Everything that was
    /// acknowledged is in it.
    ///
    /// A `search` looks at the contexts of sessions that are in memory as they are, and at all others as their rows
    /// hold them: a session that was not used since the program started, and whose program before was killed, may be
    /// searched by an older context until it is used or `checkpoint` has run.
    ///
    /// - Throws: `unprocessable` where `search` is longer than 1,024 bytes, `invalid_request` for a NUL in it.
    public func sessions(_ query: SessionQuery) async throws(RIFError) -> [SessionListing] {
        var query = query
        if query.search?.isEmpty == true { query.search = nil }
        if let search = query.search {
            try Validation.text(search, field: "q", maximumBytes: Self.longestSearch)
            query.contexts = await engine.searchContexts(TextSearch(search))
        }
        return try await read(flushed: true) { [query] store throws(StoreError) in try await store.sessions(query) }
    }

    /// One page of such a list; `query.after` is the `next` of the page before. A session that fits the query throughout
    /// is on exactly one of the pages.
    ///
    /// - Throws: as `sessions`; `unprocessable` for a limit outside 1…1,000; none is 100.
    public func sessionPage(_ query: SessionQuery) async throws(RIFError) -> SessionPage {
        let limit = try Validation.limit(query.limit ?? 100, limits: limits)
        var query = query
        // One more tells whether there is another page.
        query.limit = limit + 1
        let found = try await sessions(query)
        let sessions = Array(found.prefix(limit))
        return SessionPage(sessions: sessions, next: found.count > limit ? sessions.last.map(SessionCursor.init) : nil)
    }
}
