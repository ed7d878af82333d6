import ArgumentParser
import RIFHTTP
import RIFOrchestrator

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A command as it goes to the owner of a database, and what comes back.
///
/// The words that were typed travel, not calls of the API: so a command does and says the same with and without an
/// owner, and there is nothing to be written twice.
struct RemoteCommand: Sendable {
    var arguments: [String]
    var invocation: Invocation

    var json: JSONValue {
        [
            "protocol_version": .int(Int64(OwnerNote.protocolVersion)),
            "arguments": .array(arguments.map { .string($0) }), "folder": .string(invocation.folder),
            "database": .optional(invocation.database), "key": .optional(invocation.key),
            "attachments": .object(
                invocation.attachments.mapValues { .string(Data($0).base64EncodedString()) }),
            "width": invocation.terminal.width.map { .int(Int64($0)) } ?? .null,
            "colored": .bool(invocation.terminal.isColored),
        ]
    }

    init(arguments: [String], invocation: Invocation) {
        self.arguments = arguments
        self.invocation = invocation
    }

    init?(_ json: JSONValue, orchestrator: Orchestrator, driver: Driver, configuration: Configuration) {
        guard let arguments = json["arguments"]?.arrayValue?.compactMap(\.stringValue),
            let folder = json["folder"]?.stringValue
        else { return nil }
        self.arguments = arguments
        invocation = Invocation(
            orchestrator: orchestrator, driver: driver, configuration: configuration,
            database: json["database"]?.stringValue, folder: folder,
            attachments: (json["attachments"]?.objectValue ?? [:]).compactMapValues { value in
                value.stringValue.flatMap { Data(base64Encoded: $0) }.map { Array($0) }
            },
            terminal: Terminal(
                width: json["width"]?.intValue.flatMap { Int(exactly: $0) },
                isColored: json["colored"]?.boolValue ?? false),
            key: json["key"]?.stringValue)
    }

    // MARK: - In the owner

    /// Runs commands, and reads for `rif top`, on an orchestrator that is open.
    static func handler(
        _ orchestrator: Orchestrator, _ driver: Driver, _ location: Location
    ) -> @Sendable (JSONValue) async -> JSONValue {
        let reader = TopReader(location)
        let configuration = location.configuration
        return { json in
            if let top = json["top"], json["protocol_version"]?.intValue == Int64(OwnerNote.protocolVersion) {
                do {
                    return try await reader.reading(details: top["details"]?.stringValue, orchestrator).json()
                } catch {
                    return failure(error as? RIFError ?? RIFError(.internal, "\(error)"))
                }
            }
            guard json["protocol_version"]?.intValue == Int64(OwnerNote.protocolVersion),
                let remote = RemoteCommand(
                    json, orchestrator: orchestrator, driver: driver, configuration: configuration)
            else {
                return failure(
                    RIFError(
                        .storageUnavailable,
                        "the process that serves the database is of another version (\(Program.version)) than this rif; "
                            + "restart it"))
            }
            return await remote.run()
        }
    }

    private func run() async -> JSONValue {
        do {
            guard let command = try RIF.parseAsRoot(arguments) as? any RIFCommand else {
                throw RIFError(.invalidRequest, "this command does not run in the owner of a database")
            }
            let answer = try await Invocation.$current.withValue(invocation) {
                try await command.compose(invocation.terminal)
            }
            return answer.json
        } catch let refused as RefusedQuery {
            return Self.failure(refused.error, isRefusedQuery: true)
        } catch let error as RIFError {
            return Self.failure(error)
        } catch {
            return Self.failure(RIFError(.invalidRequest, RIF.message(for: error)))
        }
    }

    private static func failure(_ error: RIFError, isRefusedQuery: Bool = false) -> JSONValue {
        [
            "error": [
                "refused_query": .bool(isRefusedQuery),
                "code": .string(error.code.rawValue), "detail": .string(error.detail),
                "field": .optional(error.field), "diagnosis": .optional(error.diagnosis),
            ]
        ]
    }

    /// What the owner answered.
    ///
    /// - Throws: the error of the command.
    static func answer(_ json: JSONValue) throws -> Answer {
        if let error = json["error"] {
            let failure = RIFError(
                error["code"]?.stringValue.flatMap { RIFError.Code(rawValue: $0) } ?? .internal,
                error["detail"]?.stringValue ?? "the owner of the database gave no reason",
                field: error["field"]?.stringValue, diagnosis: error["diagnosis"]?.stringValue)
            if error["refused_query"]?.boolValue == true { throw RefusedQuery(error: failure) }
            throw failure
        }
        guard let answer = Answer(json) else {
            throw RIFError(
                .internal, "the owner of the database answered something that is no answer: \(json.kindName)")
        }
        return answer
    }
}
