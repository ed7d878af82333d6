import RIFMonitor
import Testing

struct ProgressTests {
    @Test(arguments: [
        ("initialized", 10), ("analyzing", 25), ("planning", 40), ("architecting", 55), ("implementing", 75),
        ("validating", 90), ("completed", 100), ("failed", 0), ("cancelled", 0), ("in_review", 50), ("", 50),
    ])
    func eachStateHasItsShare(state: String, percent: Int) {
        #expect(Progress.percentage(of: state) == percent)
    }
}
