import RIFOrchestrator
import Yams

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A `rif.yaml`: which one counts, and what it says.
struct SettingsFile: Sendable, Hashable {
    var path: String
    var text: String

    /// More than any configuration needs, so that an endless file ends in a message.
    private static let maximumBytes = 1 << 20

    /// What a key is set to, and where.
    struct Entry: Sendable, Hashable {
        enum Value: Sendable, Hashable {
            case word(String)
            case list([String])
            /// Something else, in words.
            case other(String)
        }

        var key: String
        var value: Value
        var line: Int
    }

    /// Where a file is looked for when none is named: beside the database, then in the user's configuration folder. The
    /// first one that exists counts.
    static func places(database: String?, environment: [String: String]) -> [String] {
        var places: [String] = []
        if let database { places.append(FilePaths.join(FilePaths.folder(of: database), "rif.yaml")) }
        // The XDG specification: a relative path is invalid and is to be ignored.
        if let root = environment["XDG_CONFIG_HOME"], root.hasPrefix("/") {
            places.append(FilePaths.join(root, "rif/rif.yaml"))
        } else if let home = environment["HOME"], home.hasPrefix("/") {
            places.append(FilePaths.join(home, ".config/rif/rif.yaml"))
        }
        return places
    }

    /// The named file, or the first one of the usual places that there is.
    ///
    /// - Throws: `invalid_request` where the named one is missing, or one cannot be read.
    static func find(named name: String?, places: [String]) throws(RIFError) -> SettingsFile? {
        if let name { return SettingsFile(path: name, text: try read(name, option: "--config: ")) }
        for place in places where access(place, F_OK) == 0 {
            return SettingsFile(path: place, text: try read(place, option: ""))
        }
        return nil
    }

    private static func read(_ path: String, option: String) throws(RIFError) -> String {
        guard let file = fopen(path, "re") else { throw unreadable(path, option) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            bytes += chunk[..<count]
            guard bytes.count <= maximumBytes else {
                throw RIFError(
                    .unprocessable, "\(option)\(Text.visible(path)) has more than \(maximumBytes) bytes",
                    field: "config")
            }
            if count > 0 { continue }
            guard ferror(file) == 0 else { throw unreadable(path, option) }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw RIFError(.invalidRequest, "\(option)\(Text.visible(path)) is no UTF-8 text", field: "config")
            }
            return text
        }
    }

    private static func unreadable(_ path: String, _ option: String) -> RIFError {
        RIFError(
            .invalidRequest,
            "\(option)\(Text.visible(path)) could not be read: \(String(cString: strerror(errno)))", field: "config")
    }

    // MARK: - YAML

    /// `knowledge/rif.yaml:3`.
    func place(_ line: Int) -> String { "\(path):\(line)" }

    /// What the file sets, in its order. Sections and dotted names mean the same.
    ///
    /// - Throws: `invalid_request` where it is no YAML, or no mapping.
    func entries() throws(RIFError) -> [Entry] {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw syntax(error)
        }
        guard let root, !Self.isNull(root) else { return [] }
        guard case .mapping(let mapping) = root else {
            throw RIFError(
                .invalidRequest,
                "\(place(root.mark?.line ?? 1)): \(Self.words(root)); expected settings such as 'alerts: {error_rate: 0.2}'",
                field: "config")
        }
        var entries: [Entry] = []
        try collect(mapping, prefix: "", into: &entries)
        return entries
    }

    private func collect(_ mapping: Node.Mapping, prefix: String, into entries: inout [Entry]) throws(RIFError) {
        for (key, value) in mapping {
            let line = key.mark?.line ?? mapping.mark?.line ?? 1
            guard case .scalar(let name) = key else {
                throw RIFError(
                    .invalidRequest,
                    "\(place(line)): \(Self.words(key)) stands where the name of a setting is expected",
                    field: "config")
            }
            let path = prefix + name.string
            switch value {
            case .mapping(let inner)
            where SettingsTable.key(path) == nil && !prefix.contains(".")
                && (!inner.isEmpty || SettingsTable.isSection(path)):
                try collect(inner, prefix: path + ".", into: &entries)
            // A section whose settings are all commented out.
            case _ where Self.isNull(value) && SettingsTable.isSection(path): continue
            default: entries.append(Entry(key: path, value: Self.value(value), line: line))
            }
        }
    }

    private static func value(_ node: Node) -> Entry.Value {
        if isNull(node) { return .other("nothing") }
        switch node {
        case .scalar(let scalar): return .word(scalar.string)
        case .sequence(let sequence):
            var words: [String] = []
            for element in sequence {
                guard case .scalar(let scalar) = element, !isNull(element) else { return .other(self.words(node)) }
                words.append(scalar.string)
            }
            return .list(words)
        case .mapping, .alias: return .other(words(node))
        }
    }

    private static func isNull(_ node: Node) -> Bool { node.null != nil }

    private static func words(_ node: Node) -> String {
        switch node {
        case .scalar(let scalar): RIFError.quoted(scalar.string)
        case .mapping(let mapping): "a mapping of \(mapping.count)"
        case .sequence(let sequence): "a list of \(sequence.count)"
        case .alias: "an alias"
        }
    }

    private func syntax(_ error: any Error) -> RIFError {
        func at(_ line: Int, _ words: String) -> RIFError {
            RIFError(.invalidRequest, "\(place(line)): not readable as YAML: \(words)", field: "config")
        }
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return at(mark.line, "\(problem) (column \(mark.column))")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.sorted().map { RIFError.quoted($0) }.joined(separator: ", ")
            return at(context.mark.line, "\(names) stands there twice")
        case .reader(let problem, let offset, _, _):
            let line = offset.map { text.prefix($0).count { $0.isNewline } + 1 }
            return at(line ?? 1, problem)
        default: return at(1, "\(error)")
        }
    }
}
