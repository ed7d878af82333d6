import RIFModel

/// JSON Schema (2020-12, as OpenAPI 3.1 uses it), written down shortly.
enum Schema {
    static let text: JSONValue = ["type": "string"]
    static let flag: JSONValue = ["type": "boolean"]
    static let integer: JSONValue = ["type": "integer"]
    static let number: JSONValue = ["type": "number"]
    static let anything: JSONValue = .object([:])
    static let context: JSONValue = ["type": "object", "additionalProperties": true]
    static let id: JSONValue = ["type": "string", "format": "uuid"]
    static let uuid7: JSONValue = [
        "type": "string",
        "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
    ]
    static let time: JSONValue = ["type": "string", "format": "date-time"]
    /// Of a state, an agent, a workflow type, a metric or an event.
    static let name: JSONValue = [
        "type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]+$",
    ]
    /// Of an event that somebody reports: not one of the stream's own messages.
    static let eventName: JSONValue = [
        "type": "string", "minLength": 1, "maxLength": 128,
        "pattern": "^(?!(snapshot|heartbeat)$)[^\\u0000-\\u001f\\u007f-\\u009f]+$",
    ]
    static let confidence: JSONValue = ["type": "number", "minimum": 0, "maximum": 1]

    /// One of those under `components/schemas`.
    static func ref(_ name: String) -> JSONValue { ["$ref": .string("#/components/schemas/\(name)")] }

    static func list(_ element: JSONValue) -> JSONValue { ["type": "array", "items": element] }

    static func words(_ words: [String]) -> JSONValue { ["type": "string", "enum": .array(words.map { .string($0) })] }

    static func nullable(_ schema: JSONValue) -> JSONValue { ["anyOf": [schema, ["type": "null"]]] }

    /// Values of one kind by names that are not known before.
    static func map(_ value: JSONValue) -> JSONValue { ["type": "object", "additionalProperties": value] }

    static func whole(_ range: ClosedRange<Int64>) -> JSONValue {
        ["type": "integer", "minimum": .int(range.lowerBound), "maximum": .int(range.upperBound)]
    }

    /// An object; every property is there, unless it is named as optional.
    static func object(_ properties: [String: JSONValue], optional: Set<String> = []) -> JSONValue {
        let required = properties.keys.filter { !optional.contains($0) }.sorted()
        var schema: [String: JSONValue] = ["type": "object", "properties": .object(properties)]
        if !required.isEmpty { schema["required"] = .array(required.map { .string($0) }) }
        return .object(schema)
    }

    /// What a request may hold: only the named properties must be there, and of the others null counts as absent.
    static func request(_ properties: [String: JSONValue], required: [String] = []) -> JSONValue {
        var schemas = properties
        for name in properties.keys where !required.contains(name) {
            schemas[name] = properties[name].map { $0.objectValue?.isEmpty == false ? nullable($0) : $0 }
        }
        return object(schemas, optional: Set(properties.keys).subtracting(required))
    }
}

/// Values of the examples, which tell one story.
enum Example {
    static let session = "0199f3a2-7c1e-7d3b-9a41-5f0c2e8b6d17"
    static let decision = "0199f3a2-8b00-7a4c-8f6e-1d2c3b4a5968"
    static let assignment = "0199f3a2-9c11-7b5d-a07f-2e3d4c5b6a79"
}
