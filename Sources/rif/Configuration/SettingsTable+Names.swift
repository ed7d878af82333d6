/// Which names are ours, and which of ours were perhaps meant.
extension SettingsTable {
    private static let sections = Set(keys.map(\.section))

    static func isSection(_ name: String) -> Bool { sections.contains(Substring(name)) }

    /// Variables of ours that set nothing here. All others that begin with one of our sections are mistakes.
    private static let otherVariables: Set<String> = [
        "RIF_DATABASE", "RIF_DUCKDB_LIBRARY", "RIF_CRASH_POINT", "RIF_SESSION_ID", "RIF_ASSIGNMENT_ID", "RIF_STATE",
        "RIF_AGENT", "RIF_TASK", "RIF_ATTEMPT", "RIF_CONTEXT_FILE", "RIF_RESULT_FILE", "RIF_ADDRESS",
    ]

    /// Whether a variable was most likely meant as a setting, and is none: it begins with one of our sections, or is a
    /// slip of two letters away from a setting. Everything else that begins with `RIF_` belongs to others.
    static func isMistaken(_ variable: String) -> Bool {
        guard variable.hasPrefix("RIF_"), !otherVariables.contains(variable), aliases[variable] == nil,
            !keys.contains(where: { $0.variable == variable })
        else { return false }
        let rest = variable.dropFirst(4).lowercased()
        if sections.contains(where: { rest.hasPrefix($0 + "_") }) { return true }
        return Text.distance(nearest(variable: variable).variable, variable) <= 2
    }

    static func nearest(variable: String) -> SettingKey {
        nearest { Text.distance($0.variable, variable) }
    }

    /// By the whole name, or by its last part: `port` is `server.port`.
    static func nearest(_ name: String) -> SettingKey {
        if let first = keys.first(where: { name == $0.section + "." }) { return first }
        let last = name.split(separator: ".").last.map(String.init) ?? name
        return nearest { key in
            let part = String(key.name.dropFirst(key.section.count + 1))
            return min(2 * Text.distance(key.name, name), 2 * Text.distance(part, last) + 1)
        }
    }

    private static func nearest(by distance: (SettingKey) -> Int) -> SettingKey {
        keys.map { (key: $0, distance: distance($0)) }.min { $0.distance < $1.distance }?.key ?? keys[0]
    }
}
