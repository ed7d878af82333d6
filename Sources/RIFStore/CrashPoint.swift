#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The places at which a crash would hurt most. A test names one in the environment of a child process, and the
/// process kills itself there: `RIF_CRASH_POINT=after_commit:3` at the third time it comes by. Unset, a point costs a
/// comparison.
public enum CrashPoint: String, Sendable, CaseIterable {
    case beforeCommit = "before_commit"
    case afterRows = "after_rows"
    case afterCommit = "after_commit"
    case beforeSnapshot = "before_snapshot"
    case afterSnapshot = "after_snapshot"
    case beforeCheckpoint = "before_checkpoint"
    case afterCheckpoint = "after_checkpoint"
    case migrationCopied = "migration_copied"
    case migrationBegun = "migration_begun"
    case migrationDone = "migration_done"
    case backupCopied = "backup_copied"
    case restoreCopied = "restore_copied"
    case restoreDecided = "restore_decided"
    case restoreLogAside = "restore_log_aside"
    case restoreOldAside = "restore_old_aside"
    case restoreInPlace = "restore_in_place"

    /// Read once, before any thread of ours runs; the count is only touched by the writing thread.
    private static let armed: (point: String, count: Int)? = {
        guard let value = getenv("RIF_CRASH_POINT").map({ String(cString: $0) }), !value.isEmpty else { return nil }
        let parts = value.split(separator: ":", maxSplits: 1)
        return (String(parts[0]), parts.count > 1 ? Int(parts[1]) ?? 1 : 1)
    }()

    // Safe because every crash point lies on the writing thread, or before it starts.
    nonisolated(unsafe) private static var passed = 0

    /// Dies here, without any clean-up, where a test asked for it.
    public func pass() {
        guard let armed = Self.armed, armed.point == rawValue else { return }
        Self.passed += 1
        if Self.passed >= armed.count { kill(getpid(), SIGKILL) }
    }
}
