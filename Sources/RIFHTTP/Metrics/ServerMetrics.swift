import RIFModel
import RIFOrchestrator

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

#if canImport(Glibc)
private let thisProcess = RUSAGE_SELF.rawValue
#else
private let thisProcess = RUSAGE_SELF
#endif

/// Everything that `/metrics` shows. `Documentation/Guides/Server.md` has the same as a table.
enum ServerMetrics {
    /// The text of a scrape.
    static func text(_ service: Service) async -> String {
        var text = PrometheusText()
        build(service, &text)
        engine(await service.orchestrator.statistics(), &text)
        sessions(service.eventMetrics.snapshot, &text)
        server(service, &text)
        process(service, &text)
        return text.text
    }

    private static func build(_ service: Service, _ text: inout PrometheusText) {
        text.family("rif_build_info", .gauge, "1, labelled with the versions of this program and of its database.")
        let information = service.orchestrator.information
        text.sample(
            "rif_build_info", 1,
            [
                ("version", Orchestrator.version), ("store", information.kind),
                ("store_version", information.libraryVersion), ("schema", "\(information.schemaVersion)"),
            ])
    }

    private static func engine(_ statistics: EngineStatistics, _ text: inout PrometheusText) {
        text.family("rif_transitions_total", .counter, "Transitions since the start, by whether they took place.")
        text.sample("rif_transitions_total", statistics.transitions, [("outcome", "done")])
        text.sample("rif_transitions_total", statistics.refusedTransitions, [("outcome", "refused")])
        text.family("rif_commit_duration_seconds", .histogram, "Of each commit, the sync of the disk included.")
        text.histogram("rif_commit_duration_seconds", of: statistics.commitSeconds)
        text.family(
            "rif_committed_writes_total", .counter, "Writes that were committed; many of them may share a commit.")
        text.sample("rif_committed_writes_total", statistics.committedWrites)
        if let active = statistics.activeSessions {
            text.family("rif_active_sessions", .gauge, "Sessions without an outcome.")
            text.sample("rif_active_sessions", active)
        }
        text.family(
            "rif_state_duration_seconds", .histogram,
            "How long sessions were in a state that they left; the first \(EngineStatistics.mostStates) names, and the "
                + "others together.")
        for (state, histogram) in statistics.stateSeconds.sorted(by: { $0.key < $1.key })
        where state != EventMetrics.others {
            text.histogram("rif_state_duration_seconds", labels: [("state", state)], of: histogram)
        }
        // With the one that bears this very name, so that no series is there twice.
        let others = [statistics.otherStateSeconds] + [statistics.stateSeconds[EventMetrics.others]].compactMap(\.self)
        text.histogram(
            "rif_state_duration_seconds", labels: [("state", EventMetrics.others)],
            bounds: EngineStatistics.stateBounds,
            counts: others[0].counts.indices.map { index in others.map { $0.counts[index] }.reduce(0, +) },
            sum: others.map(\.sum).reduce(0, +))
        for (name, help, value) in [
            (
                "rif_overloaded_total", "Callers refused because too much was waiting for the disk.",
                statistics.overloaded
            ),
            ("rif_recoveries_total", "Sessions taken up again.", statistics.recoveries),
            ("rif_reopenings_total", "Times that the database was reopened after an error.", statistics.reopenings),
        ] {
            text.family(name, .counter, help)
            text.sample(name, value)
        }
        text.family("rif_queued_writes", .gauge, "Writes that are queued or being committed.")
        text.sample("rif_queued_writes", statistics.queuedWrites)
        text.family("rif_cached_sessions", .gauge, "Sessions in memory.")
        text.sample("rif_cached_sessions", statistics.cachedSessions)
    }

    private static func sessions(_ counts: EventMetrics.Counts, _ text: inout PrometheusText) {
        text.family("rif_sessions_started_total", .counter, "Sessions that began.")
        text.sample("rif_sessions_started_total", counts.started)
        text.family("rif_sessions_ended_total", .counter, "Sessions that ended, by their outcome.")
        for outcome in Outcome.allCases.map(\.rawValue) {
            text.sample("rif_sessions_ended_total", counts.ended[outcome] ?? 0, [("outcome", outcome)])
        }
        text.family(
            "rif_agent_launches_total", .counter,
            "Agents put to work; the first \(EventMetrics.mostAgents) names, and the others together.")
        for (agent, count) in counts.launches.sorted(by: { $0.key < $1.key }) {
            text.sample("rif_agent_launches_total", count, [("agent", agent)])
        }
    }

    private static func server(_ service: Service, _ text: inout PrometheusText) {
        text.family(
            "rif_http_request_duration_seconds", .histogram,
            "From the head of a request to the head of its answer; route is the path as the API names it.")
        let series = service.metrics.snapshot.sorted { left, right in
            (left.key.route, left.key.method, left.key.status) < (right.key.route, right.key.method, right.key.status)
        }
        for (key, series) in series {
            text.histogram(
                "rif_http_request_duration_seconds",
                labels: [("method", key.method), ("route", key.route), ("status", "\(key.status)")],
                bounds: RequestMetrics.bounds, counts: series.counts, sum: series.sum)
        }
        text.family("rif_http_connections", .gauge, "Open connections, those of the Unix socket included.")
        text.sample("rif_http_connections", service.connectionCount)
        let streams = service.events.figures
        text.family("rif_event_stream_clients", .gauge, "Clients that follow the live events.")
        text.sample("rif_event_stream_clients", streams.clients)
        text.family(
            "rif_event_stream_cut_off_total", .counter,
            "Clients of the live events that were too slow and were cut off.")
        text.sample("rif_event_stream_cut_off_total", streams.cutOff)
    }

    private static func process(_ service: Service, _ text: inout PrometheusText) {
        let location = service.orchestrator.information.location
        text.family("rif_db_size_bytes", .gauge, "The database file, and its write-ahead log.")
        for (part, path) in [("database", location), ("log", location + ".wal")] {
            text.sample("rif_db_size_bytes", size(of: path), [("file", part)])
        }
        if let megabytes = ResidentMemory.megabytes() {
            text.family("process_resident_memory_bytes", .gauge, "Memory of the process that is in RAM.")
            text.sample("process_resident_memory_bytes", Int64(megabytes * 1_048_576))
        }
        var usage = rusage()
        if getrusage(thisProcess, &usage) == 0 {
            let times = [usage.ru_utime, usage.ru_stime].map { Double($0.tv_sec) + Double($0.tv_usec) / 1e6 }
            text.family("process_cpu_seconds_total", .counter, "Time on a processor, of the user and of the system.")
            text.sample("process_cpu_seconds_total", times.reduce(0, +))
        }
        text.family("process_start_time_seconds", .gauge, "When the server was started, in seconds since 1970.")
        text.sample("process_start_time_seconds", Double(service.startedAt.microseconds) / 1e6)
    }

    /// 0 where there is no such file.
    private static func size(of path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }
}

extension PrometheusText {
    fileprivate mutating func histogram(
        _ name: String, labels: [(String, String)] = [], of histogram: EngineStatistics.Histogram
    ) {
        self.histogram(
            name, labels: labels, bounds: histogram.bounds, counts: histogram.counts, sum: histogram.sum)
    }
}
