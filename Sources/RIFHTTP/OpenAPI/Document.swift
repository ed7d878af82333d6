import HTTPTypes
import RIFModel
import RIFOrchestrator

/// The OpenAPI 3.1 document, made of the endpoints themselves.
enum Document {
    static func make(_ endpoints: [Endpoint]) -> JSONValue {
        var paths: [String: [String: JSONValue]] = [:]
        for endpoint in endpoints where endpoint.tag != .socket {
            paths[endpoint.path, default: [:]][endpoint.method.rawValue.lowercased()] = operation(endpoint)
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "RIF Orchestrator", "version": .string(Orchestrator.version),
                "description": """
                Durable orchestration for teams of AI coding agents. When a call that changes something answers, the \
                change is on disk. Errors are problem documents (RFC 9457) with a stable `code`. Times are RFC 3339 \
                in UTC. Unknown keys in a request are ignored; answers may grow further keys.
                """,
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "servers": [["url": "/"]],
            "tags": .array(
                Endpoint.Tag.allCases.filter { $0 != .socket }.map { ["name": .string($0.rawValue)] }),
            "paths": .object(paths.mapValues { .object($0) }),
            "components": [
                "schemas": .object(Components.schemas),
                "securitySchemes": [
                    "token": [
                        "type": "http", "scheme": "bearer",
                        "description": "Not needed where the server listens on loopback only and was given no token.",
                    ]
                ],
            ],
            "security": [.object([:]), ["token": []]],
        ]
    }

    private static func operation(_ endpoint: Endpoint) -> JSONValue {
        var operation: [String: JSONValue] = [
            "operationId": .string(endpoint.name), "summary": .string(endpoint.summary),
            "tags": [.string(endpoint.tag.rawValue)], "responses": .object(responses(endpoint)),
        ]
        if let detail = endpoint.detail { operation["description"] = .string(detail) }
        if endpoint.access == .open { operation["security"] = [.object([:])] }
        if !endpoint.parameters.isEmpty { operation["parameters"] = .array(endpoint.parameters.map(parameter)) }
        if let body = endpoint.body {
            operation["requestBody"] = [
                "required": .bool(body.isRequired),
                "content": ["application/json": ["schema": body.schema, "example": body.example]],
            ]
        }
        return .object(operation)
    }

    private static func parameter(_ parameter: Endpoint.Parameter) -> JSONValue {
        var object: [String: JSONValue] = [
            "name": .string(parameter.name), "in": .string(parameter.place.rawValue),
            "required": .bool(parameter.isRequired || parameter.place == .path),
            "description": .string(parameter.summary),
            "schema": parameter.schema,
        ]
        if let example = parameter.example { object["example"] = example }
        return .object(object)
    }

    private static func responses(_ endpoint: Endpoint) -> [String: JSONValue] {
        var responses: [String: JSONValue] = [:]
        for answer in endpoint.answers {
            var object: [String: JSONValue] = ["description": .string(answer.summary)]
            if !answer.content.isEmpty {
                object["content"] = .object(answer.content.mapValues { ["schema": $0] })
            }
            if !answer.headers.isEmpty {
                object["headers"] = .object(
                    answer.headers.mapValues { ["description": .string($0), "schema": Schema.text] })
            }
            responses["\(answer.status.code)"] = .object(object)
        }
        // Several codes may share a status.
        for (status, codes) in Dictionary(grouping: errors(endpoint), by: \.status) {
            let words = codes.map(\.rawValue).sorted().map { "`\($0)`" }.joined(separator: " or ")
            responses["\(status)"] = [
                "description": .string(words),
                "content": ["application/problem+json": ["schema": Schema.ref("Problem")]],
            ]
        }
        return responses
    }

    /// Its own failures, and those that come with what it takes.
    private static func errors(_ endpoint: Endpoint) -> Set<RIFError.Code> {
        var codes = endpoint.errors.union([.forbidden, .internal])
        if endpoint.access != .open { codes.formUnion([.unauthorized, .storageUnavailable]) }
        if endpoint.access == .write { codes.insert(.overloaded) }
        if endpoint.body != nil {
            codes.formUnion([.invalidRequest, .payloadTooLarge, .unsupportedMediaType, .unprocessable])
        }
        if endpoint.parameters.contains(where: { $0.place == .header }) {
            codes.formUnion([.invalidRequest, .unprocessable])
        }
        if endpoint.parameters.contains(where: { $0.place == .path && $0.name == "session_id" }) {
            codes.insert(.notFound)
        }
        return codes
    }
}
