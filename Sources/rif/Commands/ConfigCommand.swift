import ArgumentParser
import RIFOrchestrator

struct ConfigCommand: RIFCommand {
    static let asksOwner = false

    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Show every setting, its value, and where it comes from.",
        discussion: """
            In rising order of strength: the default; rif.yaml (--config, else beside the database, else
            $XDG_CONFIG_HOME/rif/rif.yaml); the environment (RIF_ALERTS_ERROR_RATE); --set KEY=VALUE.

            Examples:
              rif config
              rif config server.port
              rif config --set alerts.error_rate=0.2 --json
            """)

    @Argument(help: "Only the value of this setting.", completion: .list(SettingsTable.keys.map(\.name)))
    var key: String?

    @Flag(help: "Print the table of all settings, with ranges and meanings, as Markdown.")
    var markdown = false

    @OptionGroup var shared: SharedOptions

    func report() async throws -> Report {
        let location = try Location(shared)
        let configuration = location.configuration
        if let name = key {
            guard let key = SettingsTable.key(name) else {
                throw Configuration.unknown(name, value: nil, place: "KEY")
            }
            let text = key.plainText(key.read(configuration.settings))
            return Report(json: Self.document(key, configuration), raw: text + "\n") { _ in }
        }
        let document: JSONValue = [
            "values": .array(SettingsTable.keys.map { Self.document($0, configuration) }),
            "file": .optional(configuration.file),
        ]
        if markdown { return Report(json: document, raw: SettingsGuide.table) { _ in } }
        return Report(json: document) { page in
            var table = Table([.init("SETTING"), .init("VALUE", flexible: true), .init("SOURCE", flexible: true)])
            for key in SettingsTable.keys {
                let source = configuration.source(of: key)
                let isDefault = source == .standard
                table.rows.append([
                    .init(key.name), .init(key.text(key.read(configuration.settings)), isDefault ? nil : .bold),
                    .init(source.place ?? source.name, isDefault ? .dim : .cyan),
                ])
            }
            page.table(table)
            page.line()
            let places = SettingsFile.places(
                database: location.isMemory ? nil : location.path, environment: Configuration.environment)
            let file = configuration.file.map { "File: \(Text.visible($0))" }
            page.line(
                page.styled(
                    file ?? "No file; looked for \(places.map { Text.visible($0) }.joined(separator: " and ")).", .dim))
        }
    }

    private static func document(_ key: SettingKey, _ configuration: Configuration) -> JSONValue {
        let source = configuration.source(of: key)
        return [
            "key": .string(key.name), "value": key.read(configuration.settings), "default": key.standard,
            "source": .string(source.name), "location": .optional(source.place),
            "description": .string(key.description), "expected": .string(key.expected),
            "variable": .string(key.variable),
        ]
    }
}
