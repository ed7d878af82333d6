import RIFOrchestrator

/// One setting: its name, what it may be, and where it goes.
struct SettingKey: Sendable {
    enum Kind: Sendable, Hashable {
        case integer(ClosedRange<Int64>)
        /// Also written as `4 MiB`.
        case bytes(ClosedRange<Int64>)
        /// A whole number, or `off`.
        case optionalInteger(ClosedRange<Int64>)
        case number(ClosedRange<Double>)
        case text
        case path
        case choice([String])
        /// Texts; in one word with commas between them.
        case list
    }

    /// Section and name, `alerts.active_sessions`.
    let name: String
    let kind: Kind
    let description: String
    /// What a missing value amounts to, in words.
    let standardText: String?
    /// The value as JSON; null where there is none.
    let read: @Sendable (Settings) -> JSONValue
    /// Takes what `parse` gave.
    let assign: @Sendable (inout Settings, JSONValue) -> Void

    var standard: JSONValue { read(Settings()) }

    /// `RIF_ALERTS_ACTIVE_SESSIONS`.
    var variable: String { "RIF_" + name.uppercased().split(separator: ".").joined(separator: "_") }

    var section: Substring { name.prefix { $0 != "." } }
}

// MARK: - Entries of the table

extension SettingKey {
    static func integer<Number: FixedWidthInteger & Sendable>(
        _ name: String, _ path: any WritableKeyPath<Settings, Number> & Sendable, _ range: ClosedRange<Int64>,
        _ description: String
    ) -> SettingKey {
        number(name, .integer(range), path, description)
    }

    static func bytes<Number: FixedWidthInteger & Sendable>(
        _ name: String, _ path: any WritableKeyPath<Settings, Number> & Sendable, _ range: ClosedRange<Int64>,
        _ description: String
    ) -> SettingKey {
        number(name, .bytes(range), path, description)
    }

    private static func number<Number: FixedWidthInteger & Sendable>(
        _ name: String, _ kind: Kind, _ path: any WritableKeyPath<Settings, Number> & Sendable, _ description: String
    ) -> SettingKey {
        SettingKey(
            name: name, kind: kind, description: description, standardText: nil,
            read: { .int(Int64($0[keyPath: path])) },
            assign: { settings, value in
                if case .int(let number) = value { settings[keyPath: path] = Number(clamping: number) }
            })
    }

    static func optionalInteger(
        _ name: String, _ path: any WritableKeyPath<Settings, Int?> & Sendable, _ range: ClosedRange<Int64>,
        _ description: String
    ) -> SettingKey {
        SettingKey(
            name: name, kind: .optionalInteger(range), description: description, standardText: "off",
            read: { settings in .optional(settings[keyPath: path].map { Int64($0) }) },
            assign: { settings, value in
                if case .int(let number) = value {
                    settings[keyPath: path] = Int(clamping: number)
                } else {
                    settings[keyPath: path] = nil
                }
            })
    }

    static func number(
        _ name: String, _ path: any WritableKeyPath<Settings, Double> & Sendable, _ range: ClosedRange<Double>,
        _ description: String
    ) -> SettingKey {
        SettingKey(
            name: name, kind: .number(range), description: description, standardText: nil,
            read: { .double($0[keyPath: path]) },
            assign: { settings, value in
                if let number = value.doubleValue { settings[keyPath: path] = number }
            })
    }

    static func text(
        _ name: String, _ path: any WritableKeyPath<Settings, String> & Sendable, _ description: String
    ) -> SettingKey {
        string(name, .text, path, description)
    }

    static func choice(
        _ name: String, _ path: any WritableKeyPath<Settings, String> & Sendable, _ choices: [String],
        _ description: String
    ) -> SettingKey {
        string(name, .choice(choices), path, description)
    }

    private static func string(
        _ name: String, _ kind: Kind, _ path: any WritableKeyPath<Settings, String> & Sendable, _ description: String
    ) -> SettingKey {
        SettingKey(
            name: name, kind: kind, description: description, standardText: nil,
            read: { .string($0[keyPath: path]) },
            assign: { settings, value in
                if let text = value.stringValue { settings[keyPath: path] = text }
            })
    }

    static func path(
        _ name: String, _ path: any WritableKeyPath<Settings, String?> & Sendable, standard: String = "none",
        _ description: String
    ) -> SettingKey {
        SettingKey(
            name: name, kind: .path, description: description, standardText: standard,
            read: { .optional($0[keyPath: path]) },
            assign: { settings, value in settings[keyPath: path] = value.stringValue })
    }

    static func list(
        _ name: String, _ path: any WritableKeyPath<Settings, [String]> & Sendable, _ description: String
    ) -> SettingKey {
        SettingKey(
            name: name, kind: .list, description: description, standardText: "none",
            read: { .strings($0[keyPath: path]) },
            assign: { settings, value in
                settings[keyPath: path] = (value.arrayValue ?? []).compactMap(\.stringValue)
            })
    }
}
