import DuckDB
import KillNotes
import Logging
import RIFOrchestrator

// What a killed process was: it opens a database, works on it from many tasks at once, and notes every answer on
// standard output. `KillTests` starts it, kills it and looks at what it left.
//
//     KillWriter MODE DATABASE [NAME=VALUE …]

// What a program that owns a database does: a full pipe or file is an error for it, not its end.
signal(SIGXFSZ, SIG_IGN)
signal(SIGPIPE, SIG_IGN)
LoggingSystem.bootstrap { label in
    var handler = StreamLogHandler.standardError(label: label)
    handler.logLevel = getenv("RIF_KILL_LOG") == nil ? .critical : .debug
    return handler
}

guard CommandLine.arguments.count >= 3 else { exit(2) }
let modes: [String: (Job) async throws -> Void] = [
    "write": { try await $0.write() },
    "checkpoint": { try await $0.write { orchestrator, _ in _ = try await orchestrator.checkpoint() } },
    "compact": { try await $0.write { orchestrator, _ in _ = try await orchestrator.compact() } },
    "backup": { job in
        try await job.write { orchestrator, _ in
            _ = try await orchestrator.backUp(to: job.text("target"), overwrite: true)
        }
    },
    "once": { try await $0.once() },
    "examine": { try await $0.examine() },
    "open": { try await $0.open() },
    "restore": { try await $0.restore() },
    "hold": { try await $0.hold() },
    "raw": { try $0.openRaw() },
]
guard let mode = modes[CommandLine.arguments[1]] else { exit(2) }
let job = Job(database: CommandLine.arguments[2], arguments: CommandLine.arguments.dropFirst(3))
do {
    try await mode(job)
} catch let error as RIFError {
    Notebook.write(error)
    exit(1)
} catch {
    Notebook.write(.failed(session: "", key: "", code: "other", detail: "\(error)"))
    exit(1)
}
