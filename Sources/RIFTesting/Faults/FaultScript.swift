public import RIFStore
import Synchronization

/// What is to go wrong in a `FaultyStore`, and what has happened in it so far.
public final class FaultScript: Sendable {
    /// What happens to one commit.
    public enum Fault: Sendable {
        /// Nothing goes wrong.
        case none
        /// Fails before the commit: nothing is stored.
        case before(StoreError.Kind)
        /// The commit fails, and nobody knows whether it happened. Until `reopen`, the writer refuses everything.
        case unknown(Truth)
    }

    /// What really happened to a commit that failed.
    public enum Truth: Sendable {
        case lost, stored
        /// It lies in a log that is replayed by `reopen`: readers do not see it before.
        case storedWhenReopened
    }

    struct State {
        var commits: [(gate: Gate?, fault: Fault)] = []
        var refuse: (@Sendable (Write) -> Bool)?
        var reopenFailures = 0
        var loadFailures = 0
        var loadGates: [Gate] = []
        var loadBreaks = 0
        var cleanUpBreaks: Truth?
        var snapshotFailures = 0
        var snapshotGates: [Gate] = []
        var batches: [Int] = []
        var reopens = 0
        var snapshots = 0
        var isBroken = false
        var unseen: [Write] = []
    }

    let state = Mutex(State())
    /// Fires after every commit, whether it succeeded or not.
    public let commitEnded = TestSignal("the end of a commit")
    /// Fires whenever snapshots were saved.
    public let snapshotsSaved = TestSignal("the saving of snapshots")
    /// Fires when a reopening failed.
    public let reopenFailed = TestSignal("a failed reopening")

    public init() {}

    /// The next commit that has no plan yet waits at the gate, then meets the fault.
    public func nextCommit(_ fault: Fault = .none, gate: Gate? = nil) {
        state.withLock { $0.commits.append((gate, fault)) }
    }

    /// A commit is rejected as long as one of its writes is such a one.
    public func refuse(_ isBad: (@Sendable (Write) -> Bool)?) { state.withLock { $0.refuse = isBad } }

    public func failReopening(times: Int) { state.withLock { $0.reopenFailures = times } }

    public func failLoading(times: Int) { state.withLock { $0.loadFailures = times } }

    /// So many loads meet an error after which the store has to be reopened.
    public func breakLoading(times: Int) { state.withLock { $0.loadBreaks = times } }

    /// The next clean-up breaks off in its commit.
    public func breakCleanUp(_ truth: Truth) { state.withLock { $0.cleanUpBreaks = truth } }

    /// The next load reads, and then waits at the gate before it answers.
    public func holdLoad(_ gate: Gate) { state.withLock { $0.loadGates.append(gate) } }

    public func failSnapshots(times: Int) { state.withLock { $0.snapshotFailures = times } }

    /// The next saving of snapshots waits at the gate before anything else.
    public func holdSnapshots(_ gate: Gate) { state.withLock { $0.snapshotGates.append(gate) } }

    /// How many writes each commit that succeeded had.
    public var batches: [Int] { state.withLock { $0.batches } }
    public var reopens: Int { state.withLock { $0.reopens } }
    /// How many snapshots were saved.
    public var snapshots: Int { state.withLock { $0.snapshots } }
}
