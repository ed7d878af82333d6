import RIFModel
import Testing

@Suite struct JSONValueTests {
    private let value: JSONValue = ["s": "x", "i": 3, "d": 2.5, "b": true, "n": nil, "a": [1, 2], "o": ["k": "v"]]

    @Test func accessors() {
        #expect(value["s"]?.stringValue == "x")
        #expect(value["i"]?.intValue == 3)
        #expect(value["i"]?.doubleValue == 3)
        #expect(value["d"]?.doubleValue == 2.5)
        #expect(value["d"]?.intValue == nil)
        #expect(value["b"]?.boolValue == true)
        #expect(value["n"]?.isNull == true)
        #expect(value["a"]?.arrayValue == [1, 2])
        #expect(value["a"]?[1] == 2)
        #expect(value["o"]?.objectValue == ["k": "v"])
        #expect(value["o"]?["k"] == "v")
    }

    @Test func absentIsNotNull() {
        #expect(value["absent"] == nil)
        #expect(value["n"] != nil)
        #expect(value["s"]?["x"] == nil)
        #expect(value["a"]?[2] == nil)
        #expect(value["a"]?[-1] == nil)
        #expect(value["a"]?["x"] == nil)
        #expect(value["s"]?[0] == nil)
    }

    @Test func otherKindsAnswerNil() {
        for other in [JSONValue.null, .int(1), "x", [], [:], true, 1.5] {
            let answers: [Bool] = [
                other.stringValue != nil, other.intValue != nil, other.boolValue != nil, other.arrayValue != nil,
                other.objectValue != nil, other.isNull, other.intValue == nil && other.doubleValue != nil,
            ]
            #expect(answers.count(where: { $0 }) == 1)
        }
    }

    @Test func wholeNumbersAndDoublesDiffer() {
        #expect(JSONValue.int(1) != .double(1.0))
        #expect(JSONValue.double(0.0) == .double(-0.0))
    }

    @Test func aLiteralKeyGivenTwiceTakesTheLastValue() {
        #expect((["a": 1, "a": 2] as JSONValue) == ["a": 2])
        #expect(("\(1 + 1) things" as JSONValue) == .string("2 things"))
    }
}
