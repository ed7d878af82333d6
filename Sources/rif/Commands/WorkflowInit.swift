import ArgumentParser
import RIFOrchestrator
import RIFWorkflow

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

struct WorkflowInit: RIFCommand {
    static let asksOwner = false

    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a small workflow that runs as it is, with comments.",
        discussion: """
            It has two states and one agent, a shell script of three lines. A file that is there stays as it is.

            Examples:
              rif workflow init
              rif workflow init flow.yaml
            """)

    @Argument(help: "Where to write it. (default: \(WorkflowFile.standardPaths[0]))", completion: .file())
    var file: String?

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let path = file ?? WorkflowFile.standardPaths[0]
        try Input.path("FILE", path)
        // Only the folder that we propose ourselves: another one that is missing may be a slip.
        if file == nil { mkdir(FilePaths.folder(of: path), 0o777) }
        try Self.write(Self.example, toNew: path)
        return Report(json: ["path": .string(path), "bytes": .int(Int64(Self.example.utf8.count))]) { page in
            page.line("Wrote \(Text.visible(path)).")
            page.next([
                ("rif workflow check \(Text.shell(path))", "what is wrong in it"),
                ("rif workflow graph \(Text.shell(path))", "draw it"),
                ("rif run --workflow \(Text.shell(path))", "run it"),
            ])
        }
    }

    /// Never over a file that is there, also where it appears this very moment.
    private static func write(_ text: String, toNew path: String) throws(RIFError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            guard errno == EEXIST else {
                throw RIFError(
                    .invalidRequest,
                    "FILE: \(Text.visible(path)) could not be written: \(String(cString: strerror(errno)))")
            }
            throw RIFError(
                .forbidden, "FILE: \(Text.visible(path)) is there already; name another file, or remove it first")
        }
        close(descriptor)
        try Output.write(text, to: path, option: "FILE")
    }

    static let example = """
        # A workflow: the states of a session, who works in them, and when it goes from one to the next.
        #
        #   rif workflow check FILE     what is wrong in it, and where
        #   rif workflow graph FILE     draw it
        #   rif run --workflow FILE     run it

        workflow:
          name: count-files
          initial_state: counting        # where a session begins

          states:
            counting:
              description: "Count the files of the project"
              agent: counter             # declared below
              timeout: 5m                # 90s, 30m, 1h30m, 7d; auto: no limit
            done:
              final: true                # a session that gets here has ended

          transitions:                   # the first one that fits is taken
            - from: counting
              to: done
              condition: "files > 0"     # looked up in the session's context; left out: always

        agents:
          counter:
            kind: command                # a program of your own; others: claude, codex, gemini, external
            # Program and arguments, as a list. Here a shell runs a script of three lines; usually it is a file
            # of yours, such as ["./agents/count.sh", "--state", "{{state}}"].
            command:
              - sh
              - -c
              - |
                files=$(ls -a | grep -c -v '^[.]*$')
                echo "$files files in the project"
                printf '{"outcome": "success", "context_updates": {"files": %d}}' "$files" > "$RIF_RESULT_FILE"
            timeout: 1m
            retry: {max_attempts: 2}     # once more if it fails

        """
}
