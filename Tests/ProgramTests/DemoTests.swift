import Foundation
import RIFModel
import Testing

/// The demo: on a real history whatever it holds, and without one.
@Suite struct DemoTests {
    let work: Workspace

    init() throws { work = try Workspace() }

    @Test func aHistoryBecomesSessionsAndAKilledOneIsRecovered() async throws {
        try await makeRepository()
        let ran = try await work.rif("demo", "--repo", "project", "--json")
        #expect(ran.status == 0, "\(ran)")
        let document = try ran.json()
        #expect(document["database"]?.stringValue?.hasSuffix("/.demo/orchestration.duckdb") == true)
        #expect(document["current_state"] == "completed")
        #expect(
            document["state_progression"]
                == ["initialized", "analyzing", "planning", "implementing", "validating", "completed"])
        let demo = try #require(document["demo"])
        #expect(demo["built_in_history"] == false)
        #expect(demo["sessions"] == 5)
        #expect(demo["decisions"] == 20)
        #expect(demo["recovered"]?["found_state"] == "implementing")
        #expect(demo["recovered"]?["acknowledged_state"] == "implementing")
        #expect(demo["edges"]?.arrayValue?.map { $0["count"] } == [5, 5, 5, 5, 5])
        #expect(demo["transitions_per_second"]?.doubleValue ?? 0 > 0)

        let database = ".demo/orchestration.duckdb"
        let listed = try await work.rif("list", "--all", "--database", database, "--json").json()
        let ids = listed["sessions"]?.arrayValue?.compactMap { $0["session_id"]?.stringValue } ?? []
        #expect(ids.count == 5)
        var subjects: Set<String> = []
        for id in ids {
            let context = try await work.rif("show", id, "--database", database, "--json").json()["context"]
            let commit = try #require(context?["commit"])
            subjects.insert(commit["subject"]?.stringValue ?? "")
            #expect(commit["author_date"]?.stringValue?.hasPrefix("2026-01-02T") == true)
            if commit["subject"] == "Add a picture (#12)" {
                #expect(commit["files"] == 2 && commit["binary_files"] == 1 && commit["insertions"] == 2)
                #expect(context?["github_issues"] == [12])
            }
        }
        #expect(subjects.contains("Rename a file") && subjects.contains("Merge the branch"))
        #expect(try await work.rif("validate", "--database", database).status == 0)

        // Again: made anew, not added to.
        let again = try await work.rif("demo", "--repo", "project", "--commits", "2")
        #expect(again.status == 0, "\(again)")
        for words in ["SIGKILL", "nothing was lost", "State graph", "Throughput", "Slowest", "rif list --all"] {
            #expect(again.output.contains(words), "\(words) is missing in \(again)")
        }
        let left = try await work.rif("list", "--all", "--database", database, "--json").json()
        #expect(left["sessions"]?.arrayValue?.count == 2)
    }

    @Test func withoutAHistoryTheBuiltInOneIsUsed() async throws {
        // No repository above the folder may step in, nor may there be a git at all.
        let ran = try await work.rif("demo", environment: ["PATH": "/nonexistent"])
        #expect(ran.status == 0, "\(ran)")
        #expect(ran.output.contains("built-in history"), "\(ran)")
    }

    @Test func nothingOfSomebodyElseIsRemoved() async throws {
        try FileManager.default.createDirectory(atPath: work.path(".demo"), withIntermediateDirectories: false)
        try work.write("precious", to: ".demo/orchestration.duckdb")
        expectRefusal(try await work.rif("demo"), 1, saying: ".demo", "not made by rif demo", "--database")
        #expect(try String(contentsOfFile: work.path(".demo/orchestration.duckdb"), encoding: .utf8) == "precious")
        let own = try await work.rif("demo", "--database", "own.duckdb", "--json")
        #expect(own.status == 0, "\(own)")
        #expect(try own.json()["database"]?.stringValue?.hasSuffix("/own.duckdb") == true)
    }

    /// Five commits: one with a binary file, a rename, a merge, an author in Latin-1.
    private func makeRepository() async throws {
        let script = #"""
            set -e
            export GIT_AUTHOR_DATE=2026-01-02T03:04:05+02:00 GIT_COMMITTER_DATE=2026-01-02T03:04:05Z
            export GIT_AUTHOR_NAME=$(printf 'Ren\xe9') GIT_AUTHOR_EMAIL=a@example.org
            export GIT_COMMITTER_NAME=C GIT_COMMITTER_EMAIL=c@example.org GIT_CONFIG_GLOBAL=/dev/null
            git init -q -b main project; cd project
            printf 'a\nb\nc\n' > a.txt; git add .; git commit -q -m 'Begin'
            printf '\0\1\2' > picture.bin; printf 'x\ny\n' > b.txt; git add .; git commit -q -m 'Add a picture (#12)'
            git checkout -q -b branch; git mv a.txt "ä b.txt"; git commit -q -m 'Rename a file'
            git checkout -q main; echo d >> b.txt; git commit -q -am 'Change a line'
            git merge -q --no-ff -m 'Merge the branch' branch
            """#
        let made = try await work.run("/bin/bash", ["-c", script])
        try #require(made.status == 0, "\(made)")
    }
}
