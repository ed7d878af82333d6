import DuckDB
import Testing

extension DuckDBTests {
    /// Reading of every type that a query can answer.
    @Suite struct Values {
        @Test(
            arguments: [
                ("1::TINYINT", .int(1)), ("(-32768)::SMALLINT", .int(-32768)),
                ("4294967295::UINTEGER", .int(4_294_967_295)),
                ("18446744073709551615::UBIGINT", .number("18446744073709551615")), ("5::UBIGINT", .int(5)),
                (
                    "170141183460469231731687303715884105727::HUGEINT",
                    .number("170141183460469231731687303715884105727")
                ),
                ("-5::HUGEINT", .int(-5)), ("5::UHUGEINT", .int(5)),
                (
                    "340282366920938463463374607431768211455::UHUGEINT",
                    .number("340282366920938463463374607431768211455")
                ),
                ("1.50::DECIMAL(4,2)", .number("1.50")), ("-0.05::DECIMAL(9,2)", .number("-0.05")),
                ("12345678901234.5678::DECIMAL(18,4)", .number("12345678901234.5678")),
                ("-1234567890123456789012345.678::DECIMAL(38,3)", .number("-1234567890123456789012345.678")),
                ("7::DECIMAL(5,0)", .number("7")),
                ("true", .bool(true)), ("0.85::FLOAT", .float(0.85)), ("0.1::DOUBLE", .double(0.1)),
                ("'x'", .string("x")), ("'[1]'::JSON", .json("[1]")), (#"'\x00\xFF'::BLOB"#, .blob([0, 255])),
                ("'2026-01-02'::DATE", .date(.init(days: 20455))),
                ("'1970-01-01 00:00:01.5'::TIMESTAMP", .timestamp(.init(microseconds: 1_500_000))),
                ("'1970-01-01 00:00:01'::TIMESTAMP_S", .timestamp(.init(microseconds: 1_000_000))),
                ("'1970-01-01 00:00:01.5'::TIMESTAMP_MS", .timestamp(.init(microseconds: 1_500_000))),
                ("'infinity'::TIMESTAMP_S", .timestamp(.infinity)),
                ("NULL", .null), ("NULL::VARCHAR", .null),
                ("['a', NULL, 'c']", .list([.string("a"), .null, .string("c")])),
                ("[[1], [], NULL]", .list([.list([.int(1)]), .list([]), .null])),
                ("[1, 2]::INTEGER[2]", .list([.int(1), .int(2)])),
                (
                    "{'a': 1, 'b': {'c': 'x'}}",
                    .structure([
                        .init(name: "a", value: .int(1)),
                        .init(name: "b", value: .structure([.init(name: "c", value: .string("x"))])),
                    ])
                ),
                (
                    "MAP {'k': 1, 'l': NULL}",
                    .map([.init(key: .string("k"), value: .int(1)), .init(key: .string("l"), value: .null)])
                ),
                ("union_value(n := 2)", .structure([.init(name: "n", value: .int(2))])),
                ("'b'::ENUM('a', 'b')", .string("b")),
            ] as [(String, DuckDBValue)])
        func ofAnExpression(sql: String, expected: DuckDBValue) throws {
            #expect(try memory().value("SELECT \(sql)") == expected)
        }

        /// What has no type of its own here is printed as DuckDB prints it.
        @Test(arguments: [
            "'12:34:56.789'::TIME", "'00:00:00'::TIME", "'2026-01-02 03:04:05.123456789'::TIMESTAMP_NS",
            "'1960-01-02 03:04:05'::TIMESTAMP_NS", "'12:34:56+05:30'::TIMETZ", "'12:34:56-08'::TIMETZ",
            "'00:00:00.5+00'::TIMETZ",
            "INTERVAL '14 months -3 days 1 hour'", "INTERVAL '0 days'", "INTERVAL '-90 minutes'", "'10110'::BIT",
            "'0000000011111111'::BIT",
        ])
        func isPrintedAsDuckDBDoes(sql: String) throws {
            let connection = try memory()
            let expected = try connection.value("SELECT (\(sql))::VARCHAR")
            guard case .string(let text) = expected else { throw DuckDBError(kind: .conversion, message: sql) }
            #expect(try connection.value("SELECT \(sql)") == .text(text))
        }

        @Test(arguments: [
            "'2026-01-02 03:04:05.678901'", "'1969-12-31 23:59:59.999999'", "'0044-03-15 (BC) 12:00:00'",
            "'0001-01-01'", "'9999-12-31 23:59:59.9'", "'290000-01-01'", "'2000-02-29'", "'1900-03-01'", "'infinity'",
            "'-infinity'",
        ])
        func timestampsDescribeThemselvesAsDuckDBDoes(text: String) throws {
            let connection = try memory()
            let both = try connection.query(
                "SELECT t, t::VARCHAR, t::DATE, t::DATE::VARCHAR FROM (SELECT \(text)::TIMESTAMP t)"
            )
            .firstRow {
                (try $0.timestamp(0)?.description, try $0.string(1), try $0.date(2)?.description, try $0.string(3))
            }
            let (moment, momentText, day, dayText) = try #require(both)
            #expect(moment == momentText)
            #expect(day == dayText)
        }

        @Test(arguments: [1, 255, 256, 65535, 65536]) func enumsOfEverySize(count: Int) throws {
            let connection = try memory()
            let names = (0..<count).map { "'n\($0)'" }.joined(separator: ",")
            try connection.execute("CREATE TYPE e AS ENUM (\(names))")
            #expect(try connection.value("SELECT 'n\(count - 1)'::e") == .string("n\(count - 1)"))
        }

        @Test func typesDescribeThemselves() throws {
            let sql = """
                SELECT 1::DECIMAL(9,2) d, ['x'] l, {'a': 1::BIGINT} s, MAP {'k': true} m, [1::FLOAT]::FLOAT[1] a, '{}'::JSON j, \
                now() t, 'a'::ENUM('a') e
                """
            let result = try memory().query(sql)
            #expect(result.columnNames == ["d", "l", "s", "m", "a", "j", "t", "e"])
            #expect(
                result.columnTypes.map(\.description) == [
                    "DECIMAL(9,2)", "VARCHAR[]", "STRUCT(a BIGINT)", "MAP(VARCHAR, BOOLEAN)", "FLOAT[1]", "JSON",
                    "TIMESTAMP WITH TIME ZONE", "ENUM('a')",
                ])
        }

        @Test func aTypeThatIsNotReadSaysSo() throws {
            let error = try error { _ = try memory().value("SELECT 12::BIGNUM AS big") }
            #expect(error.kind == .conversion)
            #expect(error.message.contains("\"big\"") && error.message.contains("BIGNUM"), "\(error)")
        }

        @Test func integersWiden() throws {
            let sql = "SELECT 1::TINYINT, 2::USMALLINT, 3::UINTEGER, sum(4::BIGINT), 5::UBIGINT, 6::UHUGEINT, count(*)"
            let numbers = try memory().query(sql).firstRow { row in try (0..<7).map { try row.int64($0) } }
            #expect(numbers == [1, 2, 3, 4, 5, 6, 1])
            let small = try memory().query("SELECT 1::BIGINT, 2::HUGEINT, 3::UTINYINT").firstRow { row in
                try (0..<3).map { try row.int32($0) }
            }
            #expect(small == [1, 2, 3])
        }

        @Test(arguments: ["9223372036854775808::HUGEINT", "18446744073709551615::UBIGINT", "1::UHUGEINT << 100"])
        func anIntegerThatDoesNotFitIsAnError(sql: String) throws {
            let failure = try error { _ = try memory().query("SELECT \(sql)").firstRow { try $0.int64(0) } }
            #expect(failure.kind == .conversion)
            #expect(failure.message.contains("does not fit"))
        }

        @Test func doublesFromOtherNumbers() throws {
            let row = try memory().query("SELECT 1.25::DECIMAL(38,30), 3::INTEGER, 0.5::FLOAT, 2::HUGEINT").firstRow {
                row in
                try (0..<4).map { try row.double($0) }
            }
            #expect(row == [1.25, 3, 0.5, 2])
        }

        @Test func aWrongTypeNamesColumnAndTypes() throws {
            let accessors: [(Row) throws -> Void] = [
                { _ = try $0.int64(0) }, { _ = try $0.int32(0) }, { _ = try $0.float(0) }, { _ = try $0.double(0) },
                { _ = try $0.bool(0) }, { _ = try $0.timestamp(0) }, { _ = try $0.date(0) }, { _ = try $0.uuid(0) },
                { _ = try $0.strings(0) }, { _ = try $0.string(1) },
            ]
            for accessor in accessors {
                let failure = try error { try memory().query("SELECT 'x' AS word, 1 AS number").forEachRow(accessor) }
                #expect(failure.kind == .conversion)
                #expect(failure.message.contains("\"word\"") || failure.message.contains("\"number\""))
                #expect(failure.message.contains("VARCHAR") || failure.message.contains("INTEGER"))
            }
        }

        @Test func aColumnThatIsNotThereIsAnError() throws {
            for column in [-1, 1] {
                let failure = try error { try memory().query("SELECT 1").forEachRow { _ = try $0.int64(column) } }
                #expect(failure.kind == .invalidInput)
            }
        }

        @Test func everyAccessorAnswersNilForNull() throws {
            let sql = """
                SELECT NULL::VARCHAR, NULL::BIGINT, NULL::INTEGER, NULL::FLOAT, NULL::DOUBLE, NULL::BOOLEAN, \
                NULL::TIMESTAMP, NULL::DATE, NULL::UUID, NULL::VARCHAR[]
                """
            let answers = try memory().query(sql).firstRow { row -> [Any?] in
                let nulls = try (0..<row.count).filter { try row.isNull($0) }
                #expect(nulls == Array(0..<10))
                return [
                    try row.string(0), try row.int64(1), try row.int32(2), try row.float(3), try row.double(4),
                    try row.bool(5), try row.timestamp(6), try row.date(7), try row.uuid(8), try row.strings(9),
                    try row.int(1),
                ]
            }
            #expect(answers?.count == 11)
            #expect(answers?.allSatisfy { $0 == nil } == true)
        }

        @Test func aNullInAListOfStringsIsAnError() throws {
            let failure = try error { try memory().query("SELECT ['a', NULL]").forEachRow { _ = try $0.strings(0) } }
            #expect(failure.message.contains("NULL inside"))
        }
    }

    @Suite struct UUIDText {
        @Test func bothCasesAndOnlyOneForm() {
            let text = "0192f0c1-7e2a-7abc-8def-0123456789ab"
            #expect(DuckDBUUID(text)?.description == text)
            #expect(DuckDBUUID(text.uppercased()) == DuckDBUUID(text))
            for wrong in [
                "", text + "0", String(text.dropLast()), text.replacing("-", with: ""), text.replacing("a", with: "g"),
            ] {
                #expect(DuckDBUUID(wrong) == nil, "\(wrong)")
            }
        }

        @Test func orderIsThatOfTheText() {
            #expect(DuckDBUUID(high: 1, low: 0) > DuckDBUUID(high: 0, low: .max))
            #expect(DuckDBUUID(high: 1 << 63, low: 0) > DuckDBUUID(high: 1, low: 0))
        }
    }
}
