import KillNotes
import Logging
import Testing

/// All suites of this room. They start processes and kill them, one after the other.
@Suite(.serialized, .timeLimit(.minutes(60)))
enum KillTests {
    /// `RIF_TORTURE_SEED` repeats a run, as far as chance is ours to repeat.
    static let seed: UInt64 = {
        let given = getenv("RIF_TORTURE_SEED").flatMap { UInt64(String(cString: $0)) }
        return given ?? UInt64.random(in: 1...999_999)
    }()

    /// Kills of the main loop: 50, or `RIF_TORTURE_KILLS`.
    static let kills = getenv("RIF_TORTURE_KILLS").flatMap { Int(String(cString: $0)) } ?? 50
}

/// Lets a random, very short time pass without giving the processor away: the moment of a kill is not to fall on the
/// end of a line.
func dawdle(_ rounds: Int) {
    var chance = Chance(seed: UInt64(rounds))
    var sum: UInt64 = 0
    for _ in 0..<rounds { sum &+= chance.next() }
    withExtendedLifetime(sum) {}
}

/// What the store has to say of a crash is expected here.
let quiet = Logger(label: "rif.kill") { _ in SwiftLogNoOpLogHandler() }
