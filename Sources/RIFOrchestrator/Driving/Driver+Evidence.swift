import RIFAgents
import RIFModel
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Driver {
    /// How long a command may take that is to prove something.
    private static let longestProof: Duration = .seconds(1800)

    /// How the folders begin in which commands prove something; nobody needs them afterwards.
    static let proofPrefix = "evidence-"

    /// Looks for what a state requires, and notes what was found; once for each entry of a state.
    func prove(_ requirements: [Requirement], of session: SessionState) {
        let visit = session.drive.visit
        let id = session.sessionID
        state.withLock { state in
            guard state.proofs[id]?.visit != visit, !state.isStopping else { return }
            state.proofs[id]?.task.cancel()
            let task = Task {
                var checks: [JSONValue] = []
                var missing: [String] = []
                for requirement in requirements where !Task.isCancelled {
                    let (holds, words) = await check(requirement, of: session)
                    checks.append([
                        "requirement": .string(requirement.words), "holds": .bool(holds), "found": .string(words),
                    ])
                    if !holds { missing.append("\(requirement.words): \(words)") }
                }
                let (found, reason) = (
                    checks, missing.isEmpty ? nil : "required, but " + missing.joined(separator: "; ")
                )
                // What was cut short proves nothing.
                if !Task.isCancelled {
                    await perform(id) { state, moment in
                        SessionRules.noteEvidence(
                            holds: reason == nil, checks: .array(found), reason: reason, visit: visit, on: state,
                            at: moment)
                    }
                }
                let bell = self.state.withLock { state -> Bell? in
                    if state.proofs[id]?.visit == visit { state.proofs[id] = nil }
                    return state.sessions[id]?.bell
                }
                bell?.ring()
            }
            state.proofs[id] = DriverState.Proof(visit: visit, task: task)
        }
    }

    private func check(_ requirement: Requirement, of session: SessionState) async -> (Bool, String) {
        let project = session.drive.workflow?.definition.project ?? ""
        switch requirement {
        case .context(let text):
            guard let path = try? Condition.path(parsing: text) else { return (false, "is no name of a value") }
            let value = path.value(in: contextOfState(session)) ?? .null
            return (Condition.isTrue(value), RIFError.excerpt(value))
        case .file(let path):
            let absolute = path.hasPrefix("/") ? path : project + "/" + path
            let size = await offPool { SmallFile.size(at: absolute) }
            guard let size else { return (false, "is not there") }
            return (size > 0, "\(size) bytes")
        case .command(let words):
            let end = await runProof(words, in: project)
            guard let end else { return (false, "could not be run") }
            if let error = end.0.startError { return (false, error) }
            if end.0.timedOut { return (false, "took longer than 30 minutes") }
            return (end.0.exitCode == 0, end.0.exitCode.map { "exit code \($0)" } ?? "ended by a signal")
        case .gitDiff(let base):
            let words = base.map { ["git", "diff", "--stat", $0, "--"] } ?? ["git", "status", "--porcelain"]
            guard let (end, output) = await runProof(words, in: project), end.exitCode == 0 else {
                return (false, "git cannot tell")
            }
            let lines = output.split(separator: "\n").count
            return (lines > 0, lines > 0 ? "\(lines) lines" : "nothing has changed")
        }
    }

    /// With what the agents of this entry reported, as conditions see it.
    private func contextOfState(_ session: SessionState) -> [String: JSONValue] {
        guard let plan = DrivePlan(session, at: now) else { return session.context }
        return plan.contextWithResults
    }

    /// Runs a command as agents are run, so that it ends with us and leaves nothing behind.
    private func runProof(_ words: [String], in project: String) async -> (RunEnd, String)? {
        let root = configuration.runsFolder
        let name = Self.proofPrefix + orchestrator.engine.makeID()
        let folder = RunFolder(root: root, assignmentID: name, attempt: 1)
        state.withLock { _ = $0.proving.insert(name) }
        defer { state.withLock { _ = $0.proving.remove(name) } }
        var environment = configuration.environment.filter { !$0.key.hasPrefix("RIF_") }
        environment["GIT_TERMINAL_PROMPT"] = "0"
        let order = RunOrder(
            arguments: words, directory: project.isEmpty ? "/" : project, environment: environment,
            timeout: Self.longestProof, gracePeriod: .seconds(5), context: [:])
        do {
            _ = try await keeper.start(order, in: folder)
        } catch {
            guard case .ended = await keeper.find(folder) else { return nil }
        }
        guard case .ended(let end) = await keeper.end(of: folder) else {
            // Nobody waits for it any more, and it ends with us: a task of its own is not cancelled with this one.
            await keeper.stop(folder)
            _ = await Task { await keeper.end(of: folder) }.value
            await offPool { try? FileManager.default.removeItem(atPath: root + "/" + name) }
            return nil
        }
        let output = try? await RunOutput.read(folder, .stdout, after: 0, limit: 1 << 20)
        await offPool { try? FileManager.default.removeItem(atPath: root + "/" + name) }
        return (end, String(decoding: output?.bytes ?? [], as: UTF8.self))
    }
}

extension Requirement {
    /// In words, as it stands in the file.
    var words: String {
        switch self {
        case .command(let words): "command " + words.joined(separator: " ")
        case .file(let path): "file \(path)"
        case .gitDiff(let base): base.map { "git_diff \($0)" } ?? "git_diff"
        case .context(let path): "context \(path)"
        }
    }
}
