import RIFModel

/// Walks the parse tree of a statement, as the database itself writes it down, and refuses what it does not know.
///
/// It looks at three things: what the statement reads (tables, functions), whether a call can take memory or time that
/// no interrupt reaches, and how large the statement becomes once its stars and its common table expressions are written
/// out, which the database does before anything can interrupt it (tried: 20 CTEs that each name the one before twice
/// keep it busy for minutes).
struct StatementCheck {
    /// The database's own tables, lower case.
    let tables: Set<String>
    /// Names by which the database itself may be called in front of a table.
    let catalogues: Set<String>
    /// Tables named by subqueries of the expressions that were walked last.
    private var innerTables = 0
    private var unnests = 0

    private static let mostTables = 100
    private static let mostColumns = 4_000
    private static let mostGroupingSets = 128
    private static let mostUnnests = 8
    private static let mostSampledRows = 10_000
    /// Columns that a table of ours or of the catalogue has at most.
    private static let tableColumns = 32

    init(tables: Set<String>, catalogues: Set<String>) {
        self.tables = tables
        self.catalogues = catalogues.union(["system", "temp", "main", "information_schema", "pg_catalog"])
    }

    /// How large a part of the statement becomes.
    struct Size {
        var tables = 0
        var columns = 0
    }

    /// The common table expressions that can be seen, lower case.
    typealias Scope = [String: Size]

    /// - Parameter tree: what `json_serialize_sql` answered, without an error.
    /// - Throws: `invalid_request`, `unprocessable`.
    mutating func check(_ tree: JSONValue) throws(RIFError) {
        guard let statements = tree["statements"]?.arrayValue, statements.count == 1,
            let node = statements[0]["node"]
        else {
            let count = tree["statements"]?.arrayValue?.count ?? 0
            throw Self.refusal(
                count == 0 ? "there is no statement" : "\(count) statements; expected exactly one")
        }
        _ = try self.node(node, [:])
    }

    static func refusal(_ problem: String) -> RIFError {
        RIFError(.invalidRequest, "sql: \(problem)", field: "sql")
    }

    static func tooLarge(_ problem: String) -> RIFError {
        RIFError(.unprocessable, "sql: \(problem)", field: "sql")
    }

    // MARK: - Queries

    private mutating func node(_ node: JSONValue, _ outer: Scope) throws(RIFError) -> Size {
        var scope = outer
        var size = Size()
        for entry in node["cte_map"]?["map"]?.arrayValue ?? [] {
            guard let name = entry["key"]?.stringValue?.lowercased(), let value = entry["value"],
                let query = value["query_node"] ?? value["query"]?["node"]
            else { throw Self.refusal("a WITH that is not known") }
            guard !["duckdb_", "pragma_", "pg_", "sqlite_"].contains(where: { name.hasPrefix($0) }) else {
                throw Self.refusal("\(RIFError.quoted(name)) as a name in WITH is not allowed; expected another")
            }
            scope[name] = try self.node(query, scope)
            try expressions(value["key_targets"], scope)
            try expressions(value["payload_aggregates"], scope)
        }
        switch node["type"]?.stringValue {
        case "SELECT_NODE": size = try select(node, scope)
        case "SET_OPERATION_NODE":
            for child in (node["children"]?.arrayValue ?? []) + [node["left"], node["right"]].compactMap(\.self) {
                let one = try self.node(child, scope)
                // A part without a table is planned, too.
                size = Size(tables: size.tables + max(1, one.tables), columns: max(size.columns, one.columns))
            }
        case "RECURSIVE_CTE_NODE":
            guard let name = node["cte_name"]?.stringValue?.lowercased(), let left = node["left"],
                let right = node["right"]
            else { throw Self.refusal("a WITH RECURSIVE that is not known") }
            size = try self.node(left, scope)
            scope[name] = Size(tables: 1, columns: size.columns)
            size.tables += try self.node(right, scope).tables
            try expressions(node["key_targets"], scope)
            try expressions(node["payload_aggregates"], scope)
        case let type:
            throw Self.refusal("\(Self.words(of: type)) is not allowed; expected a query that only reads")
        }
        let before = innerTables
        for modifier in node["modifiers"]?.arrayValue ?? [] { try expressions(modifier, scope) }
        size.tables += innerTables - before
        return try measured(size)
    }

    /// `INSERT_QUERY_NODE` → `INSERT`.
    private static func words(of type: String?) -> String {
        (type ?? "this").split(separator: "_").first.map { String($0) } ?? "this"
    }

    private func measured(_ size: Size) throws(RIFError) -> Size {
        guard size.tables <= Self.mostTables else {
            throw Self.tooLarge(
                "more than \(Self.mostTables) tables, those in WITH counted as often as they are used; expected fewer")
        }
        guard size.columns <= Self.mostColumns else {
            throw Self.tooLarge("more than \(Self.mostColumns) columns once every * is written out; expected fewer")
        }
        return size
    }

    private mutating func select(_ node: JSONValue, _ scope: Scope) throws(RIFError) -> Size {
        var size = try table(node["from_table"] ?? .null, scope)
        let before = innerTables
        var columns = 0
        for expression in node["select_list"]?.arrayValue ?? [] {
            try expressions(expression, scope)
            columns += Self.hasStar(expression) ? max(1, size.columns) : 1
        }
        for key in ["where_clause", "group_expressions", "having", "qualify"] { try expressions(node[key], scope) }
        guard node["group_sets"]?.arrayValue?.count ?? 0 <= Self.mostGroupingSets else {
            throw Self.tooLarge("more than \(Self.mostGroupingSets) grouping sets; expected fewer")
        }
        try sample(node["sample"])
        size.tables += innerTables - before
        return try measured(Size(tables: size.tables, columns: columns))
    }

    /// Whether an expression stands for as many columns as there are.
    private static func hasStar(_ expression: JSONValue) -> Bool {
        if expression["class"]?.stringValue == "STAR" { return true }
        // The stars of a subquery are its own.
        if expression["class"]?.stringValue == "SUBQUERY" { return false }
        switch expression {
        case .array(let elements): return elements.contains(where: hasStar)
        case .object(let members): return members.values.contains(where: hasStar)
        default: return false
        }
    }

    private func sample(_ sample: JSONValue?) throws(RIFError) {
        guard let sample, !sample.isNull, sample["is_percentage"] != true else { return }
        let rows = sample["sample_size"]?["value"]
        guard let count = rows?.intValue ?? rows?.doubleValue.flatMap({ Int64(exactly: $0.rounded()) }),
            count <= Self.mostSampledRows
        else {
            throw Self.tooLarge("a sample of more than \(Self.mostSampledRows) rows; expected fewer, or a percentage")
        }
    }

    // MARK: - Tables

    private mutating func table(_ table: JSONValue, _ scope: Scope) throws(RIFError) -> Size {
        try sample(table["sample"])
        switch table["type"]?.stringValue {
        case nil, "EMPTY": return Size()
        case "BASE_TABLE": return try baseTable(table, scope)
        case "SUBQUERY":
            guard let inner = table["subquery"]?["node"] else { throw Self.refusal("a subquery that is not known") }
            return try node(inner, scope)
        case "JOIN":
            let left = try self.table(table["left"] ?? .null, scope)
            let right = try self.table(table["right"] ?? .null, scope)
            let before = innerTables
            try expressions(table["condition"], scope)
            try expressions(table["ranking_expression"], scope)
            return try measured(
                Size(
                    tables: left.tables + right.tables + innerTables - before, columns: left.columns + right.columns))
        case "EXPRESSION_LIST":
            let rows = table["values"]?.arrayValue ?? []
            try expressions(table["values"], scope)
            return Size(tables: 1, columns: rows.first?.arrayValue?.count ?? 0)
        case "TABLE_FUNCTION": return try tableFunction(table, scope)
        case "SHOW_REF": return try show(table, scope)
        case "PIVOT":
            throw Self.refusal("PIVOT and UNPIVOT are not allowed; expected aggregates with FILTER, or UNION ALL")
        case let type: throw Self.refusal("\(Self.words(of: type)) behind FROM is not allowed")
        }
    }

    private func baseTable(_ table: JSONValue, _ scope: Scope) throws(RIFError) -> Size {
        let path = Self.path(table)
        guard let name = path.last else { throw Self.refusal("a table without a name") }
        if path.count == 1, let size = scope[name] { return Size(tables: max(1, size.tables), columns: size.columns) }
        guard table["at_clause"].map(\.isNull) ?? true, path.count <= 3,
            path.dropLast().allSatisfy({ catalogues.contains($0) }),
            tables.contains(name) || FunctionPolicy.catalogueViews.contains(name)
        else {
            let known = tables.sorted().joined(separator: ", ")
            throw Self.refusal(
                "there is no table \(RIFError.quoted(path.joined(separator: "."))) to read; expected one of \(known), "
                    + "or a view of the catalogue such as duckdb_tables")
        }
        return Size(tables: 1, columns: Self.tableColumns)
    }

    private mutating func tableFunction(_ table: JSONValue, _ scope: Scope) throws(RIFError) -> Size {
        guard let function = table["function"], let name = Self.path(function).last else {
            throw Self.refusal("a table function that is not known")
        }
        guard FunctionPolicy.tableFunctions.contains(name), Self.path(function).count == 1 else {
            throw Self.refusal("the table function \(RIFError.quoted(name)) is not allowed")
        }
        if name == "range" || name == "generate_series", Self.hasColumn(function["arguments"] ?? .null) {
            throw Self.refusal("\(name) behind FROM takes constants only")
        }
        for argument in function["arguments"]?.arrayValue ?? [] { try expressions(argument, scope) }
        return Size(tables: 1, columns: Self.tableColumns)
    }

    static func hasColumn(_ value: JSONValue) -> Bool {
        switch value {
        case .array(let elements): elements.contains(where: hasColumn)
        case .object(let members):
            ["COLUMN_REF", "SUBQUERY", "STAR"].contains(members["class"]?.stringValue)
                || members.values.contains(where: hasColumn)
        default: false
        }
    }

    private mutating func show(_ table: JSONValue, _ scope: Scope) throws(RIFError) -> Size {
        if let query = table["query"], !query.isNull {
            var size = try node(query, scope)
            size.columns = Self.tableColumns
            return size
        }
        let name = (table["table_name"]?.stringValue ?? "").filter { $0 != "\"" }.lowercased()
        guard
            Self.path(table).count <= 1,
            ["tables", "__show_tables_expanded"].contains(name) || tables.contains(name)
                || FunctionPolicy.catalogueViews.contains(name)
        else {
            throw Self.refusal("SHOW of \(RIFError.quoted(name)) is not allowed; expected SHOW TABLES or a table")
        }
        return Size(tables: 1, columns: Self.tableColumns)
    }

    /// The parts of a name, lower case as the database compares them.
    static func path(_ object: JSONValue) -> [String] {
        (object["qualified_name"]?["path"]?.arrayValue ?? []).map { $0.stringValue?.lowercased() ?? "" }
    }

    // MARK: - Expressions

    /// Everything below a value: what has a class is an expression, what has a type may be a query.
    mutating func expressions(_ value: JSONValue?, _ scope: Scope, isInLambda: Bool = false) throws(RIFError) {
        switch value {
        case .array(let elements):
            for element in elements { try expressions(element, scope, isInLambda: isInLambda) }
        case .object(let members):
            if let kind = members["class"]?.stringValue {
                try expression(value ?? .null, kind, scope, isInLambda)
            } else if let type = members["type"]?.stringValue, type.hasSuffix("_NODE") {
                innerTables += max(1, try node(value ?? .null, scope).tables)
            } else {
                for member in members.values { try expressions(member, scope, isInLambda: isInLambda) }
            }
        default: break
        }
    }

    private mutating func expression(
        _ expression: JSONValue, _ kind: String, _ scope: Scope, _ isInLambda: Bool
    ) throws(RIFError) {
        var isInLambda = isInLambda
        switch kind {
        case "FUNCTION", "WINDOW":
            let path = Self.path(expression)
            if path.last == "unnest" {
                unnests += 1
                guard unnests <= Self.mostUnnests else {
                    throw Self.tooLarge("more than \(Self.mostUnnests) calls of unnest; expected fewer")
                }
            } else {
                try FunctionCheck.check(expression, path, isInLambda: isInLambda)
            }
        case "LAMBDA":
            // `a -> 'b'` of JSON looks the same; a lambda is written with the word.
            if expression["syntax_type"]?.stringValue == "LAMBDA_KEYWORD" {
                guard !isInLambda else { throw Self.refusal("a lambda in a lambda is not allowed") }
                isInLambda = true
            }
        case "COLUMN_REF":
            guard expression["column_names"]?.arrayValue?.count ?? 0 <= 8 else {
                throw Self.tooLarge("a name of more than 8 parts; expected fewer")
            }
        case "TYPE": try type(expression)
        case "SUBQUERY" where isInLambda: throw Self.refusal("a query in a lambda is not allowed")
        case "BETWEEN", "CASE", "CAST", "COLLATE", "COMPARISON", "CONJUNCTION", "CONSTANT", "LAMBDA_REF", "OPERATOR",
            "PARAMETER", "POSITIONAL_REFERENCE", "STAR", "SUBQUERY":
            break
        default: throw Self.refusal("\(kind) is not allowed in an expression")
        }
        for (key, member) in expression.objectValue ?? [:] where key != "qualified_name" {
            try expressions(member, scope, isInLambda: isInLambda)
        }
    }

    private func type(_ type: JSONValue) throws(RIFError) {
        let path = Self.path(type)
        guard path.count == 1, let name = path.last, FunctionPolicy.types.contains(name) else {
            throw Self.refusal("the type \(RIFError.quoted(path.joined(separator: "."))) is not allowed")
        }
        guard name == "array" else { return }
        for size in type["children"]?.arrayValue ?? [] where size["class"]?.stringValue == "CONSTANT" {
            guard let count = FunctionCheck.wholeConstant(size), count <= 100 else {
                throw Self.tooLarge("an array of more than 100 elements; expected fewer, or a list")
            }
        }
    }
}
