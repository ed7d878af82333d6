/// Where the time comes from: the system's clock in a program, one that is set by hand in a test.
///
/// It may jump and go back, as system clocks do; who needs order takes sequence numbers. The clock of the system
/// lives in another room: nothing in this one reads it.
public protocol WallClock: Sendable {
    /// The time now.
    func now() -> Timestamp
}
