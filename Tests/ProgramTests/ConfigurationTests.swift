import Foundation
import RIFEngine
import RIFModel
import RIFMonitor
import Testing

@testable import rif

/// Settings by file, environment and flags: which one counts, and what is refused, with key, value and place.
@Suite struct ConfigurationTests {
    private func configuration(
        _ yaml: String? = nil, _ environment: [String: String] = [:], set flags: String...
    ) throws -> Configuration {
        try Configuration(
            file: yaml.map { SettingsFile(path: "folder/rif.yaml", text: $0) }, environment: environment, flags: flags)
    }

    // MARK: - The table

    @Test func theGuideHoldsTheTable() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = root.appendingPathComponent("Documentation/Guides/Configuration.md")
        let text = try String(decoding: Data(contentsOf: page), as: UTF8.self)
        #expect(text.hasSuffix("\n" + SettingsGuide.table), "bring it up to date with 'rif config --markdown'")
    }

    @Test func everyDefaultIsAValueOfItsKey() throws {
        #expect(Set(SettingsTable.keys.map(\.name)).count == SettingsTable.keys.count)
        for key in SettingsTable.keys {
            let parts = key.name.split(separator: ".")
            #expect(parts.count == 2, "\(key.name)")
            #expect(!SettingsTable.isMistaken(key.variable), "\(key.variable)")
            // A default that is written down means the default.
            guard key.standard != .null || key.kind == .optionalInteger(1...36_500) else { continue }
            let written = key.standard == .null ? "off" : key.plainText(key.standard)
            guard !written.isEmpty else { continue }
            var settings = Settings()
            key.assign(&settings, try key.parse(written))
            #expect(key.read(settings) == key.standard, "\(key.name)")
        }
    }

    @Test func everyKeyReachesItsOwnProperty() throws {
        let values: [String: String] = [
            "server.host": "::1", "server.token_file": "/t", "server.read_token_file": "/r", "backup.directory": "/b",
            "server.allowed_hosts": "a,b", "cleanup.days": "90", "log.level": "trace",
            "log.format": "json",
        ]
        for key in SettingsTable.keys {
            let word: String
            switch key.kind {
            case .integer(let range):
                word = "\(key.standard == .int(range.lowerBound) ? range.upperBound : range.lowerBound)"
            case .bytes(let range): word = "\(range.upperBound)"
            case .number(let range): word = "\(range.lowerBound)"
            default: word = try #require(values[key.name], "\(key.name)")
            }
            let result = try Configuration(file: nil, environment: [:], flags: ["\(key.name)=\(word)"])
            for other in SettingsTable.keys {
                let isSet = other.name == key.name
                #expect((other.read(result.settings) != other.standard) == isSet, "\(key.name) and \(other.name)")
                #expect(result.source(of: other) == (isSet ? .flag : .standard))
            }
        }
    }

    // MARK: - Strength

    @Test func laterSourcesAreStronger() throws {
        let yaml = "alerts:\n  active_sessions: 50\n  error_rate: 0.2\n  slow_ms: 7\n"
        let all = try configuration(
            yaml, ["RIF_ALERTS_ACTIVE_SESSIONS": "60", "RIF_ALERTS_ERROR_RATE": "0.3"], set: "alerts.error_rate=0.4",
            "alerts.error_rate=0.5")
        #expect(all.settings.monitoring.slowTransitionMS == 7)
        #expect(all.settings.monitoring.activeSessions == 60)
        #expect(all.settings.monitoring.errorRate == 0.5)
        let sources = ["alerts.slow_ms", "alerts.active_sessions", "alerts.error_rate", "alerts.slow_query_ms"]
            .compactMap { SettingsTable.key($0) }.map { all.source(of: $0) }
        #expect(
            sources == [
                .file(place: "folder/rif.yaml:4"), .environment(variable: "RIF_ALERTS_ACTIVE_SESSIONS"), .flag,
                .standard,
            ])
    }

    @Test func settingsReachTheEngine() throws {
        let settings = try configuration(set: "cleanup.days=9", "limits.context_bytes=2 MiB", "limits.list_rows=7")
            .settings
        let policy = settings.policy(EnginePolicy())
        #expect(policy.cleanupDays == 9)
        #expect(policy.limits.contextBytes == 2 << 20)
        #expect(policy.limits.listLimit == 1...7)
    }

    @Test func theFullNameOfTheLogLevelIsStronger() throws {
        #expect(try configuration(nil, ["RIF_LOG": "debug"]).settings.logLevel == "debug")
        let both = try configuration(nil, ["RIF_LOG": "debug", "RIF_LOG_LEVEL": "error"])
        #expect(both.settings.logLevel == "error")
        #expect(try configuration(nil, ["RIF_LOG": ""]).settings.logLevel == "warning")
    }

    @Test func sectionsAndDottedNamesMeanTheSame() throws {
        let settings = try configuration(
            "limits.body_bytes: 8 MiB\nserver: {port: 0, allowed_hosts: [a, 'b:1']}\ncleanup:\n  # days: 3\n"
        ).settings
        #expect(settings.limits.bodyBytes == 8 << 20)
        #expect(settings.server.port == 0)
        #expect(settings.server.allowedHosts == ["a", "b:1"])
        #expect(settings.cleanup.days == nil)
        for empty in ["", "# only words\n", "---\n", "null\n"] {
            #expect(try configuration(empty).settings.server.port == 8420, "\(empty)")
        }
    }

    @Test func pathsInAFileAreSeenFromItsFolder() throws {
        let yaml = "server: {token_file: secret/token, read_token_file: /absolute}\n"
        let server = try configuration(yaml).settings.server
        #expect(server.tokenFile == "folder/secret/token")
        #expect(server.readTokenFile == "/absolute")
        #expect(try configuration(set: "server.token_file=here").settings.server.tokenFile == "here")
        #expect(Settings().backupDirectory(besides: "knowledge/a.duckdb") == "knowledge/backups")
        #expect(Settings().backupDirectory(besides: "a.duckdb") == "backups")
    }

    @Test func theFirstFileThatExistsCounts() {
        #expect(
            SettingsFile.places(database: "knowledge/a.duckdb", environment: ["XDG_CONFIG_HOME": "/x", "HOME": "/h"])
                == ["knowledge/rif.yaml", "/x/rif/rif.yaml"])
        #expect(
            SettingsFile.places(database: nil, environment: ["XDG_CONFIG_HOME": "relative", "HOME": "/h"])
                == ["/h/.config/rif/rif.yaml"])
        #expect(SettingsFile.places(database: "/a.duckdb", environment: [:]) == ["/rif.yaml"])
    }

    // MARK: - Refusals

    struct Mistake: Sendable, CustomStringConvertible {
        var yaml: String
        var words: [String]
        var description: String { yaml }
        init(_ yaml: String, says words: String...) {
            self.yaml = yaml
            self.words = words
        }
    }

    static let mistakes = [
        Mistake("alerts:\n  eror_rate: 0.2\n", says: ":2", "\"alerts.eror_rate\"", "\"0.2\"", "alerts.error_rate?"),
        Mistake("alert:\n  error_rate: 0.2\n", says: ":2", "\"alert.error_rate\"", "alerts.error_rate?"),
        Mistake("port: 1\n", says: ":1", "\"port\"", "server.port?"),
        Mistake("other: {}\n", says: ":1", "\"other\"", "did you mean"),
        Mistake("a: {b: {c: 1}}\n", says: ":1", "\"a.b\"", "a mapping of 1"),
        Mistake("alerts: 5\n", says: ":1", "section", "\"5\"", "alerts.active_sessions"),
        Mistake("alerts: {error_rate: many}\n", says: ":1", "alerts.error_rate", "\"many\"", "a number from 0 to 1"),
        Mistake("alerts: {error_rate: 1.5}\n", says: "alerts.error_rate", "\"1.5\"", "out of range", "from 0 to 1"),
        Mistake("alerts: {error_rate: nan}\n", says: "alerts.error_rate", "\"nan\"", "is no number"),
        Mistake("alerts: {error_rate: [1]}\n", says: "alerts.error_rate", "a list of 1"),
        Mistake("alerts: {error_rate: {a: 1}}\n", says: "alerts.error_rate", "a mapping of 1"),
        Mistake("alerts:\n\n  error_rate:\n", says: ":3", "alerts.error_rate", "nothing"),
        Mistake("server: {port: 65536}\n", says: "server.port", "\"65536\"", "0 to 65535"),
        Mistake("server: {port: 99999999999999999999}\n", says: "server.port", "out of range"),
        Mistake("server: {port: 80.5}\n", says: "server.port", "\"80.5\"", "no whole number"),
        Mistake("server: {host: 'a b'}\n", says: "server.host", "\"a b\"", "space"),
        Mistake("server: {allowed_hosts: [a, '']}\n", says: "server.allowed_hosts", "empty"),
        Mistake("server: {allowed_hosts: [a, {b: 1}]}\n", says: "server.allowed_hosts", "a list of 2"),
        Mistake("server: {token_file: ''}\n", says: "server.token_file", "empty"),
        Mistake("cleanup: {days: 0}\n", says: "cleanup.days", "\"0\"", "off, or a whole number from 1"),
        Mistake("limits: {body_bytes: 4 MB}\n", says: "limits.body_bytes", "\"4 MB\"", "64 KiB"),
        Mistake("limits: {body_bytes: 9999999999999 GiB}\n", says: "limits.body_bytes", "out of range"),
        Mistake("log: {level: loud}\n", says: "log.level", "\"loud\"", "debug"),
        Mistake("alerts:\n  slow_ms: 1\nalerts.slow_ms: 2\n", says: ":3", "alerts.slow_ms", "line 2"),
        Mistake("alerts: {slow_ms: 1}\nalerts: {slow_ms: 2}\n", says: "\"alerts\"", "twice"),
        Mistake("- a\n", says: ":1", "a list of 1", "alerts"),
        Mistake("? [a]\n: b\n", says: ":1", "a list of 1"),
        Mistake("alerts: {slow_ms: 1\n", says: ":2", "YAML"),
        Mistake("alerts:\n\tslow_ms: 1\n", says: ":2", "YAML"),
        Mistake("alerts: {}\n---\nserver: {}\n", says: ":2", "another document"),
        Mistake("alerts: \u{1}\n", says: "YAML", "control characters"),
    ]

    @Test(arguments: mistakes) func aMistakeInAFileIsNamed(_ mistake: Mistake) throws {
        let error = #expect(throws: RIFError.self) { try configuration(mistake.yaml) }
        let text = try #require(error).detail
        #expect(error?.exitCode == 2 && text.hasPrefix("folder/rif.yaml:"), "\(text)")
        for word in mistake.words { #expect(text.contains(word), "\"\(word)\" is missing in: \(text)") }
    }

    @Test func mistakesElsewhereAreNamed() throws {
        func refusal(_ environment: [String: String], _ flags: [String], says words: String...) throws {
            let error = #expect(throws: RIFError.self) {
                try Configuration(file: nil, environment: environment, flags: flags)
            }
            let text = try #require(error).detail
            for word in words { #expect(text.contains(word), "\"\(word)\" is missing in: \(text)") }
        }
        try refusal(["RIF_ALERTS_ERROR_RATE": "x"], [], says: "RIF_ALERTS_ERROR_RATE", "alerts.error_rate", "\"x\"")
        try refusal(["RIF_SERVER_PROT": "1"], [], says: "RIF_SERVER_PROT", "\"1\"", "RIF_SERVER_PORT?")
        try refusal(["RIF_ALERT_ERROR_RATE": "1"], [], says: "RIF_ALERT_ERROR_RATE", "RIF_ALERTS_ERROR_RATE?")
        try refusal([:], ["alerts.error_rate"], says: "--set", "'='")
        try refusal([:], ["=1"], says: "--set", "\"\"")
        try refusal([:], ["alerts.error_rat=1"], says: "--set", "alerts.error_rat", "\"1\"", "alerts.error_rate?")
        try refusal([:], ["alerts.error_rate=-1"], says: "--set", "alerts.error_rate", "\"-1\"", "0 to 1")
        try refusal([:], ["alerts.error_rate="], says: "--set", "alerts.error_rate", "\"\"")
        // What belongs to others is left alone.
        let foreign = [
            "RIF_FOO": "1", "RIF_STATE": "x", "RIF_CONTEXT_FILE": "x", "RIF_SESSION_ID": "x", "RIF_DATABASE": "x",
            "RIF_ALERTS_ERROR_RATE": "", "ALERTS_ERROR_RATE": "x",
        ]
        #expect(try configuration(nil, foreign).settings.monitoring == Settings().monitoring)
    }
}

/// `rif config` and the settings of other commands, as a person runs them.
@Suite struct ConfigCommandTests {
    let work: Workspace

    init() throws { work = try Workspace() }

    @Test func eachValueIsShownWithItsSource() async throws {
        try work.write("alerts:\n  error_rate: 0.25\n", to: "rif.yaml")
        let ran = try await work.rif(
            "config", "--json", "--set", "server.port=0", environment: ["RIF_ALERTS_ACTIVE_SESSIONS": "7"])
        let values = try #require(try ran.json()["values"]?.arrayValue)
        #expect(values.count == SettingsTable.keys.count)
        func value(_ key: String) -> JSONValue? { values.first { $0["key"] == .string(key) } }
        #expect(value("alerts.error_rate")?["value"] == 0.25)
        #expect(value("alerts.error_rate")?["default"] == 0.1)
        #expect(value("alerts.error_rate")?["source"] == "file")
        #expect(value("alerts.error_rate")?["location"]?.stringValue?.hasSuffix("rif.yaml:2") == true)
        #expect(value("alerts.active_sessions")?["source"] == "environment")
        #expect(value("server.port")?["value"] == 0)
        #expect(value("server.port")?["source"] == "flag")
        #expect(value("cleanup.days")?["source"] == "default")
        for value in values { #expect(value["description"]?.stringValue?.isEmpty == false, "\(value)") }

        let page = try await work.rif("config")
        #expect(page.output.contains("rif.yaml:2") && page.output.contains("cleanup.days"), "\(page)")
        #expect(try await work.rif("config", "alerts.error_rate").output == "0.25\n")
        #expect(try await work.rif("config", "limits.body_bytes").output == "4194304\n")
        #expect(try await work.rif("config", "alerts.error_rate", "--json").json()["value"] == 0.25)
        expectRefusal(try await work.rif("config", "server.prot"), 2, saying: "server.prot", "server.port")
        #expect(!work.exists("test.duckdb"), "it makes no database")
    }

    @Test func theFileIsTheNamedOneElseTheOneBesideTheDatabaseElseTheUsersOwn() async throws {
        try FileManager.default.createDirectory(atPath: work.path("xdg/rif"), withIntermediateDirectories: true)
        try work.write("server: {port: 1}\n", to: "xdg/rif/rif.yaml")
        #expect(try await work.rif("config", "server.port").output == "1\n")
        try work.write("alerts: {slow_ms: 5}\n", to: "rif.yaml")
        #expect(try await work.rif("config", "server.port").output == "8420\n", "only one file counts")
        #expect(try await work.rif("config", "server.port", "--database", ":memory:").output == "1\n")
        try work.write("server: {port: 3}\n", to: "other.yaml")
        #expect(try await work.rif("config", "server.port", "--config", "other.yaml").output == "3\n")
        expectRefusal(
            try await work.rif("config", "--config", "missing.yaml"), 2, saying: "--config", "missing.yaml", "No such")
        expectRefusal(try await work.rif("config", "--config", work.folder), 2, saying: "--config", "directory")
        expectRefusal(try await work.rif("config", "--config", ""), 2, saying: "--config", "empty")
    }

    @Test func everyCommandObeys() async throws {
        let id = try await work.start()
        expectRefusal(try await work.rif("list", "--set", "server.port=x"), 2, saying: "--set", "server.port", "\"x\"")
        try work.write("alerts:\n  active_sessions: 0\nlimits: {list_rows: 5, reason_bytes: 8}\n", to: "rif.yaml")
        let health = try await work.rif("health", "--json").json()
        #expect(health["health_score"] == 80, "one active session is more than none: \(health)")
        expectRefusal(try await work.rif("list", "--limit", "6"), 2, saying: "--limit", "1 to 5")
        expectRefusal(
            try await work.rif("transition", id, "analyzing", "--reason", "much too long"), 2, saying: "reason", "8")
        let dashboard = try await work.rif("dashboard", "--json", "--set", "dashboard.refresh_interval=2.5").json()
        #expect(dashboard["refresh_interval"] == 2.5)
        try work.write("alerts: {slow: 1}\n", to: "rif.yaml")
        try expectProblem(try await work.rif("show", id, "--json"), 2, code: "invalid_request")
    }
}
