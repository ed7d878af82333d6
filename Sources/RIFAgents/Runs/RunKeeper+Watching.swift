import CProcess
import Logging
import RIFModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension RunKeeper {
    // MARK: - What has become of it

    /// What the folder tells: lock and files, nothing else. Files that are broken or not ours count as not there.
    ///
    /// A shim that holds its lock and has not noted its start yet is waited for, a second at most.
    public func find(_ folder: RunFolder) async -> RunFinding {
        for _ in 0..<100 {
            let finding = await queues.run { Self.look(folder) }
            guard case .running(let start) = finding, start.pid == 0 else { return finding }
            await queues.pause(milliseconds: 10)
        }
        return await queues.run { Self.look(folder) }
    }

    static func look(_ folder: RunFolder) -> RunFinding {
        // Nothing may begin between a look at the lock and one at the files.
        let found = RunLock.whileFree(folder) { () -> RunFinding in
            if let end = RunEnd(Files.readObject(folder.endFile)) { return .ended(end) }
            if let note = StartNote(Files.readObject(folder.startFile)) { return .lost(note.start) }
            // Something is there that should say more than it does: it may have run.
            if Files.exists(folder.startFile) || Files.exists(folder.endFile) { return .lost(nil) }
            return .neverStarted
        }
        if let found { return found }
        let note = StartNote(Files.readObject(folder.startFile))
        return .running(note?.start ?? RunStart(pid: 0, startedAt: Clocks.wall()))
    }

    /// Waits until a run is over, whoever started it: an own one, or one that was adopted.
    ///
    /// Where nothing was started it returns at once; cancelled, it returns what there is to find then.
    public func end(of folder: RunFolder) async -> RunFinding {
        while true {
            let finding = await find(folder)
            guard case .running = finding, !Task.isCancelled else { return finding }
            let descriptor = await queues.run { Self.descriptor(ofShimIn: folder) }
            if let descriptor {
                await DescriptorWatch.shared.untilReadable(descriptor)
            } else {
                // A shim that has not signed its lock yet, or a system without descriptors for processes.
                do { try await Task.sleep(for: .milliseconds(200)) } catch { return await find(folder) }
            }
        }
    }

    private static func descriptor(ofShimIn folder: RunFolder) -> Int32? {
        guard let shim = RunLock.holder(folder) else { return nil }
        let descriptor = rif_pidfd_open(shim.pid)
        guard descriptor >= 0 else { return nil }
        // The number may have been given away before the descriptor was made, not after.
        guard shim.isThere else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// How much the agent has written until now.
    public func counts(_ folder: RunFolder) async -> OutputCounts {
        await queues.run { OutputIndex.read(folder)?.counts ?? OutputCounts() }
    }

    // MARK: - Ending it

    /// Asks a running agent to end: SIGTERM, after its grace period SIGKILL to all of its descendants.
    ///
    /// Returns when the request is delivered, not when the agent has ended (`end(of:)`); a cancelled task delivers it
    /// too. Does nothing where none runs.
    public func stop(_ folder: RunFolder) async {
        // A shim signs its lock within a moment of taking it; before it takes it, only its starter knows of it.
        for _ in 0..<500 {
            let wasStarting = isStarting(folder)
            switch await queues.run({ Self.signalShim(of: folder) }) {
            case .delivered: return
            case .nothingRuns where !wasStarting: return
            case .nothingRuns, .notYet: break
            }
            await queues.pause(milliseconds: 10)
        }
        logger.warning("a run could not be stopped: its shim is not known", metadata: ["folder": "\(folder.path)"])
    }

    private enum Delivery { case delivered, nothingRuns, notYet }

    private static func signalShim(of folder: RunFolder) -> Delivery {
        guard RunLock.isHeld(folder) else { return .nothingRuns }
        guard let shim = RunLock.holder(folder) else { return .notYet }
        return shim.signal(SIGTERM) ? .delivered : .notYet
    }

    /// Ends with SIGKILL what is left of a run whose shim is gone: the recorded agent, its group and session, and every
    /// process of ours that carries its assignment and attempt in its environment. Never what a living shim watches.
    ///
    /// - Returns: how many processes were ended.
    @discardableResult
    public func sweep(_ folder: RunFolder, assignmentID: String, attempt: Int) async -> Int {
        let count = await queues.run { Sweep(folder, assignmentID: assignmentID, attempt: attempt).run() }
        if count > 0 {
            logger.info(
                "ended what was left of a lost agent",
                metadata: ["folder": "\(folder.path)", "processes": "\(count)"])
        }
        return count
    }
}
