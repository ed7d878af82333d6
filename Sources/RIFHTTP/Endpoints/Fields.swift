import RIFModel

/// The fields of a request's body. Each reader throws `invalid_request` naming the field, where it is missing or of the
/// wrong type; limits and ranges are checked by the rules of the model.
struct Fields: Sendable {
    private let members: [String: JSONValue]

    init(_ members: [String: JSONValue] = [:]) { self.members = members }

    var json: JSONValue { .object(members) }

    /// Null counts as absent.
    private subscript(name: String) -> JSONValue? {
        guard let value = members[name], !value.isNull else { return Optional.none }
        return value
    }

    func string(_ name: String) throws(RIFError) -> String? {
        guard let value = self[name] else { return nil }
        guard let text = value.stringValue else {
            throw RIFError.wrongType(field: name, value: value, expected: "a string")
        }
        return text
    }

    func requiredString(_ name: String) throws(RIFError) -> String {
        guard let text = try string(name) else {
            if members[name] != nil { throw RIFError.wrongType(field: name, value: .null, expected: "a string") }
            throw RIFError.missing(field: name, expected: "a string")
        }
        return text
    }

    func strings(_ name: String) throws(RIFError) -> [String]? {
        guard let value = self[name] else { return nil }
        guard let elements = value.arrayValue else {
            throw RIFError.wrongType(field: name, value: value, expected: "an array of strings")
        }
        var texts: [String] = []
        for (index, element) in elements.enumerated() {
            guard let text = element.stringValue else {
                throw RIFError.wrongType(field: "\(name)[\(index)]", value: element, expected: "a string")
            }
            texts.append(text)
        }
        return texts
    }

    func integer(_ name: String) throws(RIFError) -> Int64? {
        guard let value = self[name] else { return nil }
        // 2.0 is an integer to JSON Schema.
        if let whole = value.doubleValue.flatMap({ Int64(exactly: $0) }) { return value.intValue ?? whole }
        guard let number = value.intValue else {
            throw RIFError.wrongType(field: name, value: value, expected: "a whole number")
        }
        return number
    }

    func number(_ name: String) throws(RIFError) -> Double? {
        guard let value = self[name] else { return nil }
        guard let number = value.doubleValue else {
            throw RIFError.wrongType(field: name, value: value, expected: "a number")
        }
        return number
    }

    func requiredNumber(_ name: String) throws(RIFError) -> Double {
        guard let number = try number(name) else {
            if members[name] != nil { throw RIFError.wrongType(field: name, value: .null, expected: "a number") }
            throw RIFError.missing(field: name, expected: "a number")
        }
        return number
    }

    func bool(_ name: String) throws(RIFError) -> Bool? {
        guard let value = self[name] else { return nil }
        guard let flag = value.boolValue else {
            throw RIFError.wrongType(field: name, value: value, expected: "true or false")
        }
        return flag
    }

    func object(_ name: String) throws(RIFError) -> [String: JSONValue]? {
        guard let value = self[name] else { return nil }
        guard let object = value.objectValue else {
            throw RIFError.wrongType(field: name, value: value, expected: "an object")
        }
        return object
    }

    func array(_ name: String) throws(RIFError) -> [JSONValue]? {
        guard let value = self[name] else { return nil }
        guard let array = value.arrayValue else {
            throw RIFError.wrongType(field: name, value: value, expected: "an array")
        }
        return array
    }

    /// Any JSON; null where it is absent.
    func value(_ name: String) -> JSONValue { members[name] ?? .null }

    /// One of a few words.
    func word<Word: RawRepresentable & CaseIterable>(
        _ name: String, as type: Word.Type
    ) throws(RIFError) -> Word? where Word.RawValue == String {
        guard let text = try string(name) else { return nil }
        guard let word = Word(rawValue: text) else {
            let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw RIFError.invalid(field: name, value: text, expected: "one of \(known)")
        }
        return word
    }
}
