import RIFOrchestrator
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The settings, and where each of them comes from.
struct Configuration: Sendable {
    enum Source: Sendable, Hashable {
        case standard
        case file(place: String)
        case environment(variable: String)
        case flag

        /// One of four words.
        var name: String {
            switch self {
            case .standard: "default"
            case .file: "file"
            case .environment: "environment"
            case .flag: "flag"
            }
        }

        /// Where exactly; none for a default.
        var place: String? {
            switch self {
            case .standard: nil
            case .file(let place): place
            case .environment(let variable): variable
            case .flag: "--set"
            }
        }
    }

    private(set) var settings = Settings()
    /// The file that was read.
    private(set) var file: String?
    private var sources: [String: Source] = [:]

    func source(of key: SettingKey) -> Source { sources[key.name] ?? .standard }

    /// Puts the sources together, weakest first: file, environment, flags.
    ///
    /// - Throws: `invalid_request` for an unknown key or a wrong type, `unprocessable` for a value out of range; the
    ///   message names key, value and place.
    init(file: SettingsFile?, environment: [String: String], flags: [String]) throws(RIFError) {
        if let file { try take(file) }
        try take(environment)
        for flag in flags { try take(flag) }
    }
}

// MARK: - For a command

extension Configuration {
    private struct Request: Hashable {
        var file: String?
        var flags: [String]
        var database: String?
    }

    // Read once: the file may be a pipe, and two readings in one command could differ.
    private static let read = Mutex<(request: Request, configuration: Configuration)?>(nil)

    static var environment: [String: String] { ProcessInfo.processInfo.environment }

    /// - Parameter database: path of the database; none where it is in memory.
    static func load(
        file: String?, flags: [String], database: String?
    ) throws(RIFError) -> Configuration {
        let request = Request(file: file, flags: flags, database: file == nil ? database : nil)
        if let known = read.withLock({ $0 }), known.request == request { return known.configuration }
        let environment = environment
        if let file { try Input.path("--config", file) }
        let found = try SettingsFile.find(
            named: file, places: SettingsFile.places(database: database, environment: environment))
        let configuration = try Configuration(file: found, environment: environment, flags: flags)
        read.withLock { $0 = (request, configuration) }
        return configuration
    }
}

// MARK: - The sources

extension Configuration {
    private mutating func take(_ file: SettingsFile) throws(RIFError) {
        self.file = file.path
        var lines: [String: Int] = [:]
        for entry in try file.entries() {
            let place = file.place(entry.line)
            let written =
                switch entry.value {
                case .word(let word): RIFError.quoted(word)
                case .list(let words): "a list of \(words.count)"
                case .other(let words): words
                }
            guard let key = SettingsTable.key(entry.key) else {
                throw Self.unknown(entry.key, value: written, place: place)
            }
            if let earlier = lines.updateValue(entry.line, forKey: key.name) {
                throw RIFError(
                    .invalidRequest, "\(place): \(key.name) is set already in line \(earlier)", field: key.name)
            }
            do throws(SettingMistake) {
                var value: JSONValue
                switch entry.value {
                case .word(let word): value = try key.parse(word)
                case .list(let words) where key.kind == .list: value = try key.list(words)
                default: throw .wrongType("")
                }
                // As seen from the file, so that it means the same wherever a command is run.
                if key.kind == .path, let path = value.stringValue {
                    value = .string(FilePaths.join(FilePaths.folder(of: file.path), path))
                }
                set(key, value, .file(place: place))
            } catch {
                throw Self.wrong(key, value: written, error, place: place)
            }
        }
    }

    private mutating func take(_ environment: [String: String]) throws(RIFError) {
        // Aliases first: the full name is stronger.
        for (variable, name) in SettingsTable.aliases {
            if let key = SettingsTable.key(name) { try take(key, variable, environment) }
        }
        for key in SettingsTable.keys { try take(key, key.variable, environment) }
        for (variable, value) in environment.sorted(by: { $0.key < $1.key }) where SettingsTable.isMistaken(variable) {
            throw Self.unknown(variable, value: RIFError.quoted(value), place: "environment", variable: true)
        }
    }

    private mutating func take(
        _ key: SettingKey, _ variable: String, _ environment: [String: String]
    ) throws(RIFError) {
        // An empty variable is as good as none, as usual.
        guard let word = environment[variable], !word.isEmpty else { return }
        do throws(SettingMistake) {
            set(key, try key.parse(word), .environment(variable: variable))
        } catch {
            throw Self.wrong(key, value: RIFError.quoted(word), error, place: "environment variable \(variable)")
        }
    }

    private mutating func take(_ flag: String) throws(RIFError) {
        guard let equals = flag.firstIndex(of: "=") else {
            throw RIFError.invalid(
                field: "--set", value: flag, problem: "has no '='", expected: "KEY=VALUE such as alerts.error_rate=0.2")
        }
        let name = String(flag[..<equals])
        let word = String(flag[flag.index(after: equals)...])
        guard let key = SettingsTable.key(name) else {
            throw Self.unknown(name, value: RIFError.quoted(word), place: "--set")
        }
        do throws(SettingMistake) {
            set(key, try key.parse(word), .flag)
        } catch {
            throw Self.wrong(key, value: RIFError.quoted(word), error, place: "--set")
        }
    }

    private mutating func set(_ key: SettingKey, _ value: JSONValue, _ source: Source) {
        key.assign(&settings, value)
        sources[key.name] = source
    }

    // MARK: - Errors

    private static func wrong(
        _ key: SettingKey, value: String, _ mistake: SettingMistake, place: String
    ) -> RIFError {
        let what = mistake.problem.isEmpty ? value : "\(value) \(mistake.problem)"
        return RIFError(
            mistake.code,
            "\(Text.visible(place)): \(key.name): \(what); expected \(key.expected)",
            field: key.name)
    }

    /// - Parameter variable: the name is that of an environment variable.
    static func unknown(_ name: String, value: String?, place: String, variable: Bool = false) -> RIFError {
        if SettingsTable.isSection(name) {
            return RIFError(
                .invalidRequest,
                "\(Text.visible(place)): \(name) is a section\(value.map { ", and not \($0)" } ?? ""); expected one of its "
                    + "settings, such as \(SettingsTable.nearest(name + ".").name)", field: name)
        }
        let near = variable ? SettingsTable.nearest(variable: name).variable : SettingsTable.nearest(name).name
        let what = value.map { " (value \($0))" } ?? ""
        let kind = variable ? "variable" : "setting"
        return RIFError(
            .invalidRequest,
            "\(Text.visible(place)): there is no \(kind) \(RIFError.quoted(name))\(what); did you mean \(near)? "
                + "'rif config' lists them all", field: name)
    }
}
