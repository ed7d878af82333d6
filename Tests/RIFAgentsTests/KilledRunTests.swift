#if os(Linux)
import Foundation
import RIFAgents
import RIFModel
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Starters, shims and agents are killed at random moments; what is found afterwards must be true.
@Suite(.timeLimit(.minutes(30)))
struct KilledRunTests {
    /// `RIF_TORTURE_KILLS` asks for more of them.
    private static let rounds = ProcessInfo.processInfo.environment["RIF_TORTURE_KILLS"].flatMap { Int($0) } ?? 25

    private enum Victim: CaseIterable { case starter, shim, agent, starterAndShim, nobody }

    @Test func afterAnyKillTheFolderTellsTheTruth() async throws {
        var found: [String: Int] = [:]
        for round in 0..<Self.rounds {
            let finding = try await attack(round)
            found[finding, default: 0] += 1
        }
        // The kills must have hit different moments, or nothing was shown.
        #expect(found.keys.count >= 2, "\(found)")
    }

    private func attack(_ round: Int) async throws -> String {
        let bench = try Bench()
        let id = "kill-\(UUID().uuidString)"
        let folder = bench.folder(id)
        let starter = try Child([
            try Program.shim()[0], "start", "\(bench.path)/runs", id, bench.path,
            "echo ran >> ran; setsid sleep 600 & sh -c 'sleep 0.0\(Int.random(in: 0...3))'; exit 3",
        ])
        let victim = Victim.allCases[round % Victim.allCases.count]
        // clock: the moment of the kill is what varies.
        try await Task.sleep(for: .microseconds(Int.random(in: 0...60_000)))
        if victim == .starter || victim == .starterAndShim { kill(starter.pid, SIGKILL) }
        if victim == .shim || victim == .starterAndShim {
            for pid in processes(of: id) where isShim(pid) { kill(pid, SIGKILL) }
        }
        if victim == .agent {
            for pid in processes(of: id) where !isShim(pid) { kill(pid, SIGKILL) }
        }
        // A starter that lost its shim ends by itself, or was killed: nobody starts anything from here on.
        try await starter.end()

        // A shim that was on its way when its starter was killed has either signed its lock by now or not begun.
        _ = try await until { () -> Bool? in
            let shims = self.processes(of: id).filter(self.isShim)
            if case .neverStarted = await bench.keeper.find(folder) { return shims.isEmpty ? true : nil }
            return true
        }
        let finding = await bench.keeper.end(of: folder)
        if finding.isLost { await bench.keeper.sweep(folder, assignmentID: id, attempt: 1) }
        _ = try await until { self.processes(of: id).isEmpty ? true : nil }
        let times = (bench.text("ran") ?? "").split(separator: "\n").count
        switch finding {
        case .neverStarted:
            #expect(times == 0)
            // And then it may be started.
            let end = try await bench.end(of: "echo ran >> ran; exit 4", in: folder)
            #expect(end.exitCode == 4 && bench.text("ran") == "ran\n")
            return "never started"
        case .ended(let end):
            #expect(times <= 1)
            #expect(end.exitCode == 3 && times == 1 || end.signal == SIGKILL, "\(end)")
            return "ended"
        case .lost:
            #expect(times <= 1)
            return "lost"
        case .running:
            Issue.record("a run that has ended is called running")
            return "running"
        }
    }

    /// Living processes that carry an assignment in their environment.
    private func processes(of id: String) -> [Int32] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap { Int32($0) }.filter { pid in
            guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/environ") else { return false }
            return data.split(separator: 0).contains { $0.elementsEqual("RIF_ASSIGNMENT_ID=\(id)".utf8) }
                && isAlive(pid)
        }
    }

    private func isShim(_ pid: Int32) -> Bool {
        guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return false }
        return data.split(separator: 0).contains { $0.elementsEqual(AgentShim.command.utf8) }
    }
}
#endif
