import Logging
import RIFAgents
import RIFModel
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Driver {
    /// Looks at every agent that an interruption left, and notes what became of it. Launches nothing: what is to run again
    /// is queued, and what still runs is left running.
    ///
    /// - Parameters:
    ///   - sessionID: only of this session; none: of all.
    ///   - isDryRun: only says what it would do.
    /// - Throws: `not_found` for a session that there is not.
    public func recover(
        _ sessionID: String? = nil, isDryRun: Bool = false
    ) async throws(RIFError) -> [RecoveredRun] {
        var found: [RecoveredRun] = []
        if let sessionID {
            try await orchestrator.requireSession(sessionID)
            return try await takeStock(of: sessionID, adopting: false, isDryRun: isDryRun)
        }
        for id in try await orchestrator.sessionsToDrive() {
            found += try await takeStock(of: id, adopting: false, isDryRun: isDryRun)
        }
        if !isDryRun { await endStrays() }
        return found
    }

    /// Ends processes that work though nobody waits for what they come to: their assignment was ended, or their session
    /// finished, while nobody drove; and commands that were to prove something to a driver that is gone.
    func endStrays() async {
        let root = configuration.runsFolder
        for folder in await offPool({ Self.foldersWithoutEnd(in: root) }) where !Task.isCancelled {
            guard case .running = await keeper.find(folder) else { continue }
            guard await isStray(folder) else { continue }
            guard !state.withLock({ $0.proving.contains(folder.assignmentID) }) else { continue }
            logger.notice("ending a process that nobody waits for", metadata: ["folder": "\(folder.path)"])
            await keeper.stop(folder)
            _ = await keeper.end(of: folder)
            if folder.assignmentID.hasPrefix(Self.proofPrefix) {
                await offPool { try? FileManager.default.removeItem(atPath: root + "/" + folder.assignmentID) }
            }
        }
    }

    /// Whether the log says that nobody waits for a run; where it cannot be read, nothing is ended.
    private func isStray(_ folder: RunFolder) async -> Bool {
        do {
            let assignment = try await orchestrator.assignment(folder.assignmentID)
            return assignment.status.hasEnded || assignment.attempt != folder.attempt
        } catch {
            return error.code == .notFound
        }
    }

    /// Runs whose end is not noted: few, however many there have been.
    private static func foldersWithoutEnd(in root: String) -> [RunFolder] {
        let files = FileManager.default
        var found: [RunFolder] = []
        for id in (try? files.contentsOfDirectory(atPath: root)) ?? [] {
            for name in (try? files.contentsOfDirectory(atPath: root + "/" + id)) ?? [] {
                guard let attempt = Int(name), !files.fileExists(atPath: "\(root)/\(id)/\(name)/exit.json") else {
                    continue
                }
                found.append(RunFolder(root: root, assignmentID: id, attempt: attempt))
            }
        }
        return found
    }

    /// Judges each agent of a session that has not ended by its run folder.
    ///
    /// - Parameter adopting: whether those that still run are watched from now on.
    func takeStock(
        of sessionID: String, adopting: Bool, isDryRun: Bool
    ) async throws(RIFError) -> [RecoveredRun] {
        guard let session = try await orchestrator.engine.committed(sessionID), !session.isFinished else { return [] }
        let open = session.assignments.values.filter { !$0.status.hasEnded && $0.kind != .external }
            .sorted { $0.assignmentID < $1.assignmentID }
        var recovered: [RecoveredRun] = []
        for assignment in open where state.withLock({ $0.runs[assignment.assignmentID] == nil }) {
            if let found = await judge(assignment, of: session, adopting: adopting, isDryRun: isDryRun) {
                recovered.append(found)
            }
        }
        return recovered
    }

    private func judge(
        _ assignment: Assignment, of session: SessionState, adopting: Bool, isDryRun: Bool
    ) async -> RecoveredRun? {
        let folder = RunFolder(
            root: configuration.runsFolder, assignmentID: assignment.assignmentID, attempt: assignment.attempt)
        var run = RecoveredRun(
            sessionID: session.sessionID, assignmentID: assignment.assignmentID, agent: assignment.agent,
            state: assignment.state, attempt: assignment.attempt, found: .gone, action: .retried)
        let finding = await keeper.find(folder)
        switch finding {
        case .neverStarted:
            // It waits for its turn, as it did before.
            guard assignment.process.pid != nil else { return nil }
            run.found = .unknown
        case .running(let start):
            run.found = .running
            run.action = .adopted
            if !isDryRun, assignment.process.pid == nil {
                await perform(session.sessionID) { state, _ in
                    SessionRules.startAttempt(
                        assignment.assignmentID, attempt: assignment.attempt, pid: Int(start.pid), on: state)
                }
            }
        case .ended:
            run.found = .result
            run.action = .taken
        case .lost:
            // A result that it left counts.
            if await AgentReader(kind: assignment.kind, folder: folder).result(nil).problem == nil {
                run.found = .result
                run.action = .taken
            }
        }
        guard !isDryRun else { return run }
        if case .running = finding {
            if adopting { adopt(assignment, of: session) }
        } else {
            await conclude(
                finding, assignment.assignmentID, attempt: assignment.attempt, of: session.sessionID, folder,
                AgentReader(kind: assignment.kind, folder: folder))
            if run.action == .retried,
                let after = try? await orchestrator.engine.committed(session.sessionID)?
                    .assignments[assignment.assignmentID], after.status.hasEnded
            {
                run.action = .failed
            }
        }
        let noted = run
        await perform(session.sessionID) { state, _ in
            SessionRules.noteRecovery(
                noted.assignmentID, found: noted.found.rawValue, action: noted.action.rawValue, on: state)
        }
        logger.notice(
            "took up an interrupted agent",
            metadata: [
                "agent": "\(run.agent)", "session": "\(run.sessionID)", "found": "\(run.found.rawValue)",
                "action": "\(run.action.rawValue)",
            ])
        return run
    }
}
