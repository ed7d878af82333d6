import Dispatch
import DuckDB
import KillNotes
import RIFOrchestrator
import RIFStoreDuckDB

/// What the process was started for.
struct Job: Sendable {
    let database: String
    private let values: [String: String]

    init(database: String, arguments: some Sequence<String>) {
        self.database = database
        values = Dictionary(
            arguments.map { argument in
                let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
                return (parts[0], parts.count > 1 ? parts[1] : "")
            }
        ) { $1 }
    }

    func text(_ name: String) -> String { values[name] ?? "" }
    func number(_ name: String) -> Int? { values[name].flatMap { Int($0) } }

    private func openOrchestrator() async throws(RIFError) -> Orchestrator {
        var options = DuckDBStore.Options()
        options.lockTimeout = .milliseconds(number("wait") ?? 5000)
        options.assumedZone = values["zone"]
        options.isReadOnly = values["readonly"] != nil
        var policy = EnginePolicy()
        // Snapshots often, so that a kill meets them.
        policy.snapshotDelay = .milliseconds(number("snapshot") ?? 20)
        policy.idleCheckpointBytes = Int64(number("idle") ?? 1 << 20)
        policy.forcedCheckpointBytes = Int64(number("forced") ?? 2 << 20)
        Notebook.write(.opening)
        let orchestrator = try await Orchestrator.open(.file(database), options: options, policy: policy)
        Notebook.write(.ready)
        return orchestrator
    }

    /// Drives many sessions at once, taking up those that are there, with a duty in a loop beside them.
    func write(duty: (@Sendable (Orchestrator, Int) async throws -> Void)? = nil) async throws {
        let orchestrator = try await openOrchestrator()
        let seed = UInt64(number("seed") ?? 1)
        let count = number("sessions") ?? 64
        let limit = number("commands")
        let active = try await orchestrator.activeSessions().prefix(count).map(\.sessionID)
        let isKeyed = values["keyed"] != nil
        obeyInput()
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<count {
                group.addTask {
                    var driver = Driver(
                        orchestrator, seed: seed &* 1_000_003 &+ UInt64(index), limit: limit, alwaysKeyed: isKeyed)
                    await driver.run(resuming: index < active.count ? active[index] : nil)
                }
            }
            guard let duty else { return }
            group.addTask {
                for round in 0..<(limit ?? .max) {
                    do {
                        try await duty(orchestrator, round)
                        Notebook.write(.done(what: "duty"))
                    } catch let error as RIFError {
                        Notebook.write(error, key: "duty")
                    } catch {
                        Notebook.write(.wrong("\(error)"))
                    }
                }
            }
        }
        await orchestrator.close()
        Notebook.write(.done(what: "closed"))
    }

    /// `limit BYTES` on standard input: no file of this process may grow past that; `limit` alone: any size.
    private func obeyInput() {
        DispatchQueue.global().async {
            while let line = readLine() {
                let words = line.split(separator: " ").map(String.init)
                guard words.first == "limit" else { continue }
                var limit = rlimit()
                getrlimit(fileSizeResource, &limit)
                limit.rlim_cur = words.count > 1 ? rlim_t(words[1]) ?? limit.rlim_max : limit.rlim_max
                setrlimit(fileSizeResource, &limit)
                Notebook.write(.done(what: line))
            }
        }
    }

    #if canImport(Glibc)
    private var fileSizeResource: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_FSIZE.rawValue) }
    #else
    private var fileSizeResource: Int32 { RLIMIT_FSIZE }
    #endif

    /// One command with an idempotency key on one session, as a command line does it.
    func once() async throws {
        let orchestrator = try await openOrchestrator()
        let session = orchestrator.session(text("session"))
        let options = CommandOptions(idempotencyKey: "once")
        if text("command") == "launch" {
            let ids = try await session.launchAgents(["one", "other"], task: "once", options: options)
            Notebook.write(.launched(session: session.id, assignments: ids.values.sorted()))
        } else {
            let moved = try await session.transition(to: "analyzing", reason: "once", options: options)
            Notebook.write(
                .moved(
                    session: session.id, decision: moved.decisionID, step: 1, to: "analyzing",
                    context: contextHash(moved.session.context), key: "once"))
        }
        await orchestrator.close()
        Notebook.write(.done(what: "closed"))
    }

    /// Opens, which migrates or mends, and closes.
    func open() async throws {
        let orchestrator = try await openOrchestrator()
        await orchestrator.close()
        Notebook.write(.done(what: "closed"))
    }

    func restore() async throws {
        Notebook.write(.opening)
        try await Orchestrator.restore(database, from: text("from"))
        Notebook.write(.done(what: "restored"))
    }

    /// Keeps the database open, and does as standard input says.
    func hold() async throws {
        let orchestrator = try await openOrchestrator()
        try await orchestrator.startSession()
        for await line in Self.input {
            switch line {
            case "checkpoint": _ = try await orchestrator.checkpoint()
            case "compact": _ = try await orchestrator.compact()
            case "backup": _ = try await orchestrator.backUp(to: database + ".copy", overwrite: true)
            case "start": Notebook.write(.started(session: try await orchestrator.startSession().id))
            default: break
            }
            Notebook.write(.done(what: line))
        }
        await orchestrator.close()
        Notebook.write(.done(what: "closed"))
    }

    private static var input: AsyncStream<String> {
        AsyncStream { continuation in
            DispatchQueue.global().async {
                while let line = readLine() { continuation.yield(line) }
                continuation.finish()
            }
        }
    }

    /// Opens each database that standard input names, reads all of it and says what it holds, or why not.
    func examine() async throws {
        for await path in Self.input {
            do {
                var options = DuckDBStore.Options()
                options.lockTimeout = .zero
                let orchestrator = try await Orchestrator.open(.file(path), options: options)
                do {
                    Notebook.write(.done(what: try await contents(orchestrator)))
                } catch {
                    Notebook.write(error, key: "read")
                }
                await orchestrator.close()
            } catch {
                Notebook.write(error, key: "open")
            }
        }
    }

    private func contents(_ orchestrator: Orchestrator) async throws(RIFError) -> String {
        let report = try await orchestrator.validateIntegrity()
        var decisions: [JSONValue] = []
        for session in try await orchestrator.sessions(SessionQuery()) {
            let state = try await orchestrator.recoverState(session.sessionID)
            decisions += [state?.json ?? .null]
            decisions += try await orchestrator.decisionHistory(session.sessionID, limit: 1000).map(\.json)
        }
        let metrics = try await orchestrator.metrics(limit: 1000).map(\.json)
        let hash = contextHash(["decisions": .array(decisions), "metrics": .array(metrics)])
        return "\(report.errors.count) errors, \(decisions.count) rows, \(String(hash, radix: 16))"
    }

    /// What any other DuckDB program would do.
    func openRaw() throws {
        let database = try Database.open(.file(database), readOnly: values["readonly"] != nil, library: .load())
        let connection = try database.connect()
        _ = try connection.query("SELECT count(*) FROM orchestration_state").firstRow { try $0.int64(0) }
        connection.close()
        database.close()
        Notebook.write(.done(what: "raw"))
    }
}
