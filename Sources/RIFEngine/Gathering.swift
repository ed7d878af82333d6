import Dispatch
import Synchronization

/// Waits a moment, after a commit that several callers shared, for those callers to come back, so that they share the
/// next commit, too.
///
/// A commit costs nearly the same however many rows it carries. Without this, the callers of one session each fall into
/// two halves that wait for each other's commits, and each commit carries half of them. A lone caller never waits: the
/// moment is only taken after a commit of two or more, is at most a share of what that commit took, and is not taken
/// again for a while where nobody came back.
struct Gathering {
    /// Nanoseconds.
    var lastCommit: UInt64 = 0
    /// Commits without gathering that are left, and how many there will be after the next vain attempt.
    private var pause = 0
    private var nextPause = 1

    /// The wait is at most half a commit, and at most this long in all: nanoseconds.
    private static let longest: UInt64 = 2_000_000
    /// How long nobody has to come before the wait ends: an eighth of a commit, and at least this many nanoseconds.
    private static let shortestSlice: UInt64 = 60_000
    private static let longestPause = 16

    mutating func gather(after answered: Int, in engine: Engine) {
        guard answered > 1 else { return }
        guard pause == 0 else {
            pause -= 1
            return
        }
        guard
            let before = engine.state.withLock({ state -> Int? in
                let waiting = state.queue.count
                return state.beginGathering(answered: answered) ? waiting : nil
            })
        else { return }
        let deadline = DispatchTime.now() + .nanoseconds(Int(min(lastCommit / 2, Self.longest)))
        let slice = DispatchTimeInterval.nanoseconds(Int(max(lastCommit / 8, Self.shortestSlice)))
        var seen = before
        // As long as somebody comes, more are on their way.
        while engine.wakeUp.wait(timeout: min(.now() + slice, deadline)) == .timedOut, .now() < deadline {
            let waiting = engine.state.withLock { $0.queue.count }
            if waiting == seen { break }
            seen = waiting
        }
        let after = engine.state.withLock { $0.endGathering() }
        if after - before < answered / 4 {
            pause = nextPause
            nextPause = min(nextPause * 2, Self.longestPause)
        } else {
            nextPause = 1
        }
    }
}
