import RIFOrchestrator

/// A commit of a project's history: what the demo makes a session of.
struct Commit: Sendable, Hashable {
    var hash: String
    /// RFC 3339, as git gives it.
    var authorDate: String
    /// The name only, never the address.
    var author: String
    var subject: String
    var files = 0
    var binaryFiles = 0
    var insertions = 0
    var deletions = 0

    var lines: Int { insertions + deletions }

    /// Numbers behind `#` in the subject.
    var issues: [Int64] {
        subject.split(separator: "#", omittingEmptySubsequences: false).dropFirst()
            .compactMap { Int64($0.prefix { $0.isASCII && $0.isNumber }) }
    }
}

extension Commit: JSONRepresentable {
    var json: JSONValue {
        [
            "hash": .string(hash), "author_date": .string(authorDate), "author": .string(author),
            "subject": .string(subject), "files": .int(Int64(files)), "binary_files": .int(Int64(binaryFiles)),
            "insertions": .int(Int64(insertions)), "deletions": .int(Int64(deletions)),
        ]
    }

    init?(json: JSONValue) {
        func text(_ key: String) -> String { json[key]?.stringValue ?? "" }
        func number(_ key: String) -> Int { Int(json[key]?.intValue ?? 0) }
        guard json["hash"]?.stringValue != nil else { return nil }
        self.init(
            hash: text("hash"), authorDate: text("author_date"), author: text("author"), subject: text("subject"),
            files: number("files"), binaryFiles: number("binary_files"), insertions: number("insertions"),
            deletions: number("deletions"))
    }
}

/// Where the demo's commits come from.
struct ProjectHistory: Sendable {
    /// In words: `the last 25 commits of /path`.
    var source: String
    var isBuiltIn: Bool
    /// Why it is the built-in one.
    var reason: String?
    /// Oldest first.
    var commits: [Commit]

    /// Reads a repository's log; where there is none, the small history below.
    ///
    /// - Parameter repository: none: that of the current directory.
    static func read(repository: String?, count: Int) -> ProjectHistory {
        let commits = GitLog.read(repository: repository ?? ".", count: count)
        guard commits.isEmpty else {
            let place = repository.map { Text.visible($0) } ?? "this repository"
            return ProjectHistory(
                source: "\(commits.count == 1 ? "the last commit" : "the last \(commits.count) commits") of \(place)",
                isBuiltIn: false, commits: commits.reversed())
        }
        let place = repository.map { Text.visible($0) } ?? "the current directory"
        return ProjectHistory(
            source: "the commits of a small built-in history", isBuiltIn: true,
            reason: "There is no git history in \(place), or no git.", commits: Array(builtIn.suffix(count)))
    }

    private static let builtIn: [Commit] = [
        ("Lay out the package", 9, 412, 0), ("Read the configuration file", 3, 148, 6),
        ("Log in with a token (#3)", 6, 231, 18), ("Show the dashboard", 11, 640, 42),
        ("Fix the time zone of reports (#7)", 2, 9, 5), ("Speed up the list of sessions (#8)", 4, 77, 61),
        ("Explain how to install", 1, 54, 2), ("Translate the messages", 14, 380, 355),
    ].enumerated().map { index, commit in
        Commit(
            hash: String(repeating: "\(index + 1)", count: 40), authorDate: "2026-01-0\(index + 1)T09:00:00Z",
            author: "Built In", subject: commit.0, files: commit.1, insertions: commit.2, deletions: commit.3)
    }
}
