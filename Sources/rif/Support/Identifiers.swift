import RIFOrchestrator

/// Shortens ids as git does: to the fewest characters that tell them apart, the same number for all.
///
/// At least 8: those of our ids change only every 65 seconds, so UUIDs are shown with 13.
struct Abbreviation {
    private let length: Int

    /// - Parameter ids: everything that a shortened id must not be mistaken for.
    init(_ ids: some Sequence<String>) {
        let sorted = ids.sorted()
        // Of a UUID, the whole of its time: what is shown stays unambiguous when more sessions are started.
        var needed = sorted.contains { $0.dropFirst(8).first == "-" } ? 13 : 8
        for (left, right) in zip(sorted, sorted.dropFirst()) where left != right {
            needed = max(needed, left.commonPrefix(with: right) + 1)
        }
        length = needed
    }

    func callAsFunction(_ id: String) -> String {
        // Not right behind a hyphen, which would look cut off.
        let short = id.prefix(length)
        return String(short.hasSuffix("-") ? id.prefix(length + 1) : short)
    }
}

extension Abbreviation {
    /// For all sessions of a database, so that what is shown can be typed.
    init(_ orchestrator: Orchestrator) async throws(RIFError) {
        self.init(try await orchestrator.sessions(SessionQuery()).map(\.sessionID))
    }
}

extension Orchestrator {
    /// The shortest usual beginning of an id that names this session only, to be typed.
    func shortened(_ id: String) async -> String {
        for length in [13, 18] {
            let prefix = String(id.prefix(length))
            if let found = try? await resolve(prefix), found == id { return prefix }
        }
        return id
    }

    /// As `resolve`; what is typed in upper case is found too.
    func session(named prefix: String) async throws(RIFError) -> String {
        do {
            return try await resolve(prefix)
        } catch  where error.code == .notFound && prefix != prefix.lowercased() {
            do { return try await resolve(prefix.lowercased()) } catch  where error.code == .notFound {}
            throw error
        }
    }
}

extension String {
    /// How many characters two texts have in common at their beginnings.
    fileprivate func commonPrefix(with other: String) -> Int {
        zip(self, other).prefix { $0 == $1 }.count
    }
}

extension Session {
    /// The state, and how the session ended where that is not what the state is called.
    var stateInWords: String {
        guard let outcome, outcome.rawValue != currentState else { return currentState }
        return "\(currentState) (\(outcome.rawValue))"
    }
}
