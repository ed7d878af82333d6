import RIFModel

/// The rules by which an end, a result file and a stream become one result (contract 10, "Results").
struct Judgement {
    var end: RunEnd?
    var file: ResultReading.File
    var stream: any StreamReading
    var signs: AgentSigns
    var now: Timestamp
    var limits: Limits

    func conclusion() -> AgentConclusion {
        if let error = end?.startError { return failed(error, told: nil) }
        let told: AgentResult?
        switch file {
        case .broken(let words): return failed("the result file does not parse: \(words)", told: nil)
        case .found(let result): told = result
        case .none: told = end == nil ? nil : ResultReading.line(stream.lastLine, limits: limits)
        }

        if told?.outcome == .rateLimited, end?.stopped != true { return limited(told, until: told?.until) }
        if let problem = problem(hasResult: told != nil) { return failed(problem, told: told) }
        return AgentConclusion(result: told ?? AgentResult(outcome: .success), signs: signs)
    }

    /// Why the run is a failure whatever it reports; nil where it is none.
    private func problem(hasResult: Bool) -> String? {
        guard let end else {
            return hasResult ? nil : "its end is not known: the process that watched it is gone, and it left no result"
        }
        if end.timedOut { return "it ran into its timeout" }
        if end.stopped { return "it was stopped" }
        if let failure = stream.failure { return failure }
        if let signal = end.signal { return "it was ended by signal \(signal)" }
        if let code = end.exitCode, code != 0 { return "it ended with exit code \(code)" }
        return nil
    }

    private func failed(_ problem: String, told: AgentResult?) -> AgentConclusion {
        if stream.isRateLimited, end?.stopped != true, end?.startError == nil {
            return limited(told, until: signs.rateLimitedUntil, problem: problem)
        }
        var result = told ?? AgentResult(outcome: .failure)
        // A trigger that was meant for a success must not be taken after a failure.
        if result.outcome != .failure { result.trigger = nil }
        result.outcome = .failure
        result.reason = result.reason ?? problem
        return AgentConclusion(result: result, problem: problem, signs: signs)
    }

    private func limited(_ told: AgentResult?, until: Timestamp?, problem: String? = nil) -> AgentConclusion {
        var result = told ?? AgentResult(outcome: .rateLimited)
        result.outcome = .rateLimited
        result.trigger = nil
        result.until = until ?? now + ResetTime.standardWait
        result.reason = result.reason ?? problem
        var signs = signs
        signs.rateLimitedUntil = result.until
        return AgentConclusion(result: result, problem: problem, signs: signs, isRateLimited: true)
    }
}
