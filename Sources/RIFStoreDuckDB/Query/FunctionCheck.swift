import RIFModel

/// Whether one call of a function is allowed.
///
/// The limited ones were tried with DuckDB 2.0.0: `repeat('a', 2000000000)` takes 3.9 GB and cannot be interrupted for
/// seconds; `replace`, `regexp_replace`, `printf` and `format` take gigabytes in the same way.
enum FunctionCheck {
    /// What a count or a width may be.
    private static let mostCount: Int64 = 1_000
    /// Parts that one expression may put together, constants aside. `||` keeps what is between in memory: of eight texts of
    /// 100 MB, 3.6 GB (measured with 16 of 20 MB: 3 GB, and 15 seconds in which no interrupt helped).
    private static let mostParts = 8
    private static let mostJoined = 6
    private static let mostMembers = 64

    static func check(_ call: JSONValue, _ path: [String], isInLambda: Bool) throws(RIFError) {
        guard let name = path.last else { throw StatementCheck.refusal("a function without a name") }
        switch FunctionPolicy.verdict(name) {
        case .allowed: break
        case .refused, .unknown:
            throw StatementCheck.refusal("the function \(RIFError.quoted(name)) is not allowed")
        case .limited:
            // `x.repeat(2)` hides the first argument in the name.
            guard path.count == 1 else {
                throw StatementCheck.refusal("the function \(RIFError.quoted(name)) has to be called as \(name)(…)")
            }
            try limit(name, (call["arguments"]?.arrayValue ?? []).map { $0["expression"] ?? .null }, call)
        }
        guard isInLambda else { return }
        // A list inside the loop over a list can take any number of steps, and nothing interrupts them.
        let isOverLists = ["list_", "array_", "map_", "json_"].contains { name.hasPrefix($0) }
        if isOverLists || ["generate_series", "range", "repeat", "unnest", "split", "flatten"].contains(name) {
            throw StatementCheck.refusal("the function \(RIFError.quoted(name)) is not allowed in a lambda")
        }
    }

    /// A whole number that stands there as such.
    static func wholeConstant(_ expression: JSONValue) -> Int64? {
        guard expression["class"]?.stringValue == "CONSTANT", expression["literal"]?["kind"]?.stringValue == "INTEGER"
        else {
            return nil
        }
        return expression["literal"]?["text"]?.stringValue.flatMap { Int64($0) }
    }

    private static func textConstant(_ expression: JSONValue) -> String? {
        guard expression["class"]?.stringValue == "CONSTANT", expression["literal"]?["kind"]?.stringValue == "STRING"
        else {
            return nil
        }
        return expression["literal"]?["text"]?.stringValue ?? ""
    }

    private static func limit(_ name: String, _ arguments: [JSONValue], _ call: JSONValue) throws(RIFError) {
        func count(_ index: Int, of most: Int64 = mostCount) throws(RIFError) {
            guard index < arguments.count else { return }
            guard let count = wholeConstant(arguments[index]), count <= most else {
                throw StatementCheck.tooLarge(
                    "\(name): argument \(index + 1) has to be a whole number that stands there, at most \(most)")
            }
        }
        func text(_ index: Int, of most: Int) throws(RIFError) {
            guard index < arguments.count else { return }
            guard let text = textConstant(arguments[index]), text.utf8.count <= most else {
                throw StatementCheck.tooLarge(
                    "\(name): argument \(index + 1) has to be a text that stands there, of at most \(most) bytes")
            }
        }
        switch name {
        case "repeat":
            try text(0, of: 64)
            try count(1)
        case "lpad", "rpad", "list_resize", "array_resize": try count(1)
        case "range", "generate_series":
            for index in arguments.indices { try count(index) }
        // A step of nothing is refused by the database; a negative number is an operator, and no constant.
        case "printf", "format":
            try text(0, of: 1_000)
            try format(name, textConstant(arguments.first ?? .null) ?? "")
            try parts(call)
        case "replace":
            try text(1, of: 64)
            try text(2, of: 64)
            try parts(call)
        case "regexp_replace":
            try text(2, of: 64)
            try parts(call)
        case "array_to_string", "list_string_agg": try text(1, of: 64)
        case "approx_top_k", "lttb": try count(1, of: 10_000)
        case "min", "max": try count(1, of: 10_000)
        case "arg_max", "arg_min", "argmax", "argmin", "max_by", "min_by", "arg_max_null", "arg_min_null",
            "arg_max_nulls_last", "arg_min_nulls_last":
            try count(2, of: 10_000)
        case "||": try parts(call, of: mostJoined)
        case "concat", "concat_ws": try parts(call)
        default:
            if FunctionPolicy.growing[name] != nil { try parts(call) }
            if FunctionPolicy.containers.contains(name) { try parts(call, of: mostMembers) }
        }
    }

    /// No width or precision of many digits, and none that an argument brings.
    private static func format(_ name: String, _ text: String) throws(RIFError) {
        var digits = 0
        var depth = 0
        for byte in text.utf8 {
            digits = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? digits + 1 : 0
            if byte == UInt8(ascii: "{") { depth += 1 }
            if byte == UInt8(ascii: "}") { depth = 0 }
            let isBrought = (name == "printf" && byte == UInt8(ascii: "*")) || (name == "format" && depth > 1)
            guard digits <= 3, !isBrought else {
                throw StatementCheck.tooLarge("\(name): widths have to stand in the format, with at most 3 digits")
            }
        }
    }

    /// How often a result can be larger than what goes in.
    private static func parts(_ call: JSONValue, of most: Int = mostParts) throws(RIFError) {
        guard growth(call) <= most else {
            throw StatementCheck.tooLarge(
                "an expression puts more than \(most) texts together, replacements counted by what they add; "
                    + "expected fewer")
        }
    }

    private static func growth(_ expression: JSONValue) -> Int {
        guard let kind = expression["class"]?.stringValue, kind != "CONSTANT" else { return 0 }
        // Nobody knows how many columns it stands for.
        if kind == "STAR" { return mostMembers + 1 }
        guard kind == "FUNCTION", let name = StatementCheck.path(expression).last else {
            // A column is one; of what is around other expressions, all of those count.
            return max(1, inner(expression))
        }
        let arguments = (expression["arguments"]?.arrayValue ?? []).map { $0["expression"] ?? .null }
        let sum = arguments.reduce(0) { min(1_000, $0 + growth($1)) }
        switch name {
        case "replace":
            let from = textConstant(arguments.count > 1 ? arguments[1] : .null)?.utf8.count ?? 1
            let to = textConstant(arguments.count > 2 ? arguments[2] : .null)?.utf8.count ?? 1
            return max(1, sum) * max(1, (to + max(1, from) - 1) / max(1, from))
        case "regexp_replace":
            return max(1, sum) * (1 + (textConstant(arguments.count > 2 ? arguments[2] : .null)?.utf8.count ?? 1))
        default: return max(1, sum) * (FunctionPolicy.growing[name] ?? 1)
        }
    }

    private static func inner(_ value: JSONValue) -> Int {
        switch value {
        case .array(let elements): return sum(elements)
        case .object(let members): return sum(members.values)
        default: return 0
        }
    }

    private static func sum(_ values: some Sequence<JSONValue>) -> Int {
        values.reduce(0) { min(1_000, $0 + ($1["class"] == nil ? inner($1) : growth($1))) }
    }
}
