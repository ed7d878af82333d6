/// The table of settings in `Documentation/Guides/Configuration.md`, made from `SettingsTable`.
enum SettingsGuide {
    static var table: String {
        var lines = ["| key | default | range | what it means |", "|---|---|---|---|"]
        for key in SettingsTable.keys {
            let cells = ["`\(key.name)`", key.text(key.standard), key.expected, key.description]
            lines.append("| " + cells.map(escaped).joined(separator: " | ") + " |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func escaped(_ cell: String) -> String {
        cell.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }
}
