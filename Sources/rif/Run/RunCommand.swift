import ArgumentParser
import RIFHTTP
import RIFOrchestrator

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Drive a session along its workflow: launch agents, take their results, decide, until it ends.",
        discussion: """
            Every step is on disk before it counts. Stopped, killed or crashed, 'rif run SESSION' goes on where it stopped;
            agents that still work are taken up again, and nothing is launched twice.
            Ctrl-C ends the agents and leaves the session; with --detach they go on. Where a process serves the database
            already, that one drives, and this command follows: Ctrl-C then ends the following only.

            Exit codes: 0 completed, 1 failed or cancelled, 6 waits for somebody (with --no-wait).

            Examples:
              rif run                                     # config/rif-workflow.yaml
              rif run --workflow flow.yaml --issue 123 --context complexity=high
              rif run 0198c0de                            # go on with a session
              rif run --all --max-concurrent 4
            """)

    @OptionGroup var options: RunOptions
    @OptionGroup var shared: SharedOptions

    mutating func run() async throws {
        let location = try Location(shared)
        Log.start(verbose: shared.verbose, location.settings.log)
        try location.mustBeFile()
        try options.check()
        if options.session != nil || options.all { try location.mustExist() }
        let display = RunDisplay(isJSON: shared.json)
        var begun: [String]?
        var patience = 10
        // Whoever drives may go away while this follows, and another one may come: then it goes on there.
        while true {
            if let database = location.realPath, let client = OwnerClient(database: database) {
                do {
                    let follower = RunFollower(client: client, options: options, location: location, display: display)
                    if begun == nil { begun = try await follower.begin() }
                    try await follower.follow(begun ?? [])
                    return
                } catch is OwnerClient.Lost {
                    display.note("the process that drove is gone; taking over")
                    continue
                }
            }
            let since = ContinuousClock.now
            do {
                try await drive(location, display, sessions: begun)
                return
            } catch let error as RIFError
                where error.code == .storageUnavailable && Owner.servedAlready(location) != nil
            {
                continue
            } catch let error as RIFError where error.code == .storageUnavailable && begun != nil && patience > 0 {
                // Another follower was quicker, and does not serve yet: a slow machine, or a full disk.
                patience -= 1
                // clock: whoever has the database was waited for, or not at all.
                try await Task.sleep(until: since + .seconds(3), clock: .continuous)
            }
        }
    }

    /// Owns the database, and drives.
    private func drive(_ location: Location, _ display: RunDisplay, sessions: [String]?) async throws {
        let concurrency = try options.concurrency()
        if sessions == nil, options.session == nil, !options.all {
            try await RunStart.check(options)
        }
        FileLimit.raise(to: 8192)
        let owner = try await Owner.start(location, address: nil, maxConcurrent: concurrency)
        do {
            let stopping = await Stopping()
            let begin = RunStart(orchestrator: owner.orchestrator, driver: owner.driver)
            // Where this followed before, what happened until now is shown, too.
            let after = sessions == nil ? owner.orchestrator.feedPosition.newest : display.shownThrough
            var ids = if let sessions { sessions } else { try await begin.existing(options) }
            _ = try await owner.driver.start(driving: Set(ids))
            try await begin.drive(ids)
            if ids.isEmpty, !options.all, sessions == nil {
                ids = [try await begin.new(options, key: nil)]
            }
            display.begin(ids, note: location)
            let signal = await settle(ids, owner, display, after: after, stopping)
            if signal != nil {
                display.note(
                    options.detach
                        ? "stopping; agents go on, and the next 'rif run' takes them up"
                        : "stopping; agents are ended and start again with the next 'rif run'")
            }
            // Others may have asked this process to drive theirs: they take over, and find their agents at work.
            await owner.driver.stop(
                detaching: signal != nil && options.detach, endingOnly: signal == nil ? Set(ids) : nil)
            let code = try await display.summarize(ids, owner.orchestrator, isAll: options.all)
            await owner.stop()
            if let signal { throw ExitCode(128 + signal) }
            if code != 0 { throw ExitCode(code) }
        } catch {
            await owner.driver.stop()
            await owner.stop()
            throw error
        }
    }

    /// Waits until nothing is to be done for the sessions any more, and shows what happens meanwhile.
    ///
    /// - Returns: the signal that ended the wait; none where it ended by itself.
    private func settle(
        _ ids: [String], _ owner: Owner, _ display: RunDisplay, after: Int64, _ stopping: Stopping
    ) async -> Int32? {
        let events = owner.orchestrator.events(after: after)
        let showing = Task {
            do {
                for try await event in events where event.sessionID.map(ids.contains) ?? false { display.show(event) }
            } catch {
                display.note("events cannot be read: \(error)")
            }
        }
        let (driver, waits) = (owner.driver, !options.noWait)
        let signal = await withTaskGroup(of: Int32?.self) { group in
            group.addTask { await stopping.signal() }
            group.addTask {
                await withTaskGroup(of: Void.self) { sessions in
                    for id in ids {
                        sessions.addTask { _ = try? await driver.settled(id, untilFinished: waits) }
                    }
                }
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        // What was committed last is on its way through the feed.
        await display.caughtUp(with: owner.orchestrator.feedPosition.newest, atMost: .seconds(1))
        showing.cancel()
        return signal
    }
}
