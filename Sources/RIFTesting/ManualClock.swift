public import RIFModel
import Synchronization

/// A clock that stands still until a test moves it.
public final class ManualClock: WallClock {
    private let time: Mutex<Timestamp>

    /// - Parameter start: by default a moment in 2026 with all six digits of a fraction.
    public init(_ start: Timestamp = Timestamp(microseconds: 1_767_323_045_123_456)) { time = Mutex(start) }

    public func now() -> Timestamp { time.withLock { $0 } }

    /// Also back, as system clocks go.
    public func advance(milliseconds: Int64) {
        time.withLock { $0 = $0.advanced(by: milliseconds * 1000) }
    }

    public func set(_ moment: Timestamp) { time.withLock { $0 = moment } }
}
