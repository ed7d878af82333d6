import DuckDB
import Testing

/// How a value gets into a table.
enum Way: CaseIterable, CustomTestStringConvertible {
    case binding, appender
    var testDescription: String { self == .binding ? "binding" : "appender" }
}

extension DuckDBTests {
    /// Every type at its extremes, in by both ways and out again.
    @Suite struct RoundTrip {
        /// Writes `values` into a table with a column of `type`, in order, and reads them back.
        func roundTrip<T>(
            _ type: String, _ values: [T], by way: Way,
            bind: (PreparedStatement, T) throws -> Void, append: (Appender, T) throws -> Void,
            read: (Row) throws -> T
        ) throws -> [T] {
            let connection = try memory()
            try connection.execute("CREATE TABLE t(i INTEGER, v \(type))")
            switch way {
            case .binding:
                let insert = try connection.prepare("INSERT INTO t VALUES ($1, $2)")
                for (index, value) in values.enumerated() {
                    try insert.bind(Int32(index), at: 1)
                    try bind(insert, value)
                    #expect(try insert.run() == 1)
                }
            case .appender:
                let appender = try connection.appender(table: "t")
                for (index, value) in values.enumerated() {
                    try appender.append(Int32(index))
                    try append(appender, value)
                    try appender.endRow()
                }
                try appender.close()
            }
            return try connection.query("SELECT v FROM t ORDER BY i").rows(read)
        }

        @Test(arguments: Way.allCases) func int64(way: Way) throws {
            let values: [Int64?] = [.min, .min + 1, -1, 0, 1, .max, nil]
            let back = try roundTrip(
                "BIGINT", values, by: way, bind: { try $0.bind($1, at: 2) }, append: { try $0.append($1) },
                read: { try $0.int64(0) })
            #expect(back == values)
        }

        @Test(arguments: Way.allCases) func int32(way: Way) throws {
            let values: [Int32?] = [.min, -1, 0, .max, nil]
            let back = try roundTrip(
                "INTEGER", values, by: way, bind: { try $0.bind($1, at: 2) }, append: { try $0.append($1) },
                read: { try $0.int32(0) })
            #expect(back == values)
        }

        @Test(arguments: Way.allCases) func double(way: Way) throws {
            let values: [Double?] = [
                0.1, -0.0, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude, .pi, nil,
            ]
            let back = try roundTrip(
                "DOUBLE", values + [.nan], by: way, bind: { try $0.bind($1, at: 2) }, append: { try $0.append($1) },
                read: { try $0.double(0) })
            #expect(back.dropLast() == values[...])
            #expect(back[1]?.sign == .minus)
            #expect(back.last??.isNaN == true)
        }

        @Test(arguments: Way.allCases) func float(way: Way) throws {
            let values: [Float?] = [
                0.85, -0.0, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude, nil,
            ]
            let back = try roundTrip(
                "FLOAT", values + [.nan], by: way, bind: { try $0.bind($1, at: 2) }, append: { try $0.append($1) },
                read: { try $0.float(0) })
            #expect(back.dropLast() == values[...])
            #expect(back.last??.isNaN == true)
        }

        @Test(arguments: Way.allCases) func bool(way: Way) throws {
            let values: [Bool?] = [true, false, nil]
            let back = try roundTrip(
                "BOOLEAN", values, by: way, bind: { try $0.bind($1, at: 2) }, append: { try $0.append($1) },
                read: { try $0.bool(0) })
            #expect(back == values)
        }

        @Test(arguments: Way.allCases, ["TIMESTAMP", "TIMESTAMPTZ"]) func timestamp(way: Way, type: String) throws {
            // 1677, 1969 with a fraction, 1970, 2026 with microseconds, year 9999, infinities.
            let microseconds: [Int64] = [
                -9_214_560_000_000_001, -1, 0, 1_767_323_045_678_901, 253_402_300_799_999_999, .max, -.max,
            ]
            let values = microseconds.map { Optional(DuckDBTimestamp(microseconds: $0)) } + [nil]
            let back = try roundTrip(
                type, values, by: way, bind: { try $0.bind($1, at: 2) }, append: { try $0.append($1) },
                read: { try $0.timestamp(0) })
            #expect(back == values)
        }

        @Test(arguments: Way.allCases) func date(way: Way) throws {
            let values: [DuckDBDate?] =
                [-719_528, -1, 0, 20_455, 2_932_896, .max, -.max].map { DuckDBDate(days: $0) } + [nil]
            let back = try roundTrip(
                "DATE", values, by: way, bind: { try $0.bind($1, at: 2) }, append: { try $0.append($1) },
                read: { try $0.date(0) })
            #expect(back == values)
        }

        @Test(arguments: Way.allCases) func uuid(way: Way) throws {
            let texts = [
                "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
                "0192f0c1-7e2a-7abc-8def-0123456789ab", "80000000-0000-0000-7fff-ffffffffffff",
            ]
            let values = texts.map { DuckDBUUID($0) } + [nil]
            let back = try roundTrip(
                "UUID", values, by: way, bind: { try $0.bind($1, at: 2) }, append: { try $0.append($1) },
                read: { try $0.uuid(0) })
            #expect(back == values)
            #expect(back.compactMap { $0?.description } == texts)
        }

        @Test(arguments: Way.allCases) func string(way: Way) throws {
            let values: [String?] = [
                "", "twelve bytes", "thirteen bytes", "naïve 👩‍👩‍👧‍👦 日本", "with\0a NUL", "\0", "'; DROP TABLE t; --",
                String(repeating: "é", count: 1 << 19), nil,
            ]
            let back = try roundTrip(
                "VARCHAR", values, by: way, bind: { try $0.bind($1, at: 2) }, append: { try $0.append($1) },
                read: { try $0.string(0) })
            #expect(back == values)
        }

        @Test(arguments: Way.allCases) func json(way: Way) throws {
            let values: [String?] = [#"{"a": [1, 2.50, "é"], "b": null}"#, "[]", "null", nil]
            let back = try roundTrip(
                "JSON", values, by: way, bind: { try $0.bind($1, at: 2) }, append: { try $0.append($1) },
                read: { try $0.string(0) })
            #expect(back == values)
        }

        @Test(arguments: Way.allCases) func strings(way: Way) throws {
            let values: [[String]?] = [[], [""], ["a", "b", "a"], ["longer than twelve bytes", "\0"], nil, ["end"]]
            let back = try roundTrip(
                "VARCHAR[]", values, by: way, bind: { try $0.bind($1, at: 2) }, append: { try $0.append($1) },
                read: { try $0.strings(0) })
            #expect(back == values)
        }

        @Test(arguments: Way.allCases) func integersNarrowToTheColumn(way: Way) throws {
            let back = try roundTrip(
                "UTINYINT", [0, 255], by: way, bind: { try $0.bind($1, at: 2) }, append: { try $0.append($1) },
                read: { try #require(try $0.int(0)) })
            #expect(back == [0, 255])
            let failure = try error {
                _ = try roundTrip(
                    "UTINYINT", [256], by: way, bind: { try $0.bind($1, at: 2) }, append: { try $0.append($1) },
                    read: { try #require(try $0.int(0)) })
            }
            #expect(failure.kind == .conversion || failure.kind == .invalidInput, "\(failure.kind) \(failure)")
        }

        /// Numbers are bound as the type that is expected; what they mean must not change by that.
        @Test(arguments: [
            "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "FLOAT",
            "DOUBLE",
            "HUGEINT", "DECIMAL(9,2)", "VARCHAR",
        ])
        func numbersFitEveryColumn(type: String) throws {
            let connection = try memory()
            try connection.execute("CREATE TABLE t(v \(type))")
            let insert = try connection.prepare("INSERT INTO t VALUES (?)")
            try insert.bind(Int32(100), at: 1)
            try insert.run()
            try insert.bind(Int64(100), at: 1)
            try insert.run()
            try insert.bind(Float(100), at: 1)
            try insert.run()
            try insert.bind(Double(100), at: 1)
            try insert.run()
            let distinct = try connection.value("SELECT count(DISTINCT v::DOUBLE) FROM t WHERE v::DOUBLE = 100")
            #expect(distinct == .int(1))
            #expect(try connection.value("SELECT count(*) FROM t") == .int(4))
        }

        @Test(arguments: ["TINYINT", "UTINYINT", "SMALLINT", "INTEGER", "UBIGINT"])
        func numbersThatDoNotFitAreRefused(type: String) throws {
            let connection = try memory()
            try connection.execute("CREATE TABLE t(v \(type))")
            let insert = try connection.prepare("INSERT INTO t VALUES (?)")
            try insert.bind(type == "UBIGINT" ? -1 : Int64(1) << 40, at: 1)
            #expect(try error { try insert.run() }.kind == .conversion)
        }

        @Test func doublesBeyondAFloatAreRefused() throws {
            let connection = try memory()
            try connection.execute("CREATE TABLE t(v FLOAT)")
            let insert = try connection.prepare("INSERT INTO t VALUES (?)")
            try insert.bind(1e300, at: 1)
            #expect(try error { try insert.run() }.kind == .conversion)
            try insert.bind(Double.infinity, at: 1)
            try insert.run()
            #expect(try connection.value("SELECT v FROM t") == .float(.infinity))
        }

        @Test func timestampsDoNotShiftWithTheTimeZone() throws {
            let connection = try memory()
            try connection.execute("SET TimeZone = 'America/New_York'; CREATE TABLE t(v TIMESTAMPTZ)")
            let moment = DuckDBTimestamp(microseconds: 1_767_323_045_678_901)
            let insert = try connection.prepare("INSERT INTO t VALUES (?)")
            try insert.bind(moment, at: 1)
            try insert.run()
            let appender = try connection.appender(table: "t")
            try appender.append(moment)
            try appender.endRow()
            try appender.close()
            #expect(try connection.query("SELECT v FROM t").rows { try $0.timestamp(0) } == [moment, moment])
        }
    }
}
