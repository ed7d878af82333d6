import Logging
import RIFAgents
import RIFModel

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Driver {
    /// Removes the run folders of agents whose session was cleaned up, and those of proofs that nobody waits for any more.
    /// A folder in which something still runs stays.
    ///
    /// - Returns: how many were removed.
    @discardableResult
    public func removeOldRuns() async throws(RIFError) -> Int {
        let root = configuration.runsFolder
        let names = await offPool { (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? [] }
        var removed = 0
        for name in names where await isAbandoned(name) {
            let path = root + "/" + name
            let isGone = await offPool {
                do {
                    try FileManager.default.removeItem(atPath: path)
                    return true
                } catch {
                    return false
                }
            }
            if isGone { removed += 1 }
        }
        if removed > 0 { logger.info("removed run folders", metadata: ["count": "\(removed)"]) }
        return removed
    }

    /// Whether a folder below the run folders belongs to nobody any more. What is not named as ours are is left alone.
    private func isAbandoned(_ name: String) async -> Bool {
        let id = name.hasPrefix(Self.proofPrefix) ? String(name.dropFirst(Self.proofPrefix.count)) : name
        guard let made = UUIDv7Generator.timestamp(of: id), made.advanced(by: .seconds(3600)) < now else {
            return false
        }
        if name == id {
            do {
                _ = try await orchestrator.assignment(id)
                return false
            } catch {
                guard error.code == .notFound else { return false }
            }
        }
        let path = configuration.runsFolder + "/" + name
        let attempts = await offPool { (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] }
        for attempt in attempts.compactMap({ Int($0) }) {
            let folder = RunFolder(root: configuration.runsFolder, assignmentID: name, attempt: attempt)
            if case .running = await keeper.find(folder) { return false }
        }
        return true
    }
}
