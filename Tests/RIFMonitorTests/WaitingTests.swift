import Foundation
import RIFMonitor
import Testing

/// Which states are taken for ones in which a person is awaited.
@Suite struct WaitingTests {
    @Test(arguments: [
        "awaiting-user-validation", "waiting_for_approval", "Waiting for Human", "pending_review",
        "waiting_on_customer",
        "AWAITING_USER", "waiting-for-user_input",
    ])
    func namesOfPeoplesStates(_ state: String) { #expect(Waiting.isForPerson(state: state)) }

    @Test(arguments: [
        "", "waiting_for_ci", "waiting", "awaiting_", "user", "validating", "review", "waiting_for_username",
        "not_awaiting_user", "pending",
    ])
    func namesOfOthers(_ state: String) { #expect(!Waiting.isForPerson(state: state)) }

    @Test func theGuideNamesEveryWord() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let guide = root.appendingPathComponent("Documentation/Guides/Monitoring.md")
        let text = try String(decoding: Data(contentsOf: guide), as: UTF8.self)
        for word in Waiting.words { #expect(text.contains("`\(word)`"), "\(word)") }
    }
}
