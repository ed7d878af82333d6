import ArgumentParser
import RIFOrchestrator

struct Approvals: RIFCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the questions that wait for a person.",
        discussion: """
            Examples:
              rif approvals
              rif approvals --all
            """)

    @Flag(help: "Answered and expired ones, too.")
    var all = false

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let location = try Location(shared)
        let approvals = try await location.reading { orchestrator in
            try await orchestrator.approvals(status: all ? nil : .pending)
        }
        return Report(json: ["approvals": .array(approvals.map(\.json))]) { page in
            guard !approvals.isEmpty else {
                page.line(all ? "Nobody was ever asked." : "No question waits for an answer.")
                return
            }
            for approval in approvals { show(approval, &page, location) }
        }
    }

    private func show(_ approval: Approval, _ page: inout Page, _ location: Location) {
        if !page.lines.isEmpty { page.line() }
        let status = approval.status == .pending ? "" : "  " + page.styled(approval.status.rawValue, .dim)
        page.line(page.styled(Text.visible(approval.question), .bold) + status)
        var facts = [
            ("approval", approval.approvalID), ("session", approval.sessionID),
            ("state", Text.visible(approval.state)), ("asked", Times.ago(approval.createdAt, now: page.now)),
        ]
        if !approval.choices.isEmpty {
            facts.append(("choices", approval.choices.map { Text.visible($0) }.joined(separator: ", ")))
        }
        if let deadline = approval.deadline {
            let what = approval.defaultChoice.map { ", then: \(Text.visible($0))" } ?? ""
            facts.append(("deadline", Times.exact(deadline) + what))
        }
        if let who = approval.decidedBy { facts.append(("decided by", Text.visible(who))) }
        if let decision = approval.decision { facts.append(("decision", Text.visible(decision))) }
        if let reason = approval.reason, !reason.isEmpty { facts.append(("reason", Text.visible(reason))) }
        page.fields(facts.map { (name: $0.0, value: $0.1) })
        guard approval.status == .pending else { return }
        page.next([
            ("rif approve \(approval.approvalID) --reason …\(location.suffix)", "yes"),
            ("rif reject \(approval.approvalID) --reason …\(location.suffix)", "no"),
        ])
    }
}

struct Approve: RIFCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answer a question with yes, or with one of its choices.",
        discussion: """
            Examples:
              rif approve 0198c0de-… --reason "Looks right"
              rif approve 0198c0de-… --choice needs_changes --reason "See the comments"
            """)

    @Argument(help: "The approval's id, or an unambiguous beginning of it.")
    var approval: String

    @Option(parsing: .unconditional, help: "Why.")
    var reason = ""

    @Option(parsing: .unconditional, help: ArgumentHelp("The trigger to take.", valueName: "trigger"))
    var choice: String?

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        try await decide(approval, .init(approves: true, choice: choice, reason: reason), Location(shared))
    }
}

struct Reject: RIFCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answer a question with no.",
        discussion: """
            Example:
              rif reject 0198c0de-… --reason "The tests are missing"
            """)

    @Argument(help: "The approval's id, or an unambiguous beginning of it.")
    var approval: String

    @Option(parsing: .unconditional, help: "Why.")
    var reason = ""

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        try await decide(approval, .init(approves: false, reason: reason), Location(shared))
    }
}

private func decide(
    _ prefix: String, _ answer: SessionRules.Answer, _ location: Location
) async throws -> Report {
    try location.mustExist()
    var answer = answer
    answer.decidedBy = Terminal.environment("USER") ?? "cli"
    let given = answer
    let approval = try await location.writing { orchestrator in
        let id = try await orchestrator.approval(named: prefix)
        return try await orchestrator.decide(id, given, options: .command(key: nil))
    }
    return Report(json: approval.json) { page in
        page.line("\(approval.status == .approved ? "Approved" : "Rejected"): \(Text.visible(approval.question))")
        page.line(page.styled("session \(approval.sessionID), in \(Text.visible(approval.state))", .dim))
    }
}

extension Orchestrator {
    /// The approval whose id begins with a prefix.
    ///
    /// - Throws: `not_found`; `invalid_request` where several do.
    func approval(named prefix: String) async throws(RIFError) -> String {
        guard !prefix.isEmpty else {
            throw RIFError.invalid(
                field: "approval", value: prefix, problem: "is empty", expected: "an id, or its beginning")
        }
        let found = try await approvals().map(\.approvalID).filter { $0.hasPrefix(prefix.lowercased()) }
        guard let first = found.first else { throw RIFError.notFound("approval", prefix) }
        guard found.count == 1 else {
            throw RIFError.invalid(
                field: "approval", value: prefix, problem: "is the beginning of several ids",
                expected: "more characters of the id")
        }
        return first
    }
}
