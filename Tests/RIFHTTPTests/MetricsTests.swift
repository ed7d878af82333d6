import RIFHTTP
import RIFModel
import RIFOrchestrator
import RIFTesting
import Testing

/// A parser of Prometheus' text format, written from its description and not from our writer. Everything that the format
/// demands is an error here.
struct Scrape {
    struct Sample {
        var name: String
        var labels: [String: String]
        var value: Double
    }

    struct Family {
        var kind: String
        var samples: [Sample] = []
    }

    struct Mistake: Error, CustomStringConvertible {
        var description: String
    }

    private(set) var families: [String: Family] = [:]

    init(_ text: String) throws {
        guard text.hasSuffix("\n"), !text.contains("\r") else { throw Mistake(description: "the last line has no end") }
        var current = ""
        var series: Set<String> = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map({ String($0) }) {
            if line.hasPrefix("# HELP ") {
                let name = String(line.dropFirst(7).prefix { $0 != " " })
                guard families[name] == nil else { throw Mistake(description: "\(name) is there twice") }
                families[name] = Family(kind: "")
                current = name
            } else if line.hasPrefix("# TYPE ") {
                let words = line.split(separator: " ").map { String($0) }
                guard words.count == 4, words[2] == current, families[current]?.kind == "",
                    ["counter", "gauge", "histogram"].contains(words[3])
                else { throw Mistake(description: line) }
                families[current]?.kind = words[3]
            } else {
                let sample = try Self.sample(line)
                let suffixes = families[current]?.kind == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
                guard suffixes.contains(where: { current + $0 == sample.name }) else {
                    throw Mistake(description: "\(sample.name) stands under \(current)")
                }
                let key = sample.name + "\(sample.labels.sorted { $0.key < $1.key })"
                guard series.insert(key).inserted else { throw Mistake(description: "\(key) is there twice") }
                families[current]?.samples.append(sample)
            }
        }
        for (name, family) in families where family.kind == "histogram" { try Self.check(name, family) }
    }

    private static func sample(_ line: String) throws -> Sample {
        var rest = Array(line)[...]
        func isName(_ character: Character) -> Bool {
            character.isASCII && (character.isLetter || character.isNumber || "_:".contains(character))
        }
        func word() -> String {
            let word = rest.prefix { isName($0) }
            rest = rest.dropFirst(word.count)
            return String(word)
        }
        let name = word()
        var labels: [String: String] = [:]
        if rest.first == "{" {
            rest.removeFirst()
            while rest.first != "}" {
                let label = word()
                guard rest.popFirst() == "=", rest.popFirst() == "\"", labels[label] == nil, !label.isEmpty else {
                    throw Mistake(description: line)
                }
                var value = ""
                while let character = rest.popFirst(), character != "\"" {
                    guard character == "\\" else {
                        value.append(character)
                        continue
                    }
                    switch rest.popFirst() {
                    case "n": value += "\n"
                    case "\\": value += "\\"
                    case "\"": value += "\""
                    default: throw Mistake(description: "escape in \(line)")
                    }
                }
                labels[label] = value
                if rest.first == "," { rest.removeFirst() }
            }
            rest.removeFirst()
        }
        guard rest.popFirst() == " ", !name.isEmpty, let value = Double(String(rest)) else {
            throw Mistake(description: line)
        }
        return Sample(name: name, labels: labels, value: value)
    }

    /// Buckets grow, the last is `+Inf` and the count, and there is a sum.
    private static func check(_ name: String, _ family: Family) throws {
        let groups = Dictionary(grouping: family.samples) { sample in
            sample.labels.filter { $0.key != "le" }.sorted { $0.key < $1.key }.map { "\($0)" }.joined()
        }
        for (labels, samples) in groups {
            let buckets = samples.filter { $0.name == name + "_bucket" }
            let bounds = buckets.compactMap { $0.labels["le"].flatMap { Double($0) } }
            let count = samples.first { $0.name == name + "_count" }?.value
            guard bounds.count == buckets.count, bounds == bounds.sorted(), bounds.last == .infinity,
                buckets.map(\.value) == buckets.map(\.value).sorted(), count == buckets.last?.value,
                samples.contains(where: { $0.name == name + "_sum" })
            else { throw Mistake(description: "\(name) \(labels)") }
        }
    }

    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        families.values.flatMap(\.samples).first { $0.name == name && $0.labels == labels }?.value
    }
}

@Suite("Figures for Prometheus", .timeLimit(.minutes(2)))
struct MetricsTests {
    private static func scrape(_ server: TestServer, _ headers: String...) async throws -> Scrape {
        let reply = try await server.request("GET /metrics", headers.first ?? "X: y")
        #expect(reply["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        return try Scrape(reply.body)
    }

    @Test("The text says what happened, in a form that another parser reads")
    func figures() async throws {
        try await TestServer.run { (server) async throws in
            let evil = "say \"hi\"\\ or\u{2028}{le=\"+Inf\"}"
            let session = try await server.orchestrator.startSession(workflowType: "feature")
            for (from, to) in [("initialized", "one"), ("one", evil), (evil, "other"), ("other", "two")] {
                _ = try await session.transition(from: from, to: to, reason: "on")
            }
            await #expect(throws: RIFError.self) { try await session.transition(from: "wrong", to: "x", reason: "no") }
            _ = try await session.launchAgents(["RIF-\"Analyst\""], task: "look")
            #expect(try await server.request("GET /api/v1/sessions/\(session.id)").status == 200)
            #expect(try await server.request("GET /api/v1/sessions/\(session.id)/nothing").status == 404)
            let scrape = try await Self.scrape(server)

            #expect(scrape.value("rif_transitions_total", ["outcome": "done"]) == 4)
            #expect(scrape.value("rif_transitions_total", ["outcome": "refused"]) == 1)
            #expect(scrape.value("rif_active_sessions") == 1)
            #expect(try #require(scrape.value("rif_commit_duration_seconds_count")) >= 1)
            for state in ["initialized", "one", evil, "other"] {
                #expect(scrape.value("rif_state_duration_seconds_count", ["state": state]) == 1, "\(state)")
            }
            #expect(
                scrape.value(
                    "rif_http_request_duration_seconds_count",
                    ["method": "GET", "route": "/api/v1/sessions/{session_id}", "status": "200"]) == 1)
            #expect(scrape.families["rif_build_info"]?.samples.first?.labels["version"] == Orchestrator.version)
            #expect(try #require(scrape.value("process_resident_memory_bytes")) > 1_000_000)
            #expect(try #require(scrape.value("process_start_time_seconds")) > 1_700_000_000)
            #expect(try #require(scrape.value("rif_http_connections")) >= 1)
            for (name, family) in scrape.families {
                #expect(name.hasPrefix("rif_") || name.hasPrefix("process_"))
                #expect((family.kind == "counter") == name.hasSuffix("_total"), "\(name)")
                for sample in family.samples {
                    #expect(!sample.labels.values.contains { $0.contains(session.id) }, "an id is a label of \(name)")
                }
            }
        }
    }

    @Test("Starts, ends and launches are counted as they happen")
    func events() async throws {
        try await TestServer.run { (server) async throws in
            let session = try await server.orchestrator.startSession(workflowType: "feature")
            _ = try await session.launchAgents(["A"], task: "look")
            _ = try await session.complete()
            // The feed brings them in its own time; each scrape asks anew.
            var scrape = try await Self.scrape(server)
            while scrape.value("rif_sessions_ended_total", ["outcome": "completed"]) != 1 {
                await Task.yield()
                scrape = try await Self.scrape(server)
            }
            #expect(scrape.value("rif_sessions_started_total") == 1)
            #expect(scrape.value("rif_sessions_ended_total", ["outcome": "failed"]) == 0)
            #expect(scrape.value("rif_agent_launches_total", ["agent": "A"]) == 1)
        }
    }

    @Test("With a token the figures need it, and whether the server lives and can commit does not")
    func access() async throws {
        try await TestServer.run({ $0.tokens = .init(readWrite: "w-0123456789abcdef", readOnly: "r-0123456789abcdef") })
        {
            (server) async throws in
            #expect(try await server.request("GET /metrics").status == 401)
            _ = try await Self.scrape(server, "Authorization: Bearer r-0123456789abcdef")
            #expect(try await server.request("GET /healthz").json == ["status": "alive"])
            #expect(try await server.request("GET /readyz").json == ["status": "ready"])
        }
    }

    @Test("A server that cannot commit lives, but is not ready")
    func notReady() async throws {
        try await TestServer.run { (server) async throws in
            await server.orchestrator.close()
            #expect(try await server.request("GET /healthz").status == 200)
            let reply = try await server.request("GET /readyz")
            #expect(reply.status == 503 && reply.code == "storage_unavailable", "\(reply)")
            #expect(reply["retry-after"] == "1")
            let scrape = try await Self.scrape(server)
            #expect(scrape.value("rif_active_sessions") == nil)
        }
    }
}
