import RIFOrchestrator

/// Reads `git log`. Whatever a history holds must not break it: merges (no numbers), binary files (`-`), renames, names
/// that are no UTF-8.
enum GitLog {
    /// Newest first; empty where there is no git, no repository or no commit.
    static func read(repository: String, count: Int) -> [Commit] {
        // Five fields and the numbers, each ended by NUL, which no commit can hold.
        let arguments = [
            "git", "--no-pager", "-C", repository, "-c", "log.showSignature=false", "-c",
            "i18n.logOutputEncoding=UTF-8", "log", "-n", "\(count)", "--no-color", "--no-ext-diff", "--no-textconv",
            "--numstat", "--format=%x00%H%x00%aI%x00%an%x00%s%x00",
        ]
        guard var git = try? Child(arguments, silent: true) else { return [] }
        let output = git.readToEnd()
        guard git.wait() == .exited(0) else { return [] }
        return parse(output)
    }

    static func parse(_ output: [UInt8]) -> [Commit] {
        let fields = output.split(separator: 0, omittingEmptySubsequences: false)
            .dropFirst().map { String(decoding: $0, as: UTF8.self) }
        return stride(from: 0, to: fields.count - 4, by: 5).map { start in
            var commit = Commit(
                hash: fields[start], authorDate: fields[start + 1], author: fields[start + 2],
                subject: Text.cut(fields[start + 3], to: 300))
            for line in fields[start + 4].split(separator: "\n") { count(line, in: &commit) }
            return commit
        }
    }

    /// One line of numbers: insertions, deletions and path, with tabs between.
    private static func count(_ line: Substring, in commit: inout Commit) {
        let columns = line.split(separator: "\t", maxSplits: 2)
        guard columns.count == 3 else { return }
        commit.files += 1
        if columns[0] == "-" { commit.binaryFiles += 1 }
        commit.insertions += Int(columns[0]) ?? 0
        commit.deletions += Int(columns[1]) ?? 0
    }
}
